import Foundation
import TestSupport

/// The line on the mean of pulls.
func bias(_ subject: String, _ pulls: SeriesPulls) -> AcceptanceLine {
  AcceptanceLine("2", "\(subject), bias of \(pulls.pulls.count)", abs(pulls.mean), atMost: pulls.biasLimit, unit: "σ")
}

/// The line on how many pulls lie within one standard uncertainty.
func coverage(_ subject: String, _ pulls: SeriesPulls) -> AcceptanceLine {
  share("\(subject), within one σ", pulls.within, of: pulls.pulls.count, nominal: 0.682_689_5)
}

/// The line on a count that should be a nominal share of the tries.
func share(_ subject: String, _ hits: Int, of tries: Int, nominal: Double) -> AcceptanceLine {
  AcceptanceLine(
    "2", subject, figure: "\(hits) of \(tries)",
    limit: String(format: "%.2f %% in the 99 %% binomial interval", nominal * 100),
    passed: SeriesPulls.isConsistent(hits, of: tries, with: nominal))
}
