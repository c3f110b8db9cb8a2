import ArrayMath
import Testing

@testable import Ptychography

@Suite struct BackgroundFitTests {
  private func problem() -> EngineProblem {
    var options = EngineProblem.Options()
    options.side = 8
    options.hasNoise = true
    options.background = 3
    return EngineProblem(options)
  }

  private func mean(_ image: ScalarImage) -> Double {
    image.pixels.reduce(0) { $0 + Double($1) } / Double(image.pixels.count)
  }

  @Test func aBackgroundIsFoundAndTheObjectGainsByIt() throws {
    let problem = problem()
    for algorithm in [EngineSettings.Algorithm.ePIE, .rPIE, .mPIE, .maximumLikelihood] {
      var settings = EngineSettings(algorithm)
      var without = problem.start()
      problem.run(settings, on: &without, passes: 60)
      settings.backgroundStart = 5
      var with = problem.start()
      problem.run(settings, on: &with, passes: 60)
      let background = try #require(with.background)
      #expect(background.pixels.allSatisfy { $0 >= 0 })
      #expect(abs(mean(background) - 3) < 0.6, "\(algorithm): \(mean(background))")
      let (worse, better) = (problem.objectError(without.object), problem.objectError(with.object))
      #expect(better < worse, "\(algorithm): \(better) against \(worse)")
    }
  }

  @Test func aKnownBackgroundIsTakenIntoAccountByEveryEngine() {
    let problem = problem()
    for algorithm in EngineSettings.Algorithm.allCases {
      var unaware = Reconstruction(object: problem.object, probes: problem.probes, positions: problem.positions)
      var aware = unaware
      aware.background = ScalarImage(repeating: 3, shape: problem.window)
      let without = problem.run(EngineSettings(algorithm), on: &unaware, passes: 1)
      let with = problem.run(EngineSettings(algorithm), on: &aware, passes: 1)
      #expect(with[0] < without[0], "\(algorithm)")
      #expect(aware.background == ScalarImage(repeating: 3, shape: problem.window))
    }
  }

  @Test func oneStepIsTheMeanRatioOfCountsToModel() {
    let window = FrameShape(rows: 1, columns: 3)
    let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 1e-5, pixelWidth: 1e-5)
    let data = DiffractionData(.narrow([8, 0, .max, 4, 2, .max]), window: window, count: 2, geometry: geometry)
    let fit = BackgroundFit(window: window)
    fit.load(ScalarImage([1, 2, 3], shape: window))
    let waves = DetectorWaves(propagator: WavePropagator(geometry: geometry, window: window), modes: 1)
    fit.beginPass()
    for pattern in 0..<2 {
      waves.load(data, pattern: pattern)
      // M = 2, 2, 2 for both.
      for i in 0..<3 { waves.model.start[i] = 2 }
      fit.add(waves)
    }
    fit.endPass()
    // 1 (4 + 2)/2, 2 (0 + 1)/2, and what was never measured stays.
    #expect((0..<3).map { fit.values.start[$0] } == [3, 1, 3])
  }
}
