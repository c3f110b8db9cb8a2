public import ArrayMath

/// What the spots of one ring say about its grains, and about the powder mean taken from few of them.
public struct RingGrains: Sendable, Hashable {
  /// The number of spots that were counted.
  public let spotCount: Int
  /// Effective number of equally bright grains, `(Σ I)² / Σ I²`, with the counting noise taken off the squares. For
  /// brightnesses that are distributed exponentially it is half the number of grains.
  public let effectiveNumber: Double
  /// Standard uncertainty of the effective number from counting.
  public let effectiveNumberSigma: Double
  /// Mean of 2θ weighted with the intensities, as a pattern over the whole azimuth shows it, in radians.
  public let powderMean: Double
  /// Standard uncertainty of the powder mean by the bootstrap over the grains: what another choice of grains would give.
  public let powderMeanSigma: Double
  /// Median of 2θ of the spots and its standard uncertainty by the bootstrap, in radians.
  public let spotMedian, spotMedianSigma: Double
  /// Powder mean less spot median and its standard uncertainty by the bootstrap, in radians: bright grains that differ
  /// from the many show in it.
  public let difference, differenceSigma: Double
  /// Standard deviation of 2θ between the grains beyond the noise, in radians.
  public let spread: Double

  /// - Parameters:
  ///   - spots: of one ring; those that are saturated, masked or cut are left out.
  ///   - generator: draws the bootstrap.
  ///   - draws: of the bootstrap.
  /// - Throws: ``SpotError/tooFew(what:found:needed:)`` for fewer than two usable spots.
  public init(
    _ spots: [DetectedSpot], generator: inout SeededGenerator, draws: Int = 400
  ) throws(SpotError) {
    let usable = spots.filter {
      $0.flags.isDisjoint(with: [.saturated, .masked, .cut]) && $0.intensity > 0
    }
    guard usable.count >= 2 else { throw .tooFew(what: "usable spots", found: usable.count, needed: 2) }
    try SpotError.require(draws >= 2, "draws of the bootstrap", Double(draws), "two or more")
    spotCount = usable.count
    let sum = usable.reduce(0) { $0 + $1.intensity }
    let squares = usable.reduce(0) { $0 + $1.intensity * $1.intensity - $1.intensitySigma * $1.intensitySigma }
    // Noise alone never makes fewer than one grain.
    let bounded = max(squares, sum * sum / Double(usable.count))
    let number = sum * sum / bounded
    effectiveNumber = number
    // ∂N/∂I = 2 (N/ΣI − N I/ΣI²)
    effectiveNumberSigma =
      usable.reduce(0) { total, spot in
        let slope = 2 * number * (1 / sum - spot.intensity / bounded) * spot.intensitySigma
        return total + slope * slope
      }.squareRoot()
    let central = Self.centres(usable)
    powderMean = central.mean
    spotMedian = central.median
    difference = central.mean - central.median
    var sums = (SIMD3<Double>.zero, SIMD3<Double>.zero)
    for _ in 0..<draws {
      let resampled = usable.indices.map { _ in usable[Int(generator.uniform() * Double(usable.count))] }
      let drawn = Self.centres(resampled)
      let offsets = SIMD3(
        drawn.mean - central.mean, drawn.median - central.median,
        drawn.mean - drawn.median - central.mean + central.median)
      sums.0 += offsets
      sums.1 += offsets * offsets
    }
    let means = sums.0 / Double(draws)
    let variances = (sums.1 / Double(draws) - means * means) * Double(draws) / Double(draws - 1)
    powderMeanSigma = max(variances.x, 0).squareRoot()
    spotMedianSigma = max(variances.y, 0).squareRoot()
    differenceSigma = max(variances.z, 0).squareRoot()
    let scatter = try? Heterogeneity(usable.map(\.twoTheta), sigmas: usable.map(\.twoThetaSigma))
    spread = scatter?.spread ?? .nan
  }

  private static func centres(_ spots: [DetectedSpot]) -> (mean: Double, median: Double) {
    let sum = spots.reduce(0) { $0 + $1.intensity }
    let sorted = spots.map(\.twoTheta).sorted()
    let middle = sorted.count / 2
    return (
      spots.reduce(0) { $0 + $1.intensity * $1.twoTheta } / sum,
      sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    )
  }
}
