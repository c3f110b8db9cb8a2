import ArrayMath
import Foundation

/// The single-particle diffraction experiment of the seed: beamline B16 of Diamond Light Source, 19 keV, a beam of
/// 380 nm x 800 nm (vertical x horizontal), a Photonic Science Image Star 9000 of 3056 x 3056 pixels of 31 µm, 131.67
/// mm behind the sample.
public enum SeedInstrument {
  /// Planck's constant times the speed of light over the elementary charge (exact in the SI of 2019), in V m.
  private static let voltMetres = 6.626_070_15e-34 * 299_792_458 / 1.602_176_634e-19

  /// The wavelength at 19 keV, in metres: 0.652548 angstrom.
  public static let wavelength = voltMetres / 19_000

  /// The beam; the seed states no polarisation, 0.99 is usual for a bending magnet in the plane of the orbit.
  public static let beam = IncidentBeam(
    wavelength: wavelength, polarisation: 0.99, footprintHeight: 380e-9, footprintWidth: 800e-9)

  /// 3056 x 3056 pixels of 31 µm, rows and columns along axes 1 and 2.
  public static let grid = DetectorGrid(
    shape: FrameShape(rows: 3056, columns: 3056), pixelHeight: 31e-6, pixelWidth: 31e-6)

  /// The plate centred on the beam at 131.67 mm.
  ///
  /// - Parameters:
  ///   - tilt: rotations 1, 2 and 3 of the PONI convention, in radians. The beam stays on the same pixel.
  ///   - offset: of the direct beam from the middle of the plate along axes 1 and 2, in metres.
  public static func geometry(
    tilt: (Double, Double, Double) = (0, 0, 0), offset: (axis1: Double, axis2: Double) = (0, 0)
  ) -> DetectorGeometry {
    let distance = 131.67e-3
    let middle = 1528 * 31e-6
    // What PoniGeometry.beamCentre adds to the PONI is taken off here.
    let poni = PoniGeometry(
      distance: distance, poni1: middle + offset.axis1 - distance * tan(tilt.1) / cos(tilt.0),
      poni2: middle + offset.axis2 + distance * tan(tilt.0), rotation1: tilt.0, rotation2: tilt.1, rotation3: tilt.2)
    return DetectorGeometry(poni: poni, grid: grid, wavelength: wavelength)
  }

  /// A detector like the Image Star: an indirect CCD camera. The seed states none of these numbers; they are round
  /// values for the simulation, not a measurement of that camera.
  public static func detector(_ geometry: DetectorGeometry = geometry()) -> DetectorModel {
    DetectorModel(
      geometry: geometry, pointSpread: 1.5, sensorAttenuation: 1.2, gain: 1.7, readNoise: 4, offset: 100,
      saturation: .max)
  }

  /// Rings of about 25 mdeg, two pixels, across the plate.
  public static let profile = RingProfile.constant(fwhm: 25e-3 * .pi / 180, mixing: 0.2)
}

extension SeedInstrument {
  /// The grains of a particle under the beam, at one position of a scan.
  ///
  /// 53 grains of half a degree give a spot on the 003 ring at 37 % of the positions: in the measured map of an NCA
  /// particle (APS 34-ID-E, canismarko/scimap) 53 of 143 positions show a usable 003. About as many primary particles
  /// of half a micrometre lie in a beam of 0.38 µm x 0.80 µm through 16 µm. The other values are round.
  ///
  /// - Parameter seed: another one for each position.
  public static func grains(seed: UInt64) -> Spottiness {
    Spottiness(
      grains: 53, acceptance: 0.5 * .pi / 180, azimuthalWidth: 0.5 * .pi / 180, strainSpread: 2e-4, seed: seed)
  }

  /// How bright a calibrant frame is.
  public enum Exposure: Sendable, Hashable, CaseIterable {
    /// Strong rings on little background: 3000 photons a pixel on the crest of 110, over 20.
    case bright
    /// 60 photons a pixel on the crest of 110 over a background of 20; most rings are weaker.
    case weak

    var crest: Double { self == .bright ? 3000 : 60 }
  }

  /// A frame of LaB6 as it is exposed to calibrate the distance.
  public static func calibrant(_ exposure: Exposure, profile: RingProfile = profile) throws(ForwardModelError)
    -> PowderScene
  {
    var phase = PowderPhase("LaB6", lines: PowderLines.lanthanumHexaboride, scale: 1, profile: profile)
    let line = phase.lines[1]
    guard let twoTheta = line.twoTheta(wavelength: wavelength) else { return PowderScene(beam: beam, phases: []) }
    // Photons a pixel on the crest: photons p(0) / (2π sin 2θ) times the solid angle of a pixel there. Polarisation and
    // the pixel's own width are left out.
    let crest = try profile.shape(twoTheta: twoTheta)(0) / (2 * .pi * sin(twoTheta))
    let solidAngle = pow(31e-6 / 131.67e-3, 2) * pow(cos(twoTheta), 3)
    phase.scale = exposure.crest / (line.intensity * crest * solidAngle)
    return PowderScene(beam: beam, phases: [phase], background: ScatteringBackground(flat: 20))
  }
}
