import ArrayMath
import Foundation
import Ptychography

/// Reads the positions of a described stack, in the unit that the description names.
struct StackPositions {
  let description: String
  let resolve: (String) -> String

  /// The bytes of a table, at most.
  private static let largestTable = 1 << 28

  /// The positions, and where they are from.
  func read(
    _ positions: PtychographyStackDescription.Positions, _ frames: any FrameSource
  ) throws -> ([ScanPosition], String) {
    switch positions {
    case .inline(let values): return (values, "the description")
    case .table(let path, let y, let x):
      let file = resolve(path)
      let bytes = try FrameBytes(path: file)
      guard bytes.count <= Self.largestTable else {
        throw FormatError(file, "has \(bytes.count) bytes; a table of positions has at most \(Self.largestTable)")
      }
      return (try Self.table(bytes.all(), file, y: y, x: x), path)
    case .dataset(let path, let xFirst):
      let numbers = try dataset(path)
      guard numbers.shape.count == 2, numbers.shape[1] == 2 || numbers.shape[1] == 3 else {
        throw FormatError(resolve(path), "has the shape \(numbers.shape); positions are (patterns, 2) or (patterns, 3)")
      }
      let width = numbers.shape[1]
      let read = stride(from: 0, to: numbers.values.count, by: width).map { start in
        let (first, second) = (numbers.values[start], numbers.values[start + 1])
        return xFirst ? ScanPosition(y: second, x: first) : ScanPosition(y: first, x: second)
      }
      return (read, path)
    case .datasets(let y, let x):
      let (rows, columns) = (try dataset(y), try dataset(x))
      let axes = (frames as? HDF5Frames)?.scanShape ?? [frames.count]
      guard let read = ScanPositions.positions(y: rows.values, x: columns.values, scanShape: axes) else {
        throw FormatError(
          resolve(y), "has \(rows.shape) and \(x) has \(columns.shape) for patterns of \(axes); they do not fit")
      }
      return (read, "\(y) and \(x)")
    }
  }

  private func dataset(_ path: String) throws -> (values: [Double], shape: [Int]) {
    let (file, dataset) = FrameFile.split(resolve(path))
    guard let dataset, let numbers = try ScanStatements(file).numbers(dataset) else {
      throw FormatError(resolve(path), "is no dataset of numbers of an HDF5 file; expected file.h5::/dataset")
    }
    return (numbers.values, numbers.shape)
  }

  // MARK: - Tables

  /// Two columns of a text of numbers.
  static func table(
    _ bytes: [UInt8], _ file: String, y: PtychographyStackDescription.Column, x: PtychographyStackDescription.Column
  ) throws -> [ScanPosition] {
    var columns: (y: Int, x: Int)?
    var result: [ScanPosition] = []
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let fields = fields(line)
      guard let first = fields.first, first.first != UInt8(ascii: "#") else { continue }
      func refuse(_ message: String) -> FormatError { FormatError(file, at: "line \(number + 1)", message) }
      if columns == nil {
        columns = try (index(y, fields, refuse), index(x, fields, refuse))
        // A first line without numbers is the heading.
        if value(first) == nil { continue }
      }
      guard let columns else { continue }
      guard max(columns.y, columns.x) < fields.count else {
        throw refuse("has \(fields.count) columns; the positions are in columns \(columns.y + 1) and \(columns.x + 1)")
      }
      guard let row = value(fields[columns.y]), let column = value(fields[columns.x]) else {
        throw refuse("\"\(String(decoding: line.prefix(60), as: UTF8.self))\" has no numbers for the position")
      }
      result.append(ScanPosition(y: row, x: column))
    }
    guard !result.isEmpty else { throw FormatError(file, "holds no positions") }
    return result
  }

  /// The fields of a line, split at commas, semicolons or tabs, or at spaces.
  static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let line = line.last == 0x0D ? line.dropLast() : line
    if let separator = separators.first(where: { line.contains($0) }) {
      return line.split(separator: separator, omittingEmptySubsequences: false).map { trimmed($0) }
    }
    return line.split(separator: 0x20).map { trimmed($0) }
  }

  private static func trimmed(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var field = field.drop { $0 == 0x20 }
    while field.last == 0x20 { field.removeLast() }
    return field
  }

  /// The finite number of a field; nil where it is none.
  static func value(_ field: ArraySlice<UInt8>) -> Double? {
    DecimalParser.number(field, decimalComma: false).flatMap { $0.isFinite ? $0 : nil }
  }

  private static func index(
    _ column: PtychographyStackDescription.Column, _ heading: [ArraySlice<UInt8>], _ refuse: (String) -> FormatError
  ) throws -> Int {
    switch column {
    case .index(let index):
      guard index >= 0 else { throw refuse("has no column \(index); columns are counted from 0") }
      return index
    case .name(let name):
      let names = heading.map { String(decoding: $0, as: UTF8.self) }
      let bare = names.map {
        ($0.split(separator: "/").first.map(String.init) ?? "").trimmingCharacters(in: .whitespaces)
      }
      guard let index = names.firstIndex(of: name) ?? bare.firstIndex(of: name) else {
        throw refuse("has no column \"\(name)\"; its columns are \(names.joined(separator: ", "))")
      }
      return index
    }
  }
}
