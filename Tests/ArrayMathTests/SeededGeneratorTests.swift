import ArrayMath
import Testing

@Suite struct SeededGeneratorTests {
  @Test func repeatsForTheSameSeedAndItem() {
    var first = SeededGenerator(seed: 5, item: 3)
    var second = SeededGenerator(seed: 5, item: 3)
    #expect((0..<100).map { _ in first.next() } == (0..<100).map { _ in second.next() })
  }

  @Test func neighbouringItemsAndSeedsShareNoNumbers() {
    var seen = Set<UInt64>()
    for seed in 0..<10 {
      for item in 0..<10 {
        var generator = SeededGenerator(seed: UInt64(seed), item: item)
        for _ in 0..<100 { seen.insert(generator.next()) }
      }
    }
    #expect(seen.count == 10_000)
  }

  @Test func normalDeviatesHaveTheMomentsOfTheNormalDistribution() {
    var generator = SeededGenerator(seed: 1)
    let count = 100_000
    var moments: [Double] = [0, 0, 0, 0]
    for _ in 0..<count {
      let value = generator.normal()
      var power = 1.0
      for order in 0..<4 {
        power *= value
        moments[order] += power / Double(count)
      }
    }
    // Five standard errors of each moment: sqrt((E[x^2k] - E[x^k]^2) / n).
    let expected: [Double] = [0, 1, 0, 3]
    let variances: [Double] = [1, 2, 15, 96]
    for order in 0..<4 {
      let limit = 5 * (variances[order] / Double(count)).squareRoot()
      #expect(abs(moments[order] - expected[order]) < limit)
    }
  }

  @Test func uniformNumbersStayBelowOne() {
    var generator = SeededGenerator(seed: 2)
    let values = (0..<10_000).map { _ in generator.uniform() }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = values.reduce(0, +) / 10_000
    #expect(abs(mean - 0.5) < 5 * (1.0 / 120_000).squareRoot())
  }
}
