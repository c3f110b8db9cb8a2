import ArrayMath

/// The covariance of a point in a plane, in square metres.
public struct PlaneCovariance: Sendable, Hashable, Codable {
  public var xx, xy, yy: Double

  public init(xx: Double, xy: Double, yy: Double) { (self.xx, self.xy, self.yy) = (xx, xy, yy) }

  /// Nothing is uncertain.
  public static let zero = PlaneCovariance(xx: 0, xy: 0, yy: 0)

  /// The lower triangle L with L Lᵀ = covariance: xx, yx, yy.
  var factor: (xx: Double, yx: Double, yy: Double) {
    let first = max(xx, 0).squareRoot()
    let mixed = first > 0 ? xy / first : 0
    return (first, mixed, max(yy - mixed * mixed, 0).squareRoot())
  }

  /// An error drawn from the normal distribution.
  func draw(_ generator: inout SeededGenerator) -> SIMD2<Double> {
    displacement(SIMD2(generator.normal(), generator.normal()))
  }

  /// The error that two independent standard deviates make.
  func displacement(_ deviates: SIMD2<Double>) -> SIMD2<Double> {
    let l = factor
    return SIMD2(l.xx * deviates.x, l.yx * deviates.x + l.yy * deviates.y)
  }
}
