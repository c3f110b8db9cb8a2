import ArrayMath
import Foundation
import TestSupport
import Testing

@testable import PowderDiffraction

@Suite struct ActiveMassTests {
  @Test func coversOverSeeds() throws {
    let curve = try LatticeCurveTests.analytic()
    let (pulls, interval) = try SeriesSimulation.activeMasses(seeds: 1...60, curve: curve)
    #expect(pulls.isUnbiased, "\(pulls.text)")
    #expect(pulls.coversOneSigma, "\(pulls.text)")
    #expect(interval.covers(0.95), "\(interval.hits)")
  }

  /// The seed's 30 pA for 15 500 s and 2.13e-15 m³: a density of 2.2 g/cm³ predicts 10.0 %, 4.79 predicts 4.6 %; 003
  /// moves by 0.86 or 0.3 pixel. The local state of charge says which.
  @Test func theDensityIsTold() throws {
    guard let curve = try SeriesSimulation.publishedCurve() else { return }
    let charge = 30e-12 * 15_500 / 3600 * 1e3
    func coulombic(_ density: Double) -> Double { charge / (2.13e-15 * density * 1e3) / 275.5 }
    #expect(abs(coulombic(2202) - 0.100) < 0.0005)
    #expect(abs(coulombic(4790) - 0.0460) < 0.0005)
    // The radius of 003 on the plate of the seed.
    func radius(_ state: Double) -> Double {
      131.67e-3 / 31e-6 * tan(2 * asin(SeedInstrument.wavelength / (2 * curve.c(at: state) / 3)))
    }
    #expect(abs(radius(0) - radius(28 / 275.5) - 0.86) < 0.02)
    #expect(abs(radius(0) - radius(coulombic(4790)) - 0.3) < 0.07)
    // A particle that is dense takes up 4.6 % where the porous one's mass would say 10 %.
    guard let smooth = try SeriesSimulation.trueCurve() else { return }
    let record = try ChargeRecord(time: [0, 15_500], stateOfCharge: [0, coulombic(2202)], sigma: [0, 0])
    let exposures = (1...40).map { Exposure(start: 15_500 * Double($0) / 40, length: 0) }
    let charged = try ExperimentClock(offset: 0, sigma: 0).stateOfCharge(of: exposures, from: record)
    var inside = SeriesPulls()
    for density in [2202.0, 4790] {
      for seed in 1...40 {
        var generator = SeededGenerator(seed: UInt64(seed), item: 460)
        let lattice = try (1...40).map { step -> LatticeObservation? in
          try SeriesSimulation.observation(
            smooth, at: 2202 / density * coulombic(2202) * Double(step) / 40, relativeA: 1e-4, relativeC: 5e-5,
            correlation: 0, &generator)
        }
        let mass = try ActiveMass(
          lattice: lattice, curve: smooth, charge: charged, assumedMass: 2.13e-15 * 2202, capacitySigma: 0,
          throughOrigin: false)
        inside.add(isInside: mass.interval.contains(2.13e-15 * density))
        // Far from the other density.
        #expect(!mass.interval.contains(2.13e-15 * (2202 + 4790 - density)))
        #expect(mass.sigma / mass.activeMass < 0.1)
      }
    }
    #expect(inside.covers(0.95), "\(inside.hits) of \(inside.tries)")
  }

  @Test func errorsOfBothVariablesEnterAsYorkHasThem() throws {
    // Pearson's data with York's weights: slope −0.480533, σ 0.0580 (York et al. 2004, table).
    let x = [0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4]
    let y = [5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5]
    let wx = [1000.0, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1]
    let wy = [1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500.0]
    let samples = x.indices.map {
      ActiveMassSample(
        coulombic: x[$0], coulombicSigma: 1 / wx[$0].squareRoot(), local: y[$0], localSigma: 1 / wy[$0].squareRoot())
    }
    let line = try #require(GroupedFit.Line(samples, throughOrigin: false))
    #expect(abs(line.slope + 0.480_533_407) < 1e-7)
    #expect(abs(line.sigma - 0.057_985) < 1e-4)
    #expect(abs(line.chiSquared - 11.866_353) < 1e-4)
  }

