public import Foundation

/// A raster whose pixels are colours rather than values of a scale: an orientation map, a micrograph with an overlay.
///
/// What the colours mean is told by the caption, or by a panel beside it that draws the key.
public struct Picture: Codable, Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  /// Red, green and blue of each pixel, `[3 (row × columns + column)]`, row 0 at the top.
  public let channels: Data
  /// The extent of the raster on the x axis, outer edges, `[left, right]`.
  public let xExtent: [Double]
  /// The extent of the raster on the y axis, outer edges, `[bottom, top]`.
  public let yExtent: [Double]

  /// - Parameter pixels: `[row × columns + column]`, row 0 at the top.
  public init(
    rows: Int, columns: Int, pixels: [Colour], xExtent: ClosedRange<Double>, yExtent: ClosedRange<Double>
  ) {
    precondition(pixels.count == rows * columns, "a picture has a colour for each of its pixels")
    self.rows = rows
    self.columns = columns
    channels = Data(pixels.flatMap { [$0.red, $0.green, $0.blue] })
    self.xExtent = [xExtent.lowerBound, xExtent.upperBound]
    self.yExtent = [yExtent.lowerBound, yExtent.upperBound]
  }

  private enum CodingKeys: CodingKey { case rows, columns, channels, xExtent, yExtent }

  /// - Throws: `DecodingError` when a key is missing or there are not rows × columns pixels.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    rows = try container.decode(Int.self, forKey: .rows)
    columns = try container.decode(Int.self, forKey: .columns)
    channels = try container.decode(Data.self, forKey: .channels)
    xExtent = try container.decode([Double].self, forKey: .xExtent)
    yExtent = try container.decode([Double].self, forKey: .yExtent)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count >= 0, channels.count.isMultiple(of: 3), channels.count / 3 == count, xExtent.count == 2,
      yExtent.count == 2
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .channels, in: container, debugDescription: "a picture has not rows × columns pixels")
    }
  }

  /// The colour of a pixel.
  public func colour(row: Int, column: Int) -> Colour {
    let place = 3 * (row * columns + column)
    return Colour(
      UInt32(channels[place]) << 16 | UInt32(channels[place + 1]) << 8 | UInt32(channels[place + 2]))
  }

  /// The picture as PNG, each pixel repeated so that a browser, which smooths what it enlarges, keeps its edges.
  ///
  /// - Throws: ``PNGError`` where the picture has no pixels.
  public func png() throws -> [UInt8] {
    let scale = max(1, 480 / max(rows, columns, 1))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(channels.count * scale * scale)
    for row in 0..<rows {
      var line: [UInt8] = []
      for column in 0..<columns {
        let place = 3 * (row * columns + column)
        for _ in 0..<scale { line += [channels[place], channels[place + 1], channels[place + 2]] }
      }
      for _ in 0..<scale { bytes += line }
    }
    return try PNGEncoder.colours(bytes, rows: rows * scale, columns: columns * scale)
  }
}
