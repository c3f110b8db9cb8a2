/// A step while its words are read.
struct StepDraft {
  enum Kind: Hashable {
    case charge, discharge, hold, rest
    /// "CC" and "CCCV" before their direction is known; a charge unless said otherwise.
    case constantCurrent
    case constantCurrentThenVoltage(isCharge: Bool)

    init?(verb: String) {
      switch verb {
      case "charge", "charging": self = .charge
      case "discharge", "discharging": self = .discharge
      case "hold", "holding", "cv", "keep", "potentiostatic": self = .hold
      case "rest", "resting", "pause", "wait", "relax", "ocv": self = .rest
      case "cc", "galvanostatic": self = .constantCurrent
      case "cccv": self = .constantCurrentThenVoltage(isCharge: true)
      default: return nil
      }
    }

    /// What two verbs in a row mean; nil when the second one begins a step of its own.
    func joined(_ next: Kind) -> Kind? {
      switch (self, next) {
      case (.constantCurrent, .charge), (.constantCurrent, .discharge): next
      case (.constantCurrent, .hold): .constantCurrentThenVoltage(isCharge: true)
      case (.constantCurrentThenVoltage, .charge): .constantCurrentThenVoltage(isCharge: true)
      case (.constantCurrentThenVoltage, .discharge): .constantCurrentThenVoltage(isCharge: false)
      default: nil
      }
    }
  }

  enum Preposition: Hashable {
    /// What is held.
    case at
    /// What ends the step.
    case until
    /// How long it takes.
    case during
    /// By how much something changes.
    case by

    init?(_ word: String) {
      switch word {
      case "at", "with", "on": self = .at
      case "until", "till", "to", "or", "unless": self = .until
      case "for": self = .during
      case "by": self = .by
      default: return nil
      }
    }
  }

  enum Quantity: Hashable {
    case current(AppliedCurrent)
    case voltage(Double)
    case duration(Double)
    case lithiation(Double)
    case change(Double)
  }

  /// Words that may stand before a quantity and say nothing that its unit does not.
  static let fillers: Set<String> = [
    "the", "a", "an", "constant", "current", "voltage", "rate", "of", "cell", "terminal", "potential", "surface",
    "mean",
    "average", "is", "it", "reaches", "falls", "drops", "decays", "rises", "goes", "below", "above", "under", "over",
    "up",
    "down", "limit", "cutoff", "particle", "first", "about", "off", "cut", "=", "has", "passed", "open", "circuit",
    "time",
  ]

  var kind: Kind
  var preposition: Preposition?
  private var current: AppliedCurrent?
  private var voltage: Double?
  private var lithiation: Double?
  private var ends: [CyclingStep.End] = []

  init(kind: Kind) { self.kind = kind }

  /// Whether nothing but the verb has been read.
  var isBare: Bool { current == nil && voltage == nil && lithiation == nil && ends.isEmpty && preposition == nil }

  /// What may come next.
  var expected: String {
    switch kind {
    case .charge, .discharge, .constantCurrent:
      current == nil
        ? "a current such as 0.5 C, C/20 or 30 pA" : "an end such as until 4.4 V, for 1 h or until lithiation 0.3"
    case .constantCurrentThenVoltage:
      current == nil ? "a current such as 0.5 C" : "a voltage and a cut-off, such as to 4.4 V until C/20"
    case .hold:
      voltage == nil && lithiation == nil
        ? "a voltage such as 4.4 V, or an end such as until C/20 or for 1 h" : "an end such as until C/20 or for 1 h"
    case .rest: "a time such as 1 h"
    }
  }

