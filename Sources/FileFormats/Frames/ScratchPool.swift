import ArrayMath
import Synchronization

/// Working memory that readers take and give back, as many pieces as there are threads.
final class ScratchPool: Sendable {
  /// Working memory in a class, so that it can wait in the pool.
  final class Box {
    var scratch = FrameScratch()
  }

  private let free = Mutex<[Box]>([])

  /// Runs the body with a piece of its own.
  func withScratch<Result>(_ body: (inout FrameScratch) throws -> Result) rethrows -> Result {
    let taken = free.withLock { $0.popLast().map { Handover(box: $0) } } ?? Handover(box: Box())
    defer { free.withLock { $0.append(taken.box) } }
    return try body(&taken.box.scratch)
  }

  // A box is either in the pool or with one thread.
  private struct Handover: @unchecked Sendable { let box: Box }
}
