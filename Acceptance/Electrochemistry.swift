import Electrochemistry
import Foundation
import Quantities

/// The seed's numbers, recomputed, and how often stated uncertainties cover the truth.
///
/// Coverage: of N = 1000 seeded trials the number with |estimate − truth| at most one stated standard uncertainty is
/// binomial with p = erf(1/√2) = 0.6827 where the uncertainty is right. The exact 99 % interval, half a percent left
/// out at each end, is 644...720. The mean error, in stated uncertainties, may be 0.2 plus 2.6/√N for its own scatter.
func electrochemistryLines() throws -> [AcceptanceLine] {
  try seedLines() + prematureStopLines() + coverageLines(trials: 1000)
}

private let seedMass = 4.69e-12
private let seedVolume = 2.13e-15
private let supplierCapacity = 275.5 * 3600

private func line(_ subject: String, _ value: Double, _ expected: Double, within tolerance: Double, unit: String)
  -> AcceptanceLine
{
  AcceptanceLine(
    "electrochemistry", subject, figure: String(format: "%.6g %@", value, unit),
    limit: String(format: "%.6g ± %.2g %@", expected, tolerance, unit), passed: abs(value - expected) <= tolerance)
}

private func seedLines() throws -> [AcceptanceLine] {
  let seed = DescribedProtocol(current: 30e-12, duration: 15500, startVoltage: 3, voltageLimit: 4.5)
  let result = try accountForCharge(of: seed, in: ActiveMaterial(mass: UncertainValue(seedMass)))
  let crystal = try crystalDensity(a: 2.8704e-10, c: 14.1918e-10, formulaUnits: 3, molarMass: 0.097280)
  let dense = try densityAlternatives(
    [("crystal", UncertainValue(crystal))], volume: UncertainValue(seedVolume), charge: result.finalCharge,
    current: UncertainValue(30e-12))[0]
  return [
    line("charge of 30 pA for 15500 s", result.finalCharge.value * 1e7, 4.65, within: 1e-9, unit: "1e-7 C"),
    line("capacity", result.finalCapacity.value / 3600, 27.541, within: 5e-4, unit: "mAh/g"),
    line("state of charge", 100 * result.finalStateOfCharge.value, 9.997, within: 5e-4, unit: "%"),
    line("C-rate", 3600 * result.cRate[1], 0.02322, within: 5e-6, unit: "1/h"),
    line("density behind the mass", seedMass / seedVolume, 2201.9, within: 0.05, unit: "kg/m3"),
    line("density of the crystal", crystal, 4786, within: 1, unit: "kg/m3"),
    line("state of charge with it", 100 * dense.stateOfCharge.value, 4.60, within: 5e-3, unit: "%"),
    line(
      "theoretical capacity", try theoreticalSpecificCapacity(molarMass: 0.097280) / 3600, 275.51, within: 5e-3,
      unit: "mAh/g"),
  ]
}

private func prematureStopLines() throws -> [AcceptanceLine] {
  let material = ActiveMaterial(mass: UncertainValue(seedMass))
  // The resistance at which 4.5 V is met at a state of charge of 10.3 %.
  let resistance = (4.5 - OpenCircuitVoltage.chen2020(lithiation: 1 - 0.103)) / 30e-12
  var generator = SplitMix64(seed: 1)
  let simulated = try simulateGalvanostatic(
    GalvanostaticSimulation(
      current: 30e-12, voltageLimit: 4.5, longestDuration: 160_000, mass: seedMass, polarisationResistance: resistance),
    using: &generator)
  var plan = simulated.plan
  plan.stateOfChargeChange = 1
  let step = try accountForCharge(of: simulated.series, in: material, plans: [plan]).steps[0]
  let reached = step.reachedFraction?.value ?? .nan
  return [
    AcceptanceLine(
      "electrochemistry", "premature stop of the seed",
      figure: String(
        format: "%@ at %.4f V, %.4f %% of the plan", step.endReason.rawValue, step.endVoltage, 100 * reached),
      limit: "voltageLimit at 4.5 V, 10.3 % of the plan",
      passed: step.endReason == .voltageLimit && step.isPremature == true && abs(reached - 0.103) < 1e-6)
  ]
}

