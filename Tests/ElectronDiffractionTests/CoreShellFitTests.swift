import ArrayMath
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct CoreShellFitTests {
  @Test func theLikelihoodIsThatOfTheMixture() {
    var generator = SeededGenerator(seed: 1)
    let radii = (0..<80).map { _ in 5 * generator.uniform() }
    let squares = radii.map { $0 < 3 ? generator.uniform() : 0.1 * generator.uniform() }
    let likelihood = CoreShellLikelihood(radii: radii, squaredCosines: squares)
    for scale in [0, 0.02, 0.3] {
      let step = LogisticStep(position: 2.9, scale: scale)
      let fit = likelihood.fit(step)
      func plain(_ core: Double, _ shell: Double) -> Double {
        let (inner, outer) = (WatsonDistribution(concentration: core), WatsonDistribution(concentration: shell))
        return zip(radii, squares).reduce(0) { sum, grain in
          let h = step(grain.0)
          return sum
            + log(
              (1 - h) * exp(core * grain.1 - inner.logNormaliser) + h * exp(shell * grain.1 - outer.logNormaliser))
        }
      }
      let (core, shell) = (fit.core.concentration, fit.shell.concentration)
      #expect(abs(fit.logLikelihood - plain(core, shell)) < 2e-2)
      // The half grain that steadies small sides costs little.
      for (dc, ds) in [(0.5, 0.0), (-0.5, 0), (0, 2), (0, -2)] {
        #expect(plain(core + dc, shell + ds) < fit.logLikelihood + 0.1)
      }
    }
  }

  @Test func theScanOfSharpStepsFindsTheBest() {
    var generator = SeededGenerator(seed: 2)
    let radii = (0..<50).map { Double($0) }
    let squares = radii.map { $0 < 30 ? generator.uniform() : 0.2 * generator.uniform() }
    let likelihood = CoreShellLikelihood(radii: radii, squaredCosines: squares)
    func best(_ values: ArraySlice<Double>) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      let watson = WatsonDistribution(meanSquaredCosine: mean)
      return Double(values.count) * (watson.concentration * mean - watson.logNormaliser)
    }
    let plain = (5...45).map { best(squares[..<$0]) + best(squares[$0...]) - best(squares[...]) }.max() ?? 0
    #expect(abs(likelihood.largestGain(least: 5, squares: squares) - plain) < 1e-2)
  }

  @Test(arguments: [0, 0.25e-6]) func theIntervalsHoldTheTransition(scale: Double) throws {
    var options = CoreShellFit.Options()
    options.permutations = 19
    let count = 200
    let fits = try parallelMap(count: count, threads: 2) { [options] index in
      let made = coarsePhantom { $0.transitionScale = scale }.make(seed: UInt64(index + 1))
      return try CoreShellFit(made.angles(), options: options)
    }
    for fit in fits {
      #expect(fit.evidence > 20 && fit.permutationProbability <= 0.05)
      #expect(abs(fit.coreOrder.value) < 5 * fit.coreOrder.uncertainty + 0.05)
      #expect(fit.shellOrder.value < -0.38)
    }
    let intervals = fits.map(\.transitionRadius)
    #expect(isConsistent(intervals.count { $0.interval68.contains(3e-6) }, of: count, with: 0.682_689_5))
    #expect(isConsistent(intervals.count { $0.interval95.contains(3e-6) }, of: count, with: 0.954_499_7))
  }

  @Test func manyGrainsGiveTheRadiusWithinFivePerCent() throws {
    let made = coarsePhantom { $0.grainCount = 900 }.make(seed: 1)
    let fit = try CoreShellFit(made.angles(), options: quick)
    #expect(abs(fit.transitionRadius.value - 3e-6) < 0.05 * 3e-6)
    #expect(abs(fit.probabilities.reduce(0, +) - 1) < 1e-12)
    #expect(fit.step.polynomialWidth < 1.5e-6)
  }

  @Test func aRandomParticleHasNoShell() throws {
    var claims = 0
    for seed in 1...30 {
      let made = coarsePhantom { $0.shellConcentration = 0 }.make(seed: UInt64(seed))
      let fit = try CoreShellFit(made.angles(), options: quick)
      if fit.evidence > 0 || fit.permutationProbability < 0.01 { claims += 1 }
    }
    #expect(claims <= 2)
  }

  @Test func anUncertainCentreWidensTheInterval() throws {
    let made = coarsePhantom().make(seed: 1)
    let known = try CoreShellFit(made.angles(), options: quick)
    let variance = 0.3e-6 * 0.3e-6
    let section = ParticleSection(
      centre: made.centre, covariance: PlaneCovariance(xx: variance, xy: 0, yy: variance), radius: 5e-6)
    let vague = try CoreShellFit(
      RadialAngles(of: made.map, labels: made.labels, section: section), options: quick)
    func width(_ range: ClosedRange<Double>) -> Double { range.upperBound - range.lowerBound }
    #expect(width(vague.transitionRadius.interval95) > width(known.transitionRadius.interval95))
  }

  @Test func whatCannotBeFittedIsRefused() throws {
    let made = coarsePhantom { $0.grainCount = 12 }.make(seed: 1)
    #expect(throws: TextureError.self) { try CoreShellFit(made.angles()) }
    #expect(throws: TextureError.self) { try CoreShellFit(coarsePhantom().make(seed: 1).angles(kind: .inSection)) }
  }

  private var quick: CoreShellFit.Options {
    var options = CoreShellFit.Options()
    options.radii = 80
    options.scales = 6
    options.permutations = 199
    return options
  }
}
