import ArrayMath
import Foundation
import ImageAnalysis
import Pipeline
import Ptychography

/// From one scan to one projection: preparation, engines, and what is made of the object.
struct ProjectionReconstruction {
  let parameters: PtychographyStage.Parameters
  let finding: AxisFinding
  /// The number of the projection, from 0, and of how many.
  let index: Int
  let count: Int
  /// Probes of a projection that was reconstructed before; empty where this one begins anew.
  let warmProbes: [ComplexImage]

  /// Threads that the preparation may use.
  var threads = 1

  /// Is told of each pass, with what is known where it may be shown, and may throw to stop.
  typealias Observer = (_ preview: (() -> PtychographyPreview)?) throws -> Void

  /// - Throws: the readers' errors, `PtychographyError`, `ReconstructionFailure`, and what `observe` throws.
  func callAsFunction(_ source: PtychographyStage.ScanSource, observe: Observer) throws -> PhaseProjection {
    try source.named { try projection(source, observe) }
  }

  private func projection(_ source: PtychographyStage.ScanSource, _ observe: Observer) throws -> PhaseProjection {
    let scan = try source.open()
    let plan = parameters.reconstruction.plan(isWarm: !warmProbes.isEmpty)
    let prepared = try ScanPreparation(
      parameters.preparation.settings(for: scan, axes: finding.choice, margin: plan.margin)
    ).prepare(scan, threads: threads)
    let probes = try firstProbes(scan, prepared)
    let pixel = prepared.pixel
    let width = ProbeExtent(of: probes).diameter * (pixel.height * pixel.width).squareRoot()
    let doubts = prepared.warnings + (try prepared.warnings(probeDiameter: width))
    let start = Reconstruction(layout: prepared.layout, probes: probes)
    let result = try Reconstructor(plan: plan, data: prepared.data).run(
      from: start, seed: seed, item: 3 * index
    ) { progress in
      try observe {
        let state = progress.snapshot()
        return PtychographyPreview(
          name: source.name, index: index, count: count, pass: progress.pass, passes: progress.passes,
          errors: state.errors, object: state.object, probe: state.probes[0], pixel: pixel)
      }
    }
    var facts = facts(source, scan, prepared, result)
    facts.warnings = doubts.map(\.description)
    let images = try ObjectFinish(prepared, parameters.phase)(result.state, &facts)
    try correlate(prepared, start: start, result.state, &facts, observe)
    return PhaseProjection(facts: facts, images: images)
  }

  private var seed: UInt64 { UInt64(parameters.reconstruction.seed) }

  private func firstProbes(_ scan: PtychographyScan, _ prepared: PreparedScan) throws -> [ComplexImage] {
    let isFit = warmProbes.first.map { $0.shape == prepared.data.window } ?? false
    if isFit { return warmProbes }
    var probe = FirstProbe(parameters)
    probe.defocus = finding.defocus
    return try probe(scan, prepared)
  }

  private func facts(
    _ source: PtychographyStage.ScanSource, _ scan: PtychographyScan, _ prepared: PreparedScan,
    _ result: ReconstructionResult
  ) -> PhaseProjection.Facts {
    var facts = PhaseProjection.Facts(name: source.name, angle: scan.angle)
    // What a preparation notes begins with what the reader noted.
    facts.notes = prepared.notes
    facts.exposure = scan.exposure
    facts.photons = prepared.photons
    facts.geometry = scan.geometry
    facts.window = [prepared.data.window.rows, prepared.data.window.columns]
    facts.centre = [prepared.centre.row, prepared.centre.column]
    facts.axes = AxisChoice(finding.choice).rawValue
    facts.errors = result.state.errors
    facts.events = result.events
    facts.drift = result.drift.length
    facts.affine = result.affine.map(PhaseProjection.Affine.init)
    return facts
  }

  // MARK: - Halves

