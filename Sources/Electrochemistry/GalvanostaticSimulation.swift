import Foundation

/// A galvanostatic charge or discharge of one particle, as the cell does it and as the instrument records it.
///
/// The cell voltage is U(u0 − SoC) + I R with the open-circuit voltage of ``OpenCircuitVoltage/chen2020(lithiation:)``
/// and one polarisation resistance for everything else. The step ends at the voltage limit, to the instant, or after
/// its longest duration. A large resistance therefore ends it early, as the seed's ionic liquid did.
public struct GalvanostaticSimulation: Sendable, Hashable {
  /// The current that really flows, in amperes, positive for a charge.
  public var current: Double
  /// In volts: the upper limit of a charge, the lower one of a discharge; nil for none.
  public var voltageLimit: Double?
  /// In seconds.
  public var longestDuration: Double
  /// In kilograms.
  public var mass: Double
  /// In C/kg.
  public var specificCapacity: Double
  /// The lithiation before the first sample, 0...1.
  public var initialLithiation: Double
  /// Overvoltage / current, in ohms.
  public var polarisationResistance: Double
  /// An open circuit before the current starts, in seconds.
  public var restBefore: Double
  /// Time between samples, in seconds.
  public var samplingInterval: Double
  /// Standard deviation of an interval between samples, as a fraction of it; drawn, and held within half an interval.
  public var samplingJitter: Double
  /// The recorded current is (1 + gain error) × current + offset error + noise.
  public var gainError: Double
  /// In amperes.
  public var offsetError: Double
  /// Standard deviation of the noise of a sample, in amperes.
  public var currentNoise: Double
  /// Standard deviation of the noise of a recorded voltage, in volts.
  public var voltageNoise: Double
  /// Whether the instrument counts charge; its counter has the gain and offset errors but no noise.
  public var hasCounter: Bool

  public init(
    current: Double, voltageLimit: Double? = nil, longestDuration: Double, mass: Double,
    specificCapacity: Double = 275.5 * 3600, initialLithiation: Double = 1, polarisationResistance: Double = 0,
    restBefore: Double = 0, samplingInterval: Double = 10, samplingJitter: Double = 0,
    gainError: Double = 0, offsetError: Double = 0,
    currentNoise: Double = 0, voltageNoise: Double = 0, hasCounter: Bool = true
  ) {
    self.current = current
    self.voltageLimit = voltageLimit
    self.longestDuration = longestDuration
    self.mass = mass
    self.specificCapacity = specificCapacity
    self.initialLithiation = initialLithiation
    self.polarisationResistance = polarisationResistance
    self.restBefore = restBefore
    self.samplingInterval = samplingInterval
    self.samplingJitter = samplingJitter
    self.gainError = gainError
    self.offsetError = offsetError
    self.currentNoise = currentNoise
    self.voltageNoise = voltageNoise
    self.hasCounter = hasCounter
  }

  /// The cell's voltage after a time under current, in volts.
  public func voltage(afterCharging time: Double) -> Double {
    let lithiation = initialLithiation - current * time / (mass * specificCapacity)
    return OpenCircuitVoltage.chen2020(lithiation: lithiation) + current * polarisationResistance
  }

  /// When the step ends, in seconds since the current started, and why.
  ///
  /// A particle that is empty or full ends its step too: `.chargeLimit`.
  public func end() -> (time: Double, reason: EndReason) {
    guard current != 0 else { return (longestDuration, .timeLimit) }
    let available = current > 0 ? initialLithiation : 1 - initialLithiation
    let exhausted = available * mass * specificCapacity / abs(current)
    let longest = min(longestDuration, exhausted)
    let reasonAtLongest = exhausted < longestDuration ? EndReason.chargeLimit : .timeLimit
    guard let voltageLimit else { return (longest, reasonAtLongest) }
    func isBeyond(_ time: Double) -> Bool {
      current > 0 ? voltage(afterCharging: time) >= voltageLimit : voltage(afterCharging: time) <= voltageLimit
    }
    guard isBeyond(longest) else { return (longest, reasonAtLongest) }
    // The voltage is monotone in time, so bisection finds the one crossing.
    var before = 0.0
    var after = longest
    for _ in 0..<80 {
      let middle = (before + after) / 2
      if isBeyond(middle) { after = middle } else { before = middle }
    }
    return (after, .voltageLimit)
  }
}

/// A simulated record with the truth behind it.
public struct SimulatedCharge: Sendable, Hashable {
  public var series: PotentiostatSeries
  /// What a control program would state as the plan.
  public var plan: StepPlan
  /// The charge that really passed, in coulombs.
  public var charge: Double
  /// The change of the state of charge that really happened.
  public var stateOfChargeChange: Double
  public var endReason: EndReason
}

