import Quantities

/// What the parts of one charge analysis share.
struct ChargeContext {
  let series: PotentiostatSeries
  let material: ActiveMaterial
  let instrument: InstrumentUncertainty
  let settings: ChargeSettings
  let plans: [StepPlan]
  let directions: [CurrentDirection]
  let integral: ChargeIntegral
  let counter: [Double]?
  let recording: CurrentRecording

  /// The charge between two samples, in coulombs.
  func charge(from first: Int, to last: Int) -> UncertainValue {
    UncertainValue(
      integral.charge(from: first, to: last),
      uncertainty: integral.contributions(from: first, to: last, instrument).total)
  }

  /// A value / mass, the two being independent.
  func perMass(_ value: UncertainValue) -> UncertainValue { quotient(value, material.mass) }

  /// A value / (mass × specific capacity), the three being independent.
  func perReferenceCharge(_ value: UncertainValue) -> UncertainValue { quotient(value, material.referenceCharge) }

  private func quotient(_ a: UncertainValue, _ b: UncertainValue) -> UncertainValue {
    let value = a.value / b.value
    let fromA = a.uncertainty / b.value
    let fromB = value * b.relativeUncertainty
    return UncertainValue(value, uncertainty: (fromA * fromA + fromB * fromB).squareRoot())
  }

  /// The standard uncertainty of the last state of charge by cause.
  var budget: [ChargeAccounting.BudgetEntry] {
    let last = series.count - 1
    let causes = integral.contributions(from: 0, to: last, instrument)
    let reference = material.referenceCharge.value
    let state = abs(integral.charge[last]) / reference
    return [
      ("current gain", causes.gain / reference), ("current offset", causes.offset / reference),
      ("current noise", causes.noise / reference), ("time scale", causes.timeScale / reference),
      ("time stamps", causes.timeStamps / reference), ("starts of steps", causes.jumps / reference),
      ("mass", state * material.mass.relativeUncertainty),
      ("specific capacity", state * material.specificCapacity.relativeUncertainty),
    ].map { ChargeAccounting.BudgetEntry(cause: $0.0, stateOfCharge: $0.1) }
  }

  var recordingReason: String {
    let rule =
      recording == .averaged
      ? "each current is the mean since the sample before, so charge is the sum of current × interval"
      : "each current is the instantaneous one, so charge is the sum of trapezoids within a step"
    if settings.recording != nil { return "As stated: \(rule)." }
    if series.currentIsAverage { return "As the record says: \(rule)." }
    if counter == nil { return "Assumed, as there is no counter to compare with: \(rule)." }
    return "Chosen because it lies nearer to the increments of the instrument's counter: \(rule)."
  }

  /// The counter is an independent check: a difference that the stated uncertainties do not cover is worth knowing.
  var counterWarnings: [String] {
    guard let counter, let end = counter.last else { return [] }
    let last = series.count - 1
    var throughput = 0.0
    for k in 1..<series.count { throughput += abs(integral.charge[k] - integral.charge[k - 1]) }
    let difference = abs(end - integral.charge[last])
    // Half a percent of all charge moved either way: beyond the rounding of the file and the lag of its counter.
    guard throughput > 0, difference > 0.005 * throughput else { return [] }
    return [
      "The instrument's counter and the integral of the current differ by \(end - integral.charge[last]) C, "
        + "\(100 * difference / throughput) % of the charge moved in both directions."
    ]
  }

  func halfCycles(_ numbers: [Int]) -> [HalfCycleRecord] {
    runs(startingAt: numbers.indices.map { $0 == 0 || numbers[$0] != numbers[$0 - 1] }).map { samples in
      let (first, last) = chargeRange(of: samples)
      let charge = charge(from: first, to: last)
      return HalfCycleRecord(
        number: numbers[samples.lowerBound], samples: samples,
        direction: samples.lazy.map { directions[$0] }.first { $0 != .rest } ?? .rest,
        duration: series.time[last] - series.time[first], charge: charge,
        counterCharge: counter.map { $0[last] - $0[first] }, capacity: perMass(charge),
        startVoltage: series.voltage[samples.lowerBound], endVoltage: series.voltage[samples.upperBound])
    }
  }

  func runs(startingAt starts: [Bool]) -> [ClosedRange<Int>] {
    let first = starts.indices.filter { $0 == 0 || starts[$0] }
    return first.indices.map { first[$0]...(($0 + 1 < first.count ? first[$0 + 1] : starts.count) - 1) }
  }

  /// The samples between which the charge of a run of samples was counted. The interval in front of a step belongs to
  /// it where currents are means up to their sample, and to the step before where that step's current is held.
  func chargeRange(of samples: ClosedRange<Int>) -> (first: Int, last: Int) {
    switch recording {
    case .averaged: (max(samples.lowerBound - 1, 0), samples.upperBound)
    case .instantaneous: (samples.lowerBound, min(samples.upperBound + 1, series.count - 1))
    }
  }
}
