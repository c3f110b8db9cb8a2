import Figures
import FileFormats
import Foundation
import Pipeline
import Quantities
import TestSupport
import Testing

@testable import PowderDiffraction
@testable import Stages

@Suite struct ChargeResponseStageTests {
  func parameters(_ set: (inout ChargeResponseStage.Parameters) -> Void = { _ in }) -> ChargeResponseStage.Parameters {
    var parameters = ChargeResponseStage.Parameters()
    parameters.charge = "particle"
    set(&parameters)
    return parameters
  }

  func run(
    _ input: ChargeResponseStage.Input, _ parameters: ChargeResponseStage.Parameters
  ) throws -> StageResult<ChargeResponseTable> { try ChargeResponseStage.run(input, parameters, RunContext()) }

  func value(_ result: StageResult<ChargeResponseTable>, _ key: String) -> HeadlineValue? {
    result.summary.headlines.first { $0.key == "response.\(key)" }
  }

  // MARK: - The active mass

  @Test func theActiveMassLiesInItsInterval() throws {
    var pulls = SeriesPulls()
    var interval = SeriesPulls()
    for seed in 1...60 {
      var simulation = SimulatedResponse()
      simulation.seed = seed
      simulation.share = 0.8
      let input = try simulation.input()
      let response = try ChargeResponse(input, parameters())
      let mass = try #require(response.activeMass)
      pulls.add(mass.factor, sigma: mass.factorSigma, truth: 1 / simulation.share)
      interval.add(isInside: mass.interval.contains(simulation.share * simulation.mass))
    }
    #expect(pulls.isUnbiased, "\(pulls.text)")
    #expect(pulls.coversOneSigma, "\(pulls.text)")
    #expect(interval.covers(0.95), "\(interval.hits) of \(interval.tries)")
  }

