import ArrayMath
import Foundation
public import PowderDiffraction

/// A detector whose place is drawn about the one that was stated, and the images of LaB6 that calibrate it.
public struct VirtualPlate: Sendable {
  /// Wavelength of the beam, in metres.
  public var wavelength: Double
  /// Extent of a pixel, in metres; the plate has the extent of the seed's, 94.7 mm.
  public var pixel: Double
  /// The distance that the experimenter believes, in metres.
  public var statedDistance: Double
  public var seed: UInt64

  public init(wavelength: Double, pixel: Double, statedDistance: Double, seed: UInt64) {
    self.wavelength = wavelength
    self.pixel = pixel
    self.statedDistance = statedDistance
    self.seed = seed
  }

  /// Pixels along each edge of the plate.
  public var side: Int { Int((3056 * 31e-6 / pixel).rounded()) }

  /// Where the plate stands: the distance within 2 % of the stated one, the beam within 1.5 mm of the middle, the tilt
  /// within 1.5 degrees.
  public var geometry: DetectorGeometry {
    var generator = SeededGenerator(seed: seed, item: 0)
    func between(_ limit: Double) -> Double { limit * (2 * generator.uniform() - 1) }
    let distance = statedDistance * (1 + between(0.02))
    let (rotation1, rotation2) = (between(0.018), between(0.018))
    let middle = Double(side) * pixel / 2
    // What PoniGeometry.beamCentre adds to the PONI is taken off here.
    let poni = PoniGeometry(
      distance: distance, poni1: middle + between(1.5e-3) - distance * tan(rotation2) / cos(rotation1),
      poni2: middle + between(1.5e-3) + distance * tan(rotation1), rotation1: rotation1, rotation2: rotation2)
    let grid = DetectorGrid(
      shape: FrameShape(rows: side, columns: side), pixelHeight: pixel, pixelWidth: pixel, orientation: .topRight)
    return DetectorGeometry(poni: poni, grid: grid, wavelength: wavelength)
  }

  /// The detector counts photons, so that its counts are their own variance.
  public var detector: DetectorModel { DetectorModel(geometry: geometry) }
  /// The beam on the plate, thin at the sample.
  public var beam: IncidentBeam { IncidentBeam(wavelength: wavelength, polarisation: 0.99) }
  /// Rings of 25 mdeg, or of one and a half pixels where those are larger.
  public var profile: RingProfile {
    .constant(fwhm: max(25e-3 * .pi / 180, 1.5 * pixel / statedDistance), mixing: 0.2)
  }

  /// Photons of a phase's unit of intensity that give so many on the crest of a line at an angle, in a pixel.
  func scale(crest: Double, of line: DiffractionLine) throws -> Double {
    guard let twoTheta = line.twoTheta(wavelength: wavelength) else { return 0 }
    let density = try profile.shape(twoTheta: twoTheta)(0) / (2 * .pi * sin(twoTheta))
    let solidAngle = pow(pixel / statedDistance, 2) * pow(cos(twoTheta), 3)
    return crest / (line.intensity * density * solidAngle)
  }

  /// One exposure of LaB6: 3000 photons on the crest of 110, over 20.
  public func calibrant(threads: Int) throws -> SimulatedFrames {
    let lines = PowderLines.lanthanumHexaboride
    var phase = PowderPhase("LaB6", lines: lines, scale: 1, profile: profile)
    phase.scale = try scale(crest: 3000, of: lines[1])
    let scene = PowderScene(beam: beam, phases: [phase], background: ScatteringBackground(flat: 20))
    return try SimulatedFrames(scene, detector: detector, count: 1, seed: seed, threads: threads)
  }
}
