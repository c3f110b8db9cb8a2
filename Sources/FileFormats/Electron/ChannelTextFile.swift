import Crystallography
import ElectronDiffraction
import Foundation

/// Orientation maps as text of HKL Channel 5 and Oxford AZtec, `.ctf`.
///
/// A header of `name<tab>value` lines, a line a phase, and columns parted by tabs. Angles are in degrees, positions in
/// micrometres, decimals with a point or a comma; phase 0 is not indexed. Euler angles refer to x right, y up
/// (``EulerFrame/oxford``), crystals to ``CrystalFrame/alongReciprocalA``.
enum ChannelTextFile {
  static func recognises(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: Array("Channel Text File".utf8))
  }

  static func read(_ bytes: [UInt8], named name: String, eulerFrame: EulerFrame) throws -> OrientationMapFile {
    var reader = ChannelTextReader(file: name, lines: TextLines.split(bytes))
    return try reader.read(eulerFrame)
  }
}

private struct ChannelTextReader {
  let file: String
  let lines: [ArraySlice<UInt8>]
  private var header: [String: String] = [:]
  private var phases: [MapPhase] = []
  private var decimalComma = false

  init(file: String, lines: [ArraySlice<UInt8>]) { (self.file, self.lines) = (file, lines) }

  private func failure(_ line: Int, _ message: String) -> FormatError {
    FormatError(file, at: "line \(line + 1)", message)
  }