  /// Errors of place at each position spoil absolute lattices; strains against the first pass are free of them.
  @Test func aStrainIsFreeOfTheErrorsOfPlace() throws {
    var simulation = SimulatedResponse()
    simulation.spread = 0
    let input = try simulation.input()
    let strained = try ChargeResponse(input, parameters())
    let absolute = try ChargeResponse(input, parameters { $0.reference = .absolute })
    let factors = simulation.factors
    func errors(_ response: ChargeResponse) -> [Double] {
      response.exposures.indices.compactMap { index in
        guard let local = response.locals[index], local.isUsable, !local.isReference else { return nil }
        let truth = factors[index % simulation.positions] * simulation.state(simulation.starts[index] + 10)
        return local.value - truth
      }
    }
    func rms(_ values: [Double]) -> Double {
      (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    #expect(errors(strained).count == 108)
    #expect(rms(errors(strained)) < 0.006)
    #expect(rms(errors(absolute)) > 1.5 * rms(errors(strained)))
    // What an exposure says of itself holds.
    var pulls = SeriesPulls()
    for index in strained.exposures.indices {
      guard let local = strained.locals[index], local.isUsable, !local.isReference else { continue }
      let truth = factors[index % simulation.positions] * simulation.state(simulation.starts[index] + 10)
      pulls.add(local.value, sigma: local.sigma, truth: truth)
    }
    #expect(abs(pulls.mean) < 0.5 && pulls.deviation > 0.7 && pulls.deviation < 1.3, "\(pulls.text)")
  }

  @Test func stateOfChargeIsThatOfTheMiddle() throws {
    var simulation = SimulatedResponse()
    simulation.gainSigma = 0
    let result = try run(simulation.input(), parameters())
    let states = try #require(result.value.columns.numbers("State of Charge"))
    let times = try #require(result.value.columns.numbers("Time"))
    for (index, start) in simulation.starts.enumerated() {
      #expect(abs(times[index] - start - 10) < 1e-3)
      // The record's samples lie ten seconds apart: its corners are cut by that much.
      #expect(abs(states[index] - simulation.state(start + 10)) < 1e-4)
    }
  }

  // MARK: - Clocks

  @Test func theOffsetOfTheClocksIsFitted() throws {
    var pulls = SeriesPulls()
    for seed in 1...30 {
      var simulation = SimulatedResponse()
      simulation.seed = seed
      simulation.passes = 40
      simulation.clockOffset = Double(seed * 13 % 200 - 100)
      let result = try ChargeResponse(simulation.input(), parameters { $0.clock = .fitted })
      #expect(result.warnings.isEmpty)
      pulls.add(result.clockDifference, sigma: result.clock.sigma, truth: simulation.clockOffset)
    }
    #expect(pulls.isUnbiased, "\(pulls.text)")
    #expect(pulls.coversOneSigma, "\(pulls.text)")
  }

  @Test func aGivenOffsetAndARecordedOneAgree() throws {
    var simulation = SimulatedResponse()
    simulation.clockOffset = 37
    let input = try simulation.input()
    let given = try ChargeResponse(
      input, parameters { ($0.clock, $0.clockOffset) = (.given, UncertainQuantity(37, 5, .second)) })
    let recorded = try ChargeResponse(input, parameters())
    #expect(abs(given.clockDifference - 37) < 1e-6 && given.clock.sigma == 5)
    #expect(recorded.clockDifference == 0)
    // The detector's epoch is the record's zero by the detector's clock.
    #expect(abs(given.time(0) - simulation.starts[0] - 10) < 1e-3)
    #expect(abs(recorded.time(0) - (simulation.starts[0] + 10 - 37)) < 1e-3)
  }

  @Test func clocksThatDoNotOverlapAreSaidWithTheHoursThatLack() throws {
    var simulation = SimulatedResponse()
    simulation.clockOffset = 6 * 3600
    let result = try run(simulation.input(), parameters())
    let texts = result.summary.warnings
    #expect(texts.contains { $0.contains("do not overlap") }, "\(texts)")
    #expect(texts.contains { $0.contains("6.0 h more") }, "\(texts)")
    #expect(try #require(result.value.columns.numbers("State of Charge")).allSatisfy(\.isNaN))
    // The lattices are kept.
    #expect(try #require(result.value.columns.numbers("c")).allSatisfy(\.isFinite))
    #expect(value(result, "state_of_charge") == nil && value(result, "active_mass") == nil)
  }

  @Test func aRecordThatStopsEarlyLeavesTheRest() throws {
    var simulation = SimulatedResponse()
    simulation.recordEnd = 9000
    let result = try run(simulation.input(), parameters())
    #expect(result.summary.warnings.contains { $0.contains("record stops at 9000") }, "\(result.summary.warnings)")
    let states = try #require(result.value.columns.numbers("State of Charge"))
    let inside = simulation.starts.filter { $0 + 20 <= 9000 }.count
    #expect(abs(states.count(where: \.isFinite) - inside) <= 1)
    #expect(value(result, "active_mass") != nil)
  }

  @Test func withoutStartTimesTheOffsetIsAskedFor() throws {
    let simulation = SimulatedResponse()
    var input = try simulation.input()
    input.lattice.times = nil
    let result = try run(input, parameters())
    #expect(result.summary.warnings.contains { $0.contains("state no start time") }, "\(result.summary.warnings)")
    // A fit of the clock finds where the record stands; what it is called says so.
    let label = try #require(value(result, "clock_offset")).label
    #expect(label.contains("first exposure"))
  }

  // MARK: - Missing things

  @Test func aMissingFrameLeavesAHole() throws {
    var simulation = SimulatedResponse()
    simulation.lost = [17, 40]
    let result = try run(simulation.input(), parameters())
    #expect(
      result.summary.warnings.contains { $0.contains("Pass 1 has no frame at step 5") }, "\(result.summary.warnings)")
    let steps = try #require(result.value.columns.numbers("Step"))
    #expect(steps.count == 118 && steps[17] == 6)
    #expect(value(result, "active_mass") != nil)
  }

  @Test func patternsWithoutPeaksAreLeftOutAndCounted() throws {
    var simulation = SimulatedResponse()
    simulation.dark = [3, 50, 51]
    let result = try run(simulation.input(), parameters())
    #expect(result.summary.warnings.contains { $0.contains("3 of 120 exposures give no lattice") })
    let texts = try #require(result.value.columns.texts("Status"))
    #expect(texts[3] == "no lattice" && texts.count { $0 == "no lattice" } == 3)
    // The next pass is the reference where the first one is dark.
    #expect(texts[15] == "reference")
    #expect(value(result, "active_mass") != nil)
  }

  @Test func aSeriesWithoutAnyPeakIsKept() throws {
    var simulation = SimulatedResponse()
    simulation.dark = Set(0..<120)
    let result = try run(simulation.input(), parameters())
    #expect(
      result.summary.warnings.contains { $0.contains("No pattern has a usable peak") }, "\(result.summary.warnings)")
    #expect(value(result, "state_of_charge") != nil && value(result, "active_mass") == nil)
    #expect(result.value.columns.rowCount == 120)
  }

