public import ArrayMath
import CTIFF

/// Writes frames as the pages of a TIFF file.
public enum TIFFFrameWriter {
  /// How strips and tiles are compressed.
  public enum Compression: Sendable, Hashable {
    case none, deflate, lzw, packBits

    fileprivate var tag: UInt16 {
      switch self {
      case .none: 1
      case .deflate: 8
      case .lzw: 5
      case .packBits: 32773
      }
    }
  }

  /// Writes a file, replacing one of that name.
  ///
  /// - Parameters:
  ///   - compression: of each strip; deflate and LZW go with the predictor of neighbouring pixels.
  ///   - tile: the side of square tiles in pixels, a multiple of 16; strips of whole rows without one.
  ///   - description: the text of the first page.
  ///   - pixel: the extents of a pixel in metres, for the tags of the resolution.
  /// - Throws: ``FormatError`` when the file cannot be written, what the source throws when it cannot be read.
  public static func write(
    _ frames: any FrameSource, to path: String, compression: Compression = .none, tile: Int? = nil,
    description: String = "", pixel: (height: Double, width: Double)? = nil
  ) throws {
    let type = frames.pixelType
    // 1 unsigned, 2 signed, 3 floating point.
    let format: UInt16 =
      switch type {
      case .uint8, .uint16, .uint32, .uint64: 1
      case .int8, .int16, .int32, .int64: 2
      case .float32, .float64: 3
      }
    if let tile, tile <= 0 || !tile.isMultiple(of: 16) {
      throw FormatError(path, "the side of a tile is a multiple of 16, not \(tile)")
    }
    let isPredicted = compression == .deflate || compression == .lzw
    let size = frames.shape.count * type.size
    let isBig = frames.count * size > 3_900_000_000
    var message = [CChar](repeating: 0, count: 512)
    guard let tiff = operando_tiff_create(path, isBig ? 1 : 0, &message, message.count) else {
      let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw FormatError(path, "cannot be written: \(reason)")
    }
    defer { operando_tiff_close(tiff) }
    var pixels = [UInt8](repeating: 0, count: size)
    for index in 0..<frames.count {
      try pixels.withUnsafeMutableBytes { try frames.read(frame: index, into: $0) }
      if let pixel { operando_tiff_resolution(tiff, 0.01 / pixel.height, 0.01 / pixel.width) }
      let isWritten = operando_tiff_write(
        tiff, pixels, UInt32(frames.shape.rows), UInt32(frames.shape.columns), UInt16(8 * type.size), format,
        compression.tag, isPredicted ? (format == 3 ? 3 : 2) : 1, UInt32(tile ?? 0), index == 0 ? description : "")
      guard isWritten == 1 else {
        throw FormatError(path, "cannot be written: \(String(cString: operando_tiff_message(tiff)))")
      }
    }
  }
}
