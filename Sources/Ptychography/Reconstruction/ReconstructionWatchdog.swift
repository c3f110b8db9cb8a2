internal import ArrayMath

/// Watches a reconstruction after each pass for what no further pass mends, and says so in plain words.
///
/// A trouble takes the reconstruction back to the last good state with half the step, ``rollbacks`` times in a step of
/// the plan at most. A probe that wanders is moved back together with its object, which changes no pattern.
public struct ReconstructionWatchdog: Sendable, Hashable, Codable {
  /// The probe has collapsed when its power falls below this share of its power at the start.
  public var leastProbePower = 1e-3
  /// The probe has collapsed when one pixel holds more than this share of its power.
  public var largestPixelShare = 0.5
  /// E rises when it stays above this multiple of its least value...
  public var risingFactor = 2.0
  /// ...for this many passes in a row.
  public var risingPasses = 25
  /// The probe wanders when its centre of mass is this many pixels from where it started.
  public var largestDrift = 2.0
  /// Passes from one state to fall back on to the next; one is kept only where E is at its least.
  public var snapshotPeriod = 10
  /// How often a step may be taken back before the reconstruction fails.
  public var rollbacks = 3

  public init() {}

  /// What is wrong with a reconstruction.
  public enum Trouble: Sendable, Hashable {
    /// Object, probe, background, positions or E hold numbers that are none.
    case notFinite(String)
    /// The probe's power, as a share of its power at the start.
    case probeFaded(share: Double)
    /// The share of the probe's power in one pixel.
    case probeCollapsed(share: Double)
    /// E, its least value, and for how many passes it has stayed up.
    case errorRising(error: Double, least: Double, passes: Int)
  }

  /// The trouble that the arrays of a state show, if any.
  ///
  /// - Parameters:
  ///   - state: after a pass.
  ///   - error: E of the pass.
  ///   - startPower: Σ |P|² over all modes at the start.
  public func trouble(of state: Reconstruction, error: Double, startPower: Double) -> Trouble? {
    if !error.isFinite { return .notFinite("E") }
    if !state.object.isFinite { return .notFinite("the object") }
    if !state.probes.allSatisfy(\.isFinite) { return .notFinite("the probe") }
    if let background = state.background, !background.pixels.allSatisfy(\.isFinite) {
      return .notFinite("the background")
    }
    if !state.positions.allSatisfy({ $0.row.isFinite && $0.column.isFinite }) { return .notFinite("the positions") }
    let power = state.probes.reduce(0) { $0 + $1.power }
    if power < leastProbePower * startPower { return .probeFaded(share: power / startPower) }
    if let first = state.probes.first, first.power > 0 {
      let peak = Double(first.pixels.lazy.map(\.squaredModulus).max() ?? 0)
      if peak > largestPixelShare * first.power { return .probeCollapsed(share: peak / first.power) }
    }
    return nil
  }

  /// The trouble that the course of E shows, if any.
  ///
  /// - Parameter errors: E of each pass since the step began.
  public func trouble(of errors: [Double]) -> Trouble? {
    guard let last = errors.last, let least = errors.min() else { return nil }
    let up = errors.reversed().prefix { $0 > risingFactor * least }.count
    return up >= risingPasses ? .errorRising(error: last, least: least, passes: up) : nil
  }

  /// What cannot be meant, one sentence each.
  var problems: [String] {
    var found: [String] = []
    if !(leastProbePower >= 0 && leastProbePower < 1) {
      found.append("the watchdog's least probe power is \(leastProbePower); give a share from 0 to below 1")
    }
    if !(largestPixelShare > 0) {
      found.append("the watchdog's largest share of a pixel is \(largestPixelShare); give a number above 0")
    }
    if !(risingFactor > 1) {
      found.append("the watchdog's rising factor is \(risingFactor); give a number above 1")
    }
    if risingPasses < 1 { found.append("the watchdog waits \(risingPasses) passes of rising E; give 1 or more") }
    if !(largestDrift >= 1) {
      found.append("the watchdog's largest drift is \(largestDrift) pixels; give 1 or more")
    }
    if snapshotPeriod < 1 { found.append("the watchdog keeps a state every \(snapshotPeriod) passes; give 1 or more") }
    if rollbacks < 0 { found.append("the watchdog takes back \(rollbacks) times; give 0 or more") }
    return found
  }
}

extension ReconstructionWatchdog.Trouble: CustomStringConvertible {
  /// Such as `the probe holds 0.01 % of its power at the start`.
  public var description: String {
    switch self {
    case .notFinite(let what): "\(what) holds numbers that are not finite"
    case .probeFaded(let share): "the probe holds \(percent(share)) of its power at the start"
    case .probeCollapsed(let share): "one pixel holds \(percent(share)) of the probe's power"
    case .errorRising(let error, let least, let passes):
      "E is \(error) and has been well above its least value \(least) for \(passes) passes"
    }
  }

  /// What a user can do about it.
  public var advice: String {
    switch self {
    case .notFinite:
      "look for patterns without counts, wrong masks and a probe far from the real one, or set smaller object and probe "
        + "steps"
    case .probeFaded, .probeCollapsed:
      "let the probe start later (probeStart), give it a support, set a smaller probe step, or begin with a better probe"
    case .errorRising:
      "set smaller object and probe steps, correct positions later or not at all, or check centre, mask and axis signs"
    }
  }

  private func percent(_ share: Double) -> String { "\((share * 1e4).rounded() / 100) %" }
}

/// A reconstruction that was given up.
public struct ReconstructionFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The pass of the run, from 1.
  public var pass: Int
  /// What was seen.
  public var trouble: ReconstructionWatchdog.Trouble
  /// How often the step had been taken back before.
  public var rollbacks: Int

  public var description: String {
    "pass \(pass): \(trouble), after \(rollbacks) attempts with smaller steps; \(trouble.advice)"
  }
}

extension Image where Pixel == ComplexFloat {
  /// Whether no pixel is infinite or NaN.
  var isFinite: Bool { pixels.allSatisfy { ($0.real + $0.imaginary).isFinite } }
}
