import Crystallography
import ElectronDiffraction
import Foundation

/// Orientation maps of HKL Channel 5: `.cpr` names what a point holds, `.crc` holds the points.
///
/// The `.cpr` is text of sections: `[Job]` with the grid, `[Fields]` with the number of each field of a point, and a
/// section a phase. A point of the `.crc` begins with a byte for its phase (0: not indexed); fields are single precision
/// numbers or bytes, little-endian: 1 x, 2 y in micrometres, 3 to 5 the Euler angles and 6 the mean angular deviation in
/// radians, 7 band contrast, 8 band slope, 10 bands, 11 error (bytes), and more of four bytes.
enum ChannelProjectFile {
  static func recognises(_ path: String) -> Bool {
    ["cpr", "crc"].contains(URL(filePath: path).pathExtension.lowercased())
  }

  /// - Parameter path: either file; the other lies beside it.
  static func open(_ path: String, eulerFrame: EulerFrame) throws -> OrientationMapFile {
    let stem = URL(filePath: path).deletingPathExtension()
    func bytes(_ ending: String) throws -> [UInt8] {
      let isUpper = URL(filePath: path).pathExtension.first?.isUppercase ?? false
      let file = try FrameBytes(path: stem.appendingPathExtension(isUpper ? ending.uppercased() : ending).path)
      return try file.bytes(at: 0, atMost: file.count)
    }
    return try read(project: bytes("cpr"), points: bytes("crc"), named: path, eulerFrame: eulerFrame)
  }

  static func read(
    project: [UInt8], points bytes: [UInt8], named name: String, eulerFrame: EulerFrame
  ) throws -> OrientationMapFile {
    let sections = sections(project)
    let job = Section(file: name, name: "job", values: sections["job"] ?? [:])
    let phases = try phases(sections, name)
    let fields = try fields(sections, name)
    let size = fields.reduce(1) { $0 + width(of: $1) }
    guard !bytes.isEmpty, bytes.count.isMultiple(of: size) else {
      throw FormatError(name, "its .crc has \(bytes.count) bytes, which is no whole number of points of \(size) bytes")
    }
    let count = bytes.count / size
    let (columns, rows) = (job.count("xcells"), job.count("ycells"))
    let (stepX, stepY) = (job.number("griddistx"), job.number("griddisty"))
    let hasPositions = fields.contains(1) && fields.contains(2)
    if !hasPositions {
      guard let columns, let rows, columns.multipliedReportingOverflow(by: rows) == (count, false), stepX ?? 0 > 0
      else {
        throw FormatError(
          name, "its .crc holds \(count) points without positions; [Job] states \(columns ?? 0) x \(rows ?? 0) cells")
      }
    }
    let points = try bytes.withUnsafeBytes { buffer in
      try (0..<count).map { index -> MapPoint in
        let values = values(buffer, at: index * size, fields)
        let place =
          hasPositions
          ? SIMD2(values[1] ?? 0, values[2] ?? 0)
          : SIMD2(Double(index % (columns ?? 1)) * (stepX ?? 1), Double(index / (columns ?? 1)) * (stepY ?? stepX ?? 1))
        let number = Int(buffer[index * size])
        let angles = (3...5).map { values[$0] ?? .nan }
        guard number <= phases.count, abs(place.x) < 1e9, abs(place.y) < 1e9,
          number == 0 || angles.allSatisfy({ abs($0) <= 100 })
        else {
          throw FormatError(name, at: "point \(index)", "has the phase \(number) of \(phases.count), angles \(angles)")
        }
        return point(number, place * 1e-6, angles, values, phases)
      }
    }
    var assembly = MapAssembly(
      file: name, rows: rows, columns: columns, stepX: stepX.map { $0 * 1e-6 },
      stepY: (stepY ?? stepX).map { $0 * 1e-6 })
    let (grid, placed) = try columns != nil ? assembly.assemble(points) : assembly.scattered(points)
    return OrientationMapFile(
      map: OrientationMap(grid: grid, phases: phases, points: placed, mapToSample: eulerFrame.fromMap),
      format: .channelProject, eulerFrame: eulerFrame, crystalFrame: .alongReciprocalA,
      accelerationVoltage: job.number("kv").flatMap { $0 > 0 ? $0 * 1000 : nil },
      sampleTilt: job.number("tiltangle").map { $0 * .pi / 180 }, facts: sections["job"] ?? [:], notes: assembly.notes)
  }

