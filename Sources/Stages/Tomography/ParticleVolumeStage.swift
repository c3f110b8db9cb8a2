import ArrayMath
import Crystallography
import Foundation
import ImageAnalysis
public import Pipeline
public import Quantities
import Tomography

/// From a tomogram to the extent, mass and state of charge of the particle in it.
public enum ParticleVolumeStage: Stage {
  public static let name = "particle-volume"
  public static let version = 1
  public static let citations = [Citation.gum2008, .otsu1979]

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
      seconds: 0.3 + 2e-6 * voxels + 4e-8 * pixels, memory: 7e7 + 60 * voxels + 8 * pixels, disk: 1e6 + 0.1 * voxels)
  }

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<TomographicParticle> {
    let place = input.name.isEmpty ? name : "\(name)-\(input.name)"
    guard let medium = parameters.surroundingMedium else {
      throw StageDocumentError(path: place, problem: "the medium `\(parameters.medium)` is not known")
    }
    do {
      return try measured(input, parameters, medium, context)
    } catch let error as TomographyError {
      throw StageDocumentError(path: place, problem: error.description)
    } catch let error as ImageAnalysisError {
      throw StageDocumentError(path: place, problem: "\(error)")
    } catch let error as CrystallographyError {
      throw StageDocumentError(path: place, problem: "\(error)")
    }
  }

  private static func measured(
    _ input: Input, _ parameters: Parameters, _ medium: SurroundingMedium, _ context: RunContext
  ) throws -> StageResult<TomographicParticle> {
    let tomogram = input.tomogram
    let facts = tomogram.facts
    // Techniques take radians (nepers) a voxel; files hold delta, or 1/m.
    let factor = Float(
      1
        / TomogramResult.factor(
          of: tomogram.projections.quantity, wavelength: facts.wavelength, voxel: facts.voxel))
    let volume = tomogram.volume.map { factor * $0 }
    var measurement = ParticleMeasurement(
      voxel: UncertainValue(facts.voxel, uncertainty: facts.voxel * parameters.voxelUncertainty.si),
      // Without a wavelength nothing is made of it.
      wavelength: UncertainValue(facts.wavelength ?? 1e-10), medium: medium, composition: nil,
      specificCapacity: input.specificCapacity)
    var segmentation = ParticleSegmentation(mount: parameters.rule(voxel: facts.voxel, slices: volume.shape.slices))
    if let wavelength = facts.wavelength, tomogram.content == .delta {
      let composition = try ElectronComposition(formula: parameters.composition, wavelength: wavelength)
      measurement.composition = composition
      let scale = ContrastScale(wavelength: wavelength, voxel: facts.voxel)
      if parameters.densityOf == .solid, parameters.$density.isGiven {
        let expected =
          composition.electronDensity(massDensity: parameters.density.value.si) - medium.electronDensity.value
        segmentation.expectedContrast = expected / scale.electronDensity
      }
    }
    measurement.density = ParticleMeasurement.AssumedDensity(
      parameters.density.uncertainValue, basis: parameters.densityOf == .solid ? .solid : .envelope)
    measurement.charge = input.charge?.charge
    context.progress(0, 3)
    let isOfProjections = tomogram.projections.shape.rows == volume.shape.slices
    let particle = try segmentation(
      volume,
      complete: isOfProjections ? tomogram.projections.geometry.completeSlices(rows: volume.shape.slices) : nil,
      threads: context.threads)
    context.progress(1, 3)
    if context.isCancelled() { throw Interrupted() }
    var evidence = ParticleMeasurement.Evidence()
    evidence.halves = tomogram.halves.map { halves in
      (first: halves.first.map { factor * $0 }, second: halves.second.map { factor * $0 })
    }
    let used = facts.views.indices.filter { !facts.views[$0].isOutlier }
    if tomogram.projections.count > 1, isOfProjections {
      evidence.projections = tomogram.projections.selecting(used)
    }
    evidence.resolution = facts.correlation?.resolution.map { $0 / facts.voxel }
    evidence.shiftUncertainty = facts.shiftUncertainty
    let quantities = try measurement(volume, particle, evidence: evidence, threads: context.threads)
    context.progress(2, 3)
    let finish = ParticleFinish(
      quantities: quantities, particle: particle, volume: volume, factor: 1 / factor, tomogram: tomogram,
      parameters: parameters, charge: input.charge, specificCapacity: input.specificCapacity)
    let value = try finish.value(threads: context.threads)
    context.progress(3, 3)
    let summary = ParticleVolumeSummary(
      value: value, quantities: quantities, input: input, parameters: parameters,
      outline: try particle.outline(of: volume, voxel: facts.voxel, threads: context.threads)
    ).summary
    return StageResult(value: value, summary: summary)
  }
}

extension ParticleVolumeStage.Parameters {
  /// What surrounds the particle, as the technique takes it.
  var surroundingMedium: SurroundingMedium? {
    guard let density = surroundings else { return nil }
    return SurroundingMedium(
      name: medium,
      electronDensity: UncertainValue(density.value.si, uncertainty: density.standardUncertainty?.si ?? 0),
      pores: pores == .filled ? .filled : .empty)
  }

  /// How the mount is cut off.
  func rule(voxel: Double, slices: Int) -> MountCut.Rule {
    switch mount {
    case .none: return .none
    case .neck: return .neck
    case .plane:
      guard let mountHeight else { return .none }
      // Heights count from the middle of the volume upwards, slices from the top downwards.
      return .below(slice: Int((Double(slices) / 2 - mountHeight.si / voxel).rounded()))
    }
  }
}

extension TomogramResult.Facts {
  /// Of a displacement along a row or column, root mean square over the projections, in pixels; what odd and even rows say
  /// where it is more. Nil where it is not known.
  var shiftUncertainty: Double? {
    let all = (rowUncertainties + columnUncertainties).filter(\.isFinite)
    guard !all.isEmpty else { return nil }
    let stated = all.reduce(0) { $0 + $1 * $1 } / Double(all.count)
    let seen = empiricalUncertainty.reduce(0) { $0 + $1 * $1 } / 2
    return max(stated, seen).squareRoot()
  }
}

extension Citation {
  static let otsu1979 = Citation(
    key: "otsu1979",
    text:
      "N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. Syst. Man Cybern. 9, 62 (1979).",
    doi: "10.1109/TSMC.1979.4310076")
}
