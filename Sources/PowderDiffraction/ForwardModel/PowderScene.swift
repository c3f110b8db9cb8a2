import Foundation

/// The beam that meets the sample.
public struct IncidentBeam: Sendable, Hashable {
  /// In metres.
  public var wavelength: Double
  /// Degree of linear polarisation (I_h − I_v)/(I_h + I_v), horizontal (along axis 2) positive; 0 is unpolarised.
  public var polarisation: Double
  /// Full width at half maximum of the footprint along axis 1 (vertical), in metres.
  public var footprintHeight: Double
  /// Full width at half maximum of the footprint along axis 2 (horizontal), in metres.
  public var footprintWidth: Double

  public init(wavelength: Double, polarisation: Double, footprintHeight: Double = 0, footprintWidth: Double = 0) {
    self.wavelength = wavelength
    self.polarisation = polarisation
    self.footprintHeight = footprintHeight
    self.footprintWidth = footprintWidth
  }

  /// The factor by which polarisation weakens scattering,
  ///
  ///     P = ½ [1 + cos² 2θ − f cos 2χ (1 − cos² 2θ)].
  public func polarisationFactor(twoTheta: Double, azimuth: Double) -> Double {
    let square = cos(twoTheta) * cos(twoTheta)
    return (1.0 + square - polarisation * cos(2 * azimuth) * (1 - square)) / 2
  }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(wavelength > 0, "wavelength", wavelength, "a positive length")
    try ForwardModelError.require(abs(polarisation) <= 1, "polarisation", polarisation, "-1 to 1")
    try ForwardModelError.require(footprintHeight >= 0, "footprint height", footprintHeight, "zero or more metres")
    try ForwardModelError.require(footprintWidth >= 0, "footprint width", footprintWidth, "zero or more metres")
  }
}

/// All that scatters during one exposure.
public struct PowderScene: Sendable, Hashable {
  public var beam: IncidentBeam
  public var phases: [PowderPhase]
  public var background: ScatteringBackground
  /// Single spots besides those of the phases, from the calibrated sample position.
  public var spots: [DiffractionSpot]

  public init(
    beam: IncidentBeam, phases: [PowderPhase], background: ScatteringBackground = ScatteringBackground(),
    spots: [DiffractionSpot] = []
  ) {
    self.beam = beam
    self.phases = phases
    self.background = background
    self.spots = spots
  }

  func check() throws(ForwardModelError) {
    try beam.check()
    for phase in phases { try phase.check() }
    try background.check()
  }
}
