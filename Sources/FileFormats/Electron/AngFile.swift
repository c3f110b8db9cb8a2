import Crystallography
import ElectronDiffraction
import Foundation

/// Orientation maps as text of EDAX TSL OIM, `.ang`, and of the programs that write like it.
///
/// Header lines begin with `#`; columns are parted by spaces: φ1, Φ, φ2 in radians, x, y in micrometres, image quality,
/// confidence, phase, detector signal, fit in degrees, and more by version. What was not indexed has Euler angles of 4π
/// or a confidence of −1. Crystals have x along a.
enum AngFile {
  static func recognises(_ bytes: [UInt8]) -> Bool {
    guard bytes.first == UInt8(ascii: "#") else { return false }
    let start = Latin1.text(bytes.prefix(1 << 16)).lowercased()
    return ["x-star", "materialname", "symmetry", "ncols_odd", "xstep", "tem_pixperum"].contains { start.contains($0) }
  }

  static func read(_ bytes: [UInt8], named name: String, eulerFrame: EulerFrame) throws -> OrientationMapFile {
    var reader = AngReader(file: name, lines: TextLines.split(bytes))
    return try reader.read(eulerFrame)
  }
}

private struct AngReader {
  let file: String
  let lines: [ArraySlice<UInt8>]
  private var header: [String: String] = [:]
  private var phases: [(number: Int, phase: AngPhase)] = []
  private var notes: [String] = []

  init(file: String, lines: [ArraySlice<UInt8>]) { (self.file, self.lines) = (file, lines) }

  private struct AngPhase {
    var name = ""
    var cell: UnitCell?
    var laueClass: LaueClass?
    var line = 0
  }

  /// Where the columns beyond the seventh are, from 0.
  private struct Columns {
    var phase: Int? = 7
    var fit: Int? = 9
  }

  /// One row as numbers.
  private struct Row {
    var values: [Double]
    var line: Int
  }

  private func failure(_ line: Int, _ message: String) -> FormatError {
    FormatError(file, at: "line \(line + 1)", message)
  }

