/// The uncertainty that a ring of few grains has as a measure of the whole particle.
///
/// A ring is made by the grains that happen to stand in reflection. Where grains differ in their state, the spacing of a
/// ring is the mean of its own few, and the rings of 003 and 104 belong to different ones: a and c are then made of two
/// different states. With s_i the standard deviation of d_i/d_i − 1 between grains, taken with the sign of its change
/// with the state, n_i the effective number of grains of ring i and n_ij that of the grains in both,
///
///     Cov(ln d_i, ln d_j) = s_i s_j n_ij / (n_i n_j),  n_ii = n_i.
///
/// Rings without grains in common are independent. If the same grains made both rings, the errors would be fully
/// correlated, as those of one state: n_ij = n_i = n_j. On charge 003 moves out while 104 moves in (up to 64 % state of
/// charge), so s_003 and s_104 then have opposite signs. The formula is that of the mean of n independent draws with
/// equal weights; unequal ones are counted by ``effectiveCount(intensities:)`` (Kish, Survey Sampling (1965)).
public struct GrainSampling: Sendable, Hashable {
  /// Standard deviations of the relative spacing between grains, with the sign of ∂d/∂state, one a ring.
  public var spreads: [Double]
  /// Effective numbers of grains, one a ring.
  public var counts: [Double]
  /// Effective number of grains in common of each pair of rings, row by row; the diagonal is not read. Empty: none.
  public var shared: [Double]

  public init(spreads: [Double], counts: [Double], shared: [Double] = []) {
    (self.spreads, self.counts, self.shared) = (spreads, counts, shared)
  }

  /// The sampling of two rings.
  ///
  /// - Parameters:
  ///   - spreads: of the relative spacings of 003 and 104 between grains, with signs.
  ///   - counts: effective numbers of grains.
  ///   - shared: effective number of grains that give both.
  public init(spreads: (Double, Double), counts: (Double, Double), shared: Double = 0) {
    self.init(spreads: [spreads.0, spreads.1], counts: [counts.0, counts.1], shared: [0, shared, shared, 0])
  }

  /// (Σ I)² / Σ I²: how many grains of equal intensity have a mean as certain as these have.
  ///
  /// - Returns: zero where nothing has a positive intensity.
  public static func effectiveCount(intensities: [Double]) -> Double {
    let positive = intensities.filter { $0 > 0 }
    let sum = positive.reduce(0, +)
    let squares = positive.reduce(0) { $0 + $1 * $1 }
    return squares > 0 ? sum * sum / squares : 0
  }

  /// The covariance of the relative spacings, row by row.
  ///
  /// - Throws: ``LatticeError`` when lengths do not fit, a count is below one, or more grains are shared than there are.
  public func covariance(reflections count: Int) throws(LatticeError) -> [Double] {
    guard spreads.count == count else { throw .size(what: "spreads", found: spreads.count, expected: count) }
    guard counts.count == count else { throw .size(what: "counts of grains", found: counts.count, expected: count) }
    guard shared.isEmpty || shared.count == count * count else {
      throw .size(what: "shared counts of grains", found: shared.count, expected: count * count)
    }
    for index in 0..<count {
      guard counts[index] >= 1, counts[index].isFinite else {
        throw .outOfRange(name: "the effective number of grains", value: counts[index], expected: "one or more")
      }
      guard spreads[index].isFinite else {
        throw .outOfRange(name: "the spread of spacings", value: spreads[index], expected: "a number")
      }
    }
    var result = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0..<count {
        let common = i == j ? counts[i] : shared.isEmpty ? 0 : shared[i * count + j]
        guard common >= 0, common <= min(counts[i], counts[j]) else {
          throw .outOfRange(
            name: "the number of shared grains", value: common, expected: "0 to \(min(counts[i], counts[j]))")
        }
        result[i * count + j] = spreads[i] * spreads[j] * common / (counts[i] * counts[j])
      }
    }
    return result
  }
}
