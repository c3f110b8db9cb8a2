import Foundation

/// The ratio c/a that the patterns of a map agree on.
public struct AxialRatioEstimate: Sendable, Hashable {
  /// ln((c/a) / (c/a of the master's cell)).
  public var logRatio: Double
  /// Its standard uncertainty, from the scatter of the patterns.
  public var uncertainty: Double
  /// Patterns that it rests on.
  public var patterns: Int

  /// The mean over patterns, weighted by the inverse of their variances.
  ///
  /// The uncertainty is that of a weighted mean by the scatter about it, σ² = n/(n−1) Σ w²(x − mean)² / (Σ w)², so that it
  /// holds where the stated uncertainties of the patterns leave out what the master does not explain.
  ///
  /// - Returns: nil for fewer than two patterns in which c/a was refined.
  public init?(_ refined: [RefinedPattern]) {
    let usable = refined.filter { $0.isConverged && $0.logAxialRatioUncertainty > 0 }
    guard usable.count > 1 else { return nil }
    let weights = usable.map { 1 / ($0.logAxialRatioUncertainty * $0.logAxialRatioUncertainty) }
    let total = weights.reduce(0, +)
    let mean = zip(usable, weights).reduce(0) { $0 + $1.0.pose.logAxialRatio * $1.1 } / total
    let scatter = zip(usable, weights).reduce(0) {
      $0 + $1.1 * $1.1 * ($1.0.pose.logAxialRatio - mean) * ($1.0.pose.logAxialRatio - mean)
    }
    let n = Double(usable.count)
    logRatio = mean
    uncertainty = (n / (n - 1) * scatter).squareRoot() / total
    patterns = usable.count
  }
}
