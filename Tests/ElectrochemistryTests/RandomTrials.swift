import Foundation

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): a seed, a sequence.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A draw from the standard normal distribution.
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &self))).squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
  }
}

/// Errors of many trials in units of the standard uncertainty that each trial states.
struct CoverageTrial {
  var scores: [Double] = []

  /// The number of trials within one standard uncertainty.
  var covered: Int { scores.count { abs($0) <= 1 } }

  var mean: Double { scores.reduce(0, +) / Double(scores.count) }

  /// The limit on the mean: a bias of 0.2 standard uncertainties and the scatter of the mean itself.
  var biasLimit: Double { 0.2 + 2.6 / Double(scores.count).squareRoot() }

  /// The counts between which a binomial variable with p = erf(1/√2) lies with probability 0.99, half a percent left
  /// out at each end, from the exact distribution.
  var interval: ClosedRange<Int> {
    let count = scores.count
    let p = erf(1 / 2.0.squareRoot())
    func logProbability(_ k: Int) -> Double {
      let ways = lgamma(Double(count + 1)) - lgamma(Double(k + 1)) - lgamma(Double(count - k + 1))
      return ways + Double(k) * log(p) + Double(count - k) * log(1 - p)
    }
    var cumulative = 0.0
    var lower = 0
    var upper = count
    for k in 0...count {
      cumulative += exp(logProbability(k))
      if cumulative < 0.005 { lower = k + 1 }
      if cumulative < 0.995 { upper = k + 1 }
    }
    return lower...min(upper, count)
  }
}