  /// Takes in a quantity.
  ///
  /// - Returns: what was expected instead, where it does not fit.
  mutating func accept(_ quantity: Quantity) -> String? {
    let preposition = preposition
    // "until 4.4 V or 2 h" keeps its preposition; a held quantity uses it up.
    if preposition == .at { self.preposition = nil }
    switch quantity {
    case .current(let value): return accept(value, preposition)
    case .voltage(let value):
      guard value.isFinite else { return "a voltage" }
      if kind == .hold, preposition == .at || preposition == nil, voltage == nil, lithiation == nil {
        voltage = value
        return nil
      }
      guard preposition != .by, preposition != .at, kind != .hold else { return expected }
      ends.append(.voltage(value))
    case .duration(let value):
      guard value > 0 else { return "a positive time" }
      ends.append(.duration(value))
    case .lithiation(let value):
      guard (0...1).contains(value) else { return "a lithiation from 0 to 1, or from 0 to 100 %" }
      if kind == .hold, preposition == .at || preposition == nil, voltage == nil, lithiation == nil {
        lithiation = value
        return nil
      }
      guard kind != .rest, preposition != .at else { return expected }
      ends.append(preposition == .by ? .change(value) : .lithiation(value))
    case .change(let value):
      guard value > 0, value <= 1 else { return "a positive charge of at most the whole capacity" }
      guard kind != .rest, preposition != .at else { return expected }
      ends.append(.change(value))
    }
    return nil
  }

  /// Takes in a quantity that stands before the verb: what is held, or how long a rest takes.
  mutating func acceptLead(_ quantity: Quantity) -> String? {
    switch (kind, quantity) {
    case (.rest, .duration), (.hold, .voltage), (.hold, .lithiation), (.charge, .current), (.discharge, .current),
      (.constantCurrent, .current), (.constantCurrentThenVoltage, .current):
      accept(quantity)
    default: expected
    }
  }

  private mutating func accept(_ value: AppliedCurrent, _ preposition: Preposition?) -> String? {
    guard value.value > 0, value.value.isFinite else {
      return "a positive current: charge and discharge give its direction, rest is none"
    }
    switch kind {
    case .rest: return expected
    case .hold:
      guard preposition == .until else { return expected }
      ends.append(.current(value))
    case .charge, .discharge, .constantCurrent:
      guard preposition != .until else {
        return "an end other than a current, such as until 4.4 V; a hold ends at a current"
      }
      guard current == nil else { return expected }
      current = value
    case .constantCurrentThenVoltage:
      guard preposition == .until else {
        guard current == nil else { return expected }
        current = value
        return nil
      }
      ends.append(.current(value))
    }
    return nil
  }

  struct Missing: Error {
    var expected: String
  }

  /// The steps that the words mean; what is missing otherwise.
  func steps(lastVoltage: Double?) -> Result<[CyclingStep], Missing> {
    switch kind {
    case .charge, .discharge, .constantCurrent:
      guard let current, !ends.isEmpty else { return .failure(Missing(expected: expected)) }
      return .success([CyclingStep(.current(kind == .discharge ? current.reversed : current), until: ends)])
    case .rest:
      guard !ends.isEmpty else { return .failure(Missing(expected: expected)) }
      return .success([CyclingStep(.rest, until: ends)])
    case .hold:
      guard !ends.isEmpty else { return .failure(Missing(expected: "an end such as until C/20 or for 1 h")) }
      if let lithiation { return .success([CyclingStep(.lithiation(lithiation), until: ends)]) }
      guard let held = voltage ?? lastVoltage else {
        return .failure(Missing(expected: "the voltage to hold, such as at 4.4 V, as no step before states one"))
      }
      return .success([CyclingStep(.voltage(held), until: ends)])
    case .constantCurrentThenVoltage(let isCharge):
      return constantCurrentThenVoltage(isCharge: isCharge)
    }
  }

  private func constantCurrentThenVoltage(isCharge: Bool) -> Result<[CyclingStep], Missing> {
    let voltages = ends.compactMap { if case .voltage(let voltage) = $0 { voltage } else { nil } }
    let others = ends.filter { if case .voltage = $0 { false } else { true } }
    guard let current, let voltage = voltages.first, voltages.count == 1, !others.isEmpty else {
      return .failure(
        Missing(expected: "a current, a voltage and a cut-off, as in CCCV charge at C/2 to 4.4 V until C/20"))
    }
    return .success([
      CyclingStep(.current(isCharge ? current : current.reversed), until: [.voltage(voltage)]),
      CyclingStep(.voltage(voltage), until: others),
    ])
  }
}

extension CyclingStep {
  /// The voltage that the step holds or ends at.
  var statedVoltage: Double? {
    if case .voltage(let held) = control { return held }
    return ends.lazy.compactMap { if case .voltage(let limit) = $0 { limit } else { nil } }.last
  }
}
