import ArrayMath
import Testing

@testable import Ptychography

@Suite struct EngineTests {
  /// Every algorithm, with the choices that make a different kernel run.
  static let variants: [EngineSettings] = EngineSettings.Algorithm.allCases.flatMap { algorithm in
    var poisson = EngineSettings(algorithm)
    poisson.noise = .poisson
    return algorithm == .maximumLikelihood ? [EngineSettings(algorithm), poisson] : [EngineSettings(algorithm)]
  }

  private func problem(_ change: (inout EngineProblem.Options) -> Void = { _ in }) -> EngineProblem {
    var options = EngineProblem.Options()
    change(&options)
    return EngineProblem(options)
  }

  /// An object error of the empty object, to compare with.
  private func emptyError(_ problem: EngineProblem) -> Double { problem.objectError(problem.start().object) }

  @Test(arguments: variants) func everyEngineFindsASmallObject(settings: EngineSettings) {
    let problem = problem()
    var state = problem.start()
    let errors = problem.run(settings, on: &state, passes: 60)
    #expect(errors[59] < 0.05 * errors[0], "E fell from \(errors[0]) to \(errors[59])")
    let error = problem.objectError(state.object)
    #expect(error < 0.3 * emptyError(problem), "\(error) of \(emptyError(problem))")
  }

  @Test(arguments: variants) func everyEngineFindsItInTheNearFieldToo(settings: EngineSettings) {
    let problem = problem { $0.propagation = .nearField }
    var state = problem.start()
    let errors = problem.run(settings, on: &state, passes: 40)
    #expect(errors[39] < 0.1 * errors[0], "E fell from \(errors[0]) to \(errors[39])")
    #expect(problem.objectError(state.object) < 0.5 * emptyError(problem))
  }

  @Test(arguments: variants) func theTruthIsAFixedPointWithoutNoise(settings: EngineSettings) {
    let problem = problem { $0.photons = 1e9 }
    var state = Reconstruction(object: problem.object, probes: problem.probes, positions: problem.positions)
    let errors = problem.run(settings, on: &state, passes: 3)
    #expect(errors.allSatisfy { $0 < 1e-5 }, "\(errors)")
    #expect(problem.objectError(state.object) < 0.01)
  }

  @Test(arguments: variants) func aFactorMayWanderFromTheProbeToTheObject(settings: EngineSettings) {
    // (c O, P/c) is the same wave, so that with c a power of two the results differ by c alone, to the last bit.
    let problem = problem()
    var one = problem.start()
    var other = one
    other.object = other.object.map { 4 * $0 }
    other.probes = other.probes.map { $0.map { 0.25 * $0 } }
    let errors = problem.run(settings, on: &one, passes: 4)
    let same = problem.run(settings, on: &other, passes: 4)
    #expect(zip(errors, same).allSatisfy { abs($0 - $1) <= 1e-5 * $0 })
    let difference = zip(one.object.pixels, other.object.pixels).reduce(0.0) {
      $0 + Double(($1.0 - 0.25 * $1.1).squaredModulus)
    }
    #expect(difference / Double(one.object.shape.count) < 1e-8)
  }

  @Test(arguments: variants) func aSeedGivesTheSameBits(settings: EngineSettings) {
    let problem = problem()
    var first = problem.start()
    var second = first
    let errors = problem.run(settings, on: &first, passes: 3)
    #expect(problem.run(settings, on: &second, passes: 3) == errors)
    #expect(first == second)
    // The reflections take every pattern with the same object: they have no order.
    guard settings.algorithm != .differenceMap, settings.algorithm != .raar else { return }
    var third = problem.start()
    problem.run(settings, on: &third, passes: 3, seed: 2)
    #expect(third.object != first.object)
  }

  @Test(arguments: variants) func whatWasNotMeasuredDoesNotMatter(settings: EngineSettings) {
    // The mark of a pixel that was not measured is another number in two bytes than in four. Were it read as counts
    // anywhere, the results would differ.
    let wide = problem {
      $0.maskedEvery = 20
      $0.photons = 1e5
    }
    let narrow = problem {
      $0.maskedEvery = 20
      $0.photons = 1e5
      $0.wide = false
    }
    var settings = settings
    if settings.algorithm != .differenceMap && settings.algorithm != .raar { settings.backgroundStart = 1 }
    var first = wide.start()
    var second = first
    let errors = wide.run(settings, on: &first, passes: 3)
    #expect(narrow.run(settings, on: &second, passes: 3) == errors)
    #expect(first == second)
    #expect(errors[2] < errors[0])
  }

