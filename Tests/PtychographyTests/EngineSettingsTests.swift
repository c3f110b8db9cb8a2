import ArrayMath
import Ptychography
import Testing

@Suite struct EngineSettingsTests {
  /// The message of a refusal.
  private func refusal(_ algorithm: EngineSettings.Algorithm, _ change: (inout EngineSettings) -> Void) -> String? {
    var settings = EngineSettings(algorithm)
    change(&settings)
    do {
      try settings.validate(patterns: 100)
      return nil
    } catch { return error.description }
  }

  @Test func whatAnEngineBeginsWithIsValid() {
    for algorithm in EngineSettings.Algorithm.allCases { #expect(refusal(algorithm) { _ in } == nil) }
  }

  @Test func valuesOutOfRangeAreNamed() throws {
    let cases: [(EngineSettings.Algorithm, String, (inout EngineSettings) -> Void)] = [
      (.ePIE, "object's step is 0.0", { $0.objectStep = 0 }),
      (.ePIE, "object's step is nan", { $0.objectStep = .nan }),
      (.ePIE, "probe's step is 2.5", { $0.probeStep = 2.5 }),
      (.rPIE, "object's regularisation is 0.0", { $0.objectRegularisation = 0 }),
      (.rPIE, "probe's regularisation is 1.5", { $0.probeRegularisation = 1.5 }),
      (.mPIE, "friction is 1.0", { $0.friction = 1 }),
      (.mPIE, "feedback is -0.1", { $0.feedback = -0.1 }),
      (.mPIE, "momentum's period is 0", { $0.momentumPeriod = 0 }),
      (.raar, "relaxation is 1.2", { $0.relaxation = 1.2 }),
      (.differenceMap, "power bound is -1.0", { $0.powerBound = -1 }),
      (.maximumLikelihood, "batch is 0 patterns", { $0.batchSize = 0 }),
      (.maximumLikelihood, "batch is 101 patterns but the scan has 100", { $0.batchSize = 101 }),
      (.ePIE, "support has a radius of 2.0", { $0.probeSupport = 2 }),
      (.ePIE, "probe's start is pass -1", { $0.probeStart = -1 }),
      (.ePIE, "background's start is pass -2", { $0.backgroundStart = -2 }),
    ]
    for (algorithm, expected, change) in cases {
      let message = try #require(refusal(algorithm, change))
      #expect(message.contains(expected), "\(message)")
    }
  }

  @Test func aSettingThatWouldBeIgnoredIsRefused() throws {
    let cases: [(EngineSettings.Algorithm, String, (inout EngineSettings) -> Void)] = [
      (.ePIE, "rpie, mpie, maximum-likelihood", { $0.objectRegularisation = 0.5 }),
      (.rPIE, "mpie", { $0.friction = 0.5 }),
      (.ePIE, "maximum-likelihood", { $0.noise = .poisson }),
      (.mPIE, "maximum-likelihood", { $0.batchSize = 5 }),
      (.differenceMap, "raar", { $0.relaxation = 0.9 }),
      (.raar, "epie, rpie, mpie, maximum-likelihood", { $0.backgroundStart = 3 }),
      (.differenceMap, "epie, rpie, mpie, maximum-likelihood", { $0.interpolation = .fourier }),
      (.maximumLikelihood, "difference-map, raar", { $0.powerBound = 0.25 }),
      (.differenceMap, "epie, rpie, mpie, maximum-likelihood", { $0.objectStep = 0.5 }),
    ]
    for (algorithm, users, change) in cases {
      let message = try #require(refusal(algorithm, change))
      #expect(message.contains("means nothing to the engine \(algorithm.rawValue)"), "\(message)")
      #expect(message.hasSuffix("choose one of \(users)"), "\(message)")
    }
  }

  @Test func memoryCountsWhatEachEngineKeeps() {
    let window = FrameShape(rows: 512, columns: 512)
    let object = FrameShape(rows: 873, columns: 873)
    func memory(_ algorithm: EngineSettings.Algorithm, modes: Int = 1) -> Int {
      EngineSettings(algorithm).memory(window: window, count: 256, objectShape: object, modes: modes)
    }
    #expect(memory(.ePIE) < 25_000_000)
    // 256 exit waves of 2 MB.
    #expect((537_000_000..<590_000_000).contains(memory(.differenceMap)))
    #expect((55_000_000..<110_000_000).contains(memory(.maximumLikelihood)))
    #expect(memory(.mPIE) - memory(.rPIE) == 24 * (873 * 873 + 512 * 512))
    for algorithm in EngineSettings.Algorithm.allCases { #expect(memory(algorithm, modes: 3) > memory(algorithm)) }
  }
}
