import Foundation

/// One powder ring that a calibrant is known to give.
public struct CalibrationRing: Sendable, Hashable, Codable {
  /// Spacing of the lattice planes, in metres.
  public var dSpacing: Double
  /// Its name, for example "1 0 0".
  public var label: String
  /// Intensity relative to the strongest ring of the calibrant, where it is known.
  public var relativeIntensity: Double?

  /// - Precondition: the spacing is positive and finite.
  public init(dSpacing: Double, label: String = "", relativeIntensity: Double? = nil) {
    precondition(dSpacing > 0 && dSpacing.isFinite, "a lattice spacing is positive")
    self.dSpacing = dSpacing
    self.label = label
    self.relativeIntensity = relativeIntensity
  }

  /// The scattering angle 2θ by Bragg's law, in radians; `nil` where the ring lies beyond backscattering.
  ///
  /// - Parameter wavelength: in metres.
  public func twoTheta(wavelength: Double) -> Double? {
    let sine = wavelength / (2 * dSpacing)
    return sine < 1 ? 2 * asin(sine) : nil
  }
}
