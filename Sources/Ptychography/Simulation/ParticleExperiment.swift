public import ArrayMath
internal import Foundation

/// A ptychographic tomography of one cathode particle, ready to be simulated angle by angle.
public struct ParticleExperiment: Sendable {
  public var geometry: ScanGeometry
  public var window: FrameShape
  public var pattern: ScanPattern
  public var zonePlate: FresnelZonePlate
  /// From the focus to the sample, downstream, in metres.
  public var defocus: Double
  /// Σ I of a pattern without the sample.
  public var photons: Double
  public var phantom: ParticlePhantom
  /// Rotation angles, in radians.
  public var angles: [Double]
  /// Whether positions fall on whole pixels.
  public var wholePixels = true

  /// The experiment this program is made for: 9.7 keV, 9.47 m, 55 um pixels, 512 x 512 patterns, 256 aperiodic positions
  /// of about 1 um step over 16 x 16 um, 600 angles over 180 degrees.
  ///
  /// Optics, defocus (8 mm), photons a pattern (1.89 million) and the particle are assumed.
  public static func full() -> ParticleExperiment {
    ParticleExperiment(
      geometry: ScanGeometry(
        wavelength: ScanGeometry.wavelength(ofPhotonEnergy: 9700 * 1.602_176_634e-19), distance: 9.47,
        pixelHeight: 55e-6, pixelWidth: 55e-6),
      window: FrameShape(rows: 512, columns: 512),
      pattern: .jitteredRaster(rows: 16, columns: 16, step: 1e-6, jitter: 0.3), zonePlate: FresnelZonePlate(),
      defocus: 8e-3, photons: 1.89e6, phantom: .sphere(), angles: (0..<600).map { Double($0) * .pi / 600 })
  }

  /// The same experiment with everything at the sample smaller by a factor, and as many pixels fewer.
  ///
  /// The pixel of the object, the particle's phase and the photons a pixel stay.
  ///
  /// - Parameters:
  ///   - factor: 4 gives patterns of 128 x 128 pixels.
  ///   - positions: along each axis; the particle is covered with 16.
  ///   - angles: over 180 degrees.
  public static func reduced(by factor: Int = 4, positions: Int = 16, angles: Int = 60) -> ParticleExperiment {
    precondition(factor > 0 && positions > 0 && angles > 0, "a reduced experiment keeps something")
    let scale = Double(factor)
    var experiment = full()
    experiment.window = FrameShape(rows: 512 / factor, columns: 512 / factor)
    experiment.geometry.pixelHeight *= scale
    experiment.geometry.pixelWidth *= scale
    experiment.pattern = .jitteredRaster(rows: positions, columns: positions, step: 1e-6 / scale, jitter: 0.3)
    experiment.defocus /= scale
    experiment.photons /= scale * scale
    experiment.phantom = experiment.phantom.shrunk(by: scale)
    experiment.angles = (0..<angles).map { Double($0) * .pi / Double(angles) }
    return experiment
  }

  /// The extents of an object pixel, in metres.
  public var objectPixel: (height: Double, width: Double) { geometry.objectPixel(for: window) }

  /// The forward model of every angle: the positions are drawn once.
  ///
  /// - Parameter seed: of the jitter.
  public func simulation(seed: UInt64) throws -> PtychographySimulation {
    var generator = SeededGenerator(seed: seed)
    let probe = try zonePlate.probe(for: geometry, window: window, defocus: defocus, photons: photons)
    var simulation = PtychographySimulation(
      geometry: geometry, window: window, probes: [probe], positions: pattern.positions(using: &generator),
      photons: photons)
    simulation.wholePixels = wholePixels
    return simulation
  }

  /// Simulates one angle.
  ///
  /// - Parameters:
  ///   - angle: the index in ``angles``.
  ///   - simulation: of ``simulation(seed:)``, changed as wished.
  public func run(
    angle: Int, simulation: PtychographySimulation, seed: UInt64, threads: Int = 1
  ) throws -> SimulatedScan {
    guard angles.indices.contains(angle) else {
      throw PtychographyError.invalid("there is no angle \(angle); the experiment has \(angles.count), from 0 on")
    }
    let object = phantom.transmission(
      angle: angles[angle], wavelength: geometry.wavelength, shape: simulation.objectShape(), pixel: objectPixel)
    return try simulation.run(object: object, seed: seed, item: angle, threads: threads)
  }
}
