import ArrayMath
import ElectronDiffraction
import Foundation

/// Patterns in EDAX's binary files, `.up1` (8 bits a pixel) and `.up2` (16 bits).
///
/// Little-endian: version, width, height, first byte of the patterns, 32 bits each; from version 3 on a byte, columns and
/// rows of the map, a byte that is 1 for a hexagonal one, and the steps in micrometres as double precision numbers.
enum EDAXBinaryPatterns {
  static func open(_ bytes: FrameBytes, path: String, pixelType: PixelType) throws -> KikuchiPatternFile {
    let reader = ByteReader(try bytes.bytes(at: 0, atMost: 64)[...])
    guard let version = reader.uint32(0), let width = reader.uint32(4), let height = reader.uint32(8),
      let offset = reader.uint32(12)
    else { throw FormatError(path, "ends within its header of 16 bytes") }
    guard version == 1 || (3...100).contains(version) else {
      throw FormatError(path, at: "byte 0", "is of version \(version); 1 and 3 onwards are read")
    }
    let shape = try shape(rows: Int(height), columns: Int(width), path, at: "byte 4")
    let frameBytes = shape.count * pixelType.size
    guard offset >= 16, Int(offset) <= bytes.count else {
      throw FormatError(path, at: "byte 12", "puts the first pattern at byte \(offset) of \(bytes.count)")
    }
    let (stored, rest) = (bytes.count - Int(offset)).quotientAndRemainder(dividingBy: frameBytes)
    guard stored > 0 else { throw FormatError(path, "holds no whole pattern of \(frameBytes) bytes") }
    var grid = MapGrid(rows: 1, columns: stored, stepX: 0, stepY: 0, kind: .scattered)
    var notes: [String] = []
    if version >= 3 {
      guard let columns = reader.uint32(17), let rows = reader.uint32(21), let hexagonal = reader.byte(25),
        let stepX = reader.float64(26), let stepY = reader.float64(34), offset >= 42
      else { throw FormatError(path, "ends within its header of 42 bytes") }
      let isPossible = [stepX, stepY].allSatisfy { $0 >= 0 && $0 < 1e6 }
      guard isPossible else {
        throw FormatError(path, at: "byte 26", "states steps of \(stepX) and \(stepY) um")
      }
      if hexagonal == 1 {
        notes.append("the scan is hexagonal; its patterns are kept in one row")
      } else {
        let (count, overflow) = Int(columns).multipliedReportingOverflow(by: Int(rows))
        guard !overflow, count > 0, count <= stored else {
          throw FormatError(path, "holds \(stored) patterns, but states a map of \(rows) x \(columns) points")
        }
        if count < stored { notes.append("\(stored - count) patterns follow those of the map; they are left out") }
        grid = MapGrid(rows: Int(rows), columns: Int(columns), stepX: stepX * 1e-6, stepY: stepY * 1e-6)
      }
    } else {
      notes.append("the file states no map; its patterns are kept in one row")
    }
    if rest != 0 { notes.append("\(rest) bytes follow the last whole pattern") }
    let frames = RawFrames(
      shape: shape, pixelType: pixelType, bytes: bytes,
      offsets: (0..<grid.count).map { Int(offset) + $0 * frameBytes }, swapsBytes: 1.bigEndian == 1)
    var patterns = KikuchiPatternFile(frames: frames, format: .edaxBinary, grid: grid, paths: [path])
    patterns.notes = notes
    return patterns
  }

  /// The shape of patterns, within reason.
  static func shape(rows: Int, columns: Int, _ path: String, at place: String) throws -> FrameShape {
    guard (2...16384).contains(rows), (2...16384).contains(columns) else {
      throw FormatError(path, at: place, "states patterns of \(rows) x \(columns) pixels")
    }
    return FrameShape(rows: rows, columns: columns)
  }
}