  @Test func poissonLikelihoodBeatsAmplitudesWherePhotonsAreFew() {
    for seed in 1...3 as ClosedRange<UInt64> {
      let problem = problem {
        $0.size = 48
        $0.side = 10
        $0.photons = 2e3
        $0.hasNoise = true
        $0.seed = seed
      }
      // The probe is known, as it is from a brighter scan: the comparison is that of the noise models.
      var extended = Reconstruction(
        object: ComplexImage(repeating: ComplexFloat(1), shape: problem.object.shape), probes: problem.probes,
        positions: problem.positions)
      var likely = extended
      var settings = EngineSettings(.ePIE)
      settings.probeStart = .max
      problem.run(settings, on: &extended, passes: 40)
      settings = EngineSettings(.maximumLikelihood)
      settings.noise = .poisson
      settings.probeStart = .max
      // All patterns at once: what small batches and single patterns put in last carries their noise.
      settings.batchSize = problem.data.count
      problem.run(settings, on: &likely, passes: 40)
      let (amplitude, poisson) = (problem.objectError(extended.object), problem.objectError(likely.object))
      #expect(poisson < amplitude, "seed \(seed): \(poisson) against \(amplitude)")
    }
  }

  @Test(arguments: [EngineSettings.Algorithm.ePIE, .mPIE, .maximumLikelihood], Propagation.allCases)
  func positionsBetweenPixelsAreMet(algorithm: EngineSettings.Algorithm, propagation: Propagation) {
    let problem = problem {
      $0.betweenPixels = true
      $0.propagation = propagation
      $0.photons = 1e8
    }
    var nearest = problem.start()
    var between = nearest
    var settings = EngineSettings(algorithm)
    let rough = problem.run(settings, on: &nearest, passes: 30)
    settings.interpolation = .fourier
    let fine = problem.run(settings, on: &between, passes: 30)
    #expect(fine[29] < 0.5 * rough[29], "\(fine[29]) against \(rough[29])")
    #expect(problem.objectError(between.object) < problem.objectError(nearest.object))
  }

  @Test func interpolationAtWholePixelsChangesNothing() {
    let problem = problem()
    for algorithm in [EngineSettings.Algorithm.rPIE, .maximumLikelihood] {
      var settings = EngineSettings(algorithm)
      var nearest = problem.start()
      problem.run(EngineSettings(.ePIE), on: &nearest, passes: 3)
      var between = nearest
      let errors = problem.run(settings, on: &nearest, passes: 2)
      settings.interpolation = .fourier
      let same = problem.run(settings, on: &between, passes: 2)
      #expect(zip(errors, same).allSatisfy { abs($0 - $1) < 1e-2 * $0 })
    }
  }

  @Test func theProbeStaysDarkOutsideItsSupport() {
    let problem = problem()
    for algorithm in EngineSettings.Algorithm.allCases {
      var settings = EngineSettings(algorithm)
      settings.probeSupport = 0.7
      var state = problem.start()
      let errors = problem.run(settings, on: &state, passes: 10)
      let probe = state.probes[0]
      // Half of 32 pixels times 0.7 is 11.2 pixels from (16, 16).
      #expect(probe[16, 28] == .zero && probe[4, 16] == .zero && probe[16, 27] != .zero)
      #expect(errors[9] < 0.3 * errors[0], "\(algorithm)")
    }
  }

  @Test func theProbeWaitsForItsStart() {
    let problem = problem()
    for settings in Self.variants {
      var settings = settings
      settings.probeStart = 2
      var state = problem.start()
      let begin = state.probes
      problem.run(settings, on: &state, passes: 2)
      #expect(state.probes == begin, "\(settings.algorithm)")
      problem.run(settings, on: &state, passes: 3)
      #expect(state.probes != begin, "\(settings.algorithm)")
    }
  }

  @Test func aPowerBoundBringsTheDifferenceMapToRest() {
    let problem = problem {
      $0.photons = 3e4
      $0.hasNoise = true
      $0.side = 8
    }
    var free = problem.start()
    var bounded = free
    var settings = EngineSettings(.differenceMap)
    let restless = problem.run(settings, on: &free, passes: 40)
    settings.powerBound = 0.25
    let resting = problem.run(settings, on: &bounded, passes: 40)
    let (noise, rest) = (restless[30...].reduce(0, +), resting[30...].reduce(0, +))
    #expect(rest < noise, "\(rest / 10) against \(noise / 10)")
  }
}
