import Dispatch
import Synchronization

/// Runs `body` once for each index from 0 up to `count`, on at most `threads` threads at once.
///
/// The items are handed out one by one in ascending order, so what an item computes may depend on its index but never
/// on the number of threads. Reduce results in index order to keep sums independent of it too. Never call it from
/// inside another `parallelFor` or from an async task: it blocks its thread.
///
/// - Parameters:
///   - count: number of items; zero does nothing.
///   - threads: upper limit on the threads used, at least 1.
///   - body: the work of one item. After the first error no further item is started.
/// - Throws: the error of the lowest index that failed, whatever the number of threads.
/// - Precondition: `count >= 0` and `threads >= 1`.
public func parallelFor(count: Int, threads: Int, body: @Sendable (Int) throws -> Void) throws {
  precondition(count >= 0, "the number of items is not negative")
  precondition(threads >= 1, "a loop needs at least one thread")
  let workers = min(threads, count)
  if workers <= 1 {
    for index in 0..<count { try body(index) }
    return
  }
  let next = Atomic<Int>(0)
  // Items start in ascending order, so every index below a failed one has been started and will report as well:
  // keeping the lowest makes the error independent of timing.
  let failure = Mutex<(index: Int, error: any Error)?>(nil)
  let stopped = Atomic<Bool>(false)
  DispatchQueue.concurrentPerform(iterations: workers) { _ in
    while !stopped.load(ordering: .relaxed) {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      do {
        try body(index)
      } catch {
        stopped.store(true, ordering: .relaxed)
        failure.withLock { first in
          if first.map({ index < $0.index }) ?? true { first = (index, error) }
        }
      }
    }
  }
  if let first = failure.withLock({ $0 }) { throw first.error }
}

/// Runs `body` once for each chunk of `grain` consecutive items (the last one may be shorter).
///
/// The boundaries depend on `count` and `grain` alone: a partial result a chunk, reduced in chunk order, is the same
/// for any number of threads.
///
/// - Parameters:
///   - count: number of items.
///   - grain: items in a chunk, at least 1.
///   - threads: upper limit on the threads used, at least 1.
///   - body: gets the number of the chunk and the items in it.
/// - Throws: the error of the lowest chunk that failed.
/// - Precondition: `count >= 0`, `grain >= 1` and `threads >= 1`.
public func parallelFor(
  count: Int, grain: Int, threads: Int, body: @Sendable (_ chunk: Int, _ items: Range<Int>) throws -> Void
) throws {
  precondition(grain >= 1, "a chunk holds at least one item")
  try parallelFor(count: (count + grain - 1) / grain, threads: threads) { chunk in
    try body(chunk, chunk * grain..<min((chunk + 1) * grain, count))
  }
}

/// The results of `body` for the indices from 0 up to `count`, in index order.
///
/// - Parameters:
///   - count: number of items.
///   - threads: upper limit on the threads used, at least 1.
///   - body: the work of one item.
/// - Throws: the error of the lowest index that failed.
/// - Precondition: `count >= 0` and `threads >= 1`.
public func parallelMap<Result: Sendable>(
  count: Int, threads: Int, body: @Sendable (Int) throws -> Result
) throws -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: count))
  try parallelFor(count: count, threads: threads) { index in
    let result = try body(index)
    results.withLock { $0[index] = result }
  }
  return results.withLock { $0.compactMap(\.self) }
}
