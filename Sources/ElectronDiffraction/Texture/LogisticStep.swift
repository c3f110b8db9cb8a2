import Foundation

/// A step from 0 to 1, H(r) = 1 / (1 + exp(−(r − R) / s)); sharp where s is 0.
public struct LogisticStep: Sendable, Hashable {
  /// Where the step has reached one half, in metres.
  public let position: Double
  /// s, in metres.
  public let scale: Double

  /// - Precondition: the scale is not negative.
  public init(position: Double, scale: Double) {
    precondition(scale >= 0, "the scale of a step is not negative")
    (self.position, self.scale) = (position, scale)
  }

  /// The value at a radius in metres.
  public func callAsFunction(_ radius: Double) -> Double {
    guard scale > 0 else { return radius < position ? 0 : 1 }
    return 1 / (1 + exp((position - radius) / scale))
  }

  /// Width over which a polynomial step of fifth degree (15/16 t − 5/8 t³ + 3/16 t⁵ about one half) rises from 0 to 1
  /// with the same slope in the middle, 7.5 s: the width that the particle model takes, in metres.
  public var polynomialWidth: Double { 7.5 * scale }
}
