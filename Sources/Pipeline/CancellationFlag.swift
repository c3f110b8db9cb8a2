import Synchronization

/// Set once by whoever hears that the user wants to stop, looked at by the runner between items.
public final class CancellationFlag: Sendable {
  private let flag = Atomic(false)

  public init() {}

  /// Asks the run to stop at the next item boundary. May be called from any thread, and more than once.
  public func cancel() {
    flag.store(true, ordering: .relaxed)
  }

  public var isCancelled: Bool {
    flag.load(ordering: .relaxed)
  }
}
