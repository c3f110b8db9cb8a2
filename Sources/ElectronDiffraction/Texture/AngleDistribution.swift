import Foundation

/// The lower and upper edge of a band over the bins of a distribution, in multiples of random.
public struct DistributionBand: Sendable, Hashable {
  public let lower: [Double]
  public let upper: [Double]

  /// Whether all values lie inside.
  public func contains(_ values: [Double]) -> Bool {
    zip(values, zip(lower, upper)).allSatisfy { $0 >= $1.0 && $0 <= $1.1 }
  }
}

/// The distribution of the angle between c axis and radius over the area of a section.
///
/// More axes lie near 90° than near 0° even where they are random. The share of each bin is therefore divided by exactly
/// what random axes put into it, cos θ₁ − cos θ₂, which gives multiples of random; ``overSine`` holds the density over
/// sin θ of the bin's middle instead, as the study of single particles did.
public struct AngleDistribution: Sendable, Hashable {
  public let bins: AngleBins
  /// Share of the indexed area in each bin.
  public let share: [Double]
  /// The share over that of random axes; 1 where they are random.
  public let multiplesOfRandom: [Double]
  /// The density per radian over sin θ at the bin's middle; nil for angles in the section, whose random density is even.
  public let overSine: [Double]?
  /// Where 95 % of random particles of these grains lie, bin by bin.
  public let randomPointwise: DistributionBand
  /// Where 95 % of random particles of these grains lie with all their bins at once.
  public let randomSimultaneous: DistributionBand
  /// 95 % confidence of the distribution, bin by bin.
  public let pointwise: DistributionBand
  /// At least 95 % confidence of all its bins at once; cautious, since each bin has its share of the 5 %.
  public let simultaneous: DistributionBand

  init(bins: AngleBins, bootstrap: GrainBootstrap, random: RandomTexture, effectiveGrains: Double) {
    let count = bins.count
    self.bins = bins
    share = bootstrap.share
    let multiples = (0..<count).map { bootstrap.share[$0] / bins.expectation[$0] }
    multiplesOfRandom = multiples
    overSine =
      bins.kind == .inSpace
      ? (0..<count).map { bin in
        let (low, high) = (bins.edges[bin], bins.edges[bin + 1])
        return bootstrap.share[bin] / (high - low) / sin((low + high) / 2)
      } : nil
    (randomPointwise, randomSimultaneous) = Self.bands(
      random.shares, about: [Double](repeating: 1, count: count), bins)
    let (pointwise, simultaneous) = Self.bands(bootstrap.shares, about: multiples, bins)
    // A bin of few grains tells too little of itself by resampling them, and an empty one nothing: the band is nowhere
    // narrower than Wilson's interval of a share of as many grains as tell as much (J. Am. Stat. Assoc. 22, 209 (1927)).
    func widened(_ band: DistributionBand, tail: Double) -> DistributionBand {
      let z = Self.deviate(tail: tail)
      let limits = (0..<count).map { bin in
        let (p, n) = (bootstrap.share[bin], effectiveGrains)
        let middle = p + z * z / (2 * n)
        let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 / (1 + z * z / n) / bins.expectation[bin]
        return (lower: max(0, (middle - reach) * scale), upper: (middle + reach) * scale)
      }
      return DistributionBand(
        lower: (0..<count).map { min(band.lower[$0], limits[$0].lower) },
        upper: (0..<count).map { max(band.upper[$0], limits[$0].upper) })
    }
    self.pointwise = widened(pointwise, tail: 0.025)
    self.simultaneous = widened(simultaneous, tail: 0.025 / Double(count))
  }

  /// The normal deviate that is exceeded with a probability.
  private static func deviate(tail: Double) -> Double {
    var (low, high) = (0.0, 10.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if erfc(middle / 2.0.squareRoot()) / 2 > tail { low = middle } else { high = middle }
    }
    return low
  }

  /// The 95 % bands of replicates.
  ///
  /// The band of all bins at once reaches from the middle by one common factor times the reach of each bin's own quantile
  /// of 2.5 and 97.5 %, so that skewed bins have skewed bands (Myllymäki et al., J. R. Stat. Soc. B 79, 381 (2017),
  /// section 3.3).
  private static func bands(
    _ shares: [Double], about middle: [Double], _ bins: AngleBins
  ) -> (pointwise: DistributionBand, simultaneous: DistributionBand) {
    let count = bins.count
    let replicates = shares.count / count
    var lower = [Double](), upper = [Double]()
    for bin in 0..<count {
      let sorted = (0..<replicates).map { shares[$0 * count + bin] / bins.expectation[bin] }.sorted()
      lower.append(quantile(sorted, 0.025))
      upper.append(quantile(sorted, 0.975))
    }
    let below = (0..<count).map { max(middle[$0] - lower[$0], 1e-12) }
    let above = (0..<count).map { max(upper[$0] - middle[$0], 1e-12) }
    let reaches = (0..<replicates).map { replicate in
      (0..<count).reduce(0.0) { largest, bin in
        let difference = shares[replicate * count + bin] / bins.expectation[bin] - middle[bin]
        return max(largest, difference < 0 ? -difference / below[bin] : difference / above[bin])
      }
    }.sorted()
    let factor = quantile(reaches, 0.95)
    return (
      DistributionBand(lower: lower, upper: upper),
      DistributionBand(
        lower: (0..<count).map { max(0, middle[$0] - factor * below[$0]) },
        upper: (0..<count).map { middle[$0] + factor * above[$0] })
    )
  }
}
