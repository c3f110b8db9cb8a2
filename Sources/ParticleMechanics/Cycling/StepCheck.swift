/// What a step of a protocol has to be.
enum StepCheck {
  /// Why a step cannot be carried out; nil when it can.
  static func reason(against step: CyclingStep) -> String? {
    control(step) ?? step.ends.lazy.compactMap { end($0, of: step) }.first ?? ending(step)
  }

  private static func control(_ step: CyclingStep) -> String? {
    switch step.control {
    case .current(let current) where !(current.value.isFinite && current.value != 0):
      "the current is \(current.value); expected a number other than 0, or a rest"
    case .voltage(let voltage) where !isVoltage(voltage): "the voltage held is \(voltage) V; expected -10 to 10 V"
    case .lithiation(let value) where !(0...1).contains(value):
      "the lithiation held is \(value); expected a number from 0 to 1"
    default: nil
    }
  }

  private static func end(_ end: CyclingStep.End, of step: CyclingStep) -> String? {
    switch end {
    case .voltage(let voltage):
      if !isVoltage(voltage) { return "the voltage limit is \(voltage) V; expected -10 to 10 V" }
      if case .voltage = step.control { return "a held voltage cannot end at a voltage; expected a current or a time" }
    case .current(let current):
      if !(current.value.isFinite && current.value > 0) {
        return "the current that ends it is \(current.value); expected a positive one"
      }
      switch step.control {
      case .current, .rest, .measured:
        return "a current that is given cannot end a step; expected a voltage, a time or a lithiation"
      case .voltage, .lithiation: break
      }
    case .duration(let duration) where !(duration.isFinite && duration > 0):
      return "the duration is \(duration) s; expected a positive time"
    case .lithiation(let value) where !(0...1).contains(value):
      return "the lithiation that ends it is \(value); expected a number from 0 to 1"
    case .change(let value) where !(value > 0 && value <= 1):
      return "the change of lithiation is \(value); expected more than 0 and at most 1"
    case .lithiation, .change:
      if case .rest = step.control { return "the mean lithiation does not change in a rest; expected a time" }
    default: break
    }
    return nil
  }

  private static func ending(_ step: CyclingStep) -> String? {
    if case .measured = step.control { return nil }
    return step.ends.isEmpty ? "nothing ends it; expected for example \"until 4.4 V\" or \"for 1 h\"" : nil
  }

  private static func isVoltage(_ voltage: Double) -> Bool { (-10...10).contains(voltage) }
}
