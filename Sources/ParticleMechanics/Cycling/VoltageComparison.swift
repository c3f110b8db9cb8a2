/// The voltage of the model beside the one that was measured under the same current.
public struct VoltageComparison: Sendable, Hashable {
  /// Since the start of the record, in seconds: the samples whose voltage is known and that the model has reached.
  public let times: [Double]
  /// In volts, one a time.
  public let measured: [Double]
  /// In volts, one a time.
  public let model: [Double]

  /// The root mean square of model − measured, in volts; NaN without samples.
  public var rootMeanSquare: Double {
    let sum = zip(model, measured).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (sum / Double(times.count)).squareRoot()
  }

  /// The largest magnitude of model − measured, in volts; 0 without samples.
  public var largestDifference: Double {
    zip(model, measured).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
  }
}

extension CyclingResult {
  /// The voltage during a step of the protocol at times since the step's start that never fall, in volts: straight lines
  /// between the samples, NaN outside the step. Where the current jumps, the value before the jump; the value after it
  /// where the time before is the same, as an instrument repeats it.
  public func voltages(ofStep step: Int, at times: [Double]) -> [Double] {
    let own = samples.filter { $0.step == step }
    guard let start = own.first?.time, let end = own.last?.time else { return times.map { _ in .nan } }
    // What a difference of two times loses.
    let rounding = 4 * end.ulp
    /// The first sample that is not before the time.
    var next = 0
    return times.indices.map { index in
      let time = times[index]
      while next < own.count, own[next].time - start < time - rounding { next += 1 }
      guard next < own.count, time >= 0 else { return .nan }
      let after = own[next]
      if after.time - start <= time + rounding {
        guard index > 0, times[index - 1] == time else { return after.reading.voltage }
        let last = own[next...].prefix { $0.time == after.time }.last ?? after
        return last.reading.voltage
      }
      let before = own[next - 1]
      let share = (time - (before.time - start)) / (after.time - before.time)
      return before.reading.voltage + share * (after.reading.voltage - before.reading.voltage)
    }
  }

  /// The voltage of the first step that follows a measured current, beside the recorded one; nil without such a step.
  public var voltageComparison: VoltageComparison? {
    for (index, record) in steps.enumerated() {
      guard case .measured(let measured) = record.step.control else { continue }
      let model = voltages(ofStep: index, at: measured.times)
      let known = model.indices.filter { !model[$0].isNaN && !measured.voltages[$0].isNaN }
      return VoltageComparison(
        times: known.map { measured.times[$0] }, measured: known.map { measured.voltages[$0] },
        model: known.map { model[$0] })
    }
    return nil
  }
}
