import Foundation

/// All frames of a pixel map as numbers in one PNG of sixteen bits: a quarter of the size of the same numbers as text.
///
/// A pixel holds a code: 0 for no value, else `value = minimum + (code − 1) step`. The frames lie below one another.
/// The step is 1/4094 of the range of the values, so that a value read back is within 1/8188 of that range.
public struct PackedMap: Sendable {
  /// The number of steps between the lowest and the highest value.
  static let levels = 4094

  public let png: [UInt8]
  public let rows: Int
  public let columns: Int
  public let frames: Int
  public let minimum: Double
  public let step: Double

  /// - Throws: ``PNGError`` where the map has no pixels.
  public init(_ map: PixelMap) throws {
    let finite = map.values.lazy.joined().filter(\.isFinite)
    let lowest = finite.min() ?? 0
    let size = Double((finite.max() ?? 0)) - Double(lowest)
    rows = map.rows
    columns = map.columns
    frames = map.values.count
    minimum = Double(lowest)
    step = size > 0 ? size / Double(Self.levels) : 1
    var codes: [UInt16] = []
    codes.reserveCapacity(frames * rows * columns)
    for frame in map.values {
      for value in frame {
        codes.append(value.isFinite ? UInt16(((Double(value) - minimum) / step).rounded()) + 1 : 0)
      }
    }
    png = try PNGEncoder.numbers(codes, rows: frames * rows, columns: columns)
  }

  var json: JSONText {
    .object([
      ("png", .string(Data(png).base64EncodedString())), ("rows", .number(Double(rows))),
      ("columns", .number(Double(columns))), ("frames", .number(Double(frames))), ("minimum", .number(minimum)),
      ("step", .number(step)),
    ])
  }
}

extension PixelMap {
  /// The map with blocks of `factor` × `factor` pixels replaced by the mean of their values; a block of which more than
  /// half has no value has none.
  ///
  /// The last row and column of blocks may be cut; the extent is kept, so a factor should divide the size well.
  public func coarsened(by factor: Int) -> PixelMap {
    guard factor > 1, rows >= factor, columns >= factor else { return self }
    var coarse = self
    coarse.rows = rows / factor
    coarse.columns = columns / factor
    // The outer edge moves in by what the last incomplete block loses.
    coarse.xExtent[1] = xExtent[0] + (xExtent[1] - xExtent[0]) * Double(coarse.columns * factor) / Double(columns)
    coarse.yExtent[0] = yExtent[1] - (yExtent[1] - yExtent[0]) * Double(coarse.rows * factor) / Double(rows)
    coarse.values = values.map { frame in
      var result = [Float](repeating: .nan, count: coarse.rows * coarse.columns)
      for row in 0..<coarse.rows {
        for column in 0..<coarse.columns {
          var (sum, count) = (Float(0), 0)
          for i in 0..<factor {
            for j in 0..<factor {
              let value = frame[(row * factor + i) * columns + column * factor + j]
              if value.isFinite { (sum, count) = (sum + value, count + 1) }
            }
          }
          if 2 * count >= factor * factor { result[row * coarse.columns + column] = sum / Float(count) }
        }
      }
      return result
    }
    return coarse
  }
}
