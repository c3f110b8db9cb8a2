/// A stage bound to its parameters and its inputs, ready to be keyed, estimated and run.
///
/// This is all the pipeline knows of a stage; `Stages` makes these from the typed stages and the experiment.
public struct PlannedStage: Sendable {
  /// Lower case with hyphens, for example "state-of-charge"; unique within a plan.
  public var name: String
  /// Raised when the numbers may change.
  public var version: Int
  /// All parameters, defaults included, as one canonical text (sorted keys, SI values with 17 digits).
  public var canonicalParameters: String
  /// Files that the stage reads; their content goes into the key, their place does not.
  public var inputFiles: [String]
  /// The names of the earlier stages whose files this one reads.
  public var upstream: [String]
  /// What the run will cost.
  public var estimate: @Sendable () -> ResourceEstimate
  /// Runs the stage. The dictionary gives the path of the complete file of every upstream stage by its name. The
  /// result writes the complete stage file to the path it is given, without `/entry/provenance`.
  public var run: @Sendable (_ upstream: [String: String], _ context: RunContext) throws -> StageWriter

  /// Writes a stage file to a path, with the given provenance as JSON text in `/entry/provenance`.
  public typealias StageWriter = @Sendable (_ path: String, _ provenanceJSON: String) throws -> Void

  public init(
    name: String, version: Int, canonicalParameters: String, inputFiles: [String], upstream: [String],
    estimate: @escaping @Sendable () -> ResourceEstimate,
    run: @escaping @Sendable (_ upstream: [String: String], _ context: RunContext) throws -> StageWriter
  ) {
    self.name = name
    self.version = version
    self.canonicalParameters = canonicalParameters
    self.inputFiles = inputFiles
    self.upstream = upstream
    self.estimate = estimate
    self.run = run
  }
}

/// What a stage is expected to need on one core of this machine.
public struct ResourceEstimate: Codable, Hashable, Sendable {
  /// CPU seconds.
  public var seconds: Double
  /// Peak memory in bytes.
  public var memory: Double
  /// Bytes written to the run folder.
  public var disk: Double

  public init(seconds: Double, memory: Double, disk: Double) {
    self.seconds = seconds
    self.memory = memory
    self.disk = disk
  }
}
