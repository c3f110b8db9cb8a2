/// How strongly c axes turn to the radius, with its 95 % interval.
///
/// In space S = <(3 cos² θ − 1)/2>: 0 random, −1/2 where all a-b planes hold the radius (fast ways for lithium), 1 where
/// all c axes lie along it. In the section S = <2 cos² θ − 1>: 0 random, −1 and 1 at the ends.
public struct OrderParameter: Sendable, Hashable {
  public let kind: RadialAngleKind
  public let value: Double
  /// Standard uncertainty: scatter of the grains, centre, height and axes.
  public let uncertainty: Double
  /// 95 % interval.
  public let lower, upper: Double

  /// κ of the Watson distribution with this S, and its interval; nil for angles in the section.
  public var concentration: (value: Double, lower: Double, upper: Double)? {
    guard kind == .inSpace else { return nil }
    func kappa(_ s: Double) -> Double { WatsonDistribution(meanSquaredCosine: (2 * s + 1) / 3).concentration }
    return (kappa(value), kappa(lower), kappa(upper))
  }

  /// Mean diffusivity along the radius over that in the a-b planes, where none runs along c: <sin² θ> = 2/3 (1 − S); nil
  /// for angles in the section. Random: 2/3.
  public var radialDiffusivity: (value: Double, lower: Double, upper: Double)? {
    guard kind == .inSpace else { return nil }
    return (2 / 3.0 * (1 - value), 2 / 3.0 * (1 - upper), 2 / 3.0 * (1 - lower))
  }

  /// From the mean of cos² θ and its bootstrap: the interval of Student's ratio over the replicates (Efron and Tibshirani,
  /// "An Introduction to the Bootstrap", 1993, chapter 12), whose errors hold the displaced centres as well.
  init(kind: RadialAngleKind, bootstrap: GrainBootstrap) {
    self.kind = kind
    let count = Double(bootstrap.displaced.count)
    let middle = bootstrap.displaced.reduce(0, +) / count
    let moved = bootstrap.displaced.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / count
    let mean = bootstrap.squaredCosine
    let error = (bootstrap.standardError * bootstrap.standardError + moved).squareRoot()
    let ratios = zip(bootstrap.squaredCosines, bootstrap.standardErrors).map { replicate, own in
      let total = (own * own + moved).squareRoot()
      return total > 0 ? (replicate - mean) / total : 0
    }.sorted()
    func order(_ squaredCosine: Double) -> Double {
      let q = min(max(squaredCosine, 0), 1)
      return kind == .inSpace ? (3 * q - 1) / 2 : 2 * q - 1
    }
    value = order(mean)
    uncertainty = (kind == .inSpace ? 1.5 : 2) * error
    lower = order(mean - quantile(ratios, 0.975) * error)
    upper = order(mean - quantile(ratios, 0.025) * error)
  }
}
