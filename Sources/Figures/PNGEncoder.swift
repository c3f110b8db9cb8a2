import CPNGSystem

/// Why an image could not be written.
public struct PNGError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
}

/// Writes rasters as PNG in memory, by the simplified interface of libpng.
enum PNGEncoder {
  /// An image of indices into a table of colours, the last entry of which may be transparent.
  ///
  /// - Parameters:
  ///   - indices: `[row × columns + column]`, row 0 at the top.
  ///   - colours: at most 256 colours with their opacity (0...255).
  static func indexed(
    _ indices: [UInt8], rows: Int, columns: Int, colours: [(Colour, opacity: UInt8)]
  ) throws -> [UInt8] {
    var table: [UInt8] = []
    for (colour, opacity) in colours { table += [colour.red, colour.green, colour.blue, opacity] }
    let format = UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA | PNG_FORMAT_FLAG_COLORMAP)
    return try write(indices, rows: rows, columns: columns, format: format, colourTable: table)
  }

  /// A grey image of sixteen bits a pixel, whose values are numbers rather than brightness.
  ///
  /// - Parameter values: `[row × columns + column]`, row 0 at the top.
  static func numbers(_ values: [UInt16], rows: Int, columns: Int) throws -> [UInt8] {
    try write(values, rows: rows, columns: columns, format: UInt32(PNG_FORMAT_FLAG_LINEAR), colourTable: [])
  }

  /// An image of red, green and blue, three bytes a pixel, row 0 at the top.
  static func colours(_ channels: [UInt8], rows: Int, columns: Int) throws -> [UInt8] {
    try write(channels, rows: rows, columns: columns, samples: 3, format: UInt32(PNG_FORMAT_RGB), colourTable: [])
  }

  private static func write<Element>(
    _ pixels: [Element], rows: Int, columns: Int, samples: Int = 1, format: UInt32, colourTable: [UInt8]
  ) throws -> [UInt8] {
    guard rows > 0, columns > 0, pixels.count == samples * rows * columns, rows < 1 << 24, columns < 1 << 24 else {
      throw PNGError(description: "an image of \(rows) × \(columns) pixels cannot hold \(pixels.count) values")
    }
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(columns)
    image.height = UInt32(rows)
    image.format = format
    image.colormap_entries = UInt32(colourTable.count / 4)
    defer { png_image_free(&image) }
    // The first call asks for the size, the second writes. The raster bound is generous: 16-bit rows with filter bytes.
    var size = rows * (samples * columns * MemoryLayout<Element>.stride + 16) * 2 + 65536
    var bytes = [UInt8](repeating: 0, count: size)
    let done = pixels.withUnsafeBytes { raster in
      colourTable.withUnsafeBytes { table in
        png_image_write_to_memory(
          &image, &bytes, &size, 0, raster.baseAddress, Int32(samples * columns),
          table.isEmpty ? nil : table.baseAddress)
      }
    }
    guard done != 0 else {
      let message = withUnsafeBytes(of: image.message) { text in
        String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw PNGError(description: "the image could not be written: \(message)")
    }
    bytes.removeLast(bytes.count - size)
    return bytes
  }
}

extension PixelMap {
  /// One frame of the map as a PNG image in the colours of its scale; pixels without a value are transparent.
  ///
  /// - Parameter frame: a place in ``values``; a map with a single frame shows it at any place.
  /// - Throws: ``PNGError`` where the map has no pixels.
  public func png(frame: Int = 0) throws -> [UInt8] {
    let levels = 255
    var colours = (0..<levels).map { (colourScale.colour(at: Double($0) / Double(levels - 1)), opacity: UInt8(255)) }
    colours.append((Colour(0), opacity: 0))
    let scale = Float(levels - 1) / Float(limits[1] - limits[0])
    let lower = Float(limits[0])
    let indices = values(frame: frame).map { value -> UInt8 in
      guard value.isFinite else { return UInt8(levels) }
      let index = ((value - lower) * scale).rounded()
      return index.isFinite ? UInt8(min(max(index, 0), Float(levels - 1))) : 0
    }
    return try PNGEncoder.indexed(indices, rows: rows, columns: columns, colours: colours)
  }
}
