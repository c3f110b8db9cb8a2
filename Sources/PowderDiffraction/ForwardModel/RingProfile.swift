import Foundation

/// How wide rings are across, as a function of the scattering angle.
public enum RingProfile: Sendable, Hashable {
  /// The same pseudo-Voigt everywhere: full width at half maximum in radians of 2θ, and the Lorentzian share from 0
  /// (Gaussian) to 1.
  case constant(fwhm: Double, mixing: Double)
  /// Widths of an instrument: the Gaussian `H_G² = u tan²θ + v tan θ + w` (Caglioti, Paoletti & Ricci, Nucl. Instrum.
  /// 3, 223 (1958)) in square radians, the Lorentzian `H_L = x tan θ + y / cos θ` in radians, joined to a pseudo-Voigt
  /// by the formula of Thompson, Cox & Hastings, J. Appl. Cryst. 20, 79 (1987).
  case instrument(u: Double, v: Double, w: Double, x: Double = 0, y: Double = 0)

  /// A Gaussian of constant full width at half maximum, in radians.
  public static func gaussian(fwhm: Double) -> Self { .constant(fwhm: fwhm, mixing: 0) }

  /// The profile at a scattering angle, in radians.
  ///
  /// - Throws: ``ForwardModelError`` when there is no positive width.
  public func shape(twoTheta: Double) throws(ForwardModelError) -> RingShape {
    switch self {
    case .constant(let fwhm, let mixing):
      return try RingShape(fwhm: fwhm, mixing: mixing)
    case .instrument(let u, let v, let w, let x, let y):
      let tangent = tan(twoTheta / 2)
      let square = u * tangent * tangent + v * tangent + w
      try ForwardModelError.require(square >= 0, "squared Gaussian width", square, "zero or more square radians")
      let lorentzian = x * tangent + y / cos(twoTheta / 2)
      try ForwardModelError.require(lorentzian >= 0, "Lorentzian width", lorentzian, "zero or more radians")
      return try RingShape(gaussian: square.squareRoot(), lorentzian: lorentzian)
    }
  }
}

/// A pseudo-Voigt of unit area: `η L + (1 − η) G`, both with the same full width at half maximum.
///
/// It is cut at ``reach``; the Lorentzian share is raised by what the cut removes (1.1 %) so that the area stays one.
public struct RingShape: Sendable, Hashable {
  /// Full width at half maximum, in radians of 2θ.
  public let fwhm: Double
  /// η, the Lorentzian share.
  public let mixing: Double
  /// Distance from the maximum at which the profile is cut, in radians.
  public let reach: Double

  private let gaussianHeight, gaussianExponent, lorentzianHeight, lorentzianFactor: Double

  /// - Throws: ``ForwardModelError`` when the width is not positive or the share not between 0 and 1.
  public init(fwhm: Double, mixing: Double) throws(ForwardModelError) {
    try ForwardModelError.require(fwhm > 0, "width of a ring", fwhm, "a positive angle")
    try ForwardModelError.require(mixing >= 0 && mixing <= 1, "Lorentzian share", mixing, "0 to 1")
    self.fwhm = fwhm
    self.mixing = mixing
    // A Gaussian has 10⁻¹² of its area left beyond three widths.
    let widths = mixing > 0 ? 30.0 : 3
    reach = widths * fwhm
    gaussianExponent = 4 * log(2) / (fwhm * fwhm)
    gaussianHeight = (1 - mixing) * (4 * log(2) / .pi).squareRoot() / fwhm
    lorentzianFactor = 4 / (fwhm * fwhm)
    let kept = 2 / Double.pi * atan(2 * widths)
    lorentzianHeight = mixing * 2 / (.pi * fwhm) / kept
  }

  /// Joins a Gaussian and a Lorentzian width, in radians.
  public init(gaussian g: Double, lorentzian l: Double) throws(ForwardModelError) {
    let g2 = g * g
    let l2 = l * l
    let sum =
      g2 * g2 * g + 2.69269 * g2 * g2 * l + 2.42843 * g2 * g * l2 + 4.47163 * g2 * l2 * l + 0.07842 * g * l2 * l2
      + l2 * l2 * l
    let fwhm = pow(sum, 0.2)
    try ForwardModelError.require(fwhm > 0, "width of a ring", fwhm, "a positive angle")
    let x = l / fwhm
    try self.init(fwhm: fwhm, mixing: min(max(x * (1.36603 + x * (-0.47719 + x * 0.11116)), 0), 1))
  }

  /// The density at a distance from the maximum, per radian; zero beyond ``reach``.
  @inline(__always)
  public func callAsFunction(_ offset: Double) -> Double {
    let square = offset * offset
    guard square <= reach * reach else { return 0 }
    let exponent = gaussianExponent * square
    // Beyond e⁻⁴⁰ nothing is left of the Gaussian beside the Lorentzian.
    let gaussian = exponent < 40 ? gaussianHeight * exp(-exponent) : 0
    return mixing > 0 ? gaussian + lorentzianHeight / (1 + lorentzianFactor * square) : gaussian
  }

  /// The share of the area below a distance from the maximum, 0 to 1.
  func area(below offset: Double) -> Double {
    let x = min(max(offset, -reach), reach)
    let gaussian = (1 - mixing) * (1 + erf(gaussianExponent.squareRoot() * x)) / 2
    guard mixing > 0 else { return gaussian }
    let root = lorentzianFactor.squareRoot()
    return gaussian + lorentzianHeight / root * (atan(root * x) + atan(root * reach))
  }
}
