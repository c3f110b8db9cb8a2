import ArrayMath
import Electrochemistry
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Stages
import TestSupport

/// Whole operando series whose truth is the published table of NMC811: a single particle on a needle and a whole cell,
/// from patterns with the noise of counting through the stages of the program.
func operandoSeriesLines() throws -> [AcceptanceLine] {
  guard let table = try PublishedLattice.read() else { return [] }
  return try particleLines(table) + cellLines(table)
}

/// The published lattice parameters against charge.
private struct PublishedLattice {
  var stateOfCharge: [Double] = []
  var a: [Double] = []
  var c: [Double] = []

  static func read() throws -> PublishedLattice? {
    guard let path = SharedData.path("diffraction/nmc811_marker2019/lattice_vs_capacity.tsv") else { return nil }
    var table = PublishedLattice()
    for line in try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline) {
      let numbers = line.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
      guard numbers.count >= 5 else { continue }
      table.stateOfCharge.append(numbers[0] / 275.5)
      table.a.append(numbers[2] * 1e-10)
      table.c.append(numbers[4] * 1e-10)
    }
    return table
  }

  var law: LatticeAgainstCharge {
    get throws { try LatticeAgainstCharge(stateOfCharge: stateOfCharge, a: a, c: c) }
  }
  var curve: ChargeResponseStage.GivenCurve {
    ChargeResponseStage.GivenCurve(
      stateOfCharge: stateOfCharge, a: a, c: c, smoothing: .interpolating, source: "the published table")
  }
}

/// Time zero of the detector's clock, in seconds since 1970, and as the potentiostat writes it.
private let epoch = 1_577_872_800.0
private let epochText = "2020-01-01T10:00:00.000"

private let plate = SeedInstrument.geometry(tilt: (0, 0, 0))

private func virtualPatterns() throws -> VirtualPatternSeries {
  let (first, step) = (6.5 * Double.pi / 180, 9e-3 * Double.pi / 180)
  let edges = (0...2000).map { first + step * Double($0) }
  return try VirtualPatternSeries(edges: edges, geometry: plate, wavelength: SeedInstrument.wavelength)
}

/// The record of a constant current on the detector's clock.
private func charge(
  current: Double, duration: Double, mass: Double, massSigma: Double, capacitySigma: Double, gainSigma: Double,
  generator: inout SeededGenerator
) throws -> ChargeTable {
  let gain = 1 + gainSigma * generator.normal()
  let times = Array(stride(from: 0.0, through: duration + 60, by: 10))
  let series = PotentiostatSeries(
    startDate: epochText, time: times, current: times.map { $0 <= duration ? current * gain : 0 },
    voltage: times.map { _ in 3.7 })
  var parameters = StateOfChargeStage.Parameters()
  parameters.currentGainUncertainty = Ratio(100 * gainSigma, .percent)
  let capacity = 275.5 * 3600
  let input = StateOfChargeStage.Input(
    series: series, mass: UncertainValue(mass, uncertainty: massSigma * mass), massSource: "simulated",
    specificCapacity: UncertainValue(capacity, uncertainty: capacitySigma * capacity),
    initialLithiation: UncertainValue(1))
  return try StateOfChargeStage.run(input, parameters, RunContext()).value
}

// MARK: - Single particle

private struct ParticleTrial: Sendable {
  /// Measured less true over sigma, of every frame.
  var a: [Double] = []
  var c: [Double] = []
  /// One frame of each position: those of one position see the same grains and share their error.
  var independentA: [Double] = []
  var independentC: [Double] = []
  var states: [Double] = []
  /// Local over coulombic state of charge: the assumed over the active mass.
  var factor: Double?
}

/// 40 scans of 8 passes over 11 positions on the particle and 2 beside it, 20 s each, 400 grains in the beam, over which
/// the share of active material is between 0.7 and 1.3.
private func particleLines(_ table: PublishedLattice) throws -> [AcceptanceLine] {
  let virtual = try virtualPatterns()
  let law = try table.law
  let trials = try parallelMap(count: 40, threads: ProcessInfo.processInfo.activeProcessorCount) { item in
    try particleTrial(UInt64(item + 1), virtual, law, table.curve)
  }
  var (a, c, independentA, independentC, states, mass) = (
    SeriesPulls(), SeriesPulls(), SeriesPulls(), SeriesPulls(), SeriesPulls(), SeriesPulls()
  )
  for trial in trials {
    trial.a.forEach { a.add($0, sigma: 1, truth: 0) }
    trial.c.forEach { c.add($0, sigma: 1, truth: 0) }
    trial.independentA.forEach { independentA.add($0, sigma: 1, truth: 0) }
    trial.independentC.forEach { independentC.add($0, sigma: 1, truth: 0) }
    trial.states.forEach { states.add($0, sigma: 1, truth: 0) }
    if let factor = trial.factor { mass.add(factor, sigma: 1, truth: 0) }
  }
  return [
    bias("particle, a of all frames", a), bias("particle, c of all frames", c),
    coverage("particle, a of one frame a position", independentA),
    coverage("particle, c of one frame a position", independentC),
    AcceptanceLine(
      "2", "particle, a and c of all frames within one σ",
      figure: "\(a.within) of \(a.pulls.count), \(c.within) of \(c.pulls.count)",
      limit: "shown: frames of one position share grains", passed: true),
    bias("particle, coulombic state of charge of the last frame", states),
    coverage("particle, coulombic state of charge of the last frame", states),
    bias("particle, assumed over active mass", mass), coverage("particle, assumed over active mass", mass),
    share(
      "particle, assumed over active mass within 1.96 σ", mass.pulls.count { abs($0) < 1.96 }, of: mass.pulls.count,
      nominal: 0.95),
  ]
}

