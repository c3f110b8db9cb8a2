internal import ArrayMath

/// Runs a plan on the patterns of one projection.
///
/// After each pass of an engine: E is kept, modes are made orthogonal and positions corrected when due, and the
/// ``ReconstructionWatchdog`` looks at the state. One projection is worked on by one thread; projections are independent
/// and may run side by side. The order of the patterns in pass n depends on the seed, the item and n alone.
public struct Reconstructor: Sendable {
  public let plan: ReconstructionPlan
  public let data: DiffractionData
  private let makeEngine: @Sendable (EngineSettings, WavePropagator) -> any ReconstructionEngine

  /// - Parameters:
  ///   - plan: checked by ``run(from:seed:item:progress:)``.
  ///   - data: the patterns.
  ///   - makeEngine: gives the engine of some settings.
  public init(
    plan: ReconstructionPlan, data: DiffractionData,
    makeEngine: @escaping @Sendable (EngineSettings, WavePropagator) -> any ReconstructionEngine = {
      $0.makeEngine(propagator: $1)
    }
  ) {
    self.plan = plan
    self.data = data
    self.makeEngine = makeEngine
  }

  /// Reconstructs.
  ///
  /// - Parameters:
  ///   - start: object, probes and positions to begin with.
  ///   - seed: of the run.
  ///   - item: the number of the projection.
  ///   - progress: called after each pass; what it throws ends the run.
  /// - Throws: ``PtychographyError`` for a plan or a start that fits not, ``ReconstructionFailure`` when the watchdog
  ///   gives up, and what `progress` throws.
  public func run(
    from start: Reconstruction, seed: UInt64, item: Int = 0,
    progress: (ReconstructionProgress) throws -> Void = { _ in }
  ) throws -> ReconstructionResult {
    try plan.validate()
    try start.validate(for: data)
    var root = SeededGenerator(seed: seed, item: item)
    var run = ReconstructionRun(start: start, streams: root.next(), plan: plan, data: data, makeEngine: makeEngine)
    for step in plan.steps { try run.perform(step, progress: progress) }
    return run.result
  }
}