  private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
  }

  mutating func read(_ eulerFrame: EulerFrame) throws -> OrientationMapFile {
    let heading = try readHeader()
    let columns = Self.fields(lines[heading]).map { Latin1.text($0).trimmingCharacters(in: .whitespaces).lowercased() }
    func column(_ name: String) -> Int? { columns.firstIndex(of: name) }
    var wanted: [Int] = []
    for name in ["phase", "x", "y", "euler1", "euler2", "euler3"] {
      guard let index = column(name) else { throw failure(heading, "there is no column \(name)") }
      wanted.append(index)
    }
    let optional = ["bands", "error", "mad", "bc"].map(column)
    var assembly = MapAssembly(
      file: file, rows: count("YCells"), columns: count("XCells"), stepX: number("XStep").map { $0 * 1e-6 },
      stepY: number("YStep").map { $0 * 1e-6 })
    var points: [MapPoint] = []
    points.reserveCapacity(lines.count - heading)
    for index in (heading + 1)..<lines.count where lines[index].contains(where: { $0 > 0x20 }) {
      points.append(try point(index, wanted, optional))
    }
    let isGrid = (header["JobMode"] ?? "Grid").lowercased() != "interactive" || assembly.columns != nil
    let (grid, placed) = try isGrid ? assembly.assemble(points) : assembly.scattered(points)
    var notes = assembly.notes
    let acquisition = ["AcqE1", "AcqE2", "AcqE3"].compactMap { number($0) }
    if acquisition.contains(where: { $0 != 0 }) {
      notes.append(
        "the acquisition surface is turned against the sample (AcqE \(acquisition)); Euler angles are taken to refer "
          + "to the surface that is mapped")
    }
    return OrientationMapFile(
      map: OrientationMap(grid: grid, phases: phases, points: placed, mapToSample: eulerFrame.fromMap),
      format: .channelText, eulerFrame: eulerFrame, crystalFrame: .alongReciprocalA,
      accelerationVoltage: number("KV").flatMap { $0 > 0 ? $0 * 1000 : nil },
      sampleTilt: number("TiltAngle").map { $0 * .pi / 180 }, facts: header, notes: notes)
  }

  /// Reads up to the line that names the columns, and returns its index.
  private mutating func readHeader() throws -> Int {
    var index = 1
    while index < lines.count {
      let fields = Self.fields(lines[index])
      let key = Latin1.text(fields[0]).trimmingCharacters(in: .whitespaces)
      if key == "Phase", fields.count >= 6 { return index }
      if key == "Phases" {
        let stated = fields.count > 1 ? Int(Latin1.text(fields[1]).trimmingCharacters(in: .whitespaces)) : nil
        guard let count = stated, (0...1000).contains(count) else {
          throw failure(index, "the number of phases is no number from 0 to 1000")
        }
        guard index + count < lines.count else { throw failure(index, "the file ends within its \(count) phases") }
        for line in index + 1..<index + 1 + count { phases.append(try phase(line)) }
        index += count
      } else if fields.count == 2 {
        header[key] = Latin1.text(fields[1]).trimmingCharacters(in: .whitespaces)
      } else if fields.count > 2 {
        // "Euler angles refer to ...  Mag  200  Coverage  100 ..."
        for pair in stride(from: 1, to: fields.count - 1, by: 2) {
          header[Latin1.text(fields[pair])] = Latin1.text(fields[pair + 1]).trimmingCharacters(in: .whitespaces)
        }
      }
      index += 1
    }
    throw FormatError(file, "has no line that names the columns: Phase, X, Y, Bands, Error, Euler1 ...")
  }

  private mutating func phase(_ line: Int) throws -> MapPhase {
    let fields = Self.fields(lines[line])
    guard fields.count >= 4 else {
      throw failure(line, "has \(fields.count) fields; a phase has edges, angles, a name and a Laue class")
    }
    if fields[0].contains(UInt8(ascii: ",")) { decimalComma = true }
    func numbers(_ field: ArraySlice<UInt8>) -> [Double] {
      let comma = field.contains(UInt8(ascii: ","))
      return field.split(separator: UInt8(ascii: ";")).compactMap { DecimalParser.number($0, decimalComma: comma) }
    }
    let code = Latin1.text(fields[3]).trimmingCharacters(in: .whitespaces)
    guard let laueClass = Int(code).flatMap(LaueClass.init(channelNumber:)) else {
      throw failure(line, "\"\(code)\" is no Laue class; 1 (-1) to 11 (m-3m) are known")
    }
    return MapPhase(
      name: Latin1.text(fields[2]).trimmingCharacters(in: .whitespaces),
      cell: UnitCell(angstrom: numbers(fields[0]), degrees: numbers(fields[1])), laueClass: laueClass)
  }

  private func point(_ line: Int, _ wanted: [Int], _ optional: [Int?]) throws -> MapPoint {
    let fields = Self.fields(lines[line])
    func value(_ column: Int) throws -> Double {
      guard column < fields.count else {
        throw failure(line, "has \(fields.count) fields; column \(column + 1) is missing")
      }
      let field = fields[column]
      let comma = field.contains(UInt8(ascii: ","))
      guard let value = DecimalParser.number(field, decimalComma: comma), value.isFinite else {
        throw failure(line, "\"\(Latin1.text(field))\" in column \(column + 1) is no number")
      }
      return value
    }
    // The last columns are absent in the files of some programs.
    func extra(_ column: Int?) throws -> Double? {
      guard let column, column < fields.count else { return nil }
      return try value(column)
    }
    let numbers = try wanted.map(value)
    let phase = numbers[0]
    guard phase == phase.rounded(), phase >= 0, phase <= Double(phases.count) else {
      throw failure(line, "is of phase \(phase), but the file has \(phases.count) phases")
    }
    guard numbers[1...2].allSatisfy({ abs($0) < 1e9 }), numbers[3...5].allSatisfy({ abs($0) <= 1000 }) else {
      throw failure(line, "has a position or an angle beyond reason")
    }
    let (bands, quality) = (try extra(optional[0]) ?? 0, try extra(optional[3]) ?? .nan)
    let (x, y) = (numbers[1] * 1e-6, numbers[2] * 1e-6)
    guard phase > 0 else {
      return MapPoint(x: x, y: y, phase: 0, orientation: .identity, status: .notIndexed, quality: quality)
    }
    let index = Int(phase) - 1
    let stated = Rotation(bunge: BungeEuler(degrees: numbers[3], numbers[4], numbers[5]))
    return MapPoint(
      x: x, y: y, phase: index,
      orientation: CrystalFrame.alongReciprocalA.canonical(stated, phases[index].laueClass), status: .indexed,
      fit: (try extra(optional[2])).map { $0 * .pi / 180 } ?? .nan, quality: quality,
      bands: bands >= 0 && bands < 1000 ? Int(bands) : 0)
  }

  private func number(_ key: String) -> Double? {
    guard let text = header[key] else { return nil }
    let field = Array(text.utf8)[...]
    guard let value = DecimalParser.number(field, decimalComma: field.contains(UInt8(ascii: ","))), value.isFinite,
      abs(value) < 1e9
    else { return nil }
    return value
  }

  private func count(_ key: String) -> Int? { number(key).flatMap { $0 >= 1 && $0 < 1e8 ? Int($0) : nil } }
}
