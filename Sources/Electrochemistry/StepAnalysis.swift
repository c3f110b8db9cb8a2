import Quantities

extension ChargeContext {
  /// The steps of the run, in order.
  func steps(startingAt starts: [Bool]) -> [StepRecord] {
    runs(startingAt: starts).enumerated().map { record(index: $0.offset, samples: $0.element) }
  }

  private func record(index: Int, samples: ClosedRange<Int>) -> StepRecord {
    let (first, last) = chargeRange(of: samples)
    let number = series.step[samples.lowerBound]
    let direction = samples.lazy.map { directions[$0] }.first { $0 != .rest } ?? .rest
    let plan = plans.first { $0.applies(to: number, direction) }
    let charge = charge(from: first, to: last)
    let duration = series.time[last] - series.time[first]
    let mean =
      duration > 0
      ? UncertainValue(charge.value / duration, uncertainty: charge.uncertainty / duration)
      : UncertainValue(series.current[samples.upperBound])
    let change = perReferenceCharge(charge)
    let planned = plan?.plannedCharge(of: material)
    let reached = planned.flatMap { reachedFraction(charge, of: $0) }
    return StepRecord(
      index: index, number: number, samples: samples, direction: direction, mode: series.mode?[samples.lowerBound],
      startTime: series.time[samples.lowerBound], duration: duration,
      startVoltage: series.voltage[samples.lowerBound], endVoltage: series.voltage[samples.upperBound],
      meanCurrent: mean.value, cRate: perReferenceCharge(mean), voltageLimit: plan?.voltageLimit,
      endReason: endReason(of: samples, direction, duration: duration, reached: reached, plan),
      endIsInferred: false,
      charge: charge, counterCharge: counter.map { $0[last] - $0[first] }, stateOfChargeChange: change,
      stateOfCharge: perReferenceCharge(self.charge(from: 0, to: last)), plannedCharge: planned?.value,
      reachedFraction: reached, isPremature: reached.map { $0.value < 1 - settings.relativeTolerance })
  }

  private func reachedFraction(_ charge: UncertainValue, of planned: UncertainValue) -> UncertainValue? {
    guard planned.value != 0 else { return nil }
    let fraction = charge.value / planned.value
    let fromCharge = charge.uncertainty / planned.value
    let fromPlan = fraction * planned.relativeUncertainty
    return UncertainValue(fraction, uncertainty: (fromCharge * fromCharge + fromPlan * fromPlan).squareRoot())
  }

  /// What ended a step: what somebody stated, else the first of voltage limit, current cut-off, charge and time whose
  /// planned value was reached.
  private func endReason(
    of samples: ClosedRange<Int>, _ direction: CurrentDirection, duration: Double, reached: UncertainValue?,
    _ plan: StepPlan?
  ) -> EndReason {
    guard let plan else { return .unknown }
    if let stated = plan.endReason { return stated }
    let holdsPotential = series.mode?[samples.lowerBound] == .potentiostatic
    if let limit = plan.voltageLimit, !holdsPotential {
      // NaN compares false: an unknown voltage has not reached its limit.
      let beyond = (series.voltage[samples.upperBound] - limit) * Double(direction.rawValue)
      if direction != .rest, beyond >= -settings.voltageTolerance { return .voltageLimit }
    }
    if let cutOff = plan.currentCutOff, direction != .rest,
      abs(series.current[samples.upperBound]) <= cutOff * 1.05
    {
      return .currentCutOff
    }
    let wantsCharge = plan.charge != nil || plan.stateOfChargeChange != nil
    if wantsCharge, let reached, reached.value >= 1 - settings.relativeTolerance { return .chargeLimit }
    if let wanted = plan.duration {
      // A step that ends on time may have its last sample up to one interval earlier.
      let interval =
        samples.count > 1 ? series.time[samples.upperBound] - series.time[samples.upperBound - 1] : 0
      if duration >= wanted * (1 - settings.relativeTolerance) - interval { return .timeLimit }
    }
    let hasEnd = plan.voltageLimit != nil || plan.currentCutOff != nil || wantsCharge || plan.duration != nil
    return hasEnd ? .stopped : .unknown
  }

  /// Steps without a plan that were run at least twice: where they all ended at one voltage, or after one time, but not
  /// both, that was their limit. The last step of a run may have been cut short and has no say.
  func withInferredEnds(_ records: [StepRecord]) -> [StepRecord] {
    struct Kind: Hashable {
      let number: Int
      let direction: CurrentDirection
      let mode: PotentiostatSeries.Mode?
    }
    var records = records
    let open = records.indices.filter { records[$0].endReason == .unknown }
    let groups = Dictionary(grouping: open) {
      Kind(number: records[$0].number, direction: records[$0].direction, mode: records[$0].mode)
    }
    for (record, alike) in groups {
      let voting = alike.filter { $0 < records.count - 1 }
      guard voting.count >= 2 else { continue }
      let voltages = voting.map { records[$0].endVoltage }
      let durations = voting.map { records[$0].duration }
      let voltage = voltages.reduce(0, +) / Double(voting.count)
      let duration = durations.reduce(0, +) / Double(voting.count)
      func isAtVoltage(_ value: Double) -> Bool { abs(value - voltage) <= settings.voltageTolerance }
      func isOnTime(_ value: Double) -> Bool { abs(value - duration) <= settings.relativeTolerance * duration }
      let controlsCurrent = record.direction != .rest && record.mode != .potentiostatic
      let byVoltage = controlsCurrent && voltages.allSatisfy(isAtVoltage)
      guard byVoltage != durations.allSatisfy(isOnTime) else { continue }
      for index in alike {
        let hasEnded = byVoltage ? isAtVoltage(records[index].endVoltage) : isOnTime(records[index].duration)
        guard hasEnded else { continue }
        records[index].endReason = byVoltage ? .voltageLimit : .timeLimit
        records[index].voltageLimit = byVoltage ? voltage : nil
        records[index].endIsInferred = true
      }
    }
    return records
  }
}