  @Test func rulesExclude() throws {
    let simulation = SimulatedResponse()
    let result = try run(
      simulation.input(), parameters { ($0.exclude.patterns, $0.exclude.steps, $0.exclude.passes) = ([13], [4], [2]) })
    let texts = try #require(result.value.columns.texts("Status"))
    for (index, text) in texts.enumerated() {
      #expect((text == "excluded") == (index == 13 || index % 12 == 4 || index / 12 == 2))
    }
  }

  // MARK: - Edges

  @Test func edgesAndDriftAreFollowed() throws {
    let simulation = SimulatedResponse()
    var input = try simulation.input()
    input.peaks = try simulation.peaks(drift: 0.3)
    let result = try run(input, parameters())
    let length = try #require(value(result, "particle_length"), "\(result.summary.warnings)")
    let times = try #require(result.value.edges.numbers("Needle Edge Time"))
    #expect(abs(times[0] - 30) < 15 && times.allSatisfy { $0 < 17_000 })
    // Positions 1.5 um apart and a beam of 0.38 um: an edge between them is only bounded by them.
    #expect(abs(length.value - 15.5) < 4 * (length.uncertainty ?? 0) && (length.uncertainty ?? 9) < 0.6, "\(length)")
    let fractions = try #require(result.value.columns.numbers("Position on Particle"))
    #expect(fractions[0] < 0 && fractions[6] > 0.45 && fractions[6] < 0.65)
    let texts = try #require(result.value.columns.texts("Status"))
    #expect(texts[0] == "outside of the particle" && texts[11] == "outside of the particle")
    #expect(result.value.edges.rowCount == 10)
    #expect(value(result, "active_mass") != nil)
  }

  @Test func edgesThatLeaveTheParticleOutAreNotUsed() throws {
    let simulation = SimulatedResponse()
    var input = try simulation.input()
    var peaks = try simulation.peaks()
    // The lines of the particle are seen at two positions only, while lattices are known at twelve.
    for pattern in 0..<peaks.patternCount {
      let place = pattern * peaks.lines.count
      let isLit = [1, 2].contains(pattern % simulation.positions)
      peaks.intensity.values[place] = isLit ? 1e4 : 0
      peaks.intensity.sigmas[place] = 100
      peaks.totalScatter.values[pattern] = isLit ? 3e4 : 2e4
    }
    input.peaks = peaks
    let result = try run(input, parameters())
    #expect(value(result, "particle_length") == nil, "\(result.summary.warnings)")
    #expect(value(result, "active_mass") != nil, "\(result.summary.warnings)")
  }

  // MARK: - The whole cell

  @Test func theTurnOfCIsFoundInTheWholeCell() throws {
    let truth = (0...4000).map { 0.0002 * Double($0) }.max {
      LatticeAgainstCharge.nmc811($0).c < LatticeAgainstCharge.nmc811($1).c
    }
    let turn = try #require(truth)
    var pulls = SeriesPulls()
    var slopes = SeriesPulls()
    let step = 1e-4
    let origin = LatticeAgainstCharge.nmc811(0).c
    let slope = (LatticeAgainstCharge.nmc811(step).c / origin - 1) / step
    for seed in 1...40 {
      var simulation = SimulatedResponse.cell(seed: seed)
      simulation.gainSigma = 0
      let response = try ChargeResponse(simulation.input(), parameters { $0.charge = "cell" })
      #expect(response.locals.allSatisfy { $0 == nil } && response.activeMass == nil)
      let cell = try #require(response.cell)
      let found = try #require(cell.turn)
      pulls.add(found.state, sigma: found.fitSigma, truth: turn)
      let c = try #require(cell.slopes).c
      slopes.add(c.value, sigma: c.sigma, truth: slope)
      #expect(found.scaleSigma > 0.05 && found.scaleSigma < 0.08)
    }
    #expect(pulls.isUnbiased, "\(pulls.text)")
    #expect(pulls.coversOneSigma, "\(pulls.text)")
    #expect(slopes.isUnbiased, "\(slopes.text)")
  }

