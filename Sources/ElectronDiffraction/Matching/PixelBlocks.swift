import ArrayMath

/// A mask cut into about a hundred squares.
///
/// What a master leaves unexplained is alike in neighbouring pixels but hardly so in blocks wider than a band, so sums over
/// blocks count as independent where pixels do not.
struct PixelBlocks: Sendable {
  /// The block of each pixel of the mask.
  let numbers: [Int32]
  /// The number of blocks.
  let count: Int

  init(_ mask: PatternMask) {
    let edge = max(2, Int((Double(mask.pixels.count) / 100).squareRoot().rounded()))
    let across = (mask.shape.columns + edge - 1) / edge
    var found: [Int: Int32] = [:]
    numbers = mask.pixels.map { pixel in
      let block = pixel / mask.shape.columns / edge * across + pixel % mask.shape.columns / edge
      if let number = found[block] { return number }
      let number = Int32(found.count)
      found[block] = number
      return number
    }
    count = found.count
  }
}
