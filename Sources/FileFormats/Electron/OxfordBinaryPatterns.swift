import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// Patterns in Oxford's and HKL's binary file, `.ebsp`.
///
/// Little-endian. A negative version (none in the oldest files; a byte follows it from −4 on), a table of 64-bit places
/// of the patterns in the order of the map (0: not stored) up to the first of them, and for each pattern a header
/// (from −5 on the column and row in the map; compressed or not, rows, columns, bytes; 32 bits each), its pixels, and
/// from −1 on the position of the beam in micrometres, each number after a byte that says whether it is there.
enum OxfordBinaryPatterns {
  static func open(_ bytes: FrameBytes, path: String) throws -> KikuchiPatternFile {
    guard let first = ByteReader(try bytes.bytes(at: 0, atMost: 8)[...]).uint64(0) else {
      throw FormatError(path, "ends within its first 8 bytes")
    }
    let stated = Int64(bitPattern: first)
    guard stated >= -100 else { throw FormatError(path, at: "byte 0", "is of version \(stated); −1 to −6 are known") }
    let version = stated < 0 ? Int(-stated) : 0
    let table = version == 0 ? 0 : (version > 3 ? 9 : 8)
    let starts = try places(bytes, table, path)
    let headerBytes = version >= 5 ? 24 : 16
    var shape: FrameShape?
    var pixelBytes = 0
    var offsets: [Int] = []
    var points: [MapPoint] = []
    for (number, start) in starts.enumerated() where start > 0 {
      let header = ByteReader(try bytes.bytes(at: start, atMost: headerBytes)[...])
      let fields = (0..<4).compactMap { header.uint32(headerBytes - 16 + 4 * $0).map { Int($0) } }
      guard fields.count == 4 else { throw FormatError(path, at: "byte \(start)", "ends within a pattern's header") }
      let place = "pattern \(number) at byte \(start)"
      guard fields[0] == 0 else {
        throw FormatError(path, at: place, "is compressed; save the patterns without compression")
      }
      let found = try EDAXBinaryPatterns.shape(rows: fields[1], columns: fields[2], path, at: place)
      guard shape == nil || shape == found, fields[3] == found.count || fields[3] == 2 * found.count,
        pixelBytes == 0 || pixelBytes == fields[3]
      else {
        throw FormatError(
          path, at: place,
          "has \(found.rows) x \(found.columns) pixels in \(fields[3]) bytes, unlike the first or 1 or 2 bytes a pixel")
      }
      (shape, pixelBytes) = (found, fields[3])
      let pixels = start + headerBytes
      guard pixelBytes <= bytes.count - pixels else { throw FormatError(path, at: place, "the file ends within it") }
      offsets.append(pixels)
      if let position = try position(bytes, at: pixels + pixelBytes, version: version) {
        points.append(
          MapPoint(
            x: position.x * 1e-6, y: position.y * 1e-6, phase: 0, orientation: .identity, status: .notIndexed))
      }
    }
    guard let shape, let count = Optional(offsets.count), count > 0 else {
      throw FormatError(path, "holds no pattern")
    }
    let frames = RawFrames(
      shape: shape, pixelType: pixelBytes == shape.count ? .uint8 : .uint16, bytes: bytes, offsets: offsets,
      swapsBytes: 1.bigEndian == 1)
    return try file(frames, points, missing: starts.count - count, path)
  }

  private static func file(
    _ frames: RawFrames, _ points: [MapPoint], missing: Int, _ path: String
  ) throws -> KikuchiPatternFile {
    var patterns = KikuchiPatternFile(
      frames: frames, format: .oxfordBinary,
      grid: MapGrid(rows: 1, columns: frames.count, stepX: 0, stepY: 0, kind: .scattered), paths: [path])
    if missing > 0 {
      patterns.notes.append("\(missing) of \(missing + frames.count) patterns of the map are not stored")
    }
    guard points.count == frames.count else {
      patterns.notes.append("the file states no positions; its patterns are kept in one row")
      return patterns
    }
    var assembly = MapAssembly(file: path)
    if let arranged = try? assembly.arrange(points), arranged.grid.kind == .square,
      arranged.grid.count == points.count
    {
      var order = [Int](repeating: 0, count: points.count)
      for (index, place) in arranged.places.enumerated() { order[place] = index }
      patterns.grid = arranged.grid
      patterns.frames = ReorderedFrames(frames, order: order)
      patterns.positions = order.map { SIMD2(points[$0].x, points[$0].y) }
    } else {
      patterns.positions = points.map { SIMD2($0.x, $0.y) }
      patterns.notes.append("the positions fill no square grid; the patterns are kept in one row")
    }
    return patterns
  }

  /// The table of places; it ends where the first pattern begins.
  private static func places(_ bytes: FrameBytes, _ table: Int, _ path: String) throws -> [Int] {
    var starts: [Int] = []
    var end = bytes.count
    var offset = table
    let block = 1 << 16
    while offset + 8 <= end {
      let reader = ByteReader(try bytes.bytes(at: offset, atMost: min(block, (end - offset) / 8 * 8))[...])
      for place in stride(from: 0, to: reader.count - 7, by: 8) {
        guard offset + place + 8 <= end else { break }
        let start = Int64(bitPattern: reader.uint64(place) ?? 0)
        guard start == 0 || (start >= offset + place + 8 && start < bytes.count) else {
          throw FormatError(path, at: "byte \(offset + place)", "puts pattern \(starts.count) at byte \(start)")
        }
        starts.append(Int(start))
        if start > 0 { end = min(end, Int(start)) }
      }
      offset = table + 8 * starts.count
    }
    guard starts.contains(where: { $0 > 0 }) else { throw FormatError(path, "holds no pattern") }
    return starts
  }

  private static func position(_ bytes: FrameBytes, at offset: Int, version: Int) throws -> SIMD2<Double>? {
    let footer = ByteReader(try bytes.bytes(at: offset, atMost: 18)[...])
    let position: SIMD2<Double>?
    switch version {
    case 0: return nil
    case 1: position = footer.float64(0).flatMap { x in footer.float64(8).map { SIMD2(x, $0) } }
    default:
      guard footer.byte(0) == 1, footer.byte(9) == 1 else { return nil }
      position = footer.float64(1).flatMap { x in footer.float64(10).map { SIMD2(x, $0) } }
    }
    return position.flatMap { abs($0.x) < 1e9 && abs($0.y) < 1e9 ? $0 : nil }
  }
}
