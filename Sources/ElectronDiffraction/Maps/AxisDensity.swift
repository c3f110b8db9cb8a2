import Foundation

/// The density of axes on the sphere, in multiples of random, smoothed by the kernel of de la Vallée Poussin.
///
/// A unit vector at the angle t from an axis gets K(t) = (k + 1) cos²ᵏ(t/2), whose mean over the sphere is 1; an axis
/// counts half for each of its two ends. k = ln(1/2) / (2 ln cos(b/2)) makes K fall to one half at the angle b (Schaeben,
/// phys. stat. sol. (b) 200, 367, 1997).
public struct AxisDensity: Sendable, Hashable {
  /// The angle at which the kernel has fallen to one half, in radians.
  public let halfWidth: Double
  private let axes: [SIMD3<Double>]
  private let weights: [Double]
  private let exponent: Double

  /// - Parameters:
  ///   - axes: unit vectors; the sign of each does not matter.
  ///   - weights: not negative, for example areas; all equal by default.
  ///   - halfWidth: in radians, above 0 and below π.
  /// - Returns: nil without axes or weight.
  public init?(axes: [SIMD3<Double>], weights: [Double]? = nil, halfWidth: Double) {
    precondition(halfWidth > 0 && halfWidth < .pi, "the half width of a kernel is an angle")
    precondition(weights.map { $0.count == axes.count } ?? true, "each axis has a weight")
    let total = weights.map { $0.reduce(0, +) } ?? Double(axes.count)
    guard total > 0 else { return nil }
    self.axes = axes
    self.weights = weights.map { $0.map { $0 / total } } ?? axes.map { _ in 1 / total }
    self.halfWidth = halfWidth
    exponent = log(0.5) / (2 * log(cos(halfWidth / 2)))
  }

  /// The density along a direction, in multiples of random; the same for ±v.
  ///
  /// - Parameter direction: of length 1.
  public func callAsFunction(_ direction: SIMD3<Double>) -> Double {
    var sum = 0.0
    for (axis, weight) in zip(axes, weights) {
      // cos²(t/2) = (1 + cos t) / 2.
      let cosine = min(abs((axis * direction).sum()), 1)
      sum += weight * (pow((1 + cosine) / 2, exponent) + pow((1 - cosine) / 2, exponent))
    }
    return sum * (exponent + 1) / 2
  }
}
