import Foundation

/// A step from 0 to 1 that blends the properties of a particle's core into those of its shell.
///
/// With `t` the distance from ``position`` in half widths, the shape is one of ``Kind``. The polynomials are confined
/// to −1...1; every kind is monotone, so a blended diffusivity stays between the two it blends.
///
/// The seed writes H for the shell and H' = 1 − H for the core; H' is the complement, not a derivative.
public struct SmoothStep: Sendable, Hashable {
  /// The shape of the transition, in half widths `t` from its middle.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// 1/2 + 15/16 t − 5/8 t³ + 3/16 t⁵: continuous curvature (COMSOL's flc2hs).
    case quintic = "flc2hs"
    /// 1/2 + 3/4 t − 1/4 t³: continuous slope (COMSOL's flc1hs).
    case cubic = "flc1hs"
    /// (1 + tanh(2 t)) / 2.
    case tanh
    /// 1 / (1 + exp(−6 t)).
    case logistic
    /// 0 inside, 1 from the position on.
    case sharp
  }

  /// Radius at which the step has reached one half, in metres.
  public let position: Double
  /// Distance over which the step rises, in metres: all of it for the polynomials, the middle 96 % (tanh) and 99.5 %
  /// (logistic) for the others. Zero gives a sharp step.
  public let width: Double
  public let kind: Kind

  /// - Precondition: `position` and `width` are finite and `width` is not negative.
  public init(position: Double, width: Double, kind: Kind = .quintic) {
    precondition(position.isFinite, "the position of a step is finite")
    precondition(width.isFinite && width >= 0, "the width of a step is finite and not negative")
    self.position = position
    self.width = width
    self.kind = kind
  }

  /// The value of the step at a radius.
  ///
  /// - Parameter radius: distance from the particle's centre, in metres.
  /// - Returns: a number from 0 (core) to 1 (shell).
  public func callAsFunction(_ radius: Double) -> Double {
    guard width > 0, kind != .sharp else { return radius < position ? 0 : 1 }
    let t = 2 * (radius - position) / width
    let inside = min(max(t, -1), 1)
    let square = inside * inside
    return switch kind {
    case .quintic: 0.5 + inside * (0.9375 + square * (-0.625 + square * 0.1875))
    case .cubic: 0.5 + inside * (0.75 - 0.25 * square)
    case .tanh: 0.5 * (1 + Foundation.tanh(2 * t))
    case .logistic: 1 / (1 + exp(-6 * t))
    case .sharp: radius < position ? 0 : 1
    }
  }
}
