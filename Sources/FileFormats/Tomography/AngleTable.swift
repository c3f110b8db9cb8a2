import Foundation

/// Angles of projections as they were read.
struct AngleTable {
  var values: [Double]
  /// Nil where nothing states it.
  var unit: ProjectionReadOptions.AngleUnit?
  /// Where they are from, for notes and messages.
  var place: String

  /// More bytes are no table of angles.
  private static let largestText = 1 << 26

  /// Reads a text of angles, or a dataset named as `file.h5::/dataset`.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` that names the line, or what is missing.
  static func read(_ path: String, column: Int = 1, lines: ClosedRange<Int>? = nil) throws -> AngleTable {
    let (file, dataset) = FrameFile.split(path)
    if let dataset {
      guard let numbers = try ScanStatements(file).numbers(dataset) else {
        throw FormatError(path, "is no dataset of numbers; angles are expected there")
      }
      return AngleTable(values: numbers.values, unit: unit(numbers.units), place: path)
    }
    let bytes = try FrameBytes(path: file)
    guard bytes.count <= largestText else {
      throw FormatError(file, "has \(bytes.count) bytes; a text of angles has at most \(largestText)")
    }
    return try read(bytes.all(), named: file, column: column, lines: lines)
  }

  /// Reads the numbers of a column of a text.
  ///
  /// Lines that begin with `#`, `%`, `!` or `;` are comments, and a first line without numbers is a heading; both may name
  /// the unit: "rotational positions [rad]", "angle / deg".
  ///
  /// - Parameters:
  ///   - column: counted from 1.
  ///   - lines: the lines that count, from 1.
  static func read(
    _ bytes: [UInt8], named name: String, column: Int = 1, lines: ClosedRange<Int>? = nil
  ) throws -> AngleTable {
    guard column >= 1 else { throw FormatError(name, "has no column \(column); columns are counted from 1") }
    var values: [Double] = []
    var words = ""
    var number = 0
    var hasHeading = false
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let fields = StackPositions.fields(line)
      guard let first = fields.first, let start = first.first else { continue }
      let isHeading = values.isEmpty && !hasHeading && StackPositions.value(first) == nil
      if "#%!;".utf8.contains(start) || isHeading {
        hasHeading = hasHeading || !"#%!;".utf8.contains(start)
        words += " " + String(decoding: line.prefix(400), as: UTF8.self)
        continue
      }
      if let lines, !lines.contains(number) { continue }
      guard column <= fields.count, let value = StackPositions.value(fields[column - 1]) else {
        throw FormatError(
          name, at: "line \(number)",
          "\"\(String(decoding: line.prefix(60), as: UTF8.self))\" has no number in column \(column); an angle a line is "
            + "expected")
      }
      values.append(value)
    }
    guard !values.isEmpty else { throw FormatError(name, "holds no angles" + (lines == nil ? "" : " in these lines")) }
    if let lines, lines.upperBound > number {
      throw FormatError(name, "has \(number) lines; angles are wanted from \(lines.lowerBound) to \(lines.upperBound)")
    }
    return AngleTable(values: values, unit: unit(inWords: words), place: name)
  }

  /// The unit that an attribute names; nil where it names none of these.
  static func unit(_ text: String?) -> ProjectionReadOptions.AngleUnit? {
    guard let text, let factor = NeXusUnits.radians(text.trimmingCharacters(in: .whitespaces)) else { return nil }
    return ProjectionReadOptions.AngleUnit.allCases.first { abs($0.radians - factor) < 1e-12 }
  }

  /// The unit that a heading names; nil where it names none, or both.
  private static func unit(inWords text: String) -> ProjectionReadOptions.AngleUnit? {
    let words = text.split { !$0.isLetter && $0 != "°" }.map { $0.lowercased() }
    let found = Set(words.compactMap { unit($0) })
    return found.count == 1 ? found.first : nil
  }

  /// A sentence about numbers that repeat at the ends, which usually belong to flats and darks; empty where none do.
  func repeatedEnds(for count: Int) -> String {
    guard values.count > count, let first = values.first, let last = values.last else { return "" }
    let leading = values.prefix { $0 == first }.count
    let trailing = values.reversed().prefix { $0 == last }.count
    guard leading > 1 || trailing > 1 else { return "" }
    return " (the first \(leading) are one angle and the last \(trailing) another: some may belong to flats and darks)"
  }
}
