import ArrayMath
import Foundation
import TestSupport

/// Frames for tests, and a folder for their files that goes with its owner.
final class FrameFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "frames-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: url.appending(path: name))
    return path(name)
  }
}

enum FrameSamples {
  static let golden = SharedData.checkout.appending(path: "Tests/Golden/frames")

  /// Counts about 30 with a few large ones, the same for the same seed.
  static func counts<Pixel: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _: Pixel.Type, frames: Int = 3, rows: Int = 37, columns: Int = 53, seed: UInt64 = 1
  ) -> MemoryFrames<Pixel> {
    var state = seed
    let pixels = (0..<frames * rows * columns).map { index -> Pixel in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      if index % 101 == 7 { return Pixel.max }
      return Pixel(truncatingIfNeeded: (state >> 33) % 61)
    }
    return MemoryFrames(pixels, shape: FrameShape(rows: rows, columns: columns))
  }

  static func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path))) }
}

extension FrameSource {
  /// A frame by each of the two ways to read one.
  func bothWays(_ index: Int) throws -> (whole: [UInt8], pieces: [UInt8]) {
    let size = shape.count * pixelType.size
    var whole = [UInt8](repeating: 0xa5, count: size)
    try whole.withUnsafeMutableBytes { try read(frame: index, into: $0) }
    var pieces: [UInt8] = []
    var scratch = FrameScratch()
    try forEachPiece(ofFrame: index, scratch: &scratch) { first, bytes in
      if first * pixelType.size == pieces.count { pieces.append(contentsOf: bytes) }
    }
    return (whole, pieces)
  }

  /// The pixels of a frame as double precision numbers.
  func doubles(_ index: Int) throws -> [Double] {
    let bytes = try bothWays(index).whole
    return bytes.withUnsafeBytes { bytes in
      func all<Value: BinaryInteger>(_: Value.Type) -> [Double] { bytes.bindMemory(to: Value.self).map { Double($0) } }
      return switch pixelType {
      case .int8: all(Int8.self)
      case .uint8: all(UInt8.self)
      case .int16: all(Int16.self)
      case .uint16: all(UInt16.self)
      case .int32: all(Int32.self)
      case .uint32: all(UInt32.self)
      case .int64: all(Int64.self)
      case .uint64: all(UInt64.self)
      case .float32: bytes.bindMemory(to: Float.self).map { Double($0) }
      case .float64: [Double](bytes.bindMemory(to: Double.self))
      }
    }
  }
}
