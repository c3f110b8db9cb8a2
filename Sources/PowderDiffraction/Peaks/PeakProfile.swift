import Foundation

/// A pseudo-Voigt of unit area, `η L + (1 − η) G`, both of the same full width at half maximum.
///
///     G(x) = 2 √(ln 2 / π) / H · exp(−4 ln 2 (x/H)²),   L(x) = 2 / (π H) / (1 + 4 (x/H)²).
public struct PeakProfile: Sendable, Hashable {
  /// Full width at half maximum H, in radians of 2θ.
  public var fwhm: Double
  /// η, the Lorentzian share, from 0 (Gaussian) to 1.
  public var mixing: Double

  /// - Precondition: the width is positive and finite.
  public init(fwhm: Double, mixing: Double) {
    precondition(fwhm > 0 && fwhm.isFinite, "the width of a peak is positive")
    self.fwhm = fwhm
    self.mixing = mixing
  }

  /// The profile of a Gaussian and a Lorentzian part, in radians; see ``ThompsonCoxHastings``.
  public init(gaussian: Double, lorentzian: Double) {
    let joined = ThompsonCoxHastings(gaussian: gaussian, lorentzian: lorentzian)
    self.init(fwhm: joined.fwhm, mixing: joined.mixing)
  }

  /// The density at a distance from the maximum, per radian.
  public func callAsFunction(_ offset: Double) -> Double {
    let edge = PeakEdge(offset: offset, fwhm: fwhm, mixing: mixing)
    return edge.density
  }

  /// The mean density between two distances from the maximum, per radian: what a bin of a pattern shows.
  ///
  /// - Precondition: `upper` is larger than `lower`.
  public func mean(from lower: Double, to upper: Double) -> Double {
    let from = PeakEdge(offset: lower, fwhm: fwhm, mixing: mixing)
    let to = PeakEdge(offset: upper, fwhm: fwhm, mixing: mixing)
    return
      (mixing * (to.lorentzianShare - from.lorentzianShare) + (1 - mixing) * (to.gaussianShare - from.gaussianShare))
      / (upper - lower)
  }

  /// The height of the maximum, per radian.
  public var height: Double { self(0) }
}

/// A profile at one edge of a bin: its density, and the area of its two parts from the maximum to there.
struct PeakEdge {
  /// Distance from the maximum in widths.
  var reduced: Double
  var density: Double
  var gaussianShare: Double
  var lorentzianShare: Double

  static let gaussianExponent = 2.772588722239781  // 4 ln 2
  static let gaussianRoot = 1.6651092223153954  // 2 √(ln 2)
  static let gaussianHeight = 0.9394372786996513  // 2 √(ln 2 / π)

  @inline(__always)
  init(offset: Double, fwhm: Double, mixing: Double) {
    self.init(reduced: offset / fwhm, inverseWidth: 1 / fwhm, mixing: mixing)
  }

  @inline(__always)
  init(reduced z: Double, inverseWidth: Double, mixing: Double) {
    let square = z * z
    // Four widths away a Gaussian has 10⁻¹⁹ of its height and of its area left.
    let isFar = square > 16
    let gaussian = isFar ? 0 : Self.gaussianHeight * exp(-Self.gaussianExponent * square)
    let lorentzian = 2 / Double.pi / (1 + 4 * square)
    reduced = z
    density = (gaussian + mixing * (lorentzian - gaussian)) * inverseWidth
    gaussianShare = isFar ? (z < 0 ? -0.5 : 0.5) : 0.5 * erf(Self.gaussianRoot * z)
    lorentzianShare = atan(2 * z) * (1 / Double.pi)
  }
}
