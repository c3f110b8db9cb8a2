/// How long a stage will go on, from the items finished so far.
///
/// Items taken over from an interrupted run cost nothing and would make the rest look cheap. The rate is therefore the
/// mean since the last item that was taken over.
public struct TimeLeftEstimator: Sendable {
  private var baseline: (done: Int, seconds: Double) = (0, 0)

  /// - Parameter start: the moment at which the stage began, in seconds.
  public init(start: Double) {
    baseline = (0, start)
  }

  /// The seconds left, nil as long as no item was computed.
  ///
  /// - Parameters:
  ///   - done: finished items, of `total`.
  ///   - seconds: now, on the clock of `start`.
  ///   - tookOver: whether an item was taken over since the last call.
  public mutating func secondsLeft(done: Int, total: Int, at seconds: Double, tookOver: Bool) -> Double? {
    if tookOver || done < baseline.done { baseline = (done, seconds) }
    let computed = done - baseline.done
    guard done < total else { return 0 }
    guard computed > 0, seconds > baseline.seconds else { return nil }
    return (seconds - baseline.seconds) / Double(computed) * Double(total - done)
  }
}