  @Test func sharedErrorsDoNotAverage() throws {
    let samples = (1...100).map {
      ActiveMassSample(coulombic: 0.001 * Double($0), local: 0.00125 * Double($0), localSigma: 0.001)
    }
    let scale = SharedError(
      "capacity", coulombic: samples.map { 0.03 * $0.coulombic }, local: .init(repeating: 0, count: 100))
    let mass = try ActiveMass(samples, assumedMass: 1e-12, throughOrigin: true, shared: [scale])
    #expect(abs(mass.factor - 1.25) < 1e-9)
    #expect(abs(mass.activeMass - 0.8e-12) < 1e-20)
    #expect(abs(mass.contributions[1].factorShift + 0.0375) < 1e-4)
    #expect(
      abs(mass.factorSigma * mass.factorSigma - mass.independentSigma * mass.independentSigma - 0.0375 * 0.0375) < 1e-5)
    #expect(abs(mass.sigma / mass.activeMass - mass.factorSigma / 1.25) < 1e-12)
  }

  @Test func aFactorNotToldFromZeroHasNoUpperMass() throws {
    let samples = (1...4).map { ActiveMassSample(coulombic: 0.01 * Double($0), local: 0.001, localSigma: 0.1) }
    let mass = try ActiveMass(samples, assumedMass: 1, throughOrigin: true)
    #expect(mass.interval.upperBound == .infinity)
  }

  @Test func badInputIsRefused() throws {
    let good = [
      ActiveMassSample(coulombic: 0.01, local: 0.01, localSigma: 0.001),
      ActiveMassSample(coulombic: 0.02, local: 0.02, localSigma: 0.001),
    ]
    #expect(throws: LineScanError.self) { try ActiveMass([], assumedMass: 1, throughOrigin: true) }
    #expect(throws: LineScanError.self) { try ActiveMass(good, assumedMass: 0, throughOrigin: true) }
    #expect(throws: LineScanError.self) { try ActiveMass([good[0]], assumedMass: 1, throughOrigin: false) }
    #expect(throws: LineScanError.self) {
      try ActiveMass(
        [ActiveMassSample(coulombic: .nan, local: 0, localSigma: 1)], assumedMass: 1, throughOrigin: true)
    }
    #expect(throws: LineScanError.self) {
      try ActiveMass([ActiveMassSample(coulombic: 1, local: 0, localSigma: 0)], assumedMass: 1, throughOrigin: true)
    }
    #expect(throws: LineScanError.self) {
      try ActiveMass(
        good, assumedMass: 1, throughOrigin: true, shared: [SharedError("x", coulombic: [0], local: [0, 0])])
    }
    // All at one charge: no slope with an intercept.
    let still = [good[0], good[0]]
    #expect(throws: LineScanError.self) { try ActiveMass(still, assumedMass: 1, throughOrigin: false) }
  }
}

@Suite struct HeterogeneityTests {
  @Test func noiseAloneHasNoSpread() throws {
    var zero = SeriesPulls()
    var tau = SeriesPulls()
    var mean = SeriesPulls()
    for seed in 1...300 {
      var generator = SeededGenerator(seed: UInt64(seed), item: 410)
      let sigmas = (0..<15).map { _ in 0.01 * (0.5 + generator.uniform()) }
      let noise = try Heterogeneity(sigmas.map { 0.1 + $0 * generator.normal() }, sigmas: sigmas)
      zero.add(isInside: noise.spreadInterval.lowerBound == 0)
      #expect(noise.probability > 1e-5)
      let spread = try Heterogeneity(
        sigmas.map { 0.1 + 0.02 * generator.normal() + $0 * generator.normal() }, sigmas: sigmas)
      tau.add(isInside: spread.spreadInterval.contains(0.02))
      mean.add(isInside: abs(spread.mean - 0.1) <= spread.meanHalfWidth)
    }
    // The lower end exceeds zero in 2.5 % by chance.
    #expect(zero.covers(0.975), "\(zero.hits)")
    #expect(tau.covers(0.95), "\(tau.hits)")
    // Wider than 95 % where the scatter is below what was predicted: never narrower.
    #expect(Double(mean.hits) / 300 > 0.92, "\(mean.hits)")
  }

  @Test func oneVarianceHasAClosedForm() throws {
    // Equal uncertainties: τ² = s² − σ².
    let values = [1.0, 2, 4, 7, 11]
    let result = try Heterogeneity(values, sigmas: .init(repeating: 1.5, count: 5))
    let variance = values.reduce(0) { $0 + ($1 - 5) * ($1 - 5) } / 4
    #expect(abs(result.spread - (variance - 2.25).squareRoot()) < 1e-6)
    #expect(abs(result.mean - 5) < 1e-12)
    #expect(abs(result.meanSigma - (variance / 5).squareRoot()) < 1e-6)
    #expect(abs(result.chiSquared - variance * 4 / 2.25) < 1e-9)
    // Σ(y−μ)²/χ²(0.975, 4) − σ² with χ² = 11.1433.
    #expect(abs(result.spreadInterval.lowerBound - (variance * 4 / 11.143_287 - 2.25).squareRoot()) < 1e-5)
    #expect(abs(result.spreadInterval.upperBound - (variance * 4 / 0.484_418_6 - 2.25).squareRoot()) < 1e-4)
  }

