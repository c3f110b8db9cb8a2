/// How well a calculated pattern follows the observed one.
///
/// Young, The Rietveld Method (1993), chapter 1; sums over the bins used, w = 1/σ².
public struct FitQuality: Sendable, Hashable {
  /// Weighted profile residual, √(Σ w (y_o − y_c)² / Σ w y_o²).
  public let rwp: Double
  /// The same with the background taken off y_o in the denominator.
  public let rwpWithoutBackground: Double
  /// The residual that counting statistics alone would give, √((N − P) / Σ w y_o²).
  public let rExpected: Double
  /// rᵀ C⁻¹ r with the covariance of neighbouring bins.
  public let chiSquared: Double
  /// Bins less parameters.
  public let degreesOfFreedom: Int
  /// d of Durbin & Watson, Biometrika 37, 409 (1950), of the residuals made independent: 2 without serial correlation,
  /// less where neighbours deviate alike (Hill & Flack, J. Appl. Cryst. 20, 356 (1987)).
  public let durbinWatson: Double
  /// By how much serially correlated residuals enlarge standard uncertainties, at least one; see ``init``.
  public let berarLelann: Double

  /// √(χ² / (N − P)).
  public var goodnessOfFit: Double { (chiSquared / Double(max(degreesOfFreedom, 1))).squareRoot() }

  /// - Parameters:
  ///   - bins: the observed pattern.
  ///   - calculated: calculated intensities.
  ///   - background: of them the background.
  ///   - residuals: made independent and of unit variance.
  ///   - parameters: the number of parameters.
  init(bins: PatternBins, calculated: [Double], background: [Double], residuals: [Double], parameters: Int) {
    var (misfit, total, net) = (0.0, 0.0, 0.0)
    for bin in 0..<bins.count {
      let weight = 1 / (bins.sigmas[bin] * bins.sigmas[bin])
      let (y, b) = (bins.intensities[bin], background[bin])
      misfit += weight * (y - calculated[bin]) * (y - calculated[bin])
      total += weight * y * y
      net += weight * (y - b) * (y - b)
    }
    chiSquared = residuals.reduce(0) { $0 + $1 * $1 }
    degreesOfFreedom = bins.count - parameters
    rwp = total > 0 ? (misfit / total).squareRoot() : .nan
    rwpWithoutBackground = net > 0 ? (misfit / net).squareRoot() : .nan
    rExpected = total > 0 ? (Double(max(degreesOfFreedom, 0)) / total).squareRoot() : .nan
    var differences = 0.0
    for index in residuals.indices.dropFirst() {
      differences += (residuals[index] - residuals[index - 1]) * (residuals[index] - residuals[index - 1])
    }
    durbinWatson = chiSquared > 0 ? differences / chiSquared : .nan
    berarLelann = Self.serialFactor(residuals)
  }

  /// After Bérar & Lelann, J. Appl. Cryst. 24, 1 (1991): residuals of one sign in a row count as one observation.
  ///
  /// The variance of a sum of runs is Σ (Σ_run r)² instead of Σ r². White noise has runs of m with probability 2⁻ᵐ, for
  /// which the ratio of both is 1 + 4/π for normal residuals; the factor is the root of the ratio over that.
  static func serialFactor(_ residuals: [Double]) -> Double {
    var (runs, squares, run) = (0.0, 0.0, 0.0)
    for residual in residuals {
      squares += residual * residual
      if run * residual < 0 {
        runs += run * run
        run = 0
      }
      run += residual
    }
    runs += run * run
    guard squares > 0 else { return 1 }
    return max(runs / squares / (1 + 4 / Double.pi), 1).squareRoot()
  }
}
