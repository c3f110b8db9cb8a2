import ArrayMath
import Foundation
import Ptychography

/// The seed's scan at full size with positions known to 3 pixels: 512 x 512 x 256, zone plate probe, Poisson counts.
///
/// Errors are root mean squares of lengths, both axes together. Two figures are given: after the mean alone is taken off,
/// and after scale, turn and shear are as well, which are nearly a freedom of object and probe (the concept page on
/// positions) and are held here. The particle is larger than the seed's (9 µm radius instead of 6.4 µm), so that nearly
/// every pattern sees some of it: one that sees nothing cannot know where it is.
func ptychographyPositionLines() throws -> [AcceptanceLine] {
  var experiment = ParticleExperiment.full()
  experiment.phantom = .sphere(radius: 9e-6)
  experiment.wholePixels = false
  let pixel = experiment.objectPixel
  var simulation = try experiment.simulation(seed: 1)
  simulation.positionError = PositionError(random: 3 / 2.0.squareRoot() * pixel.height)
  let scan = try experiment.run(angle: 0, simulation: simulation, seed: 1, threads: 2)
  let top = Double(scan.object.rows / 2 - scan.window.rows / 2)
  let left = Double(scan.object.columns / 2 - scan.window.columns / 2)
  let given = scan.nominalPositions.map {
    PixelPosition(row: top + $0.y / pixel.height, column: left + $0.x / pixel.width)
  }
  let start = Reconstruction(
    object: ComplexImage(repeating: ComplexFloat(1), shape: scan.object.shape), probes: simulation.probes,
    positions: given)

  let plan = positionPlan()
  let result = try Reconstructor(plan: plan, data: scan.data).run(from: start, seed: 1)
  let before = positionError(of: given, from: scan.windows)
  let after = positionError(of: result.state.positions, from: scan.windows)
  var unaided = plan
  for index in unaided.steps.indices { unaided.steps[index].positions = nil }
  let uncorrected = try Reconstructor(plan: unaided, data: scan.data).run(from: start, seed: 1)
  let weights = scan.truth.scanWeights()
  let objectError = try GaugeAlignment(of: result.state.object, to: scan.object, weights: weights).error
  let objectErrorUncorrected =
    try GaugeAlignment(of: uncorrected.state.object, to: scan.object, weights: weights).error
  guard let map = AffineReport(from: scan.windows, to: result.state.positions) else {
    throw PtychographyError.invalid("the corrected positions lie on a line")
  }
  return [
    AcceptanceLine("4", "position errors before", before, atLeast: 2.8, unit: "px"),
    AcceptanceLine(
      "4", "position errors after \(plan.passes) passes, mean, scale, turn and shear removed", map.residual,
      atMost: 0.3, unit: "px"),
    AcceptanceLine("4", "position errors after \(plan.passes) passes, mean removed", after, atMost: 0.3, unit: "px"),
    AcceptanceLine(
      "4", "with corrected positions over without: E, object error",
      figure: String(format: "%.2f, %.2f", result.error / uncorrected.error, objectError / objectErrorUncorrected),
      limit: "reported", passed: true),
  ]
}

/// Early correction on whole pixels, then between pixels; the scan's scale is held throughout.
private func positionPlan() -> ReconstructionPlan {
  var early = PositionCorrection(.gradient)
  early.startPass = 5
  early.momentum = 0.5
  early.holdsAffine = true
  var late = PositionCorrection(.gradient)
  late.startPass = 0
  late.momentum = 0.7
  late.holdsAffine = true
  var between = EngineSettings(.ePIE)
  between.interpolation = .fourier
  return ReconstructionPlan(steps: [
    .init(engine: EngineSettings(.ePIE), passes: 30, positions: early),
    .init(engine: between, passes: 30, positions: late),
  ])
}

private func positionError(of positions: [PixelPosition], from truth: [PixelPosition]) -> Double {
  let count = Double(truth.count)
  let rows = zip(positions, truth).map { $0.row - $1.row }
  let columns = zip(positions, truth).map { $0.column - $1.column }
  let (down, right) = (rows.reduce(0, +) / count, columns.reduce(0, +) / count)
  return (zip(rows, columns).reduce(0) { $0 + ($1.0 - down) * ($1.0 - down) + ($1.1 - right) * ($1.1 - right) } / count)
    .squareRoot()
}
