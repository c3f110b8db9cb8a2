import ArrayMath
import Foundation
import ImageAnalysis
import Ptychography
import TestSupport

/// The seed-shaped scan, simulated: how far E and the object's error fall, and what two realisations of the noise agree on.
func ptychographySimulatedLines() throws -> [AcceptanceLine] {
  let threads = ProcessInfo.processInfo.activeProcessorCount
  let experiment = ParticleExperiment.full()
  let pixel = experiment.objectPixel.width
  var lines = [
    AcceptanceLine(
      "2", "object pixel", figure: String(format: "%.3f nm", 1e9 * pixel), limit: "42.98 nm within 0.01",
      passed: abs(1e9 * pixel - 42.98) < 0.01)
  ]
  let scans = try (1...2).map { try SeedShapedScan.simulated(seed: UInt64($0), threads: threads) }
  // The reconstruction begins with a probe of the wrong defocus, 7 mm instead of 8.
  let first = try experiment.zonePlate.probe(
    for: experiment.geometry, window: experiment.window, defocus: 7e-3, photons: experiment.photons)
  let marks = [1, 2, 5, 10, 20, 60, 120, 250, 500, 540]
  let results = try parallelMap(count: 2, threads: threads) { index in
    try SeedShapedRun(scans[index], probe: first, marks: marks)
  }
  let run = results[0]
  let floor = run.errorAtTruth
  lines += [
    AcceptanceLine("2", "E of pass 20 over that of the true object", run.errors[19] / floor, atMost: 2),
    AcceptanceLine("2", "E of pass 60 over that of the true object", run.errors[59] / floor, atMost: 1.5),
  ]
  let report = zip(marks, run.objectErrors).map { mark, error in
    String(format: "%d: %.2e, %.4f", mark, run.errors[mark - 1], error)
  }
  let early = run.objectErrors[marks.firstIndex(of: 1) ?? 0]
  let late = run.objectErrors[marks.firstIndex(of: 60) ?? 0]
  lines.append(
    AcceptanceLine(
      "2", "pass: E, object error after the gauge is taken off", figure: report.joined(separator: "; "),
      limit: "the object's error falls with E", passed: late < early && floor > 0))
  for mark in [60, 500, 540] {
    let objects = results.compactMap { $0.objects[mark] }
    let rings = try FourierRingCorrelation.between(objects[0], objects[1])
    func length(_ criterion: FourierRingCorrelation.Criterion) -> Double {
      (rings.resolution(criterion) ?? 1) * pixel * 1e9
    }
    let engine = mark > 500 ? "500 passes of ePIE and 40 of maximum likelihood" : "\(mark) passes of ePIE"
    let subject = "half period by ring correlation of two noise realisations, half-bit criterion, \(engine)"
    let others = String(format: "%.1f nm; by the one-bit criterion %.1f nm", length(.halfBit), length(.oneBit))
    if mark > 500 {
      lines.append(AcceptanceLine("2", subject, length(.halfBit), atMost: 60, unit: "nm"))
    }
    lines.append(AcceptanceLine("2", subject, figure: others, limit: "reported", passed: true))
  }
  return lines
}

/// One reconstruction of a seed-shaped scan, looked at on the way.
private struct SeedShapedRun: Sendable {
  var errors: [Double] = []
  /// At the marks.
  var objectErrors: [Double] = []
  /// Cropped to where the beams' middles were, by pass.
  var objects: [Int: ComplexImage] = [:]
  /// E of the true object and probe.
  let errorAtTruth: Double

  /// 500 passes of ePIE, then 40 of maximum likelihood for Poisson counts.
  init(_ scan: SimulatedScan, probe: ComplexImage, marks: [Int]) throws {
    let data = scan.data
    let truth = scan.truth
    errorAtTruth = Self.error(of: truth, data)
    let weights = truth.scanWeights(above: 0.1)
    let start = Reconstruction(
      object: ComplexImage(repeating: ComplexFloat(1), shape: truth.object.shape), probes: [probe],
      positions: truth.positions)
    var likelihood = EngineSettings(.maximumLikelihood)
    likelihood.noise = .poisson
    let plan = ReconstructionPlan(steps: [
      .init(engine: EngineSettings(.ePIE), passes: 500), .init(engine: likelihood, passes: 40),
    ])
    var (seen, kept): ([Double], [Int: ComplexImage]) = ([], [:])
    let result = try Reconstructor(plan: plan, data: data).run(from: start, seed: 1) { progress in
      let pass = progress.pass
      guard marks.contains(pass) else { return }
      let object = progress.snapshot().object
      seen.append(
        try GaugeAlignment(of: object, to: truth.object, weights: weights, movable: true).error)
      let middle = Self.scanned(truth, window: data.window)
      kept[pass] = object.cropped(rows: middle.rows, columns: middle.columns)
    }
    (objectErrors, objects) = (seen, kept)
    errors = result.state.errors
  }

  private static func scanned(_ state: Reconstruction, window: FrameShape) -> (rows: Range<Int>, columns: Range<Int>) {
    let rows = state.positions.map { $0.rounded.row + window.rows / 2 }
    let columns = state.positions.map { $0.rounded.column + window.columns / 2 }
    return ((rows.min() ?? 0)..<(rows.max() ?? 0), (columns.min() ?? 0)..<(columns.max() ?? 0))
  }

  /// From the equation: Σ (√I − |Ψ|)² / Σ I.
  private static func error(of state: Reconstruction, _ data: DiffractionData) -> Double {
    let propagator = WavePropagator(geometry: data.geometry, window: data.window)
    var (misfit, total) = (0.0, 0.0)
    for index in 0..<data.count {
      let (top, left) = state.positions[index].rounded
      var field = state.object.cropped(
        rows: top..<top + data.window.rows, columns: left..<left + data.window.columns)
      for i in field.pixels.indices { field.pixels[i] *= state.probes[0].pixels[i] }
      field.pixels.withUnsafeMutableBufferPointer { propagator.toDetector($0) }
      for (wave, count) in zip(field.pixels, data.pattern(index).pixels) where !count.isNaN {
        let difference = Double(wave.modulus - count.squareRoot())
        misfit += difference * difference
        total += Double(count)
      }
    }
    return misfit / total
  }
}
