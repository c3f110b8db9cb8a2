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

extension Reconstruction {
  /// - Throws: ``PtychographyError`` where arrays and patterns fit not together.
  func validate(for data: DiffractionData) throws {
    func fail(_ reason: String) throws -> Never { throw PtychographyError.invalid(reason) }
    if data.count == 0 { try fail("the scan has no patterns") }
    guard positions.count == data.count else {
      try fail("there are \(positions.count) positions for \(data.count) patterns; give one a pattern")
    }
    guard let first = probes.first else { try fail("there is no probe to start with; give at least one mode") }
    for probe in probes where probe.shape != data.window {
      try fail(
        "the probe is \(probe.rows) x \(probe.columns) pixels and the patterns are \(data.window.rows) x "
          + "\(data.window.columns); crop or resample the probe")
    }
    if !object.isFinite || !probes.allSatisfy(\.isFinite) {
      try fail("the object or the probe to start with holds numbers that are not finite")
    }
    if first.power <= 0 { try fail("the probe to start with is dark") }
    if let background, background.shape != data.window {
      try fail("the background is not of the patterns' extent, \(data.window.rows) x \(data.window.columns)")
    }
    let lowest = object.rows - data.window.rows
    let rightmost = object.columns - data.window.columns
    for (index, position) in positions.enumerated() {
      guard position.row.isFinite, position.column.isFinite,
        (-0.5..<Double(lowest) + 0.5).contains(position.row),
        (-0.5..<Double(rightmost) + 0.5).contains(position.column)
      else {
        try fail(
          "the window of pattern \(index), first pixel at row \(position.row) and column \(position.column), does not "
            + "lie in the object of \(object.rows) x \(object.columns) pixels; lay the positions out anew")
      }
    }
    if !(0..<data.count).contains(where: { data.total($0) > 0 }) {
      try fail("no pattern has a count in a measured pixel; check mask and data")
    }
  }
}