private func particleTrial(
  _ seed: UInt64, _ virtual: VirtualPatternSeries, _ law: LatticeAgainstCharge, _ curve: ChargeResponseStage.GivenCurve
) throws -> ParticleTrial {
  var generator = SeededGenerator(seed: seed, item: 77)
  let mass = 4.69e-12
  let share = 0.7 + 0.6 * generator.uniform()
  let (current, duration) = (30e-12, 15_500.0)
  let capacity = 275.5 * 3600 * (1 + 0.01 * generator.normal())
  let final = current * duration / (share * mass * capacity)
  let (positions, passes) = (13, 8)
  let pass = Double(positions) * 22
  var grains = SeedInstrument.grains(seed: seed)
  grains.grains = 400
  let schedule = ScanSchedule(
    firstPosition: -1e-6, step: 1.5e-6, positions: positions, passes: passes,
    passInterval: (duration - pass) / Double(passes - 1))
  let simulation = LineScanSimulation(
    schedule: schedule, charge: ChargeRamp(duration: duration, final: final), lattice: law, grains: grains,
    photons: 1e5)
  let scan = try simulation.prepared()
  let area = plate.grid.pixelHeight * plate.grid.pixelWidth
  let series = try virtual.series(frames: schedule.count, seed: seed) { try scan.scene(of: $0, pixelArea: area) }
  let truth = try (0..<schedule.count).map { try scan.truth(of: $0) }
  let patterns = PatternTable(series, times: truth.map { epoch + $0.startTime }, exposure: 20)

  var settings = LineScanSettings()
  settings.positions = positions
  settings.step = Length(1.5, .micrometre)
  settings.first = Length(-1, .micrometre)
  settings.period = TimeSpan(22, .second)
  var peaks = DiffractionPeaksStage.Parameters()
  peaks.neighbours = [.aluminium, .tungsten]
  var input = DiffractionPeaksStage.Input(patterns: patterns, phase: try SamplePhase(named: "NMC811"))
  input.chains = (0..<positions).map { step in (0..<passes).map { $0 * positions + step } }
  let fitted = try DiffractionPeaksStage.run(input, peaks, RunContext()).value
  var latticeInput = LatticeParametersStage.Input(.peaks(fitted))
  latticeInput.scan = settings
  let lattice = try LatticeParametersStage.run(latticeInput, .init(), RunContext()).value

  var trial = ParticleTrial()
  let (a, c) = (lattice.columns.numbers("a") ?? [], lattice.columns.numbers("c") ?? [])
  let (sigmaA, sigmaC) = (
    lattice.columns.numbers("a Uncertainty") ?? [], lattice.columns.numbers("c Uncertainty") ?? []
  )
  for index in truth.indices where truth[index].a.isFinite && truth[index].thickness > 0 {
    let isIndependent = truth[index].pass == 3
    if c[index].isFinite {
      trial.c.append((c[index] - truth[index].c * 1e10) / sigmaC[index])
      if isIndependent { trial.independentC.append(trial.c[trial.c.count - 1]) }
    }
    if a[index].isFinite {
      trial.a.append((a[index] - truth[index].a * 1e10) / sigmaA[index])
      if isIndependent { trial.independentA.append(trial.a[trial.a.count - 1]) }
    }
  }
  var response = ChargeResponseStage.Input(
    lattice: lattice,
    charge: try charge(
      current: current, duration: duration, mass: mass, massSigma: 0.1, capacitySigma: 0.01, gainSigma: 0.005,
      generator: &generator))
  response.peaks = fitted
  response.scan = settings
  response.curve = curve
  var parameters = ChargeResponseStage.Parameters()
  parameters.charge = "particle"
  let answer = try ChargeResponseStage.run(response, parameters, RunContext())
  let states = answer.value.columns.numbers("State of Charge") ?? []
  let sigmas = answer.value.columns.numbers("State of Charge Uncertainty") ?? []
  if let last = states.indices.last(where: { states[$0].isFinite }) {
    // The true coulombic state of the assumed mass, with the true capacity.
    let isTrue = truth[last].meanStateOfCharge * share
    let massPart = 0.1 * states[last]
    let own = max(sigmas[last] * sigmas[last] - massPart * massPart, 1e-12).squareRoot()
    trial.states.append((states[last] - isTrue) / own)
  }
  if let headline = answer.summary.headlines.first(where: { $0.key == "response.active_fraction" }),
    let sigma = headline.uncertainty
  {
    let fraction = headline.value / 100
    trial.factor = (1 / fraction - 1 / share) / (sigma / 100 / (fraction * fraction))
  }
  return trial
}

