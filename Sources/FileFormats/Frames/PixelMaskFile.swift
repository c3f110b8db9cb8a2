import ArrayMath
import HDF5
public import PowderDiffraction

/// Reads which pixels are left out.
///
/// TIFF, EDF, CBF and NumPy files leave out every pixel that is not zero. In HDF5 files a `pixel_mask` is the bit field of
/// NeXus, of which any of bits 0 to 7 leaves a pixel out; any other dataset counts like an image. FIT2D's `.msk` files
/// are read too; rows are in the order of the file.
public enum PixelMaskFile {
  /// - Parameter path: a file, or `file.h5::/path/in/the/file`.
  /// - Throws: ``FormatError`` or `HDF5Error` when there is no mask in the file, more than one, or it is damaged.
  public static func read(path: String) throws -> PixelMask {
    let (file, dataset) = FrameFile.split(path)
    let bytes = try FrameBytes(path: file)
    if FrameFile.isHDF5(bytes) { return try readHDF5(file, dataset: dataset) }
    return try read(bytes)
  }

  /// Reads the bytes of a mask other than HDF5.
  ///
  /// - Parameter name: for messages.
  public static func read(_ bytes: [UInt8], named name: String) throws -> PixelMask {
    try read(FrameBytes(bytes, named: name))
  }

  private static func read(_ bytes: FrameBytes) throws -> PixelMask {
    let start = try bytes.bytes(at: 0, atMost: 1 << 12)
    if isFIT2D(start) { return try readFIT2D(bytes, start) }
    if NPYFile.recognises(start) { return try mask(NPYFile.read(bytes), named: bytes.name) { $0 != 0 } }
    let file = try FrameFile.open(bytes, start: start, paths: [bytes.name])
    return try mask(file.frames, named: bytes.name) { $0 != 0 }
  }

  private static func readHDF5(_ path: String, dataset: String?) throws -> PixelMask {
    let file = try HDF5OpenFile(path)
    let place: HDF5Place
    let name: Substring
    if let dataset {
      place = try HDF5Place(file: file, path: dataset).resolved()
      name = dataset.split(separator: "/").last ?? ""
    } else {
      let search = try HDF5FrameSearch(file)
      if let named = search.candidates.first(where: { $0.name == "pixel_mask" })
        ?? search.candidates.first(where: { $0.name == "mask" })
      {
        place = named.place
        name = named.name
      } else {
        let places = try search.frames()
        guard places.count == 1 else { throw FormatError(path, "holds \(places.count) datasets; a mask is one") }
        place = places[0]
        name = ""
      }
    }
    let frames = try HDF5Frames(place.file.dataset(place.path), of: place.file)
    guard name == "pixel_mask" else { return try mask(frames, named: place.description) { $0 != 0 } }
    return try mask(frames, named: place.description) { $0.isFinite && Int64($0) & 0xff != 0 }
  }

  /// The mask that an image is.
  private static func mask(
    _ frames: any FrameSource, named name: String, _ isMasked: (Double) -> Bool
  ) throws -> PixelMask {
    guard frames.count == 1 else { throw FormatError(name, "holds \(frames.count) frames; a mask is one") }
    var flags = [UInt8](repeating: 0, count: frames.shape.count)
    try frames.withPixels(frame: 0) { index, value in
      // Not a number is no pixel either.
      if value.isNaN || isMasked(value) { flags[index] = 1 }
    }
    return PixelMask(flags, shape: frames.shape)
  }

  // MARK: - FIT2D

  /// The letters M, A, S, K, one in each of the first four words.
  private static func isFIT2D(_ start: [UInt8]) -> Bool {
    start.count >= 16 && zip([0, 4, 8, 12], "MASK".utf8).allSatisfy { start[$0] == $1 }
  }

  /// A header of 1024 bytes with columns and rows, then a bit for each pixel, rows filled up to 32 bits, the lowest bit
  /// first.
  private static func readFIT2D(_ bytes: FrameBytes, _ start: [UInt8]) throws -> PixelMask {
    let reader = ByteReader(start[...])
    guard let columns = reader.uint32(16), let rows = reader.uint32(20), columns > 0, rows > 0, columns <= 1 << 24,
      rows <= 1 << 24
    else { throw FormatError(bytes.name, "is a FIT2D mask without a sensible extent") }
    let shape = FrameShape(rows: Int(rows), columns: Int(columns))
    let stride = (shape.columns + 31) / 32 * 4
    guard bytes.count >= 1024, stride * shape.rows <= bytes.count - 1024 else {
      throw FormatError(
        bytes.name, "claims \(shape.rows) x \(shape.columns) pixels, but the file ends at byte \(bytes.count)")
    }
    let packed = try bytes.bytes(at: 1024, atMost: stride * shape.rows)
    var flags = [UInt8](repeating: 0, count: shape.count)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        flags[row * shape.columns + column] = packed[row * stride + column / 8] >> UInt8(column % 8) & 1
      }
    }
    return PixelMask(flags, shape: shape)
  }
}
