import Foundation

/// What stands in the beam beside the particle: the Al-coated tungsten needle, the platinum that holds the particle,
/// the lithium disc, the ionic liquid and the Kapton container.
///
/// Places along the beam are metres from the particle, positive towards the detector. The seed states the materials but
/// neither amounts nor places; every number has a round default.
public struct SampleEnvironment: Sendable, Hashable {
  /// Photons of the strongest ring of each crystalline phase, in one exposure.
  public var aluminium, tungsten, platinum, lithium: Double
  /// Where the surface of the needle and the lithium stand along the beam, in metres.
  public var needlePlace, lithiumPlace: Double
  /// Photons a pixel facing the sample at the PONI: the crest of the halo of Kapton, of the main halo of the ionic
  /// liquid, and of air scatter at 2θ = 0.
  public var kapton, ionicLiquid, air: Double

  public init(
    aluminium: Double = 2e5, tungsten: Double = 0, platinum: Double = 0, lithium: Double = 0, needlePlace: Double = 0,
    lithiumPlace: Double = 0, kapton: Double = 3, ionicLiquid: Double = 2, air: Double = 20
  ) {
    self.aluminium = aluminium
    self.tungsten = tungsten
    self.platinum = platinum
    self.lithium = lithium
    self.needlePlace = needlePlace
    self.lithiumPlace = lithiumPlace
    self.kapton = kapton
    self.ionicLiquid = ionicLiquid
    self.air = air
  }

  /// The beam beside the needle: Kapton, ionic liquid and air.
  public static let besideTheNeedle = SampleEnvironment(aluminium: 0)
  /// The beam on the needle: its coating of sputtered grains and, behind it, few and large grains of drawn wire.
  public static let onTheNeedle = SampleEnvironment(aluminium: 1e6, tungsten: 2e6)
  /// The beam where the particle is attached.
  public static let onTheDeposit = SampleEnvironment(aluminium: 5e5, tungsten: 5e5, platinum: 5e5)

  /// The crystalline phases with a positive amount.
  ///
  /// The platinum deposit is fine-grained: 8 nm crystallites, Scherrer's width with K = 0.9.
  public func phases(wavelength: Double, profile: RingProfile) -> [PowderPhase] {
    let deposit = RingProfile.instrument(u: 0, v: 0, w: 0, y: 0.9 * wavelength / 8e-9)
    let all = [
      PowderPhase(
        "Al", lines: PowderLines.aluminium, scale: aluminium / 100, profile: profile, displacement: needlePlace),
      PowderPhase(
        "W", lines: PowderLines.tungsten, scale: tungsten / 100, profile: profile, displacement: needlePlace),
      PowderPhase(
        "Pt", lines: PowderLines.platinum, scale: platinum / 100, profile: deposit, displacement: needlePlace),
      PowderPhase("Li", lines: PowderLines.lithium, scale: lithium / 100, profile: profile, displacement: lithiumPlace),
    ]
    return all.filter { $0.scale > 0 }
  }

  /// Halos and air.
  ///
  /// The ionic liquid has the two maxima usual for bis(trifluoromethylsulfonyl)imides, the alternation of charges near
  /// q = 0.8 and neighbouring ions near 1.37 inverse angstrom (Kashyap et al., Faraday Discuss. 154, 133 (2012));
  /// Kapton a broad halo about 1.2 inverse angstrom, whose flank lies under the 003 ring of the cathode (1.33). The
  /// widths are round values.
  public func background(wavelength: Double, flat: Double = 0) -> ScatteringBackground {
    func hump(_ q: Double, _ width: Double, _ height: Double) -> AmorphousHump {
      func twoTheta(_ q: Double) -> Double { 2 * asin(min(q * 1e10 * wavelength / (4 * .pi), 1)) }
      return AmorphousHump(
        twoTheta: twoTheta(q), fwhm: twoTheta(q + width / 2) - twoTheta(q - width / 2), height: height)
    }
    return ScatteringBackground(
      flat: flat,
      humps: [hump(1.2, 0.6, kapton), hump(0.8, 0.3, 0.3 * ionicLiquid), hump(1.37, 0.45, ionicLiquid)],
      air: AirScatter(height: air, decay: 0.05))
  }
}
