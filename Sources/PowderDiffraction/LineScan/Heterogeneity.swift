import Foundation

/// How values scatter beyond their uncertainties: a normal distribution of mean μ and standard deviation τ of which each
/// value is one draw, measured with its own uncertainty,
///
///     y_i ~ N(μ, τ² + σ_i²).
///
/// τ by restricted maximum likelihood; its interval from the generalised Q statistic, which is exact (Viechtbauer, Stat.
/// Med. 26, 37 (2007)); the uncertainty of the mean after Hartung & Knapp (Stat. Med. 20, 3875 (2001)), which stays
/// honest for few values. Errors that all values share move μ, not τ, and are left to the caller.
public struct Heterogeneity: Sendable, Hashable {
  /// μ, weighted with 1/(τ² + σ²), or with the weights given.
  public let mean: Double
  /// Standard uncertainty of the mean, the scatter included.
  public let meanSigma: Double
  /// Half of the 95 % interval of the mean, after Student's t.
  public let meanHalfWidth: Double
  /// τ, standard deviation beyond the noise.
  public let spread: Double
  /// Standard uncertainty of τ from the curvature of the likelihood; unreliable where τ is near zero, use the interval.
  public let spreadSigma: Double
  /// 95 % interval of τ; its lower end is zero where noise alone explains the scatter.
  public let spreadInterval: ClosedRange<Double>
  /// Σ (y − μ)²/σ² with τ = 0, and the probability of at least as much by noise alone.
  public let chiSquared, probability: Double
  /// The number of values.
  public let count: Int

  /// - Parameters:
  ///   - values: NaN entries are left out.
  ///   - sigmas: standard uncertainty of each, positive, without what all share.
  ///   - weights: share of the material that each value stands for; `nil` takes the most precise mean.
  /// - Throws: ``LineScanError`` for unequal lengths, fewer than two values, uncertainties or weights that are not
  ///   positive.
  public init(_ values: [Double], sigmas: [Double], weights: [Double]? = nil) throws(LineScanError) {
    guard sigmas.count == values.count else {
      throw .lengths(what: "uncertainties", found: sigmas.count, expected: values.count)
    }
    if let weights, weights.count != values.count {
      throw .lengths(what: "weights", found: weights.count, expected: values.count)
    }
    let kept = values.indices.filter { !values[$0].isNaN }
    let y = kept.map { values[$0] }
    let s = kept.map { sigmas[$0] }
    try LineScanError.requireFinite(y, "value")
    for sigma in s { try LineScanError.requirePositive(sigma, "uncertainty of a value") }
    for index in kept { if let weights { try LineScanError.requirePositive(weights[index], "weight") } }
    guard y.count >= 2 else { throw .tooFew(what: "values", found: y.count, needed: 2) }
    let effects = RandomEffects(values: y, variances: s.map { $0 * $0 })
    let degrees = Double(y.count - 1)
    let variance = effects.restrictedMaximum
    count = y.count
    spread = variance.squareRoot()
    chiSquared = effects.q(0)
    probability = 1 - ProbabilityFunctions.gammaP(degrees / 2, chiSquared / 2)
    let upper = effects.variance(q: ProbabilityFunctions.chiSquaredQuantile(0.025, degrees: degrees))
    let lower = effects.variance(q: ProbabilityFunctions.chiSquaredQuantile(0.975, degrees: degrees))
    spreadInterval = lower.squareRoot()...max(lower, upper).squareRoot()
    // Var(τ²) = 2 / Σ w²; τ = √τ².
    let information = effects.weights(variance).reduce(0) { $0 + $1 * $1 } / 2
    spreadSigma = variance > 0 ? 1 / (2 * variance.squareRoot() * information.squareRoot()) : 0
    let shares = weights.map { weights in kept.map { weights[$0] } } ?? effects.weights(variance)
    let total = shares.reduce(0, +)
    let mean = zip(shares, y).reduce(0) { $0 + $1.0 * $1.1 } / total
    self.mean = mean
    let own = zip(shares, s).reduce(0) { $0 + $1.0 * $1.0 * (variance + $1.1 * $1.1) } / (total * total)
    // Hartung and Knapp: the scatter about the mean in units of what τ and σ predict, never below one.
    let ratio =
      zip(effects.weights(variance), y).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / degrees
    meanSigma = (own * max(ratio, 1)).squareRoot()
    meanHalfWidth = ProbabilityFunctions.studentQuantile(0.975, degrees: degrees) * meanSigma
  }
}

/// The likelihood of the random-effects model.
private struct RandomEffects {
  let values, variances: [Double]

  func weights(_ variance: Double) -> [Double] { variances.map { 1 / ($0 + variance) } }

  private func mean(_ weights: [Double]) -> Double {
    zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
  }

  /// Σ w (y − μ)², which falls as the variance between the values rises.
  func q(_ variance: Double) -> Double {
    let weights = weights(variance)
    let mean = mean(weights)
    return zip(weights, values).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
  }

  private var largest: Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } + variances.reduce(0, max)
  }

  /// The variance at which Q has a value; zero when it never has.
  func variance(q target: Double) -> Double {
    guard q(0) > target else { return 0 }
    var high = largest
    while q(high) > target { high *= 2 }
    return ProbabilityFunctions.bisect(0, high) { target - q($0) }
  }

  var restrictedMaximum: Double {
    func deviance(_ variance: Double) -> Double {
      let weights = weights(variance)
      return q(variance) + log(weights.reduce(0, +)) - weights.reduce(0) { $0 + log($1) }
    }
    // The deviance may have a second valley near zero: look along the whole axis first.
    let top = largest.squareRoot()
    let steps = 60
    let grid = (0...steps).map { top * pow(Double($0) / Double(steps), 2) }
    guard let best = grid.indices.min(by: { deviance(grid[$0] * grid[$0]) < deviance(grid[$1] * grid[$1]) }) else {
      return 0
    }
    let low = grid[max(best - 1, 0)]
    let high = grid[min(best + 1, steps)]
    let spread = goldenSection(low...high) { deviance($0 * $0) }
    return deviance(spread * spread) < deviance(0) - 1e-12 ? spread * spread : 0
  }
}