  @Test func aCellGivesTheCurveOfAParticle() throws {
    let cell = try run(SimulatedResponse.cell().input(), parameters { $0.charge = "cell" })
    var simulation = SimulatedResponse()
    simulation.spread = 0
    var input = try simulation.input()
    input.curve = try cell.value.givenCurve(source: "stage charge-response-cell")
    let response = try ChargeResponse(input, parameters())
    let mass = try #require(response.activeMass)
    #expect(mass.interval.contains(simulation.mass), "\(mass.interval)")
    #expect(
      ChargeResponseSummary(response: response, input: input, parameters: parameters()).summary.assumptions
        .allSatisfy { !$0.statement.contains("built-in") })
    #expect(throws: StageDocumentError.self) {
      var empty = cell.value
      empty.curve = ColumnTable([])
      _ = try empty.givenCurve(source: "nothing")
    }
  }

  @Test func theStatedFootprintIsHeldAgainstTheLines() throws {
    var input = try SimulatedResponse.cell().input()
    input.peaks = try SimulatedResponse.cell().peaks()
    input.setup = DiffractionSetup(geometry: SeedInstrument.geometry(), beamHeight: 10.1e-3, beamWidth: 2e-3)
    let wide = try run(input, parameters())
    #expect(wide.summary.warnings.contains { $0.contains("326 x 64.5 pixels") }, "\(wide.summary.warnings)")
    #expect(wide.summary.conventions.contains { $0.choice.contains("10.1 mm x 2 mm") })
    input.setup?.beamHeight = 20e-6
    input.setup?.beamWidth = 20e-6
    let narrow = try run(input, parameters())
    #expect(!narrow.summary.warnings.contains { $0.contains("smear") }, "\(narrow.summary.warnings)")
  }

  // MARK: - Files

  @Test func theFileReadsBackEqual() throws {
    var simulation = SimulatedResponse()
    simulation.dark = [5]
    let folder = FileManager.default.temporaryDirectory.appending(path: "response-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, input) in [
      ("scan", try simulation.input(withPeaks: true)), ("cell", try SimulatedResponse.cell().input()),
    ] {
      let result = try run(input, parameters())
      let path = folder.appending(path: "\(name).nxs").path
      try StageDocument.write(result, parameters: "", to: path)
      let back = try StageDocument.value(ChargeResponseTable.self, from: path)
      // Not a number is not equal to itself: the texts are compared.
      for (mine, other) in [
        (result.value.columns, back.columns), (result.value.edges, back.edges),
        (result.value.positions, back.positions), (result.value.curve, back.curve),
      ] {
        #expect(mine.csv == other.csv && mine.columns.map(\.heading) == other.columns.map(\.heading))
      }
      #expect(try StageDocument.summary(from: path).headlines.map(\.key) == result.summary.headlines.map(\.key))
      let chargePath = folder.appending(path: "\(name)-charge.nxs").path
      try StageDocument.write(StageResult(value: input.charge, summary: result.summary), parameters: "", to: chargePath)
      #expect(try StageDocument.value(ChargeTable.self, from: chargePath).record == input.charge.record)
    }
  }

  @Test func everyFigureHasItsOwnName() throws {
    var input = try SimulatedResponse().input(withPeaks: true)
    input.setup = DiffractionSetup(geometry: SeedInstrument.geometry(), beamHeight: 380e-9, beamWidth: 800e-9)
    let figures = try run(input, parameters()).summary.figures
    #expect(
      figures.map(\.identifier) == [
        "response-maps", "response-lattice", "response-active-mass", "response-heterogeneity", "response-edges",
        "response-setup",
      ])
  }
}
