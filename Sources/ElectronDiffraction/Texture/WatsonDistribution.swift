public import ArrayMath
import Foundation

/// The distribution of axes that gather about a direction (κ > 0), lie at right angles to it (κ < 0) or are random (0).
///
/// With t the cosine between axis and direction, the density over −1...1 is
///
///     f(t) = exp(κ t²) / (2 M(κ)),   M(κ) = M(1/2, 3/2, κ) = ∫₀¹ exp(κ t²) dt,
///
/// M being Kummer's function. Mardia and Jupp, "Directional Statistics" (2000), section 9.4.2.
public struct WatsonDistribution: Sendable, Hashable {
  /// The concentration κ.
  public let concentration: Double

  /// Concentrations beyond this are not told apart: the spread is below two degrees.
  public static let largestConcentration = 500.0

  /// - Precondition: the concentration is finite.
  public init(concentration: Double) {
    precondition(concentration.isFinite, "a concentration is finite")
    self.concentration = concentration
  }

  /// The distribution of greatest likelihood for a mean squared cosine: the one that has it as its own.
  ///
  /// - Parameter mean: 0...1; values that need |κ| above ``largestConcentration`` give that.
  public init(meanSquaredCosine mean: Double) {
    let limit = Self.largestConcentration
    if !(mean > Self(concentration: -limit).meanSquaredCosine) {
      self.init(concentration: -limit)
      return
    }
    if mean >= Self(concentration: limit).meanSquaredCosine {
      self.init(concentration: limit)
      return
    }
    // The asymptotes of the mean on either side, then Newton kept within the bracket.
    var kappa = mean < 1 / 3.0 ? (mean - 1 / 3.0) / (mean * 0.667) : (mean - 1 / 3.0) / ((1 - mean) * 0.667 * mean)
    kappa = min(max(kappa, -limit), limit)
    var (low, high) = (-limit, limit)
    for _ in 0..<60 {
      let here = Self(concentration: kappa)
      let difference = here.meanSquaredCosine - mean
      if difference > 0 { high = kappa } else { low = kappa }
      let next = kappa - difference / here.varianceOfSquaredCosine
      let kept = next > low && next < high ? next : (low + high) / 2
      if abs(kept - kappa) <= 1e-10 * (1 + abs(kappa)) {
        kappa = kept
        break
      }
      kappa = kept
    }
    self.init(concentration: kappa)
  }

  /// ln M(1/2, 3/2, κ).
  public var logNormaliser: Double {
    let kappa = concentration
    if kappa < -0.05 {
      let root = (-kappa).squareRoot()
      return log(Double.pi.squareRoot() / 2 / root * erf(root))
    }
    if kappa < 40 {
      // All terms but the first few are positive, so that the series loses nothing: κᵏ / (k! (2k + 1)).
      var (sum, power, k) = (1.0, 1.0, 1.0)
      while abs(power) > 1e-17 * sum, k < 300 {
        power *= kappa / k
        sum += power / (2 * k + 1)
        k += 1
      }
      return log(sum)
    }
    var (sum, term) = (1.0, 1.0)
    for k in 0..<12 {
      term *= (Double(k) + 0.5) / kappa
      sum += term
    }
    return kappa - log(2 * kappa) + log(sum)
  }

  /// The mean of t²: d ln M / dκ.
  public var meanSquaredCosine: Double {
    let kappa = concentration
    if abs(kappa) < 0.02 { return 1 / 3.0 + kappa * (4 / 45.0 + kappa * (8 / 945.0 - kappa * 16 / 14175)) }
    // Integration by parts: 2κ ∫ t² exp(κt²) = exp(κ) − M.
    return (exp(kappa - logNormaliser) - 1) / (2 * kappa)
  }

  /// The variance of t²: d² ln M / dκ², the information that one axis holds on κ.
  public var varianceOfSquaredCosine: Double {
    let kappa = concentration
    if abs(kappa) < 0.02 { return 4 / 45.0 + kappa * (16 / 945.0 - kappa * 48 / 14175) }
    let mean = meanSquaredCosine
    // From <t⁴> = (exp(κ)/M − 3 <t²>) / (2κ).
    let fourth = (exp(kappa - logNormaliser) - 3 * mean) / (2 * kappa)
    return max(fourth - mean * mean, 1e-12)
  }

  /// S = <(3t² − 1)/2>: 0 random, −1/2 all axes at right angles to the direction, 1 all along it.
  public var orderParameter: Double { (3 * meanSquaredCosine - 1) / 2 }

  /// Density of the angle between axis and direction over 0...π/2, per radian.
  public func density(angle: Double) -> Double {
    let t = cos(angle)
    return exp(concentration * t * t - logNormaliser) * sin(angle)
  }

  /// The axis of a crystal drawn from the distribution.
  ///
  /// - Parameter direction: a unit vector.
  public func axis(about direction: SIMD3<Double>, using generator: inout SeededGenerator) -> SIMD3<Double> {
    let t = cosine(&generator)
    let side = perpendicular(to: direction)
    let other = cross(direction, side)
    let azimuth = 2 * .pi * generator.uniform()
    return t * direction + max(0, 1 - t * t).squareRoot() * (cos(azimuth) * side + sin(azimuth) * other)
  }

  /// A cosine by rejection, from an even, a normal or an exponential proposal, whichever is near.
  private func cosine(_ generator: inout SeededGenerator) -> Double {
    let kappa = concentration
    while true {
      if kappa < -1 {
        let t = generator.normal() / (-2 * kappa).squareRoot()
        if abs(t) <= 1 { return t }
      } else if kappa <= 1 {
        let t = 2 * generator.uniform() - 1
        if generator.uniform() <= exp(kappa * t * t - max(kappa, 0)) { return t }
      } else {
        // exp(κ(t² − 1)) lies below exp(κ(|t| − 1)).
        let t = 1 + log(1 - generator.uniform() * (1 - exp(-kappa))) / kappa
        guard generator.uniform() <= exp(-kappa * t * (1 - t)) else { continue }
        return generator.uniform() < 0.5 ? t : -t
      }
    }
  }
}
