import ArrayMath
import Foundation
public import Pipeline
public import Quantities
public import Tomography

/// From a tomogram to the extent, mass and state of charge of the particle in it.
public enum ParticleVolumeStage: Stage {
  public static let name = "particle-volume"
  public static let version = 1
  public static let citations = [Citation.gum2008]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var tomogram: TomogramResult
    /// Of a state of charge of 100 %, in C/kg.
    public var specificCapacity: UncertainValue
    /// Nil where none is known.
    public var charge: PassedCharge?

    public init(_ tomogram: TomogramResult, specificCapacity: UncertainValue) {
      self.tomogram = tomogram
      self.specificCapacity = specificCapacity
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    estimate(of: TomogramExtent(projections: 180, rows: 256, columns: 256))
  }

  /// What the particle in the volume of a measurement costs.
  static func estimate(of extent: TomogramExtent) -> ResourceEstimate {
    let voxels = Double(extent.rows * extent.columns * extent.columns)
    let pixels = Double(extent.projections * extent.rows * extent.columns)
    return ResourceEstimate(
      seconds: 0.3 + 4e-7 * voxels + 4e-8 * pixels, memory: 7e7 + 30 * voxels + 8 * pixels, disk: 1e6 + 0.1 * voxels)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<TomographicParticle> {
    throw StageDocumentError(path: name, problem: "not yet")
  }
}
