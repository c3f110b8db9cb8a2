public import ArrayMath
import FileFormats
import Foundation
import ImageAnalysis
public import Ptychography
public import Tomography

/// A ptychographic tomography that never took place: scans of a particle on its needle, at many angles.
///
/// Volume, mass and electrons of the particle are known exactly (``truth``); the scans are raw files of one projection each.
public struct VirtualTomography: Sendable {
  public var particle: PorousParticle
  /// Geometry, probe, positions and photons of a scan.
  public var simulation: PtychographySimulation
  /// The angle of each projection, in radians.
  public var angles: [Double]
  public var sense = RotationSense.counterclockwise
  /// How the file's axes lie to the object's.
  public var axes = AxisConvention.asWritten
  /// By how much the sample is displaced from projection to projection, standard deviation along each axis, in metres.
  public var jitter = 0.0
  /// β/δ of the matter.
  public var absorption = 0.064
  public var seed: UInt64

  public init(particle: PorousParticle, simulation: PtychographySimulation, angles: [Double], seed: UInt64) {
    self.particle = particle
    self.simulation = simulation
    self.angles = angles
    self.seed = seed
  }

  /// The seed's particle and geometry, with the inner 128 × 128 pixels of the detector, so that a pixel of the object is
  /// 172 nm: 8 × 8 positions cover the particle and some air around it.
  ///
  /// - Parameters:
  ///   - electronDensity: of the solid; the default gives 2.2 g/cm³ of NMC811, so that the particle weighs 5.23 ng.
  ///   - angles: over 180 degrees.
  ///   - positions: along each axis of the scan.
  /// - Throws: `PtychographyError`.
  public static func reduced(
    electronDensity: Double = 0.6248e30, angles: Int = 60, positions: Int = 8, seed: UInt64
  ) throws -> VirtualTomography {
    let geometry = ScanGeometry(
      wavelength: ScanGeometry.wavelength(ofPhotonEnergy: 9700 * 1.602_176_634e-19), distance: 9.47,
      pixelHeight: 55e-6, pixelWidth: 55e-6)
    let window = FrameShape(rows: 128, columns: 128)
    // A beam of 8 um on the sample whose cone stays inside the detector.
    let plate = FresnelZonePlate(outerZoneWidth: 250e-9, orderSortingAperture: nil)
    let probe = try plate.probe(for: geometry, window: window, defocus: 15.6e-3)
    var generator = SeededGenerator(seed: seed, item: -2)
    let pattern = ScanPattern.jitteredRaster(
      rows: positions, columns: positions, step: 19e-6 / Double(positions), jitter: 0.3)
    let simulation = PtychographySimulation(
      geometry: geometry, window: window, probes: [probe], positions: pattern.positions(using: &generator),
      photons: 2e6)
    var shape = SeededGenerator(seed: seed, item: -3)
    var virtual = VirtualTomography(
      particle: .random(.seed(electronDensity: electronDensity), using: &shape), simulation: simulation,
      angles: ProjectionGeometry.halfTurn(angles), seed: seed)
    virtual.jitter = 200e-9
    return virtual
  }

  /// Extent of a pixel of the object, in metres; the geometry has square ones.
  public var pixel: Double { simulation.geometry.objectPixel(for: simulation.window).width }

  /// What is true of the particle.
  public struct Truth: Sendable, Hashable {
    /// Cubic metres inside the outer surface, of matter, and of voids.
    public var envelopeVolume: Double
    public var solidVolume: Double
    public var voidVolume: Double
    /// Electrons (Z + f₁ an atom) of the particle, and what projections show of them beside a medium.
    public var electrons: Double
    public var contrastElectrons: Double
    /// Electrons per cubic metre of the matter, on average.
    public var meanElectronDensity: Double
    /// In metres, down and to the right, a projection.
    public var displacements: [(down: Double, right: Double)] { moves.map { ($0.y, $0.x) } }
    var moves: [SIMD2<Double>]
  }

  public var truth: Truth {
    Truth(
      envelopeVolume: particle.envelopeVolume, solidVolume: particle.solidVolume, voidVolume: particle.voidVolume,
      electrons: particle.electrons, contrastElectrons: particle.contrastElectrons,
      meanElectronDensity: particle.meanElectronDensity, moves: angles.indices.map(displacement))
  }

  private func displacement(_ projection: Int) -> SIMD2<Double> {
    var generator = SeededGenerator(seed: seed ^ 0x6D6F_7665, item: projection)
    let right = jitter * generator.normal()
    return SIMD2(right, jitter * generator.normal())
  }

  /// The true transmission of a projection; (rows/2, columns/2) is the origin of the positions.
  public func object(_ projection: Int) -> ComplexImage {
    let shape = simulation.objectShape()
    let move = displacement(projection)
    let geometry = ProjectionGeometry(
      angles: [angles[projection]], axisColumn: Double(shape.columns) / 2, sense: sense,
      displacements: [ImageShift(rows: move.y / pixel, columns: move.x / pixel)])
    let strength = ContrastScale.electronRadius * simulation.geometry.wavelength
    let columns = particle.projection(geometry, view: 0, shape: shape, pixel: pixel)
    return ComplexImage(
      columns.pixels.map {
        let phase = strength * $0
        return ComplexFloat(modulus: Float(exp(-absorption * phase)), phase: Float(-phase))
      }, shape: shape)
  }

  /// The scan as its file holds it, by the file's own axes.
  ///
  /// - Throws: `PtychographyError`.
  public func scan(_ projection: Int, threads: Int = 1) throws -> PtychographyScan {
    let simulated = try simulation.run(object: object(projection), seed: seed, item: projection, threads: threads)
    var scan = simulated.scan(name: String(format: "projection-%04d", projection))
    scan.angle = angles[projection]
    scan.positions = scan.positions.map(axes.undone)
    return scan
  }

  /// Writes the file of a scan, NXcxi_ptycho.
  ///
  /// - Throws: `PtychographyError`, and `HDF5Error` when the file cannot be written.
  public func write(_ projection: Int, to path: String) throws {
    try CXIScanWriter.write(
      try scan(projection), to: path,
      CXIScanWriter.Circumstances(sourceName: "virtual", sampleName: "particle", creator: "operando"))
  }
}
