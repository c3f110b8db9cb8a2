internal import ArrayMath

/// Two halves of a scan that share no pattern, for two reconstructions whose Fourier ring correlation tells the
/// resolution.
///
/// Neighbours are paired and a coin decides which of a pair goes where, so that both halves cover the whole field. Each
/// half has less overlap than the scan: the resolution told is pessimistic.
public struct ScanHalves: Sendable, Hashable {
  /// Indices of patterns, ascending; with an odd number of patterns this half has one more.
  public let first: [Int]
  /// Indices of patterns, ascending.
  public let second: [Int]

  /// - Parameters:
  ///   - positions: of the patterns.
  ///   - seed: of the run.
  ///   - item: the number of the projection.
  public init(_ positions: [PixelPosition], seed: UInt64, item: Int = 0) {
    var coin = SeededGenerator(seed: seed, item: item)
    var left = Array(positions.indices)
    var (heads, tails) = ([Int](), [Int]())
    while let one = left.first {
      left.removeFirst()
      func distance(_ other: Int) -> Double {
        let (down, right) =
          (positions[one].row - positions[other].row, positions[one].column - positions[other].column)
        return down * down + right * right
      }
      guard let place = left.indices.min(by: { distance(left[$0]) < distance(left[$1]) }) else {
        heads.append(one)
        break
      }
      let other = left.remove(at: place)
      let swapped = coin.next() & 1 == 1
      heads.append(swapped ? other : one)
      tails.append(swapped ? one : other)
    }
    first = heads.sorted()
    second = tails.sorted()
  }
}

extension DiffractionData {
  /// Some of the patterns, in the order of `indices`.
  public func subset(_ indices: [Int]) -> DiffractionData { selecting(indices) }
}

extension Reconstruction {
  /// The same object and probe with some of the positions, in the order of `indices`.
  public func subset(_ indices: [Int]) -> Reconstruction {
    var selected = self
    selected.positions = indices.map { positions[$0] }
    return selected
  }
}