  /// Tells how objects from two halves of the data agree, where that is asked for.
  private func correlate(
    _ prepared: PreparedScan, start: Reconstruction, _ whole: Reconstruction, _ facts: inout PhaseProjection.Facts,
    _ observe: Observer
  ) throws {
    guard parameters.phase.halves != .none else { return }
    let halves: [(data: DiffractionData, start: Reconstruction)]
    var start = start
    start.positions = whole.positions
    switch parameters.phase.halves {
    case .none: return
    case .counts:
      var generator = SeededGenerator(seed: seed, item: -2 - index)
      let (first, second) = prepared.data.thinned(using: &generator)
      // Half of the photons are in each.
      start.probes = start.probes.map { $0.map { Float(0.5.squareRoot()) * $0 } }
      halves = [(first, start), (second, start)]
    case .positions:
      let split = ScanHalves(whole.positions, seed: seed, item: index)
      halves = [split.first, split.second].map { (prepared.data.subset($0), start.subset($0)) }
    }
    var plan = parameters.reconstruction.plan(isWarm: !warmProbes.isEmpty)
    for step in plan.steps.indices { plan.steps[step].positions = nil }
    let objects = try halves.enumerated().map { number, half in
      try Reconstructor(plan: plan, data: half.data).run(
        from: half.start, seed: seed, item: 3 * index + 1 + number
      ) { _ in try observe(nil) }.state.object
    }
    let field = scannedField(whole, prepared.data.window)
    let cut = objects.map { $0.cropped(rows: field.rows, columns: field.columns) }
    let rings: FourierRingCorrelation
    do {
      rings = try FourierRingCorrelation.between(cut[0], cut[1])
    } catch let error as ImageAnalysisError {
      facts.warnings.append("The halves cannot be compared: \(error)")
      return
    }
    facts.correlation = PhaseProjection.Correlation(rings, pixel: prepared.pixel.width)
    facts.notes += rings.notes
    facts.resolution = Self.resolution(rings, .halfBit, pixel: prepared.pixel.width, &facts.reachesPixel)
    var isIgnored = false
    facts.oneBitResolution = Self.resolution(rings, .oneBit, pixel: prepared.pixel.width, &isIgnored)
    if facts.resolution == nil { facts.warnings.append("Two halves of the data agree at no spatial frequency.") }
  }

  /// In metres; nil where the halves agree nowhere. Halves that agree down to the pixel have its extent.
  private static func resolution(
    _ rings: FourierRingCorrelation, _ criterion: FourierRingCorrelation.Criterion, pixel: Double,
    _ reachesPixel: inout Bool
  ) -> Double? {
    guard let found = rings.resolution(criterion) else {
      reachesPixel = true
      return pixel
    }
    return found.isFinite ? found * pixel : nil
  }

  /// The rectangle that the beams' middles span, at least 16 pixels along each axis.
  private func scannedField(
    _ state: Reconstruction, _ window: FrameShape
  ) -> (rows: Range<Int>, columns: Range<Int>) {
    func range(_ places: [Double], _ half: Int, _ extent: Int) -> Range<Int> {
      var low = Int((places.min() ?? 0).rounded(.up)) + half
      var high = Int((places.max() ?? 0).rounded(.down)) + half + 1
      while high - low < min(16, extent) {
        low = max(low - 1, 0)
        high = min(high + 1, extent)
      }
      return max(low, 0)..<min(high, extent)
    }
    return (
      range(state.positions.map(\.row), window.rows / 2, state.object.rows),
      range(state.positions.map(\.column), window.columns / 2, state.object.columns)
    )
  }
}

extension PhaseProjection.Correlation {
  /// - Parameter pixel: in metres.
  init(_ rings: FourierRingCorrelation, pixel: Double) {
    self.init(
      frequencies: rings.frequencies.map { $0 / pixel }, correlation: rings.correlation, halfBit: rings.halfBit,
      oneBit: rings.oneBit)
  }
}
