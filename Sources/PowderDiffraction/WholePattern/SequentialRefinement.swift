/// What became of one pattern of a series.
public enum SequentialOutcome: Sendable, Hashable {
  /// Refined; its status is `converged`.
  case refined(WholePatternResult)
  /// Refined, but not to be used: it diverged, did not converge, or its phase is not seen.
  case rejected(WholePatternResult)
  /// Not refined at all.
  case failed(WholePatternError)

  /// The result where it may be used.
  public var result: WholePatternResult? { if case .refined(let result) = self { result } else { nil } }

  /// Why there is no result; nil where there is one.
  public var reason: String? {
    switch self {
    case .refined: nil
    case .failed(let error): "\(error)"
    case .rejected(let result):
      result.status == .converged
        ? result.warnings.map(\.description).joined(separator: "; ") : result.status.description
    }
  }
}

extension PowderPatternSeries {
  /// Refines all patterns in order, each from the result of the neighbour before it.
  ///
  /// A pattern that fails from its neighbour's values is tried once more from the model itself with lines broadened.
  /// Those that still fail are rejected and the next begins from the last good one; at the end the rejected ones are
  /// tried from the neighbour after them.
  ///
  /// - Parameters:
  ///   - model: the start of the first pattern.
  ///   - options: for each pattern; the largest change of the cell is counted from the neighbour.
  ///   - sector: which sector of azimuth, for cakes.
  /// - Returns: an outcome a frame.
  /// - Throws: ``WholePatternError`` for a model that suits no pattern; what is wrong with a single one is its outcome.
  public func refined(
    _ model: WholePatternModel, options: WholePatternOptions = WholePatternOptions(), sector: Int = 0
  ) throws(WholePatternError) -> [SequentialOutcome] {
    try model.check()
    guard (0..<sectorCount).contains(sector) else {
      throw .outOfRange(name: "the sector", value: Double(sector), expected: "0 to \(sectorCount - 1)")
    }
    var outcomes: [SequentialOutcome] = []
    var warm: WholePatternModel?
    var cold = options
    cold.startBroadening = max(options.startBroadening, 4)
    var narrow = options
    narrow.startBroadening = 1
    for frame in 0..<frameCount {
      var outcome = outcome(frame, sector, warm ?? model, warm == nil ? options : narrow)
      if outcome.result == nil { outcome = better(outcome, self.outcome(frame, sector, model, cold)) }
      if let result = outcome.result { warm = result.model }
      outcomes.append(outcome)
    }
    for frame in outcomes.indices.dropLast().reversed() where outcomes[frame].result == nil {
      guard let next = outcomes[frame + 1].result else { continue }
      outcomes[frame] = better(outcomes[frame], outcome(frame, sector, next.model, narrow))
    }
    return outcomes
  }

  private func better(_ first: SequentialOutcome, _ second: SequentialOutcome) -> SequentialOutcome {
    second.result == nil ? first : second
  }

  private func outcome(
    _ frame: Int, _ sector: Int, _ model: WholePatternModel, _ options: WholePatternOptions
  ) -> SequentialOutcome {
    do throws(WholePatternError) {
      let pattern: PowderPattern
      do { pattern = try self.pattern(frame: frame, sector: sector) } catch { throw .axis("\(error)") }
      let result = try pattern.refined(model, options: options)
      let isSeen = !result.warnings.contains { if case .phaseNotSeen = $0 { true } else { false } }
      return result.status == .converged && isSeen ? .refined(result) : .rejected(result)
    } catch {
      return .failed(error)
    }
  }
}
