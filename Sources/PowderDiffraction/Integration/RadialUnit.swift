import Foundation

/// What the radial axis of a pattern counts.
public enum RadialUnit: String, Sendable, Hashable, Codable, CaseIterable {
  /// The scattering angle 2θ, in radians.
  case twoTheta
  /// The length of the scattering vector, q = 4π sin θ / λ, in 1/m.
  case scatteringVector
  /// The lattice spacing, d = λ / (2 sin θ), in metres.
  case dSpacing

  /// The value at a scattering angle.
  ///
  /// - Parameters:
  ///   - twoTheta: in radians.
  ///   - wavelength: in metres; unused for ``twoTheta``.
  public func value(twoTheta: Double, wavelength: Double) -> Double {
    switch self {
    case .twoTheta: twoTheta
    case .scatteringVector: 4 * .pi * sin(twoTheta / 2) / wavelength
    case .dSpacing: wavelength / (2 * sin(twoTheta / 2))
    }
  }
}