  mutating func read(_ eulerFrame: EulerFrame) throws -> OrientationMapFile {
    var rows: [Row] = []
    rows.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      guard let first = line.first(where: { $0 > 0x20 }) else { continue }
      if first == UInt8(ascii: "#") { try readHeader(line, index) } else { rows.append(try row(line, index)) }
    }
    guard !rows.isEmpty else { throw FormatError(file, "has a header, but no points") }
    let mapPhases = try phases.map { entry in
      guard let laueClass = entry.phase.laueClass else {
        throw failure(entry.phase.line, "phase \(entry.number) states no symmetry")
      }
      return MapPhase(name: entry.phase.name, cell: entry.phase.cell, laueClass: laueClass)
    }
    guard !mapPhases.isEmpty else { throw FormatError(file, "states no phase (# Phase, # Symmetry)") }
    guard Set(phases.map(\.number)).count == phases.count else { throw FormatError(file, "numbers two phases alike") }
    let columns = columns(rows)
    let points = try rows.map { try point($0, columns) }
    let odd = count("NCOLS_ODD"), even = count("NCOLS_EVEN")
    var assembly = MapAssembly(
      file: file, rows: count("NROWS"), columns: [odd, even].compactMap(\.self).max(),
      stepX: number("XSTEP").map { $0 * 1e-6 }, stepY: number("YSTEP").map { $0 * 1e-6 })
    assembly.isHexagonal = header["GRID"]?.lowercased().contains("hex") ?? false
    let (grid, placed) = try assembly.assemble(points)
    notes += assembly.notes
    return OrientationMapFile(
      map: OrientationMap(grid: grid, phases: mapPhases, points: placed, mapToSample: eulerFrame.fromMap),
      format: .edaxText, eulerFrame: eulerFrame, facts: header, notes: notes)
  }

  /// "# XSTEP: 0.25", "# x-star   0.37", and the lines of a phase.
  private mutating func readHeader(_ line: ArraySlice<UInt8>, _ index: Int) throws {
    let text = Latin1.text(line).drop { $0 == "#" || $0.isWhitespace }
    guard let end = text.firstIndex(where: { $0.isWhitespace || $0 == ":" }) else { return }
    let key = String(text[..<end])
    let value = text[end...].drop { $0 == ":" || $0.isWhitespace }.trimmingCharacters(in: .whitespaces)
    func numbers() -> [Double] {
      value.split(whereSeparator: \.isWhitespace).compactMap {
        DecimalParser.number(Array($0.utf8)[...], decimalComma: false)
      }
    }
    switch key {
    case "Phase":
      guard let number = Int(value), (0...1000).contains(number) else {
        throw failure(index, "\"\(value)\" is no number of a phase")
      }
      phases.append((number, AngPhase(line: index)))
    case "MaterialName":
      // Old files have one phase and do not number it.
      if phases.isEmpty { phases.append((1, AngPhase(line: index))) }
      phases[phases.count - 1].phase.name = value
    case "Symmetry":
      if phases.isEmpty { phases.append((1, AngPhase(line: index))) }
      guard let laueClass = Int(value).flatMap(LaueClass.init(edaxCode:)) else {
        throw failure(index, "\"\(value)\" is no symmetry; 43, 23, 62, 6, 42, 4, 32, 3, 22, 20, 2 and 1 are known")
      }
      phases[phases.count - 1].phase.laueClass = laueClass
    case "LatticeConstants":
      guard !phases.isEmpty else { return }
      let numbers = numbers()
      phases[phases.count - 1].phase.cell = UnitCell(
        angstrom: Array(numbers.prefix(3)), degrees: Array(numbers.dropFirst(3).prefix(3)))
    case "Formula", "Info", "NumberFamilies", "hklFamilies", "Categories", "ElasticConstants", "PhaseColor": return
    default: if header[key] == nil { header[key] = value }
    }
  }

  private func row(_ line: ArraySlice<UInt8>, _ index: Int) throws -> Row {
    let fields = line.split { $0 <= 0x20 }
    guard fields.count >= 8 else {
      throw failure(index, "has \(fields.count) columns; at least 8 are expected: phi1, Phi, phi2, x, y, IQ, CI, phase")
    }
    let values = try fields.prefix(16).enumerated().map { column, field in
      let comma = field.contains(UInt8(ascii: ","))
      if let value = DecimalParser.number(field, decimalComma: comma), value.isFinite { return value }
      // Some programs write a phase by its name.
      if column >= 7, let phase = phases.first(where: { $0.phase.name == Latin1.text(field) }) {
        return Double(phase.number)
      }
      throw failure(index, "\"\(Latin1.text(field))\" in column \(column + 1) is no number")
    }
    return Row(values: values, line: index)
  }

  /// Where the phase and the fit are: named in newer files; in others the phase is the eighth column, or the ninth
  /// where the eighth holds what no phase can be.
  private func columns(_ rows: [Row]) -> Columns {
    if let names = header["COLUMN_HEADERS"] {
      let names = names.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
      return Columns(phase: names.firstIndex { $0.hasPrefix("phase") }, fit: names.firstIndex(of: "fit"))
    }
    let known = Set(phases.map { Double($0.number) }).union([0, -1])
    let width = rows.reduce(Int.max) { min($0, $1.values.count) }
    func fits(_ column: Int) -> Bool { column < width && rows.allSatisfy { known.contains($0.values[column]) } }
    if fits(7) { return Columns(phase: 7, fit: width > 9 ? 9 : nil) }
    return fits(8) ? Columns(phase: 8, fit: 7) : Columns(phase: 7, fit: width > 9 ? 9 : nil)
  }

  private func point(_ row: Row, _ columns: Columns) throws -> MapPoint {
    let values = row.values
    guard values[3...4].allSatisfy({ abs($0) < 1e9 }), values[0...2].allSatisfy({ abs($0) <= 100 }) else {
      throw failure(row.line, "has a position or an angle beyond reason")
    }
    func value(_ column: Int?) -> Double? { column.flatMap { $0 < values.count ? values[$0] : nil } }
    let (x, y, quality, confidence) = (values[3] * 1e-6, values[4] * 1e-6, values[5], values[6])
    let number = value(columns.phase) ?? 1
    // A file with one phase writes 0 or 1 for it.
    let index = phases.firstIndex { Double($0.number) == number } ?? (phases.count == 1 && number == 0 ? 0 : nil)
    let isMarked = confidence < 0 || values[0...2].contains { $0 > 4 * .pi - 1e-3 }
    if isMarked || (index == nil && (number == 0 || number == -1)) {
      return MapPoint(
        x: x, y: y, phase: 0, orientation: .identity, status: .notIndexed, confidence: confidence, quality: quality)
    }
    guard let index else {
      throw failure(row.line, "is of phase \(number); the file has the phases \(phases.map(\.number))")
    }
    return MapPoint(
      x: x, y: y, phase: index,
      orientation: Rotation(bunge: BungeEuler(phi1: values[0], Phi: values[1], phi2: values[2])), status: .indexed,
      fit: value(columns.fit).map { $0 * .pi / 180 } ?? .nan, confidence: confidence, quality: quality)
  }

  private func number(_ key: String) -> Double? {
    guard let text = header[key]?.split(whereSeparator: \.isWhitespace).first else { return nil }
    let field = Array(text.utf8)[...]
    guard let value = DecimalParser.number(field, decimalComma: field.contains(UInt8(ascii: ","))), value.isFinite,
      abs(value) < 1e9
    else { return nil }
    return value
  }

  private func count(_ key: String) -> Int? { number(key).flatMap { $0 >= 1 && $0 < 1e8 ? Int($0) : nil } }
}