  @Test func theChargePassedDuringAPassIsNoHeterogeneity() throws {
    let curve = try LatticeCurveTests.analytic()
    let count = 10
    let plan = try LineScanPlan(positions: (0..<count).map { 1e-6 * Double($0) }, exposure: 20, period: 25)
    let scan = try LineScan(
      (0..<3 * count).map { ExposureStamp(start: 25 * Double($0), position: 1e-6 * Double($0 % count)) }, plan: plan)
    // From 0 to 30 % within the series: 10 % a pass.
    let record = try ChargeRecord(time: [0, 1000], stateOfCharge: [0, 0.4], sigma: [0, 0])
    let charge = try ExperimentClock(offset: 0, sigma: 1).stateOfCharge(
      of: scan.frames.map(Exposure.init), from: record)
    let local = try charge.frames.map { frame -> LocalStateOfCharge? in
      guard let frame else { return nil }
      let state = 1.2 * frame.middle
      return curve.stateOfCharge(
        of: try LatticeObservation(a: curve.a(at: state), c: curve.c(at: state), varianceA: 1e-27, varianceC: 1e-27))
    }
    let corrected = try scan.heterogeneity(pass: 1, local: local, charge: charge, factor: 1.2)
    #expect(corrected.spread == 0 && corrected.probability > 0.5)
    let skewed = try scan.heterogeneity(pass: 1, local: local)
    #expect(skewed.spread > 0.02)
    #expect(throws: LineScanError.self) { try scan.heterogeneity(pass: 7, local: local) }
    #expect(throws: LineScanError.self) { try scan.heterogeneity(pass: 0, local: []) }
    #expect(throws: LineScanError.self) { try scan.heterogeneity(pass: 0, local: local, weights: [1]) }
  }

  @Test func sharesOfTheMaterialWeighTheMean() throws {
    let result = try Heterogeneity([0.0, 1, .nan], sigmas: [0.1, 0.1, 0.1], weights: [3, 1, 5])
    #expect(abs(result.mean - 0.25) < 1e-12)
    #expect(result.count == 2)
  }

  @Test func badInputIsRefused() {
    #expect(throws: LineScanError.self) { try Heterogeneity([1], sigmas: [1]) }
    #expect(throws: LineScanError.self) { try Heterogeneity([1, 2], sigmas: [1]) }
    #expect(throws: LineScanError.self) { try Heterogeneity([1, 2], sigmas: [1, 0]) }
    #expect(throws: LineScanError.self) { try Heterogeneity([1, .infinity], sigmas: [1, 1]) }
    #expect(throws: LineScanError.self) { try Heterogeneity([.nan, .nan], sigmas: [1, 1]) }
    #expect(throws: LineScanError.self) { try Heterogeneity([1, 2], sigmas: [1, 1], weights: [1, -1]) }
  }
}

