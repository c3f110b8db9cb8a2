import ArrayMath
import Crystallography
import ElectronDiffraction
import Figures
import Foundation
public import Pipeline
import Quantities

/// The master pattern of each phase, once for all patterns.
public enum KikuchiMasterStage: Stage {
  public static let name = "kikuchi-master"
  public static let version = 1
  public static let citations = [Citation.callahan2013, .weickenmeier1991]

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    public var phases: [OrientationPhase]
    /// Of the beam, in keV.
    public var kiloelectronvolts: Double

    public init(phases: [OrientationPhase], kiloelectronvolts: Double) {
      (self.phases, self.kiloelectronvolts) = (phases, kiloelectronvolts)
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    let points = Double(parameters.size * parameters.size)
    let perPoint = parameters.method == .dynamical ? 6e-4 : 5e-6
    return ResourceEstimate(seconds: 0.1 + perPoint * points, memory: 5e7 + 16 * points, disk: 1e5 + 8 * points)
  }

  /// Directions that make one item.
  private static let block = 512

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<KikuchiMasters> {
    guard !input.phases.isEmpty else { throw StageDocumentError(path: name, problem: "there is no phase") }
    var phases: [KikuchiMasters.Phase] = []
    for (index, phase) in input.phases.enumerated() {
      do {
        let reflectors = try phase.structure.indexingReflectors(relativeAmplitude: parameters.leastAmplitude.si)
        phases.append(
          KikuchiMasters.Phase(
            indexing: IndexingPhase(
              name: phase.name, cell: phase.structure.cell, laueClass: phase.structure.spaceGroup.laueClass,
              reflectors: reflectors),
            master: try master(phase.structure, index: index, input, parameters, context)))
      } catch let error as CrystallographyError {
        throw StageDocumentError(path: phase.name, problem: "\(error)")
      } catch let error as BlochWaveError {
        throw StageDocumentError(path: phase.name, problem: "\(error)")
      }
    }
    let value = KikuchiMasters(
      phases: phases, wavelength: ElectronBeam.wavelength(kiloelectronvolts: input.kiloelectronvolts))
    return StageResult(
      value: value, summary: KikuchiMasterSummary(value: value, input: input, parameters: parameters).summary)
  }

  private static func master(
    _ structure: CrystalStructure, index: Int, _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> MasterPattern {
    guard parameters.method == .dynamical else {
      if context.isCancelled() { throw Interrupted() }
      return try KinematicalMaster.pattern(
        structure, kiloelectronvolts: input.kiloelectronvolts, size: parameters.size,
        minimumSpacing: parameters.leastSpacing.si, meanDepth: parameters.depth.si)
    }
    let master = try DynamicalMaster(
      structure, kiloelectronvolts: input.kiloelectronvolts, size: parameters.size,
      depth: .exponential(mean: parameters.depth.si), minimumSpacing: parameters.leastSpacing.si)
    let count = master.directionCount
    var intensities: [Float] = []
    intensities.reserveCapacity(count)
    for first in stride(from: 0, to: count, by: block) {
      let range = first..<min(first + block, count)
      let bytes = try context.shard("phase-\(index)-\(first / block)") {
        ArrayShard.encode([try master.intensities(range, threads: context.threads).map(Double.init)])
      }
      let values = try ArrayShard.decode(bytes, of: name)
      guard values.count == 1, values[0].count == range.count else { throw ArrayShard.damaged(name) }
      intensities += values[0].map(Float.init)
      context.progress(index * count + range.upperBound, input.phases.count * count)
    }
    return master.pattern(intensities)
  }
}

extension Citation {
  static let callahan2013 = Citation(
    key: "callahan2013",
    text:
      "P. G. Callahan, M. De Graef, Dynamical electron backscatter diffraction patterns. Part I: pattern simulations, Microsc. Microanal. 19, 1255 (2013).",
    doi: "10.1017/S1431927613001840")
  static let weickenmeier1991 = Citation(
    key: "weickenmeier1991",
    text:
      "A. Weickenmeier, H. Kohl, Computation of absorptive form factors for high-energy electron diffraction, Acta Cryst. A47, 590 (1991).",
    doi: "10.1107/S0108767391004804")
}
