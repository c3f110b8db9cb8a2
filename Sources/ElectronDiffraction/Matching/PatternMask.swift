public import ArrayMath

/// The pixels of a pattern that take part in a comparison.
public struct PatternMask: Sendable, Hashable {
  /// The extent of the patterns.
  public let shape: FrameShape
  /// Indices of the pixels in C order, ascending.
  public let pixels: [Int]

  /// The pixels for which a test holds.
  ///
  /// - Parameter includes: gets the row and the column.
  public init(shape: FrameShape, where includes: (_ row: Int, _ column: Int) throws -> Bool) rethrows {
    self.shape = shape
    pixels = try (0..<shape.count).filter { try includes($0 / shape.columns, $0 % shape.columns) }
  }

  /// All pixels.
  public static func all(_ shape: FrameShape) -> PatternMask { PatternMask(shape: shape) { _, _ in true } }

  /// The pixels whose centres lie in the largest circle about the middle of the pattern.
  public static func circle(_ shape: FrameShape) -> PatternMask {
    let radius = Double(min(shape.rows, shape.columns)) / 2
    return PatternMask(shape: shape) { row, column in
      let (y, x) = (Double(row) + 0.5 - Double(shape.rows) / 2, Double(column) + 0.5 - Double(shape.columns) / 2)
      return x * x + y * y <= radius * radius
    }
  }

  /// The values of a pattern at the pixels of the mask.
  ///
  /// - Precondition: the pattern has the extent of the mask.
  public func values(_ pattern: [Float]) -> [Float] {
    precondition(pattern.count == shape.count, "a pattern has the extent of its mask")
    return pixels.count == shape.count ? pattern : pixels.map { pattern[$0] }
  }
}