  private static func point(
    _ number: Int, _ place: SIMD2<Double>, _ angles: [Double], _ values: [Int: Double], _ phases: [MapPhase]
  ) -> MapPoint {
    let quality = values[7] ?? .nan
    guard number > 0 else {
      return MapPoint(
        x: place.x, y: place.y, phase: 0, orientation: .identity, status: .notIndexed, quality: quality)
    }
    let stated = Rotation(bunge: BungeEuler(phi1: angles[0], Phi: angles[1], phi2: angles[2]))
    return MapPoint(
      x: place.x, y: place.y, phase: number - 1,
      orientation: CrystalFrame.alongReciprocalA.canonical(stated, phases[number - 1].laueClass), status: .indexed,
      fit: values[6] ?? .nan, quality: quality, bands: values[10].map { Int($0) } ?? 0)
  }

  /// Bytes of a field.
  private static func width(of field: Int) -> Int { (7...11).contains(field) ? 1 : 4 }

  /// The values of a point by the number of their field.
  private static func values(_ buffer: UnsafeRawBufferPointer, at start: Int, _ fields: [Int]) -> [Int: Double] {
    var values: [Int: Double] = [:]
    var offset = start + 1
    for field in fields {
      if width(of: field) == 1 {
        values[field] = Double(buffer[offset])
      } else {
        let bits = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        values[field] = Double(Float(bitPattern: bits))
      }
      offset += width(of: field)
    }
    return values
  }

  private struct Section {
    let file: String
    let name: String
    let values: [String: String]

    func number(_ key: String) -> Double? {
      guard let field = values[key].map({ Array($0.utf8)[...] }) else { return nil }
      return DecimalParser.number(field, decimalComma: field.contains(UInt8(ascii: ","))).flatMap {
        abs($0) < 1e9 ? $0 : nil
      }
    }
    func count(_ key: String) -> Int? { number(key).flatMap { $0 >= 1 && $0 < 1e8 ? Int($0) : nil } }
  }

  private static func fields(_ sections: [String: [String: String]], _ name: String) throws -> [Int] {
    let section = Section(file: name, name: "fields", values: sections["fields"] ?? [:])
    guard let count = section.count("count"), count <= 100 else {
      throw FormatError(name, "its .cpr states no number of fields ([Fields] Count)")
    }
    return try (1...count).map { index in
      guard let field = section.count("field\(index)"), field < 1000 else {
        throw FormatError(name, "its .cpr states no Field\(index)")
      }
      return field
    }
  }

  private static func phases(_ sections: [String: [String: String]], _ name: String) throws -> [MapPhase] {
    let count = Section(file: name, name: "phases", values: sections["phases"] ?? [:]).count("count") ?? 0
    guard (1...1000).contains(count) else { throw FormatError(name, "its .cpr states no phases ([Phases] Count)") }
    return try (1...count).map { index in
      let phase = Section(file: name, name: "phase\(index)", values: sections["phase\(index)"] ?? [:])
      guard let laueClass = phase.count("lauegroup").flatMap(LaueClass.init(channelNumber:)) else {
        throw FormatError(name, at: "[Phase\(index)]", "states no Laue group from 1 to 11")
      }
      return MapPhase(
        name: phase.values["structurename"] ?? "",
        cell: UnitCell(
          angstrom: ["a", "b", "c"].compactMap(phase.number),
          degrees: ["alpha", "beta", "gamma"].compactMap(phase.number)), laueClass: laueClass)
    }
  }

  /// The values by section and name, both in lower case and without spaces.
  private static func sections(_ bytes: [UInt8]) -> [String: [String: String]] {
    func plain(_ text: Substring) -> String { text.lowercased().filter { !$0.isWhitespace } }
    var sections: [String: [String: String]] = [:]
    var section = ""
    for line in TextLines.split(bytes) {
      let text = Latin1.text(line).trimmingCharacters(in: .whitespaces)
      if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
        section = plain(text[text.index(after: text.startIndex)..<end])
      } else if let mark = text.firstIndex(of: "=") {
        sections[section, default: [:]][plain(text[..<mark])] =
          text[text.index(after: mark)...].trimmingCharacters(in: .whitespaces)
      }
    }
    return sections
  }
}
