import Foundation

/// The pseudo-Voigt that stands for the convolution of a Gaussian and a Lorentzian.
///
/// With the full widths at half maximum G and L of the two,
///
///     H⁵ = G⁵ + 2.69269 G⁴L + 2.42843 G³L² + 4.47163 G²L³ + 0.07842 G L⁴ + L⁵,
///     η = 1.36603 (L/H) − 0.47719 (L/H)² + 0.11116 (L/H)³.
///
/// P. Thompson, D. E. Cox & J. B. Hastings, J. Appl. Cryst. 20, 79 (1987).
public struct ThompsonCoxHastings: Sendable, Hashable {
  /// Full width at half maximum of the pseudo-Voigt, in radians of 2θ.
  public let fwhm: Double
  /// Its Lorentzian share η, 0...1.
  public let mixing: Double
  /// The change of the width with the Gaussian and with the Lorentzian width.
  public let fwhmByGaussian, fwhmByLorentzian: Double
  /// The change of the share with the Gaussian and with the Lorentzian width, per radian.
  public let mixingByGaussian, mixingByLorentzian: Double

  /// - Parameters:
  ///   - gaussian: full width of the Gaussian, zero or more radians.
  ///   - lorentzian: full width of the Lorentzian, zero or more radians.
  /// - Precondition: one of the two is positive, none is negative.
  public init(gaussian g: Double, lorentzian l: Double) {
    precondition(g >= 0 && l >= 0 && g + l > 0, "widths are not negative, and one is positive")
    let (g2, l2) = (g * g, l * l)
    let sum =
      g2 * g2 * g + 2.69269 * g2 * g2 * l + 2.42843 * g2 * g * l2 + 4.47163 * g2 * l2 * l + 0.07842 * g * l2 * l2
      + l2 * l2 * l
    let h = l == 0 ? g : pow(sum, 0.2)
    let h4 = 5 * h * h * h * h
    let byG =
      (5 * g2 * g2 + 4 * 2.69269 * g2 * g * l + 3 * 2.42843 * g2 * l2 + 2 * 4.47163 * g * l2 * l + 0.07842 * l2 * l2)
      / h4
    let byL =
      (2.69269 * g2 * g2 + 2 * 2.42843 * g2 * g * l + 3 * 4.47163 * g2 * l2 + 4 * 0.07842 * g * l2 * l + 5 * l2 * l2)
      / h4
    let x = l / h
    let slope = 1.36603 + x * (-2 * 0.47719 + x * 3 * 0.11116)
    fwhm = h
    mixing = min(max(x * (1.36603 + x * (-0.47719 + x * 0.11116)), 0), 1)
    fwhmByGaussian = byG
    fwhmByLorentzian = byL
    mixingByGaussian = -slope * x / h * byG
    mixingByLorentzian = slope * (1 - x * byL) / h
  }

  /// The Gaussian and Lorentzian widths whose convolution a pseudo-Voigt stands for, by the inverse formulas of the
  /// same paper; good to about 1 %.
  ///
  /// - Parameters:
  ///   - fwhm: full width at half maximum, in radians.
  ///   - mixing: Lorentzian share, 0...1.
  /// - Returns: both full widths, in radians.
  public static func parts(fwhm: Double, mixing: Double) -> (gaussian: Double, lorentzian: Double) {
    let square = 1 - mixing * (0.74417 + mixing * (0.24781 + mixing * 0.00810))
    let lorentzian = mixing * (0.72928 + mixing * (0.19289 + mixing * 0.07783))
    return (fwhm * max(square, 0).squareRoot(), fwhm * lorentzian)
  }
}
