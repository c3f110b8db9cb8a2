import ArrayMath
import Testing

@Suite struct OrderStatisticTests {
  @Test(arguments: 1...40) func isWhatSortingGives(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let count = 1 + Int(generator.uniform() * 60)
    // Few different values among the even seeds, so that many are equal.
    let values = (0..<count).map { _ in
      seed.isMultiple(of: 2) ? (generator.uniform() * 4).rounded() : generator.normal()
    }
    let sorted = values.sorted()
    for index in 0..<count {
      var work = values
      #expect(work.select(index) == sorted[index])
      #expect(work[..<index].allSatisfy { $0 <= sorted[index] })
      #expect(work[index...].allSatisfy { $0 >= sorted[index] })
      #expect(work.sorted() == sorted)
    }
  }

  @Test func takesSortedOnesAndSinglePrecision() {
    var rising = (0..<100_000).map { Float($0) }
    #expect(rising.select(50_000) == 50_000)
    var falling = [Float](rising.reversed())
    #expect(falling.select(7) == 7)
  }
}
