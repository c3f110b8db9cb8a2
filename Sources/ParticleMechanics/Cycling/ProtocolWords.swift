/// Writes protocols in the words that ``ProtocolParser`` reads, to the same numbers.
enum ProtocolWords {
  static func elements(_ elements: [CyclingProtocol.Element]) -> String {
    if elements.count == 1, case .cycle(let count, let inner) = elements[0], inner.allSatisfy(\.isStep) {
      return "\(list(inner)), \(count) \(count == 1 ? "cycle" : "cycles") in all"
    }
    return list(elements)
  }

  private static func list(_ elements: [CyclingProtocol.Element]) -> String {
    elements.map { element in
      switch element {
      case .step(let step): Self.step(step)
      case .cycle(let count, let inner): "(\(list(inner))) \(count) \(count == 1 ? "time" : "times")"
      }
    }.joined(separator: ", ")
  }

  static func step(_ step: CyclingStep) -> String {
    let held =
      switch step.control {
      case .current(let current):
        "\(current.value < 0 ? "discharge" : "charge") at \(Self.current(current.magnitude))"
      case .voltage(let voltage): "hold at \(number(voltage)) V"
      case .rest: "rest"
      case .lithiation(let lithiation): "hold the surface at lithiation \(number(lithiation))"
      case .measured(let measured): "follow the measured current for \(duration(measured.duration))"
      }
    guard !step.ends.isEmpty else { return held }
    return held + " " + step.ends.map(end).joined(separator: " or ")
  }

  static func end(_ end: CyclingStep.End) -> String {
    switch end {
    case .voltage(let voltage): "until \(number(voltage)) V"
    case .current(let current): "until \(Self.current(current))"
    case .duration(let duration): "for \(Self.duration(duration))"
    case .lithiation(let lithiation): "until lithiation \(number(lithiation))"
    case .change(let change): "by lithiation \(number(change))"
    }
  }

  static func current(_ current: AppliedCurrent) -> String {
    switch current {
    case .rate(let rate): "\(number(rate)) C"
    case .amperes(let amperes): amperesInWords(amperes)
    case .specific(let value): "\(number(value)) mA/g"
    }
  }

  static func duration(_ seconds: Double) -> String {
    for (unit, length) in [("h", 3600.0), ("min", 60.0)] where seconds >= length {
      let count = seconds / length
      if count == count.rounded(), count * length == seconds { return "\(number(count)) \(unit)" }
    }
    return "\(number(seconds)) s"
  }

  /// The shortest decimal number that reads back to the same value.
  static func number(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// With the prefix that gives 1 to 1000, unless the value would not read back.
  private static func amperesInWords(_ amperes: Double) -> String {
    for unit in ["A", "mA", "µA", "nA", "pA", "fA"] {
      guard let exponent = ProtocolUnit.ampereExponent(unit) else { continue }
      var scale = 1.0
      for _ in 0..<(-exponent) { scale *= 10 }
      let count = (amperes * scale * 1e6).rounded() / 1e6
      guard count.magnitude >= 1 else { continue }
      let digits = number(count)
      if ProtocolUnit.scale(digits, exponent: exponent) == amperes { return "\(digits) \(unit)" }
    }
    return "\(number(amperes)) A"
  }
}

extension AppliedCurrent {
  var magnitude: AppliedCurrent {
    switch self {
    case .rate(let value): .rate(value.magnitude)
    case .amperes(let value): .amperes(value.magnitude)
    case .specific(let value): .specific(value.magnitude)
    }
  }

  var reversed: AppliedCurrent {
    switch self {
    case .rate(let value): .rate(-value)
    case .amperes(let value): .amperes(-value)
    case .specific(let value): .specific(-value)
    }
  }
}

extension CyclingProtocol.Element {
  var isStep: Bool {
    if case .step = self { true } else { false }
  }
}
