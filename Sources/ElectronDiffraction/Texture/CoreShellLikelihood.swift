import Foundation

/// The likelihood of the grains' axes for a core and a shell, each with a Watson distribution of its own.
///
/// A grain at distance r belongs to the shell with the probability H(r) of a ``LogisticStep``, so that t = cos θ has the
/// density (1 − H) w(t; κ_core) + H w(t; κ_shell) and S(r) is the logistic curve from S_core to S_shell.
struct CoreShellLikelihood {
  /// Distances from the centre, ascending, in metres.
  let radii: [Double]
  /// cos² θ of the same grains.
  let squares: [Double]
  /// Sums of `squares` before each place.
  private let sums: [Double]

  init(radii: [Double], squaredCosines: [Double]) {
    let order = radii.indices.sorted { (radii[$0], $0) < (radii[$1], $1) }
    self.radii = order.map { radii[$0] }
    squares = order.map { squaredCosines[$0] }
    sums = squares.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
  }

  var count: Int { radii.count }

  /// The best concentrations for a step, with the logarithm of the likelihood.
  struct Fit {
    var core, shell: WatsonDistribution
    /// Grains that belong to each, by their probabilities.
    var coreGrains, shellGrains: Double
    var logLikelihood: Double
  }

  /// Grains before the first whose distance reaches a radius.
  private func place(_ radius: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if radii[middle] < radius { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Expectation and maximisation (Dempster, Laird and Rubin, 1977).
  ///
  /// Farther than twelve scales from the step a grain belongs to one side for certain, and only its side's sums count.
  ///
  /// - Parameter start: concentrations to start from, those of a step near by; nil starts from the step's own odds.
  func fit(_ step: LogisticStep, from start: Fit? = nil) -> Fit {
    let first = place(step.position - 12 * step.scale)
    let end = step.scale > 0 ? place(step.position + 12 * step.scale) : first
    // H / (1 − H) of each grain between.
    let odds = (first..<end).map { exp((radii[$0] - step.position) / step.scale) }
    let (coreCertain, shellCertain) = (sums[first], sums[count] - sums[end])
    let between = sums[end] - sums[first]
    var fit =
      start
      ?? Fit(
        core: WatsonDistribution(concentration: 0), shell: WatsonDistribution(concentration: 0), coreGrains: 0,
        shellGrains: 0, logLikelihood: 0)
    for _ in 0..<40 {
      let (slope, shift) = (
        fit.shell.concentration - fit.core.concentration, fit.core.logNormaliser - fit.shell.logNormaliser
      )
      var (shellCount, shellSum) = (0.0, 0.0)
      for (index, odd) in odds.enumerated() {
        let square = squares[first + index]
        let ratio = odd * exp(slope * square + shift)
        let belonging = ratio / (1 + ratio)
        shellCount += belonging
        shellSum += belonging * square
      }
      let coreGrains = Double(first + odds.count) - shellCount
      let shellGrains = Double(count - end) + shellCount
      // Half a random grain each, so that a side of a grain or two does not run to the end of the scale.
      let core = WatsonDistribution(
        meanSquaredCosine: (coreCertain + between - shellSum + 1 / 6.0) / (coreGrains + 0.5))
      let shell = WatsonDistribution(meanSquaredCosine: (shellCertain + shellSum + 1 / 6.0) / (shellGrains + 0.5))
      let change = max(
        abs(core.concentration - fit.core.concentration) / (1 + abs(core.concentration)),
        abs(shell.concentration - fit.shell.concentration) / (1 + abs(shell.concentration)))
      fit = Fit(core: core, shell: shell, coreGrains: coreGrains, shellGrains: shellGrains, logLikelihood: 0)
      if change < 0.01 || odds.isEmpty { break }
    }
    fit.logLikelihood = logLikelihood(fit, odds: odds, first: first, end: end)
    return fit
  }

  private func logLikelihood(_ fit: Fit, odds: [Double], first: Int, end: Int) -> Double {
    let (core, shell) = (fit.core.concentration, fit.shell.concentration)
    let (coreNorm, shellNorm) = (fit.core.logNormaliser, fit.shell.logNormaliser)
    var sum = core * sums[end] - Double(end) * coreNorm
    sum += shell * (sums[count] - sums[end]) - Double(count - end) * shellNorm
    for (index, odd) in odds.enumerated() {
      let ratio = odd * exp((shell - core) * squares[first + index] + coreNorm - shellNorm)
      sum += log((1 + ratio) / (1 + odd))
    }
    return sum
  }

  /// One distribution for all grains.
  func constant() -> (distribution: WatsonDistribution, logLikelihood: Double) {
    let watson = WatsonDistribution(meanSquaredCosine: sums[count] / Double(count))
    return (watson, watson.concentration * sums[count] - Double(count) * watson.logNormaliser)
  }

  /// The largest gain in likelihood over one distribution that a sharp step anywhere brings.
  ///
  /// - Parameter least: grains on either side of the step.
  func largestGain(least: Int, squares: [Double]) -> Double {
    let total = squares.reduce(0, +)
    var (sum, largest) = (0.0, 0.0)
    for k in 0..<count {
      if k >= least, count - k >= least {
        let gain = Self.gain(sum, k) + Self.gain(total - sum, count - k)
        largest = max(largest, gain)
      }
      sum += squares[k]
    }
    return largest - Self.gain(total, count)
  }

  private static func gain(_ sum: Double, _ count: Int) -> Double {
    let place = min(max(sum / Double(count), 0), 1) * Double(gains.count - 1)
    let index = min(Int(place), gains.count - 2)
    return Double(count) * (gains[index] + (place - Double(index)) * (gains[index + 1] - gains[index]))
  }

  /// max over κ of κ m − ln M(κ), for m = 0...1 in even steps.
  private static let gains: [Double] = (0...2000).map { step in
    let mean = Double(step) / 2000
    let watson = WatsonDistribution(meanSquaredCosine: mean)
    return watson.concentration * mean - watson.logNormaliser
  }
}
