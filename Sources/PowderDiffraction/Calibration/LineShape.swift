import Foundation

/// A symmetric line of unit height: a sum of a Gaussian and a Lorentzian of one width.
struct LineShape: Sendable, Hashable {
  /// Full width at half maximum in 2θ, in radians.
  var width: Double
  /// The share of the Lorentzian, 0...1.
  var lorentzian: Double

  /// The same line after each pixel has averaged over its extent, to second order: variances add.
  ///
  /// - Parameter pixelVariance: of 2θ over a pixel, in square radians.
  func broadened(by pixelVariance: Double) -> LineShape {
    LineShape(width: (width * width + 8 * log(2) * pixelVariance).squareRoot(), lorentzian: lorentzian)
  }

  /// The line whose broadened form this is; no narrower than a tenth of it.
  func sharpened(by pixelVariance: Double) -> LineShape {
    let square = width * width - 8 * log(2) * pixelVariance
    return LineShape(width: max(square, 0.01 * width * width).squareRoot(), lorentzian: lorentzian)
  }

  /// Height, slope and the change with the logarithm of the width, at a distance from the middle.
  @inline(__always)
  func value(_ x: Double) -> (height: Double, slope: Double, byLogWidth: Double) {
    let z = x / width
    let gauss = exp(-2.772588722239781 * z * z)
    let gaussSlope = -5.545177444479562 * z * gauss
    guard lorentzian > 0 else { return (gauss, gaussSlope / width, -gaussSlope * z) }
    let lorentz = 1 / (1 + 4 * z * z)
    let lorentzSlope = -8 * z * lorentz * lorentz
    let height = gauss + lorentzian * (lorentz - gauss)
    let slope = gaussSlope + lorentzian * (lorentzSlope - gaussSlope)
    return (height, slope / width, -slope * z)
  }
}
