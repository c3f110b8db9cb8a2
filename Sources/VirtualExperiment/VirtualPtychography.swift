public import ArrayMath
import FileFormats
import Foundation
public import Ptychography

/// A ptychographic tomography that never took place: scans of a particle with cracks and pores at several angles.
public struct VirtualPtychography: Sendable {
  public var phantom: ParticlePhantom
  /// Geometry, probe, positions and photons of a scan.
  public var simulation: PtychographySimulation
  /// How the file's axes lie to the object's.
  public var axes = AxisConvention.asWritten
  /// The angle of each projection, in radians.
  public var angles: [Double]
  public var seed: UInt64

  public init(phantom: ParticlePhantom, simulation: PtychographySimulation, angles: [Double], seed: UInt64) {
    self.phantom = phantom
    self.simulation = simulation
    self.angles = angles
    self.seed = seed
  }

  /// The extents of a pixel of the object, in metres.
  public var pixel: (height: Double, width: Double) { simulation.geometry.objectPixel(for: simulation.window) }

  /// The true transmission of a projection; (rows/2, columns/2) is the origin of the positions.
  public func object(_ projection: Int) -> ComplexImage {
    phantom.transmission(
      angle: angles[projection], wavelength: simulation.geometry.wavelength, shape: simulation.objectShape(),
      pixel: pixel)
  }

  /// One scan with all that is true of it.
  ///
  /// - Throws: `PtychographyError`.
  public func simulated(_ projection: Int, threads: Int = 1) throws -> SimulatedScan {
    try simulation.run(object: object(projection), seed: seed, item: projection, threads: threads)
  }

  /// The scan as its file holds it, by the file's own axes.
  ///
  /// - Throws: `PtychographyError`.
  public func scan(_ projection: Int, threads: Int = 1) throws -> PtychographyScan {
    var scan = try simulated(projection, threads: threads).scan(name: String(format: "projection-%04d", projection))
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

extension AxisConvention {
  /// A position of the object's frame as the file would state it.
  func undone(_ position: ScanPosition) -> ScanPosition {
    let y = rowsReversed ? -position.y : position.y
    let x = columnsReversed ? -position.x : position.x
    return exchanged ? ScanPosition(y: x, x: y) : ScanPosition(y: y, x: x)
  }
}
