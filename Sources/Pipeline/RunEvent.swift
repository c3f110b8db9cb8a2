/// What happens during a run, in the order in which it happens.
public enum RunEvent: Hashable, Sendable {
  /// The stages of the run in their order, those that are skipped included.
  case planStarted(stages: [String])
  /// The stage is complete from an earlier run.
  case stageSkipped(stage: String)
  case stageStarted(stage: String)
  /// `done` of `total` items; the seconds left are nil as long as nothing is known of them.
  case progress(stage: String, done: Int, total: Int, secondsLeft: Double?)
  /// The stage is nil when the message is about the whole run.
  case warning(stage: String?, message: String)
  /// The stage file is in its place.
  case stageFinished(stage: String, seconds: Double, peakMemory: Int)
  case runFinished(seconds: Double)
  /// The user stopped the run; the same command goes on with it.
  case interrupted(stage: String?)
  case failed(stage: String?, message: String)
}

/// Takes the events of a run one after the other, with the seconds since its start. The calls never overlap.
public typealias RunEventSink = @Sendable (_ event: RunEvent, _ seconds: Double) -> Void

/// Turns events into the text that a reader sees; the text holds its own line ends.
public protocol RunEventRenderer: Sendable {
  /// The text to print, empty where there is nothing to say.
  ///
  /// - Parameter seconds: since the start of the run.
  mutating func render(_ event: RunEvent, at seconds: Double) -> String
}
