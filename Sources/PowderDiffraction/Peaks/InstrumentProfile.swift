import Foundation

/// How wide a sharp line appears, as a function of the scattering angle.
///
/// The Gaussian part is that of Caglioti, Paoletti & Ricci, Nucl. Instrum. 3, 223 (1958), the Lorentzian part the usual
/// one of strain and size:
///
///     G² = U tan²θ + V tan θ + W,   L = X tan θ + Y / cos θ.
///
/// They are joined by the formula of ``ThompsonCoxHastings``. Known from a standard such as LaB6, or from the lines of
/// the sample holder.
public struct InstrumentProfile: Sendable, Hashable, Codable {
  /// U, V and W, in square radians of 2θ.
  public var u, v, w: Double
  /// X and Y, in radians of 2θ.
  public var x, y: Double

  /// - Parameters:
  ///   - u: in square radians; so are `v` and `w`.
  ///   - x: in radians; so is `y`.
  public init(u: Double = 0, v: Double = 0, w: Double, x: Double = 0, y: Double = 0) {
    (self.u, self.v, self.w, self.x, self.y) = (u, v, w, x, y)
  }

  /// The same pseudo-Voigt at all angles.
  ///
  /// - Parameters:
  ///   - fwhm: full width at half maximum, in radians of 2θ.
  ///   - mixing: Lorentzian share, 0...1. The Lorentzian part is written as Y, so it is exact at small angles.
  public init(fwhm: Double, mixing: Double = 0) {
    let parts = ThompsonCoxHastings.parts(fwhm: fwhm, mixing: mixing)
    self.init(w: parts.gaussian * parts.gaussian, y: parts.lorentzian)
  }

  /// The Gaussian full width at a scattering angle, in radians; zero where the square would be negative.
  public func gaussian(twoTheta: Double) -> Double {
    let tangent = tan(twoTheta / 2)
    return max(u * tangent * tangent + v * tangent + w, 0).squareRoot()
  }

  /// The Lorentzian full width at a scattering angle, in radians; not below zero.
  public func lorentzian(twoTheta: Double) -> Double {
    max(x * tan(twoTheta / 2) + y / cos(twoTheta / 2), 0)
  }

  /// The profile of a sharp line at a scattering angle; `nil` where both parts vanish.
  public func profile(twoTheta: Double) -> PeakProfile? {
    let (g, l) = (gaussian(twoTheta: twoTheta), lorentzian(twoTheta: twoTheta))
    guard g + l > 0, (g + l).isFinite else { return nil }
    return PeakProfile(gaussian: g, lorentzian: l)
  }
}
