import Testing

@testable import ParticleMechanics

@Suite struct StepLadderTests {
  static let measures: [([Double], Double)] = [
    ([50, 250, 500, 1000], 50), ([500, 1000, 2000, 5000, 10000], 500), ([0.3, 0.5, 1.1], 0.1), ([777], 777),
    ([0, 20, 30], 10),
  ]

  @Test(arguments: measures) func findsTheCommonMeasure(times: [Double], expected: Double) {
    #expect(abs(TransportIntegrator.commonMeasure(times) - expected) < 1e-6 * expected)
  }

  @Test func landsOnTheEndOfTheInterval() {
    let ladder = StepLadder(interval: 350, base: 50, smallest: 0.3)
    #expect(ladder.unit <= 0.3 && ladder.unit > 0.15)
    #expect(abs(Double(ladder.count) * ladder.unit - 350) < 1e-9)
    var (done, steps) = (0, 0)
    while done < ladder.count {
      done += ladder.units(atMost: 200, remaining: ladder.count - done)
      steps += 1
    }
    // 350 = 200 + 100 + 50 in powers of two of 50.
    #expect(done == ladder.count && steps == 3)
  }

  @Test func anIntervalWithoutASimpleRatioHasALadderOfItsOwn() {
    let ladder = StepLadder(interval: 1000.0 / 3, base: 1e-4, smallest: 1000)
    #expect(ladder.count == 1 && ladder.unit == 1000.0 / 3)
  }
}
