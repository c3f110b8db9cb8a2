import ArrayMath
import Synchronization
import Testing

@Suite struct ParallelForTests {
  struct Failure: Error, Equatable { var index: Int }

  @Test(arguments: [1, 2, 7, 64]) func runsEveryItemOnce(threads: Int) throws {
    let counts = Mutex([Int](repeating: 0, count: 1000))
    try parallelFor(count: 1000, threads: threads) { index in counts.withLock { $0[index] += 1 } }
    #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 1000))
  }

  @Test func doesNothingForNoItems() throws {
    try parallelFor(count: 0, threads: 4) { _ in Issue.record("there is no item") }
  }

  @Test(arguments: [1, 2, 8]) func throwsTheErrorOfTheLowestIndex(threads: Int) {
    for _ in 0..<50 {
      #expect(throws: Failure(index: 31)) {
        try parallelFor(count: 400, threads: threads) { index in if index >= 31 { throw Failure(index: index) } }
      }
    }
  }

  @Test(arguments: [1, 3]) func chunksDependOnTheGrainAlone(threads: Int) throws {
    let chunks = Mutex([Range<Int>?](repeating: nil, count: 4))
    try parallelFor(count: 10, grain: 3, threads: threads) { chunk, items in chunks.withLock { $0[chunk] = items } }
    let expected: [Range<Int>?] = [0..<3, 3..<6, 6..<9, 9..<10]
    #expect(chunks.withLock { $0 } == expected)
  }

  @Test(arguments: [1, 2, 5]) func mapKeepsTheOrder(threads: Int) throws {
    let squares = try parallelMap(count: 100, threads: threads) { $0 * $0 }
    #expect(squares == (0..<100).map { $0 * $0 })
  }
}
