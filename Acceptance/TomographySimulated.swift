import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Tomography

/// The simulated particle of the published size with all faults: volume, mass and state of charge beside the truth, and how
/// often the stated intervals hold it.
func tomographySimulatedLines() throws -> [AcceptanceLine] {
  try reducedTrialLines() + fullSizeLines()
}

private let formula = "LiNi0.8Mn0.1Co0.1O2"

private func recipe() -> TomogramRecipe {
  var recipe = TomogramRecipe()
  recipe.alignment?.dropsOutliers = true
  return recipe
}

/// What is kept of a trial.
private struct TrialFigures: Sendable {
  var exact: TomographyTrial.Comparisons
  var stated: TomographyTrial.Comparisons
  var shift: Double
}

private func reducedTrialLines() throws -> [AcceptanceLine] {
  let count = 400
  let threads = ProcessInfo.processInfo.activeProcessorCount
  let start = clock()
  let trials = try parallelMap(count: count, threads: threads) { index -> TrialFigures in
    let simulation = TomographySimulation.reducedSeed(UInt64(index + 1))
    let composition = try ElectronComposition(formula: formula, wavelength: simulation.wavelength)
    let trial = try TomographyTrial(simulation, recipe: recipe(), composition: composition, threads: 1)
    return TrialFigures(
      exact: trial.exact, stated: trial.stated, shift: max(trial.shiftDeviation.rows, trial.shiftDeviation.columns))
  }
  let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
  let interval = binomialInterval(count: count, probability: 0.95)
  var lines: [AcceptanceLine] = []
  for (name, quantity) in sought() {
    let exact = trials.map { $0.exact[keyPath: quantity] }
    let stated = trials.map { $0.stated[keyPath: quantity] }
    let errors = exact.map { 100 * abs($0.relativeError) }
    lines.append(
      AcceptanceLine("4", "\(name), largest error of \(count)", errors.max() ?? .nan, atMost: 0.5, unit: "%"))
    let covered = stated.count { $0.isCovered }
    lines.append(
      AcceptanceLine(
        "4", "\(name), truth inside the stated 95 % interval (pixel known to 0.1 %, composition and density to 0.2 %)",
        figure: "\(covered) of \(count)",
        limit: "\(interval.lowerBound) to \(interval.upperBound), the 99 % binomial interval",
        passed: interval.contains(covered)))
    let (mean, spread) = moments(stated.map(\.pull))
    let allowed = 0.2 + 2.6 / Double(count).squareRoot()
    lines.append(
      AcceptanceLine(
        "4", "\(name), error over stated uncertainty",
        figure: String(format: "mean %.2f, s.d. %.2f (uncertainty %.3f %%)", mean, spread, middle(stated)),
        limit: String(format: "|mean| below %.2f", allowed), passed: abs(mean) < allowed))
    let method = moments(exact.map(\.pull))
    lines.append(
      AcceptanceLine(
        "4", "\(name), the method alone, all else known exactly",
        figure: String(
          format: "%d of %d inside, error over uncertainty %.2f, s.d. %.2f (uncertainty %.3f %%)",
          exact.count { $0.isCovered }, count, method.mean, method.deviation, middle(exact)), limit: "reported",
        passed: true))
  }
  lines.append(
    AcceptanceLine(
      "4", "displacements, largest rms error of \(count)", trials.map(\.shift).max() ?? .nan, atMost: 0.1, unit: "px"))
  lines.append(
    AcceptanceLine(
      "4", "CPU for a particle at reduced size, from complex projections to state of charge",
      figure: String(format: "%.2f s", seconds / Double(count)), limit: "reported", passed: true))
  return lines
}

private func sought() -> [(String, KeyPath<TomographyTrial.Comparisons, TomographyTrial.Comparison>)] {
  [
    ("volume of the solid", \.solidVolume), ("volume of the envelope", \.envelopeVolume),
    ("mass from the volume", \.massFromVolume), ("mass from the electrons", \.massFromElectrons),
  ]
}

