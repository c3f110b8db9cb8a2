/// Which way lithium goes at a sample or over a step.
public enum CurrentDirection: Int, Sendable, Hashable, CaseIterable {
  /// Lithium leaves the cathode; the current is positive.
  case charge = 1
  case discharge = -1
  /// No current, or one too small to tell its sign.
  case rest = 0
}

/// How half cycles are numbered.
public enum HalfCycleRule: String, Sendable, Hashable, CaseIterable {
  /// A half cycle begins where the current changes sign. A rest belongs to the half cycle before it, and a rest before
  /// the first current to the first half cycle, so an interrupted charge stays one half cycle. Counted from 0.
  case currentSign
  /// The instrument's own count (which may skip numbers); the sign of the current where there is none.
  case instrument
  /// A half cycle begins where the instrument's step number changes. Counted from 0.
  case stepNumber
}

/// The direction of each sample, [sample]: a rest where the series says so or |I| is at most `threshold`.
func currentDirections(of series: PotentiostatSeries, threshold: Double) -> [CurrentDirection] {
  series.current.indices.map { k in
    if series.mode?[k] == .rest || abs(series.current[k]) <= threshold { return .rest }
    return series.current[k] > 0 ? .charge : .discharge
  }
}

/// The number of the half cycle of each sample, [sample].
func halfCycleNumbers(
  of series: PotentiostatSeries, directions: [CurrentDirection], rule: HalfCycleRule
) -> [Int] {
  if rule == .instrument, let recorded = series.halfCycle { return recorded }
  var number = 0
  var last = CurrentDirection.rest
  return directions.indices.map { k in
    if rule == .stepNumber {
      if k > 0, series.step[k] != series.step[k - 1] { number += 1 }
    } else if directions[k] != .rest {
      if last != .rest, directions[k] != last { number += 1 }
      last = directions[k]
    }
    return number
  }
}

/// Whether a step begins at each sample, [sample]: where the step number or the way of control changes, or where the
/// current, unless the potential is held, starts, stops or turns round.
func stepStarts(of series: PotentiostatSeries, directions: [CurrentDirection]) -> [Bool] {
  directions.indices.map { k in
    guard k > 0 else { return true }
    if series.step[k] != series.step[k - 1] || series.mode?[k] != series.mode?[k - 1] { return true }
    return directions[k] != directions[k - 1] && series.mode?[k] != .potentiostatic
  }
}