/// Simulates the record of a galvanostatic step: an optional rest (step 0), then the current (step 1).
///
/// While a current is held its mean since the sample before equals its instantaneous value, so the record stands for
/// either kind of instrument.
///
/// - Parameter generator: the source of all randomness; the same generator gives the same record.
/// - Throws: `ElectrochemistryError.invalidParameter` for parameters out of range, and for more than ten million
///   samples.
public func simulateGalvanostatic(
  _ simulation: GalvanostaticSimulation, using generator: inout some RandomNumberGenerator
) throws(ElectrochemistryError) -> SimulatedCharge {
  try simulation.validate()
  let end = simulation.end()
  let rest = simulation.restBefore
  var record = SimulatedRecord(simulation)
  var sampler = Sampler(interval: simulation.samplingInterval, jitter: simulation.samplingJitter)
  if rest > 0 {
    // The instant at which the current starts is the first sample of the next step.
    for time in sampler.times(from: 0, to: rest, using: &generator).dropLast() {
      record.append(time: time, flowing: 0, charge: 0, mode: .rest, step: 0, using: &generator)
    }
  }
  for time in sampler.times(from: 0, to: end.time, using: &generator) {
    record.append(
      time: rest + time, flowing: simulation.current, charge: simulation.current * time,
      mode: simulation.current == 0 ? .rest : .galvanostatic, step: rest > 0 ? 1 : 0, using: &generator)
  }
  let charge = simulation.current * end.time
  return SimulatedCharge(
    series: record.series(),
    plan: StepPlan(
      step: rest > 0 ? 1 : 0, voltageLimit: simulation.voltageLimit, duration: simulation.longestDuration,
      current: simulation.current),
    charge: charge, stateOfChargeChange: charge / (simulation.mass * simulation.specificCapacity),
    endReason: end.reason)
}

extension GalvanostaticSimulation {
  fileprivate func validate() throws(ElectrochemistryError) {
    try ElectrochemistryError.requirePositive(longestDuration, "longest duration")
    try ElectrochemistryError.requirePositive(mass, "mass")
    try ElectrochemistryError.requirePositive(specificCapacity, "specific capacity")
    try ElectrochemistryError.requirePositive(samplingInterval, "sampling interval")
    try ElectrochemistryError.requireNotNegative(polarisationResistance, "polarisation resistance")
    try ElectrochemistryError.requireNotNegative(restBefore, "rest before the current")
    try ElectrochemistryError.requireNotNegative(samplingJitter, "sampling jitter")
    try ElectrochemistryError.requireNotNegative(currentNoise, "current noise")
    try ElectrochemistryError.requireNotNegative(voltageNoise, "voltage noise")
    for (value, name) in [(current, "current"), (gainError, "gain error"), (offsetError, "offset error")]
    where !value.isFinite {
      throw .invalidParameter(name: name, value: value, expected: "a finite number")
    }
    if let voltageLimit, !voltageLimit.isFinite {
      throw .invalidParameter(name: "voltage limit", value: voltageLimit, expected: "a finite number")
    }
    guard initialLithiation >= 0, initialLithiation <= 1 else {
      throw .invalidParameter(name: "initial lithiation", value: initialLithiation, expected: "a number from 0 to 1")
    }
    let samples = (longestDuration + restBefore) / samplingInterval
    guard samples <= 1e7 else {
      throw .invalidParameter(name: "number of samples", value: samples, expected: "at most ten million")
    }
  }
}

/// Chooses sampling times with jitter; the first and the last instant are always sampled.
private struct Sampler {
  let interval: Double
  let jitter: Double

  mutating func times(
    from start: Double, to end: Double, using generator: inout some RandomNumberGenerator
  ) -> [Double] {
    var times = [start]
    var next = 1.0
    while start + (next - 0.5) * interval < end {
      let shift = jitter == 0 ? 0 : min(max(jitter * normalDeviate(using: &generator), -0.45), 0.45)
      let time = start + (next + shift) * interval
      if time >= end { break }
      times.append(time)
      next += 1
    }
    if end > start { times.append(end) }
    return times
  }
}

/// Collects the columns of the record.
private struct SimulatedRecord {
  let simulation: GalvanostaticSimulation
  var time: [Double] = []
  var current: [Double] = []
  var voltage: [Double] = []
  var step: [Int] = []
  var mode: [PotentiostatSeries.Mode] = []
  var counter: [Double] = []

  init(_ simulation: GalvanostaticSimulation) { self.simulation = simulation }

  mutating func append(
    time: Double, flowing: Double, charge: Double, mode: PotentiostatSeries.Mode, step: Int,
    using generator: inout some RandomNumberGenerator
  ) {
    let isOpen = mode == .rest
    let noise = simulation.currentNoise == 0 ? 0 : simulation.currentNoise * normalDeviate(using: &generator)
    let lithiation = simulation.initialLithiation - charge / (simulation.mass * simulation.specificCapacity)
    let trueVoltage =
      OpenCircuitVoltage.chen2020(lithiation: lithiation) + flowing * simulation.polarisationResistance
    let voltageNoise = simulation.voltageNoise == 0 ? 0 : simulation.voltageNoise * normalDeviate(using: &generator)
    let driven = max(time - simulation.restBefore, 0)
    self.time.append(time)
    current.append(isOpen ? 0 : (1 + simulation.gainError) * flowing + simulation.offsetError + noise)
    voltage.append(trueVoltage + voltageNoise)
    self.step.append(step)
    self.mode.append(mode)
    counter.append(isOpen ? 0 : (1 + simulation.gainError) * charge + simulation.offsetError * driven)
  }

  func series() -> PotentiostatSeries {
    PotentiostatSeries(
      technique: "simulated GCPL", time: time, current: current, voltage: voltage, step: step, mode: mode,
      instrumentCounterCharge: simulation.hasCounter ? counter : nil)
  }
}

/// A draw from the standard normal distribution (Box and Muller, Ann. Math. Stat. 29, 610 (1958)).
func normalDeviate(using generator: inout some RandomNumberGenerator) -> Double {
  // 1 − u lies in (0, 1], so the logarithm is finite.
  let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
  return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
}