// MARK: - Whole cell

private struct CellTrial: Sendable {
  var a: [Double] = []
  var c: [Double] = []
  var turn: Double?
}

/// 20 charges of 60 frames from 0 to 242 mAh/g, each refined by Pawley's method.
private func cellLines(_ table: PublishedLattice) throws -> [AcceptanceLine] {
  let virtual = try virtualPatterns()
  let law = try table.law
  let last = table.stateOfCharge[table.stateOfCharge.count - 1]
  let fine = (0...8000).map { last * Double($0) / 8000 }
  // The middle of the states whose c rounds to the largest in the table's last digit.
  let highest = fine.map { law($0).c }.max() ?? 0
  let plateau = fine.filter { law($0).c >= highest - 0.5e-14 }
  let turn = ((plateau.first ?? 0) + (plateau.last ?? 0)) / 2
  let trials = try parallelMap(count: 20, threads: ProcessInfo.processInfo.activeProcessorCount) { item in
    try cellTrial(UInt64(item + 1), virtual, law, last: last, turn: turn)
  }
  var (a, c) = (SeriesPulls(), SeriesPulls())
  for trial in trials {
    trial.a.forEach { a.add($0, sigma: 1, truth: 0) }
    trial.c.forEach { c.add($0, sigma: 1, truth: 0) }
  }
  let turns = trials.compactMap(\.turn)
  return [
    bias("cell, a of all frames", a), coverage("cell, a of all frames", a), bias("cell, c of all frames", c),
    coverage("cell, c of all frames", c),
    AcceptanceLine(
      "2", "cell, state of charge at the turn of c off, mean of \(turns.count); rows of the table lie 1.13 % apart",
      turns.isEmpty ? .infinity : abs(turns.reduce(0, +) / Double(turns.count)), atMost: 0.57, unit: "%"),
  ]
}

private func cellTrial(
  _ seed: UInt64, _ virtual: VirtualPatternSeries, _ law: LatticeAgainstCharge, last: Double, turn: Double
) throws -> CellTrial {
  var generator = SeededGenerator(seed: seed, item: 78)
  let (mass, current) = (20e-6, 2.755e-3)
  let capacity = 275.5 * 3600 * (1 + 0.005 * generator.normal())
  let duration = last * mass * capacity / current
  let frames = 60
  var environment = CellEnvironment()
  // What the cell holds beside the cathode stands elsewhere along the beam; its lines are left out of the ranges here.
  (environment.lithium, environment.aluminium) = (0, 0)
  let degree = Double.pi / 180
  // About as wide as the seed's lines, by the law of an instrument that refinements know.
  let profile = RingProfile.instrument(u: 0, v: 0, w: pow(0.023 * degree, 2), y: 0.005 * degree)
  let simulation = FullCellSimulation(
    beam: SeedInstrument.beam, profile: profile, frames: frames, interval: (duration - 20) / Double(frames - 1),
    charge: ChargeRamp(duration: duration, final: last), lattice: law, thickness: 0, environment: environment)
  let area = plate.grid.pixelHeight * plate.grid.pixelWidth
  let series = try virtual.series(frames: frames, seed: seed) {
    try simulation.scene(of: $0, pixelArea: area, distance: plate.poni.distance)
  }
  let truth = (0..<frames).map { simulation.truth(of: $0) }
  let patterns = PatternTable(series, times: truth.map { epoch + $0.startTime }, exposure: 20)
  var parameters = LatticeParametersStage.Parameters()
  parameters.method = .pawley
  parameters.pattern.instrumentWidth = Angle(0.025, .degree)
  // The halos of carbon windows and electrolyte are two to three degrees wide.
  parameters.pattern.background = 32
  let lattice = try LatticeParametersStage.run(
    .init(.patterns(patterns, phase: SamplePhase(named: "NMC811"))), parameters, RunContext()
  ).value
  var trial = CellTrial()
  let (a, c) = (lattice.columns.numbers("a") ?? [], lattice.columns.numbers("c") ?? [])
  let (sigmaA, sigmaC) = (
    lattice.columns.numbers("a Uncertainty") ?? [], lattice.columns.numbers("c Uncertainty") ?? []
  )
  for index in truth.indices where a[index].isFinite {
    trial.a.append((a[index] - truth[index].meanA * 1e10) / sigmaA[index])
    trial.c.append((c[index] - truth[index].meanC * 1e10) / sigmaC[index])
  }
  let record = try charge(
    current: current, duration: duration, mass: mass, massSigma: 0, capacitySigma: 0.005, gainSigma: 0.002,
    generator: &generator)
  var response = ChargeResponseStage.Parameters()
  response.charge = "cell"
  let answer = try ChargeResponseStage.run(
    ChargeResponseStage.Input(lattice: lattice, charge: record), response, RunContext())
  if let headline = answer.summary.headlines.first(where: { $0.key == "response.turning_point" }) {
    trial.turn = headline.value - 100 * turn
  }
  return trial
}
