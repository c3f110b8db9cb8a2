import Foundation

/// What stands in the beam beside the cathode of a cell with carbon windows: windows, lithium anode, electrolyte, current
/// collectors.
///
/// Places along the beam are metres from the cathode, positive towards the detector. The seed states the materials but
/// neither amounts nor places; every number has a round default.
public struct CellEnvironment: Sendable, Hashable {
  /// Photons of the strongest ring of each crystalline phase, in one exposure; graphite for windows that are not glassy.
  public var lithium, graphite, aluminium, copper: Double
  /// Where the lithium, the window towards the detector and the collectors stand along the beam, in metres.
  public var lithiumPlace, windowPlace, collectorPlace: Double
  /// Photons a pixel of ``SeedInstrument`` facing the sample at the PONI: the crest of the main halo of glassy carbon,
  /// of the electrolyte's, and of air scatter at 2θ = 0.
  public var glassyCarbon, electrolyte, air: Double

  public init(
    lithium: Double = 1e6, graphite: Double = 0, aluminium: Double = 5e5, copper: Double = 0,
    lithiumPlace: Double = 0.4e-3, windowPlace: Double = 1e-3, collectorPlace: Double = -50e-6,
    glassyCarbon: Double = 20, electrolyte: Double = 15, air: Double = 20
  ) {
    self.lithium = lithium
    self.graphite = graphite
    self.aluminium = aluminium
    self.copper = copper
    self.lithiumPlace = lithiumPlace
    self.windowPlace = windowPlace
    self.collectorPlace = collectorPlace
    self.glassyCarbon = glassyCarbon
    self.electrolyte = electrolyte
    self.air = air
  }

  /// The crystalline phases with a positive amount.
  public func phases(profile: RingProfile) -> [PowderPhase] {
    let all = [
      PowderPhase("Li", lines: PowderLines.lithium, scale: lithium / 100, profile: profile, displacement: lithiumPlace),
      PowderPhase(
        "graphite", lines: PowderLines.graphite, scale: graphite / 100, profile: profile, displacement: windowPlace),
      PowderPhase(
        "Al", lines: PowderLines.aluminium, scale: aluminium / 100, profile: profile, displacement: collectorPlace),
      PowderPhase("Cu", lines: PowderLines.copper, scale: copper / 100, profile: profile, displacement: collectorPlace),
    ]
    return all.filter { $0.scale > 0 }
  }

  /// Halos and air.
  ///
  /// Glassy carbon has the broad maxima of its stacked and its in-plane order, near q = 1.75 and 2.98 inverse angstrom;
  /// carbonate electrolytes one of neighbouring molecules near 1.45. Widths are round values.
  ///
  /// - Parameter scale: area of a pixel relative to that of ``SeedInstrument``.
  public func background(wavelength: Double, scale: Double = 1) -> ScatteringBackground {
    func hump(_ q: Double, _ width: Double, _ height: Double) -> AmorphousHump {
      func twoTheta(_ q: Double) -> Double { 2 * asin(min(q * 1e10 * wavelength / (4 * .pi), 1)) }
      return AmorphousHump(
        twoTheta: twoTheta(q), fwhm: twoTheta(q + width / 2) - twoTheta(q - width / 2), height: height * scale)
    }
    return ScatteringBackground(
      humps: [
        hump(1.75, 0.5, glassyCarbon), hump(2.98, 0.35, 0.3 * glassyCarbon), hump(1.45, 0.6, electrolyte),
      ], air: AirScatter(height: air * scale, decay: 0.05))
  }
}
