import ArrayMath
import Testing

@testable import Ptychography

@Suite struct EngineTwinTests {
  /// ‖a − b‖/‖b‖.
  private func distance(_ a: ComplexImage, _ b: ComplexImage) -> Double {
    var difference = 0.0
    var total = 0.0
    for (x, y) in zip(a.pixels, b.pixels) {
      difference += Double((x - y).squaredModulus)
      total += Double(y.squaredModulus)
    }
    return (difference / total).squareRoot()
  }

  private func expectSame(
    _ state: Reconstruction, _ plain: PlainEngines, within limit: Double = 2e-5,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(distance(state.object, plain.object) < limit, sourceLocation: sourceLocation)
    for (mode, probe) in state.probes.enumerated() {
      #expect(distance(probe, plain.probes[mode]) < limit, "mode \(mode)", sourceLocation: sourceLocation)
    }
  }

  private func problem(modes: [Double] = [1], _ propagation: Propagation = .farField) -> EngineProblem {
    var options = EngineProblem.Options()
    options.modes = modes
    options.propagation = propagation
    options.hasNoise = true
    options.maskedEvery = 20
    return EngineProblem(options)
  }

  /// A start with a background of a few counts. Without one the twins part: where the model is dark, its phase, on which
  /// counts are put, is rounding (a change of 1e-7 in the start then grows to 1e-3 in two passes).
  private func start(_ problem: EngineProblem) -> Reconstruction {
    var state = problem.start()
    state.background = ScalarImage(repeating: 4, shape: problem.window)
    return state
  }

  @Test(arguments: [[1], [0.7, 0.2, 0.1]], Propagation.allCases)
  func regularisedPIEIsItsEquation(modes: [Double], propagation: Propagation) {
    let problem = problem(modes: modes, propagation)
    var settings = EngineSettings(.rPIE)
    settings.objectStep = 0.9
    settings.probeStep = 0.8
    settings.objectRegularisation = 0.2
    settings.probeRegularisation = 0.6
    var state = start(problem)
    var plain = PlainEngines(state, problem)
    let engine = GeneralPIE(settings, propagator: problem.propagator)
    var generator = SeededGenerator(seed: 1)
    var same = generator
    for pass in 0..<2 {
      _ = engine.pass(&state, on: problem.data, pass: pass, generator: &generator)
      plain.sequential(alpha: 0.9, beta: 0.8, a: 0.2, b: 0.6, generator: &same)
    }
    expectSame(state, plain)
  }

  /// With one mode the fused updates are meant.
  @Test(arguments: [[0.8, 0.2], [1]]) func momentumIsItsEquation(modes: [Double]) {
    let problem = problem(modes: modes)
    var settings = EngineSettings(.mPIE)
    settings.objectStep = 0.25
    settings.probeStep = 0.2
    settings.objectRegularisation = 0.1
    settings.probeRegularisation = 0.3
    settings.momentumPeriod = 7
    settings.friction = 0.8
    settings.feedback = 0.4
    var state = start(problem)
    var plain = PlainEngines(state, problem)
    var engine = settings.makeEngine(propagator: problem.propagator)
    var generator = SeededGenerator(seed: 1)
    var same = generator
    _ = engine.pass(&state, on: problem.data, pass: 0, generator: &generator)
    plain.sequential(
      alpha: 0.25, beta: 0.2, a: 0.1, b: 0.3, momentum: (7, 0.8, 0.4), generator: &same)
    expectSame(state, plain)
  }

  @Test(arguments: [[1], [0.7, 0.3]])
  func differenceMapAndRAARAreTheirEquation(modes: [Double]) {
    let problem = problem(modes: modes)
    for (algorithm, beta) in [(EngineSettings.Algorithm.differenceMap, Float(1)), (.raar, 0.75)] {
      var state = start(problem)
      var plain = PlainEngines(state, problem)
      problem.run(EngineSettings(algorithm), on: &state, passes: 3)
      plain.reflections(beta: beta, passes: 3)
      expectSame(state, plain, within: 1e-4)
    }
  }

  @Test(arguments: [[1], [0.7, 0.3]], EngineSettings.NoiseModel.allCases)
  func maximumLikelihoodIsItsEquations(modes: [Double], noise: EngineSettings.NoiseModel) {
    let problem = problem(modes: modes)
    var settings = EngineSettings(.maximumLikelihood)
    settings.noise = noise
    settings.batchSize = 9
    settings.objectRegularisation = 0.1
    settings.probeRegularisation = 0.1
    settings.objectStep = 1
    settings.probeStep = 1
    var state = start(problem)
    var plain = PlainEngines(state, problem)
    let engine = MaximumLikelihood(settings, propagator: problem.propagator)
    var generator = SeededGenerator(seed: 1)
    var same = generator
    for pass in 0..<2 {
      _ = engine.pass(&state, on: problem.data, pass: pass, generator: &generator)
      plain.maximumLikelihood(
        SparseGroups.make(state.positions, size: 9, generator: &same), noise: noise, damping: 0.1)
    }
    expectSame(state, plain, within: 1e-4)
  }

  @Test func theGeneralEngineEqualsTheOneMadeForTheCommonCase() {
    let problem = problem()
    for algorithm in [EngineSettings.Algorithm.ePIE, .rPIE] {
      let settings = EngineSettings(algorithm)
      // Near the truth few pixels are dark in the model: their phase is rounding, and the two round differently.
      var general = problem.start()
      general.object = problem.object.map { ComplexFloat(modulus: $0.modulus, phase: 0.9 * $0.phase) }
      var special = general
      let first = GeneralPIE(settings, propagator: problem.propagator)
      var second = ExtendedPIE(settings, propagator: problem.propagator)
      var generator = SeededGenerator(seed: 1)
      var same = generator
      let a = first.pass(&general, on: problem.data, pass: 0, generator: &generator)
      let b = second.pass(&special, on: problem.data, pass: 0, generator: &same)
      #expect(abs(a - b) < 1e-3 * b)
      #expect(distance(general.object, special.object) < 1e-3)
      #expect(distance(general.probes[0], special.probes[0]) < 1e-3)
    }
  }
}
