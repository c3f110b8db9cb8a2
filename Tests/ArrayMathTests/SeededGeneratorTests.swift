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
    var moments = [0.0, 0.0, 0.0, 0.0]
    for _ in 0..<count {
      let value = generator.normal()
      for power in 0..<4 { moments[power] += (0...power).reduce(1.0) { product, _ in product * value } }
    }
    for power in 0..<4 { moments[power] /= Double(count) }
    // Five standard errors of each moment: sqrt((E[x^2k] - E[x^k]^2) / n).
    let error = 5 / Double(count).squareRoot()
    #expect(abs(moments[0]) < error)
    #expect(abs(moments[1] - 1) < error * 2.0.squareRoot())
    #expect(abs(moments[2]) < error * 15.0.squareRoot())
    #expect(abs(moments[3] - 3) < error * 96.0.squareRoot())
  }

  @Test func uniformNumbersStayBelowOne() {
    var generator = SeededGenerator(seed: 2)
    let values = (0..<10_000).map { _ in generator.uniform() }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(values.reduce(0, +) / 10_000 - 0.5) < 5 * (1.0 / 12 / 10_000).squareRoot())
  }
}
