import Foundation

/// Counts how estimates with uncertainties fare against known truths.
public struct SeriesPulls: Sendable {
  public private(set) var pulls: [Double] = []
  public private(set) var hits = 0
  public private(set) var tries = 0

  public init() {}

  /// Adds an estimate.
  public mutating func add(_ value: Double, sigma: Double, truth: Double) { pulls.append((value - truth) / sigma) }

  /// Adds whether an interval holds its truth.
  public mutating func add(isInside: Bool) {
    tries += 1
    if isInside { hits += 1 }
  }

  public var mean: Double { pulls.reduce(0, +) / Double(pulls.count) }
  public var deviation: Double {
    (pulls.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pulls.count - 1)).squareRoot()
  }
  /// What a mean pull may be: 0.2 + 2.6/√N.
  public var biasLimit: Double { 0.2 + 2.6 / Double(pulls.count).squareRoot() }
  public var isUnbiased: Bool { abs(mean) < biasLimit }

  /// Share of pulls within one standard deviation.
  public var within: Int { pulls.filter { abs($0) <= 1 }.count }
  /// Whether 68.27 % lies in the 99 % binomial interval of the pulls within one deviation.
  public var coversOneSigma: Bool { Self.isConsistent(within, of: pulls.count, with: 0.682_689_5) }
  /// Whether a nominal value lies in the 99 % binomial interval of the hits.
  public func covers(_ nominal: Double) -> Bool { Self.isConsistent(hits, of: tries, with: nominal) }

  /// Whether a probability lies in the exact 99 % interval of a count: neither tail is below 0.5 %.
  public static func isConsistent(_ hits: Int, of tries: Int, with nominal: Double) -> Bool {
    func probability(_ k: Int) -> Double {
      let (k, n) = (Double(k), Double(tries))
      let choices = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
      let chance = k * log(nominal) + (n - k) * log(1 - nominal)
      return exp(choices + chance)
    }
    let below = (0...hits).reduce(0) { $0 + probability($1) }
    let above = (hits...tries).reduce(0) { $0 + probability($1) }
    return below >= 0.005 && above >= 0.005
  }

  public var text: String {
    String(
      format: "%d of %d within one sigma, mean pull %+.3f, deviation %.3f", within, pulls.count, mean, deviation)
  }
}
