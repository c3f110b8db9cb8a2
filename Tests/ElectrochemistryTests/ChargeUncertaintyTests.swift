import Electrochemistry
import Quantities
import Testing

@Suite struct ChargeUncertaintyTests {
  let material = ActiveMaterial(mass: UncertainValue(4, uncertainty: 0.2), specificCapacity: UncertainValue(5))

  func flat(_ count: Int, current: Double = 2) -> PotentiostatSeries {
    PotentiostatSeries(
      time: (0...count).map { Double($0) }, current: .init(repeating: current, count: count + 1),
      voltage: .init(repeating: 3, count: count + 1))
  }

  @Test func commonErrorsAddUpAndNoiseAveragesOut() throws {
    func uncertainty(_ count: Int, _ instrument: InstrumentUncertainty) throws -> Double {
      try accountForCharge(of: flat(count), in: material, instrument: instrument).finalCharge.uncertainty
    }
    #expect(abs(try uncertainty(100, .init(currentGain: 0.01)) - 2) < 1e-12)
    #expect(abs(try uncertainty(100, .init(currentOffset: 0.1)) - 10) < 1e-12)
    #expect(abs(try uncertainty(100, .init(timeScale: 0.001)) - 0.2) < 1e-12)
    // 99 whole and two half weights.
    #expect(abs(try uncertainty(100, .init(currentNoise: 0.1)) - 0.1 * 99.5.squareRoot()) < 1e-12)
    // At constant current only the two ends of the run matter.
    #expect(abs(try uncertainty(100, .init(timeStamp: 0.1)) - 0.2 * 2.0.squareRoot()) < 1e-12)
  }

  @Test func massEntersCapacityAndStateOfChargeAtEverySample() throws {
    let result = try accountForCharge(of: flat(10), in: material)
    for k in 0...10 {
      #expect(abs(result.capacityUncertainty[k] - 0.05 * result.capacity[k]) < 1e-12)
      #expect(abs(result.stateOfChargeUncertainty[k] - 0.05 * result.stateOfCharge[k]) < 1e-12)
      #expect(result.chargeUncertainty[k] == 0)
    }
    #expect(abs(result.cRateUncertainty[3] - 0.05 * 0.1) < 1e-15)
  }

  @Test func theBudgetAddsUpToTheStatedUncertainty() throws {
    let result = try accountForCharge(
      of: flat(50), in: material,
      instrument: .init(
        currentGain: 0.01, currentOffset: 0.02, currentNoise: 0.3, timeScale: 0.001, timeStamp: 0.05))
    let sum = result.budget.reduce(0) { $0 + $1.stateOfCharge * $1.stateOfCharge }.squareRoot()
    #expect(abs(sum - result.finalStateOfCharge.uncertainty) < 1e-15)
    #expect(result.budget.count { $0.stateOfCharge > 0 } == 6)
  }

  @Test func gainCancelsInAFullCycleAndTheOffsetDoesNot() throws {
    var series = flat(20)
    for k in 11...20 { series.current[k] = -2 }
    series.step = (0...20).map { $0 <= 10 ? 0 : 1 }
    // Held to the first sample of the second step: 11 s of charge and 9 s of discharge.
    let result = try accountForCharge(
      of: series, in: material, instrument: .init(currentGain: 0.01, currentOffset: 0.001))
    #expect(abs(result.finalCharge.value - 4) < 1e-12)
    let jump = 4 / 12.0.squareRoot()
    let expected = (0.04 * 0.04 + 0.02 * 0.02 + jump * jump).squareRoot()
    #expect(abs(result.finalCharge.uncertainty - expected) < 1e-12)
  }

  @Test func anOpenCircuitHasNoOffset() throws {
    var series = flat(20)
    for k in 0...20 where k <= 10 { series.current[k] = 0 }
    series.mode = (0...20).map { $0 <= 10 ? .rest : .galvanostatic }
    let result = try accountForCharge(of: series, in: material, instrument: .init(currentOffset: 0.1))
    #expect(result.chargeUncertainty[10] == 0)
    #expect(result.steps[0].charge.uncertainty < result.steps[1].charge.uncertainty)
    #expect(abs(result.steps[1].charge.uncertainty - 0.9) < 1e-12)
  }

  @Test func lithiationCarriesTheUncertaintyOfItsStart() throws {
    var material = material
    material.initialLithiation = UncertainValue(0.95, uncertainty: 0.03)
    let result = try accountForCharge(of: flat(2), in: material)
    #expect(abs(result.finalLithiation.value - (0.95 - 0.2)) < 1e-12)
    let expected = (0.03 * 0.03 + 0.01 * 0.01).squareRoot()
    #expect(abs(result.finalLithiation.uncertainty - expected) < 1e-12)
  }

  /// Seeds 1...N; the stated standard uncertainty covers the truth as often as a normal one does.
  @Test func statedUncertaintyCoversTheTruth() throws {
    var charge = CoverageTrial()
    var state = CoverageTrial()
    var rate = CoverageTrial()
    let instrument = InstrumentUncertainty(
      currentGain: 0.02, currentOffset: 0.3e-12, currentNoise: 3e-12, timeScale: 1e-3)
    for seed in 1...300 {
      var generator = SplitMix64(seed: UInt64(seed))
      let simulated = try simulateGalvanostatic(
        GalvanostaticSimulation(
          current: 30e-12, longestDuration: 15500, mass: 4.69e-12, samplingInterval: 400, samplingJitter: 0.2,
          gainError: instrument.currentGain * generator.normal(),
          offsetError: instrument.currentOffset * generator.normal(), currentNoise: instrument.currentNoise,
          hasCounter: false),
        using: &generator)
      var series = simulated.series
      let clock = 1 + instrument.timeScale * generator.normal()
      series.time = series.time.map { $0 * clock }
      let material = ActiveMaterial(
        mass: UncertainValue(4.69e-12 * (1 + 0.03 * generator.normal()), uncertainty: 0.03 * 4.69e-12),
        specificCapacity: UncertainValue(275.5 * 3600 * (1 + 0.01 * generator.normal()), uncertainty: 0.01 * 991_800))
      let result = try accountForCharge(of: series, in: material, instrument: instrument)
      charge.scores.append((result.finalCharge.value - simulated.charge) / result.finalCharge.uncertainty)
      let final = result.finalStateOfCharge
      state.scores.append((final.value - simulated.stateOfChargeChange) / final.uncertainty)
      let trueRate = 30e-12 / (4.69e-12 * 275.5 * 3600)
      rate.scores.append((result.cRate[20] - trueRate) / result.cRateUncertainty[20])
    }
    for trial in [charge, state, rate] {
      #expect(trial.interval.contains(trial.covered), "\(trial.covered) of \(trial.scores.count)")
      #expect(abs(trial.mean) < trial.biasLimit)
    }
  }

  @Test func theBinomialIntervalIsTheExactOne() {
    // scipy.stats.binom.ppf([0.005, 0.995], 1000, erf(1/sqrt 2)) = 644, 720 (SciPy 1.17.1).
    let trial = CoverageTrial(scores: .init(repeating: 0, count: 1000))
    #expect(trial.interval == 644...720)
  }
}
