import Foundation

/// Deviations from the truth over their stated sigmas, held against what they should be.
public struct PeakPulls: Sendable {
  public var values: [Double] = []

  public init(_ values: [Double] = []) { self.values = values }

  public mutating func add(_ found: Double, _ sigma: Double, truth: Double) { values.append((found - truth) / sigma) }

  public var count: Int { values.count }
  public var mean: Double { values.reduce(0, +) / Double(max(count, 1)) }

  /// How large a mean still passes.
  public var allowedMean: Double { 0.2 + 2.6 / Double(max(count, 1)).squareRoot() }

  public func within(_ sigmas: Double) -> Int { values.count { abs($0) < sigmas } }

  /// Whether the nominal share lies in the 99 % binomial interval of the count.
  public func covers(_ sigmas: Double) -> Bool {
    Self.interval(of: count, erf(sigmas / 2.0.squareRoot())).contains(within(sigmas))
  }

  public var passes: Bool { count > 0 && abs(mean) < allowedMean && covers(1) && covers(2) }

  public var text: String {
    String(format: "%d pulls, mean %.3f, %d within 1, %d within 2 sigma", count, mean, within(1), within(2))
  }

  /// The counts between which 99 % of binomial draws lie, half a per cent cut off on either side.
  public static func interval(of trials: Int, _ share: Double) -> ClosedRange<Int> {
    let terms = (0...trials).map { count -> Double in
      let (n, k) = (Double(trials), Double(count))
      let ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
      return exp(ways + k * log(share) + (n - k) * log(1 - share))
    }
    var (low, below) = (0, terms[0])
    while below < 0.005 && low < trials {
      low += 1
      below += terms[low]
    }
    var (high, above) = (trials, terms[trials])
    while above < 0.005 && high > low {
      high -= 1
      above += terms[high]
    }
    return low...high
  }
}
