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

  /// Expectation and maximisation (Dempster, Laird and Rubin, 1977) from the step's own probabilities.
  ///
  /// Farther than twelve scales from the step a grain belongs to one side for certain, and only its side's sums count.
  func fit(_ step: LogisticStep) -> Fit {
    let start = place(step.position - 12 * step.scale)
    let end = step.scale > 0 ? place(step.position + 12 * step.scale) : start
    let prior = (start..<end).map { step(radii[$0]) }
    var belonging = prior
    var fit = Fit(
      core: WatsonDistribution(concentration: 0), shell: WatsonDistribution(concentration: 0), coreGrains: 0,
      shellGrains: 0, logLikelihood: -.infinity)
    for _ in 0..<40 {
      var (coreCount, coreSum) = (Double(start), sums[start])
      var (shellCount, shellSum) = (Double(count - end), sums[count] - sums[end])
      for (index, p) in belonging.enumerated() {
        let square = squares[start + index]
        coreCount += 1 - p
        shellCount += p
        coreSum += (1 - p) * square
        shellSum += p * square
      }
      // Half a random grain each, so that a side of a grain or two does not run to the end of the scale.
      let core = WatsonDistribution(meanSquaredCosine: (coreSum + 1 / 6.0) / (coreCount + 0.5))
      let shell = WatsonDistribution(meanSquaredCosine: (shellSum + 1 / 6.0) / (shellCount + 0.5))
      let (coreNorm, shellNorm) = (core.logNormaliser, shell.logNormaliser)
      var logLikelihood = core.concentration * sums[start] - Double(start) * coreNorm
      logLikelihood += shell.concentration * (sums[count] - sums[end]) - Double(count - end) * shellNorm
      for (index, h) in prior.enumerated() {
        let square = squares[start + index]
        let inCore = (1 - h) * exp(core.concentration * square - coreNorm)
        let inShell = h * exp(shell.concentration * square - shellNorm)
        belonging[index] = inShell / (inCore + inShell)
        logLikelihood += log(inCore + inShell)
      }
      let gain = logLikelihood - fit.logLikelihood
      fit = Fit(
        core: core, shell: shell, coreGrains: coreCount, shellGrains: shellCount, logLikelihood: logLikelihood)
      if abs(gain) < 1e-3 || start == end { break }
    }
    return fit
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