private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (mean, (squares / Double(values.count - 1)).squareRoot())
}

/// The median of the stated relative uncertainties, in per cent.
private func middle(_ comparisons: [TomographyTrial.Comparison]) -> Double {
  100 * comparisons.map(\.found.relativeUncertainty).sorted()[comparisons.count / 2]
}

/// 600 projections of about 400 x 400 pixels of a dense particle, 8.1 rad thick.
private func fullSizeLines() throws -> [AcceptanceLine] {
  let threads = ProcessInfo.processInfo.activeProcessorCount
  var generator = SeededGenerator(seed: 1, item: -1)
  let particle = PorousParticle.random(.seed(electronDensity: 1.3547e30), using: &generator)
  var simulation = TomographySimulation.seed(particle, seed: 1)
  simulation.faults.fading = 10
  let composition = try ElectronComposition(formula: formula, wavelength: simulation.wavelength)
  // What the publication states: 49.0 mAh/g of 5.23 ng.
  let charge = UncertainValue(49.0 * 3600 * 5.23e-12)
  let start = clock()
  let trial = try TomographyTrial(
    simulation, recipe: recipe(), composition: composition, charge: charge, threads: threads)
  let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
  let size = "\(simulation.angles.count) x \(simulation.shape.rows) x \(simulation.shape.columns)"
  var lines: [AcceptanceLine] = []
  for (name, quantity) in sought() {
    let comparison = trial.exact[keyPath: quantity]
    lines.append(
      AcceptanceLine(
        "4",
        String(
          format: "full size (%@), error of the %@ (stated %.3f %%)", size, name,
          100 * comparison.found.relativeUncertainty), 100 * abs(comparison.relativeError), atMost: 0.5, unit: "%"))
  }
  lines.append(
    AcceptanceLine(
      "4", "full size, displacements, rms error", max(trial.shiftDeviation.rows, trial.shiftDeviation.columns),
      atMost: 0.1, unit: "px"))
  lines.append(
    AcceptanceLine(
      "4", "full size, CPU with the simulation", figure: String(format: "%.0f s", seconds), limit: "reported",
      passed: true))
  return lines + claimLines(trial, charge: charge)
}

/// The published 17.8 % and what it rests on.
private func claimLines(_ trial: TomographyTrial, charge: UncertainValue) -> [AcceptanceLine] {
  let volume = trial.quantities.envelopeVolume
  func state(_ density: Double) -> Double {
    100 * charge.value / (volume.value * density * ChargeState.specificCapacity.value)
  }
  let electrons = trial.quantities.chargeFromElectrons?.stateOfCharge
  let table = [2.2, 2.5, 3.0, 4.0, 4.77].map { String(format: "%.2f g/cm3: %.2f %%", $0, state(1000 * $0)) }
  return [
    AcceptanceLine(
      "4", "state of charge from the volume at 2.2 g/cm3", figure: String(format: "%.2f %%", state(2200)),
      limit: "17.8 % within 0.1", passed: abs(state(2200) - 17.8) < 0.1),
    AcceptanceLine(
      "4", "the same from rate and time",
      figure: String(format: "%.2f %%", 100 * ChargeState.reached(cRate: 0.205, seconds: 3100)),
      limit: "17.65 % as the rate gives",
      passed: abs(100 * ChargeState.reached(cRate: 0.205, seconds: 3100) - 17.65) < 0.01),
    AcceptanceLine(
      "4", "state of charge by the density assumed", figure: table.joined(separator: "; "), limit: "reported",
      passed: true),
    AcceptanceLine(
      "4", "state of charge by counting the electrons of this dense particle",
      figure: electrons.map { String(format: "%.3f +- %.3f %%", 100 * $0.value, 100 * $0.uncertainty) } ?? "none",
      limit: "that of its true mass within 0.5 %",
      passed: electrons.map {
        let truth = charge.value / (trial.exact.massFromElectrons.truth * ChargeState.specificCapacity.value)
        return abs($0.value / truth - 1) < 0.005
      } ?? false),
  ]
}
