/// What became of one pattern of a series.
public enum SequentialOutcome: Sendable, Hashable {
  /// Refined; its status is `converged`.
  case refined(WholePatternResult)
  /// Refined, but not to be used: it diverged, did not converge, its phase is not seen or has negative lines.
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
  /// A pattern that fails from its neighbour's values, or fits worse than the neighbour did, leaves peaks unexplained
  /// or has negative lines, is tried again with lines broadened, from the neighbour and from the model itself; the best
  /// fit counts. Those that still fail are rejected and the next begins from the last good one; at the end the rejected
  /// ones are tried from the neighbour after them.
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
    var last: WholePatternResult?
    var broad = options
    broad.startBroadening = max(options.startBroadening, 8)
    var narrow = options
    narrow.startBroadening = 1
    for frame in 0..<frameCount {
      var outcome = outcome(frame, sector, last?.model ?? model, last == nil ? options : narrow)
      if isDoubtful(outcome, after: last) {
        if let last { outcome = better(outcome, self.outcome(frame, sector, last.model, broad)) }
        outcome = better(outcome, self.outcome(frame, sector, model, broad))
      }
      last = outcome.result ?? last
      outcomes.append(outcome)
    }
    for frame in outcomes.indices.dropLast().reversed() where outcomes[frame].result == nil {
      guard let next = outcomes[frame + 1].result else { continue }
      outcomes[frame] = better(outcomes[frame], outcome(frame, sector, next.model, narrow))
    }
    return outcomes
  }

  /// Whether a pattern deserves another try.
  private func isDoubtful(_ outcome: SequentialOutcome, after last: WholePatternResult?) -> Bool {
    guard let result = outcome.result else { if case .failed = outcome { return false } else { return true } }
    func peaks(_ result: WholePatternResult) -> Int {
      result.warnings.count { if case .unexplainedPeak = $0 { true } else { false } }
    }
    guard let last else { return peaks(result) > 0 }
    let (old, new) = (last.quality.goodnessOfFit, result.quality.goodnessOfFit)
    return peaks(result) > peaks(last) || new * new > 1.3 * old * old
  }

  /// The one that may be used; of two the one of the smaller misfit.
  private func better(_ first: SequentialOutcome, _ second: SequentialOutcome) -> SequentialOutcome {
    guard let new = second.result else { return first }
    guard let old = first.result else { return second }
    return new.quality.chiSquared < old.quality.chiSquared ? second : first
  }

  private func outcome(
    _ frame: Int, _ sector: Int, _ model: WholePatternModel, _ options: WholePatternOptions
  ) -> SequentialOutcome {
    do throws(WholePatternError) {
      let pattern: PowderPattern
      do { pattern = try self.pattern(frame: frame, sector: sector) } catch { throw .axis("\(error)") }
      let result = try pattern.refined(model, options: options)
      let isMisplaced = result.warnings.contains {
        switch $0 {
        case .phaseNotSeen, .negativeLine: true
        case .unexplainedPeak, .atBound: false
        }
      }
      return result.status == .converged && !isMisplaced ? .refined(result) : .rejected(result)
    } catch {
      return .failed(error)
    }
  }
}
