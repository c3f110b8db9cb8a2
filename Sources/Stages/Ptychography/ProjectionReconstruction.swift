import ArrayMath
import Foundation
import ImageAnalysis
import Pipeline
import Ptychography

/// From one scan to one projection: preparation, engines, and what is made of the object.
struct ProjectionReconstruction {
  let parameters: PtychographyStage.Parameters
  let axes: AxisConvention
  /// The number of the projection, from 0, and of how many.
  let index: Int
  let count: Int
  /// Probes of a projection that was reconstructed before; empty where this one begins anew.
  let warmProbes: [ComplexImage]

  /// Is shown what is known after each pass, and may throw to stop.
  typealias Observer = (_ preview: () -> PtychographyPreview) throws -> Void

  /// - Throws: the readers' errors, `PtychographyError`, and what `observe` throws.
  func callAsFunction(_ source: PtychographyStage.ScanSource, observe: Observer) throws -> PhaseProjection {
    let scan = try source.open()
    let prepared = try ScanWindows(scan, parameters.preparation, axes: axes, margin: margin)
    let probes = try firstProbes(scan, prepared)
    let start = Reconstruction(layout: prepared.layout, probes: probes)
    let result = try run(prepared.data, from: start, item: 3 * index, prepared, source.name, observe)
    var facts = PhaseProjection.Facts(name: source.name, angle: scan.angle)
    facts.notes = scan.notes + prepared.notes
    facts.warnings = prepared.warnings
    facts.exposure = scan.exposure
    facts.photons = prepared.photons
    facts.wavelength = scan.geometry.wavelength
    facts.window = [prepared.data.window.rows, prepared.data.window.columns]
    facts.centre = [prepared.centre.row, prepared.centre.column]
    facts.axes = AxisChoice(axes).rawValue
    facts.errors = result.state.errors
    facts.events = result.events
    facts.drift = result.drift.length
    facts.affine = result.affine.map(PhaseProjection.Affine.init)
    let finish = ObjectFinish(prepared, parameters.phase)
    let images = try finish(result.state, &facts)
    facts.correlation = try correlation(prepared, start: start, finish: finish, source.name, observe)
    if let correlation = facts.correlation { (facts.resolution, facts.oneBitResolution) = correlation.resolutions }
    return PhaseProjection(facts: facts, images: images)
  }

  /// Pixels of the object around the scan, room for corrected positions.
  private var margin: Int { parameters.reconstruction.plan(isWarm: false).margin }

  // MARK: - Probe

  private func firstProbes(_ scan: PtychographyScan, _ prepared: ScanWindows) throws -> [ComplexImage] {
    let isFit = warmProbes.first.map { $0.shape == prepared.data.window } ?? false
    return isFit ? warmProbes : try FirstProbe(parameters)(scan, prepared)
  }

  // MARK: - Engines

  private func run(
    _ data: DiffractionData, from start: Reconstruction, item: Int, _ prepared: ScanWindows, _ name: String,
    _ observe: Observer
  ) throws -> ReconstructionResult {
    let pixel = prepared.pixel
    let reconstructor = Reconstructor(plan: parameters.reconstruction.plan(isWarm: !warmProbes.isEmpty), data: data)
    return try reconstructor.run(from: start, seed: UInt64(parameters.reconstruction.seed), item: item) { progress in
      try observe {
        let state = progress.snapshot()
        return PtychographyPreview(
          name: name, index: index, count: count, pass: progress.pass, passes: progress.passes, errors: state.errors,
          object: state.object, probe: state.probes[0], pixel: pixel)
      }
    }
  }

  // MARK: - Halves

  /// The Fourier ring correlation of reconstructions from two halves of the data; nil where none is asked for.
  private func correlation(
    _ prepared: ScanWindows, start: Reconstruction, finish: ObjectFinish, _ name: String, _ observe: Observer
  ) throws -> PhaseProjection.Correlation? {
    nil
  }
}

extension PhaseProjection.Correlation {
  /// Half periods at which the correlation falls below the thresholds, in metres; nil where it never does or has none.
  var resolutions: (halfBit: Double?, oneBit: Double?) {
    func crossing(_ threshold: [Double]) -> Double? {
      guard let last = correlation.indices.last(where: { correlation[$0] >= threshold[$0] }), last > 0 else { return nil }
      return 1 / (2 * frequencies[last])
    }
    return (crossing(halfBit), crossing(oneBit))
  }
}