private func coverageLines(trials: Int) throws -> [AcceptanceLine] {
  var charge: [Double] = []
  var state: [Double] = []
  var rate: [Double] = []
  var volume: [Double] = []
  for seed in 1...trials {
    var generator = SplitMix64(seed: UInt64(seed))
    let scores = try chargeScores(&generator)
    charge.append(scores.charge)
    state.append(scores.state)
    rate.append(scores.rate)
    volume.append(try volumeScore(&generator))
  }
  return [("charge", charge), ("state of charge", state), ("C-rate", rate), ("volume of an outline", volume)].flatMap {
    coverage($0.0, $0.1)
  }
}

private func chargeScores(_ generator: inout SplitMix64) throws -> (charge: Double, state: Double, rate: Double) {
  let instrument = InstrumentUncertainty(
    currentGain: 0.02, currentOffset: 0.3e-12, currentNoise: 3e-12, timeScale: 1e-3)
  let simulated = try simulateGalvanostatic(
    GalvanostaticSimulation(
      current: 30e-12, longestDuration: 15500, mass: seedMass, samplingInterval: 100, samplingJitter: 0.2,
      gainError: instrument.currentGain * generator.normal(),
      offsetError: instrument.currentOffset * generator.normal(), currentNoise: instrument.currentNoise,
      hasCounter: false),
    using: &generator)
  var series = simulated.series
  let clock = 1 + instrument.timeScale * generator.normal()
  series.time = series.time.map { $0 * clock }
  let material = ActiveMaterial(
    mass: UncertainValue(seedMass * (1 + 0.03 * generator.normal()), uncertainty: 0.03 * seedMass),
    specificCapacity: UncertainValue(
      supplierCapacity * (1 + 0.01 * generator.normal()), uncertainty: 0.01 * supplierCapacity))
  let result = try accountForCharge(of: series, in: material, instrument: instrument)
  let state = result.finalStateOfCharge
  let trueRate = 30e-12 / (seedMass * supplierCapacity)
  return (
    (result.finalCharge.value - simulated.charge) / result.finalCharge.uncertainty,
    (state.value - simulated.stateOfChargeChange) / state.uncertainty,
    (result.cRate[20] - trueRate) / result.cRateUncertainty[20]
  )
}

private func volumeScore(_ generator: inout SplitMix64) throws -> Double {
  let drawn = (80 + 0.8 * generator.normal()) * (1 + 0.01 * generator.normal())
  let bar = ScaleBar(
    length: UncertainValue(10e-6, uncertainty: 0.1e-6), pixels: UncertainValue(100 + generator.normal(), uncertainty: 1)
  )
  let result = try particleVolume(
    from: [ParticleOutline(shape: .ellipse(semiAxes: [drawn, drawn], angle: 0), scaleBar: bar, edgeUncertainty: 0.8)],
    as: .sphere)
  return (result.volume.value - 4 / 3 * Double.pi * pow(8e-6, 3)) / result.volume.uncertainty
}

private func coverage(_ name: String, _ scores: [Double]) -> [AcceptanceLine] {
  let covered = scores.count { abs($0) <= 1 }
  let interval = coverageInterval(of: scores.count)
  let mean = scores.reduce(0, +) / Double(scores.count)
  return [
    AcceptanceLine(
      "electrochemistry", "coverage of the \(name)", figure: "\(covered) of \(scores.count)",
      limit: "\(interval.lowerBound)...\(interval.upperBound)", passed: interval.contains(covered)),
    AcceptanceLine(
      "electrochemistry", "bias of the \(name)", abs(mean), atMost: 0.2 + 2.6 / Double(scores.count).squareRoot(),
      unit: "standard uncertainties"),
  ]
}

/// The exact central 99 % interval of a binomial count with p = erf(1/√2).
private func coverageInterval(of count: Int) -> ClosedRange<Int> {
  let p = erf(1 / 2.0.squareRoot())
  var cumulative = 0.0
  var lower = 0
  var upper = 0
  for k in 0...count {
    let ways = lgamma(Double(count + 1)) - lgamma(Double(k + 1)) - lgamma(Double(count - k + 1))
    let logProbability: Double = ways + Double(k) * log(p) + Double(count - k) * log(1 - p)
    cumulative += exp(logProbability)
    if cumulative < 0.005 { lower = k + 1 }
    if cumulative < 0.995 { upper = k + 1 }
  }
  return lower...min(upper, count)
}

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): a seed, a sequence.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func normal() -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &self))).squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
  }
}
