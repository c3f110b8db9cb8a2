/// What a running stage may ask of the pipeline: how far to go in parallel, whether to stop, where to put shards, and
/// whom to tell how far it is.
public struct RunContext: Sendable {
  /// The number of threads that may be used; results never depend on it.
  public var threads: Int
  /// Reports `done` of `total` items.
  public var progress: @Sendable (_ done: Int, _ total: Int) -> Void
  /// Writes a line to the run's log and shows it to the user.
  public var warn: @Sendable (_ message: String) -> Void
  /// Whether the user asked to stop; a stage looks at item boundaries, by way of `shard`.
  public var isCancelled: @Sendable () -> Bool
  /// Keeps the finished items of a stage, so that a kill loses at most the one in hand; nil keeps nothing.
  public var shards: (any ShardStore)?

  public init(
    threads: Int = 1, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in },
    warn: @escaping @Sendable (String) -> Void = { _ in }, isCancelled: @escaping @Sendable () -> Bool = { false },
    shards: (any ShardStore)? = nil
  ) {
    self.threads = threads
    self.progress = progress
    self.warn = warn
    self.isCancelled = isCancelled
    self.shards = shards
  }

  /// The bytes of one item: read from its shard where an earlier, interrupted run finished it, computed and kept
  /// otherwise.
  ///
  /// - Parameter name: the item's name, unique within the stage, fit for a file.
  /// - Throws: `Interrupted` when the user asked to stop, and whatever `compute` throws.
  public func shard(_ name: String, compute: () throws -> [UInt8]) throws -> [UInt8] {
    if let kept = try shards?.read(name) { return kept }
    if isCancelled() { throw Interrupted() }
    let bytes = try compute()
    try shards?.write(name, bytes)
    return bytes
  }
}

/// Keeps finished items of a stage on disk, atomically.
public protocol ShardStore: Sendable {
  /// The complete bytes of an item, nil when it was not finished (a damaged item counts as not finished).
  func read(_ name: String) throws -> [UInt8]?
  func write(_ name: String, _ bytes: [UInt8]) throws
}

/// The user asked to stop; the run can be resumed.
public struct Interrupted: Error, Hashable, Sendable {
  public init() {}
}
