/// What a reconstruction does, from the first pass to the last.
public struct ReconstructionPlan: Sendable, Hashable, Codable {
  /// Some passes of one engine.
  public struct Step: Sendable, Hashable, Codable {
    public var engine: EngineSettings
    /// Passes over all patterns.
    public var passes: Int
    /// How positions are corrected meanwhile; `nil` leaves them where they are.
    public var positions: PositionCorrection?

    public init(engine: EngineSettings, passes: Int, positions: PositionCorrection? = nil) {
      self.engine = engine
      self.passes = passes
      self.positions = positions
    }
  }

  /// The steps, one after the other; each starts from what the one before left.
  public var steps: [Step]
  /// Passes after which the modes of the probe are made orthogonal again, as they are after each step.
  public var orthogonalisationPeriod = 10
  public var watchdog = ReconstructionWatchdog()

  /// 500 passes of sequential ePIE unless other steps are given.
  public init(steps: [Step] = [Step(engine: EngineSettings(.ePIE), passes: 500)]) { self.steps = steps }

  /// The passes of all steps.
  public var passes: Int { steps.reduce(0) { $0 + $1.passes } }

  /// Pixels that the object's array should leave round the scan (``ScanLayout``): room for positions to move into.
  public var margin: Int {
    let reach = steps.compactMap(\.positions).map { $0.method == .annealing ? 3 * max($0.radius, 4) : 12 }
    return 4 + Int((reach.max() ?? 0).rounded(.up))
  }

  /// - Throws: ``PtychographyError`` that names everything in the plan that cannot be meant.
  public func validate() throws {
    var problems: [String] = []
    if steps.isEmpty { problems.append("the plan has no steps; give at least one engine with its passes") }
    for (index, step) in steps.enumerated() {
      var found: [String] = []
      if step.passes < 1 { found.append("\(step.passes) passes were asked for; give 1 or more") }
      found += step.engine.problems
      found += step.positions?.problems ?? []
      problems += found.map { "step \(index + 1) (\(step.engine.algorithm.rawValue)): \($0)" }
    }
    if orthogonalisationPeriod < 1 {
      problems.append("modes are orthogonalised every \(orthogonalisationPeriod) passes; give 1 or more")
    }
    problems += watchdog.problems
    guard problems.isEmpty else { throw PtychographyError.invalid(problems.joined(separator: "; ")) }
  }
}

extension EngineSettings {
  /// What cannot be meant, one sentence each.
  var problems: [String] {
    var found = ignored
    func require(_ name: String, _ value: Double, _ range: ClosedRange<Double>) {
      if !range.contains(value) {
        found.append("the \(name) is \(value); give a number from \(range.lowerBound) to \(range.upperBound)")
      }
    }
    require("object step", objectStep, 0...10)
    require("probe step", probeStep, 0...10)
    if objectStep == 0 && probeStep == 0 { found.append("object step and probe step are both 0: nothing would change") }
    require("object regularisation", objectRegularisation, 0...1)
    require("probe regularisation", probeRegularisation, 0...1)
    require("friction", friction, 0...1)
    require("feedback", feedback, 0...10)
    require("relaxation", relaxation, 0...1)
    if let powerBound, !(powerBound >= 0) {
      found.append("the power bound is \(powerBound); give 0 or more counts a pixel")
    }
    if let momentumPeriod, momentumPeriod < 1 {
      found.append("the momentum period is \(momentumPeriod); give 1 or more updates")
    }
    if let batchSize, batchSize < 1 { found.append("a batch has \(batchSize) patterns; give 1 or more") }
    if probeStart < 0 { found.append("the probe starts at pass \(probeStart); give 0 or more") }
    if let probeSupport, !(probeSupport > 0 && probeSupport <= 2) {
      found.append("the probe support is \(probeSupport) of half the window; give a number above 0, up to 2")
    }
    if let backgroundStart, backgroundStart < 0 {
      found.append("the background starts at pass \(backgroundStart); give 0 or more")
    }
    return found
  }
}
