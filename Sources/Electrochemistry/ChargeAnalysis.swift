import Quantities

/// How a series is accounted for.
public struct ChargeSettings: Sendable, Hashable {
  /// What a recorded current stands for; nil takes the mean where the series says so, else asks the instrument's
  /// counter, and takes the instantaneous current where there is none.
  public var recording: CurrentRecording?
  public var halfCycleRule: HalfCycleRule
  /// The largest current that counts as rest, in amperes; nil takes 0.1 % of the largest recorded current, or three
  /// standard deviations of offset and noise if that is more.
  public var restThreshold: Double?
  /// How close to its limit a voltage has reached it, in volts.
  public var voltageTolerance: Double
  /// How close to the planned one a duration or a charge has reached it, as a fraction.
  public var relativeTolerance: Double

  public init(
    recording: CurrentRecording? = nil, halfCycleRule: HalfCycleRule = .currentSign, restThreshold: Double? = nil,
    voltageTolerance: Double = 0.005, relativeTolerance: Double = 0.002
  ) {
    self.recording = recording
    self.halfCycleRule = halfCycleRule
    self.restThreshold = restThreshold
    self.voltageTolerance = voltageTolerance
    self.relativeTolerance = relativeTolerance
  }
}

/// Accounts for the charge of a run: by integration and by the instrument's counter, per sample, step and half cycle,
/// with capacity, state of charge, C-rate and lithiation.
///
///     Q(t) = ∫ I dt,   capacity = Q / m,   SoC = Q / (m c),   C-rate = I / (m c),   u = u0 − SoC
///
/// Uncertainties are propagated to first order. Gain, offset and clock are common to all samples and enter with the
/// sum (their errors add up along the run); noise and time stamps are independent and enter with the root of the sum
/// of squares. Mass and specific capacity are common to all samples.
///
/// - Parameters:
///   - plans: what the steps were meant to do; the first plan that applies to a step is used.
///   - instrument: standard uncertainties of current and time; all zero unless given.
/// - Throws: `ElectrochemistryError` for fewer than two samples, a time, current or counter that is not finite (a NaN
///   voltage means unknown), time that runs backwards, and parameters out of range.
public func accountForCharge(
  of series: PotentiostatSeries, in material: ActiveMaterial, plans: [StepPlan] = [],
  instrument: InstrumentUncertainty = InstrumentUncertainty(), settings: ChargeSettings = ChargeSettings()
) throws(ElectrochemistryError) -> ChargeAccounting {
  try material.validate()
  try instrument.validate()
  for plan in plans { try plan.validate() }
  try settings.validate()
  try validate(series)

  let largest = series.current.reduce(0) { max($0, abs($1)) }
  let threshold =
    settings.restThreshold ?? max(1e-3 * largest, 3 * max(instrument.currentOffset, instrument.currentNoise))
  let directions = currentDirections(of: series, threshold: threshold)
  let starts = stepStarts(of: series, directions: directions)
  let isOpenCircuit = series.current.indices.map { series.mode?[$0] == .rest || series.current[$0] == 0 }
  let recording =
    settings.recording
    ?? (series.currentIsAverage
      ? .averaged
      : ChargeIntegral.recordingSupported(
        by: series.instrumentCounterCharge, time: series.time, current: series.current, startsStep: starts))
  let integral = ChargeIntegral(
    time: series.time, current: series.current, startsStep: starts, isOpenCircuit: isOpenCircuit, recording: recording)
  if let sample = integral.charge.firstIndex(where: { !$0.isFinite }) {
    throw .notFinite(quantity: "charge", sample: sample)
  }
  let counter = series.instrumentCounterCharge.map { charges in charges.map { $0 - charges[0] } }

  let context = ChargeContext(
    series: series, material: material, instrument: instrument, settings: settings, plans: plans,
    directions: directions, integral: integral, counter: counter, recording: recording)
  let steps = context.withInferredEnds(context.steps(startingAt: starts))
  let halfCycle = halfCycleNumbers(of: series, directions: directions, rule: settings.halfCycleRule)
  let halfCycles = context.halfCycles(halfCycle)

  let count = series.count
  var result = ChargeAccounting(
    time: series.time, current: series.current, currentUncertainty: [], voltage: series.voltage, halfCycle: halfCycle,
    charge: integral.charge, chargeUncertainty: [], counterCharge: counter, capacity: [], capacityUncertainty: [],
    stateOfCharge: [], stateOfChargeUncertainty: [], cRate: [], cRateUncertainty: [], lithiation: [],
    lithiationUncertainty: [], steps: steps, halfCycles: halfCycles, budget: context.budget, material: material,
    recording: recording, recordingReason: context.recordingReason,
    warnings: series.warnings + context.counterWarnings)
  for k in 0..<count {
    let charge = context.charge(from: 0, to: k)
    let current = UncertainValue(
      series.current[k],
      uncertainty: instrument.ofCurrent(series.current[k], isOpenCircuit: isOpenCircuit[k]))
    let capacity = context.perMass(charge)
    let state = context.perReferenceCharge(charge)
    let rate = context.perReferenceCharge(current)
    let u0 = material.initialLithiation
    result.chargeUncertainty.append(charge.uncertainty)
    result.currentUncertainty.append(current.uncertainty)
    result.capacity.append(capacity.value)
    result.capacityUncertainty.append(capacity.uncertainty)
    result.stateOfCharge.append(state.value)
    result.stateOfChargeUncertainty.append(state.uncertainty)
    result.cRate.append(rate.value)
    result.cRateUncertainty.append(rate.uncertainty)
    result.lithiation.append(u0.value - state.value)
    result.lithiationUncertainty.append(
      (u0.uncertainty * u0.uncertainty + state.uncertainty * state.uncertainty).squareRoot())
  }
  return result
}

extension ChargeSettings {
  fileprivate func validate() throws(ElectrochemistryError) {
    if let restThreshold { try ElectrochemistryError.requireNotNegative(restThreshold, "rest threshold") }
    try ElectrochemistryError.requireNotNegative(voltageTolerance, "voltage tolerance")
    try ElectrochemistryError.requireNotNegative(relativeTolerance, "relative tolerance")
  }
}

private func validate(_ series: PotentiostatSeries) throws(ElectrochemistryError) {
  guard series.count >= 2 else { throw .tooFewSamples(found: series.count) }
  for k in 0..<series.count {
    guard series.time[k].isFinite else { throw .notFinite(quantity: "time", sample: k) }
    guard series.current[k].isFinite else { throw .notFinite(quantity: "current", sample: k) }
    guard !series.voltage[k].isInfinite else { throw .notFinite(quantity: "voltage", sample: k) }
    if let counter = series.instrumentCounterCharge, !counter[k].isFinite {
      throw .notFinite(quantity: "counter charge", sample: k)
    }
    if k > 0, series.time[k] < series.time[k - 1] {
      throw .timeReversed(sample: k, from: series.time[k - 1], to: series.time[k])
    }
  }
}