@Suite struct ProbabilityFunctionsTests {
  /// Table values (Abramowitz & Stegun, chapter 26) and closed forms.
  @Test func quantilesAgreeWithTables() {
    #expect(abs(ProbabilityFunctions.chiSquaredQuantile(0.95, degrees: 1) - 3.841_458_8) < 1e-6)
    #expect(abs(ProbabilityFunctions.chiSquaredQuantile(0.975, degrees: 10) - 20.483_177_4) < 1e-6)
    #expect(abs(ProbabilityFunctions.chiSquaredQuantile(0.025, degrees: 100) - 74.221_927_5) < 1e-5)
    #expect(abs(ProbabilityFunctions.studentQuantile(0.975, degrees: 4) - 2.776_445_1) < 1e-6)
    #expect(abs(ProbabilityFunctions.studentQuantile(0.975, degrees: 1) - 12.706_204_7) < 1e-5)
    #expect(abs(ProbabilityFunctions.studentQuantile(0.995, degrees: 30) - 2.749_995_7) < 1e-6)
    // P(1, x) = 1 − e^(−x).
    for x in [0.1, 1, 5, 20] { #expect(abs(ProbabilityFunctions.gammaP(1, x) - 1 + exp(-x)) < 1e-13) }
    // I_x(1, b) = 1 − (1 − x)^b.
    for x in [0.05, 0.5, 0.95] { #expect(abs(ProbabilityFunctions.betaI(x, 1, 3) - 1 + pow(1 - x, 3)) < 1e-13) }
  }

  @Test func theBinomialIntervalHasItsTails() {
    let interval = ProbabilityFunctions.binomialInterval(successes: 8, of: 20, confidence: 0.95)
    #expect(abs(interval.lowerBound - 0.191_190_1) < 1e-6)
    #expect(abs(interval.upperBound - 0.639_457_2) < 1e-6)
    #expect(ProbabilityFunctions.binomialInterval(successes: 0, of: 10, confidence: 0.95).lowerBound == 0)
    #expect(ProbabilityFunctions.binomialInterval(successes: 10, of: 10, confidence: 0.95).upperBound == 1)
  }
}

@Suite struct TwoStateSmootherTests {
  /// A plain twin: the covariance of a random walk, all observations solved at once.
  @Test func agreesWithTheDenseSolution() throws {
    let times = [0.0, 1, 1.5, 4, 6]
    let values = [0.3, 0.9, 0.7, 2.0, 1.1]
    let variances = [0.1, 0.2, 0.1, 0.3, 0.05]
    let strength = 0.4
    let prior = 25.0
    let count = times.count
    var matrix = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0..<count {
        matrix[i * count + j] = prior + strength * min(times[i], times[j]) + (i == j ? variances[i] : 0)
      }
    }
    let system = try #require(SymmetricSystem(matrix, order: count))
    let weights = system.solve(values)
    let smoother = TwoStateSmoother(
      motion: .walk, strength: strength, prior: .init(mean: .zero, covariance: Matrix2(prior, 0, 0, 1)))
    var events = (0..<count).map { TwoStateSmoother.Event(time: times[$0], observed: (values[$0], variances[$0])) }
    events.insert(TwoStateSmoother.Event(time: 2.5, observed: nil), at: 3)
    let states = smoother.smooth(events)
    for (state, event) in zip(states, events) {
      let cross = times.map { prior + strength * min($0, event.time) }
      let mean = zip(cross, weights).reduce(0) { $0 + $1.0 * $1.1 }
      let variance =
        prior + strength * event.time - zip(cross, system.solve(cross)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(state.mean.x - mean) < 1e-10)
      #expect(abs(state.covariance.m00 - variance) < 1e-10)
    }
  }

  @Test func theSplineAgreesWithTheDenseSolution() throws {
    // Covariance of the integrated walk: q (t³/3 + t² (T − t)/2) for t ≤ T, plus that of the prior.
    let times = [0.0, 0.4, 1, 2.2, 3]
    let values = [0.0, 0.5, 0.9, 2.5, 2.0]
    let (strength, noise) = (0.7, 0.04)
    func covariance(_ s: Double, _ t: Double) -> Double {
      let (low, high) = (min(s, t), max(s, t))
      return 9 + 4 * s * t + strength * (low * low * low / 3 + low * low * (high - low) / 2)
    }
    let matrix = times.flatMap { s in times.map { t in covariance(s, t) + (s == t ? noise : 0) } }
    let system = try #require(SymmetricSystem(matrix, order: 5))
    let weights = system.solve(values)
    let smoother = TwoStateSmoother(
      motion: .spline, strength: strength, prior: .init(mean: .zero, covariance: Matrix2(9, 0, 0, 4)))
    let states = smoother.smooth(times.indices.map { .init(time: times[$0], observed: (values[$0], noise)) })
    for (state, time) in zip(states, times) {
      let cross = times.map { covariance($0, time) }
      #expect(abs(state.mean.x - zip(cross, weights).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-10)
      let variance = covariance(time, time) - zip(cross, system.solve(cross)).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(state.covariance.m00 - variance) < 1e-9)
    }
  }

  @Test func theStrengthOfTheWalkIsFound() {
    var ratios: [Double] = []
    for seed in 1...20 {
      var generator = SeededGenerator(seed: UInt64(seed), item: 420)
      var place = 0.0
      let events = (0..<200).map { index in
        place += 0.5 * generator.normal()
        return TwoStateSmoother.Event(time: Double(index), observed: (place + 0.3 * generator.normal(), 0.09))
      }
      var smoother = TwoStateSmoother(
        motion: .walk, strength: 0, prior: .init(mean: .zero, covariance: Matrix2(1e4, 0, 0, 1)))
      smoother.chooseStrength(events, in: 1e-6...1e3)
      ratios.append(smoother.strength / 0.25)
    }
    #expect(abs(ratios.reduce(0, +) / 20 - 1) < 0.15)
    let still = (0..<50).map { TwoStateSmoother.Event(time: Double($0), observed: ($0 % 2 == 0 ? 0.1 : -0.1, 0.09)) }
    var smoother = TwoStateSmoother(
      motion: .walk, strength: 1, prior: .init(mean: .zero, covariance: Matrix2(1e4, 0, 0, 1)))
    smoother.chooseStrength(still, in: 1e-6...1e3)
    #expect(smoother.strength == 0)
  }
}
