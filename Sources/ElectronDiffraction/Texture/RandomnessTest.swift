import Foundation

/// How often random particles of the same grains differ from random as much as the measured one does.
///
/// The probabilities are shares of the replicates of random axes, (1 + as many as reach it) / (1 + all), and exact for
/// grains of any size; counting points instead would call any map of a few grains textured.
public struct RandomnessTest: Sendable, Hashable {
  /// By |S|.
  public let order: Double
  /// By N_eff Σ (share − expected)² / expected over the bins.
  public let chiSquare: Double
  /// By the largest difference of the cumulative shares at the edges of the bins (Kolmogorov and Smirnov).
  public let cumulative: Double
  /// N_eff Σ (share − expected)² / expected; about bins − 1 for random grains.
  public let chiSquareStatistic: Double
  /// The largest difference of the cumulative shares.
  public let cumulativeStatistic: Double

  init(bins: AngleBins, bootstrap: GrainBootstrap, random: RandomTexture, effectiveGrains: Double) {
    let count = bins.count
    func statistics(_ shares: ArraySlice<Double>) -> (chi: Double, cumulative: Double) {
      var (chi, running, largest) = (0.0, 0.0, 0.0)
      for (share, expected) in zip(shares, bins.expectation) {
        chi += (share - expected) * (share - expected) / expected
        running += share - expected
        largest = max(largest, abs(running))
      }
      return (effectiveGrains * chi, largest)
    }
    let measured = statistics(bootstrap.share[...])
    let centre = bins.kind == .inSpace ? 1 / 3.0 : 0.5
    var (orders, chis, steps) = (1, 1, 1)
    for (replicate, mean) in random.squaredCosines.enumerated() {
      let drawn = statistics(random.shares[replicate * count..<(replicate + 1) * count])
      if abs(mean - centre) >= abs(bootstrap.squaredCosine - centre) { orders += 1 }
      if drawn.chi >= measured.chi { chis += 1 }
      if drawn.cumulative >= measured.cumulative { steps += 1 }
    }
    let all = Double(random.squaredCosines.count + 1)
    (order, chiSquare, cumulative) = (Double(orders) / all, Double(chis) / all, Double(steps) / all)
    (chiSquareStatistic, cumulativeStatistic) = (measured.chi, measured.cumulative)
  }
}
