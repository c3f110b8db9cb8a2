/// How a plan is run.
public struct RunOptions: Sendable {
  public var selection: RunSelection
  /// The number of threads that stages may use, at least 1.
  public var threads: Int
  /// The version of the program, for the provenance.
  public var programVersion: String
  /// Looked at between stages and between items.
  public var cancellation: CancellationFlag
  /// Is told what happens.
  public var events: RunEventSink
  /// Where tests stop or kill a run.
  var steps = FileSteps.unobserved

  public init(
    selection: RunSelection = .all, threads: Int = 1, programVersion: String,
    cancellation: CancellationFlag = CancellationFlag(), events: @escaping RunEventSink = { _, _ in }
  ) {
    self.selection = selection
    self.threads = max(threads, 1)
    self.programVersion = programVersion
    self.cancellation = cancellation
    self.events = events
  }
}

/// What a run has left in its folder.
public struct RunOutcome: Hashable, Sendable {
  public struct Stage: Hashable, Sendable {
    public var name: String
    public var key: ContentKey
    /// Of the complete stage file.
    public var path: String
    /// Whether it was complete before.
    public var wasSkipped: Bool
  }

  /// The selected stages in the order of the plan.
  public var stages: [Stage]
  /// Wall-clock time of this run.
  public var seconds: Double
}

/// A stage could not be run to its end. What earlier stages and finished items left is kept.
public struct StageFailure: Error, CustomStringConvertible {
  public var stage: String
  public var underlying: any Error

  public var description: String { "stage \(stage): \(underlying)" }
}
