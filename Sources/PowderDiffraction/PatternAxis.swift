import Foundation

/// What a powder pattern is plotted against.
///
/// With θ half the scattering angle and λ the wavelength, `q = 4π sin θ / λ` and `d = 2π / q`.
public enum PatternAxis: String, Sendable, Hashable, Codable, CaseIterable {
  /// The scattering angle 2θ, in radians.
  case twoTheta
  /// The length of the scattering vector q, in 1/m.
  case scatteringVector
  /// The lattice spacing d, in metres.
  case latticeSpacing

  /// A position of this axis on another one.
  ///
  /// - Parameters:
  ///   - position: in radians, 1/m or metres.
  ///   - axis: the axis to go to.
  ///   - wavelength: in metres; not needed between q and d.
  /// - Returns: the position, or `nil` where there is none: beyond 2θ = π, at q = 0 for d, or without a wavelength that
  ///   is needed.
  public func convert(_ position: Double, to axis: PatternAxis, wavelength: Double?) -> Double? {
    guard axis != self else { return position }
    let q: Double
    switch self {
    case .twoTheta:
      guard let wavelength, wavelength > 0, position >= 0, position <= .pi else { return nil }
      q = 4 * .pi * sin(position / 2) / wavelength
    case .scatteringVector: q = position
    case .latticeSpacing: q = 2 * .pi / position
    }
    guard q >= 0, q.isFinite else { return nil }
    switch axis {
    case .twoTheta:
      guard let wavelength, wavelength > 0 else { return nil }
      let sine = q * wavelength / (4 * .pi)
      // Backscattering may round to a sine just above one.
      return sine <= 1 + 4 * Double.ulpOfOne ? 2 * asin(min(sine, 1)) : nil
    case .scatteringVector: return q
    case .latticeSpacing: return q > 0 ? 2 * .pi / q : nil
    }
  }

  /// Whether positions of one axis fall where those of another rise.
  public func isReversed(on axis: PatternAxis) -> Bool { (self == .latticeSpacing) != (axis == .latticeSpacing) }
}
