import Electrochemistry
import Figures
import Foundation
import Pipeline
import Quantities

/// The state-of-charge stage in words and figures.
struct StateOfChargeSummary {
  let accounting: ChargeAccounting
  let input: StateOfChargeStage.Input
  let parameters: StateOfChargeStage.Parameters

  var name: String { parameters.name }
  var isDescribed: Bool { input.series == nil }

  var summary: StageSummary {
    StageSummary(
      title: "State of charge: \(name)", headlines: headlines, figures: figures, tables: tables,
      assumptions: assumptions, conventions: conventions, warnings: warnings, methods: methods,
      citations: StateOfChargeStage.citations)
  }

  // MARK: - Numbers

  private var headlines: [HeadlineValue] {
    let capacity = accounting.finalCapacity.scaled(by: 1 / 3600)
    let charge = accounting.finalCharge.scaled(by: 1 / 3.6)
    let state = accounting.finalStateOfCharge.scaled(by: 100)
    let lithiation = accounting.finalLithiation
    var values = [
      headline("state_of_charge", "state of charge at the end", state, "%", isAnswer: true),
      headline("transferred_capacity", "transferred capacity", capacity, "mAh/g", isAnswer: isDescribed),
      headline("charge", "charge by integration", charge, "mAh"),
      headline("lithiation", "lithiation at the end", lithiation, "1"),
      input.mass.value < 1e-9
        ? headline("mass", "mass of the active material", input.mass.scaled(by: 1e12), "ng")
        : headline("mass", "mass of the active material", input.mass.scaled(by: 1e6), "mg"),
    ]
    if let counter = accounting.finalCounterCharge {
      values.append(
        HeadlineValue(
          key: "\(name).counter_charge", label: "\(name): charge by the instrument's counter", value: counter / 3.6,
          uncertaintyNote: "the instrument states none", unit: "mAh"))
    }
    if let step = accounting.steps.first(where: { $0.direction == .charge }) {
      values.append(
        headline("c_rate", "C-rate of the first charge", step.cRate.scaled(by: 3600), "1/h", isAnswer: isDescribed))
    }
    return values
  }

  private func headline(
    _ key: String, _ label: String, _ value: UncertainValue, _ unit: String, isAnswer: Bool = false
  ) -> HeadlineValue {
    HeadlineValue(
      key: "\(name).\(key)", label: "\(name): \(label)", value: value.value,
      uncertainty: value.uncertainty > 0 ? value.uncertainty : nil,
      uncertaintyNote: value.uncertainty > 0 ? "" : "no uncertainty was stated for its inputs", unit: unit,
      isAnswer: isAnswer)
  }

  // MARK: - Figures

  private var figures: [Figure] {
    let hours = accounting.time.map { ($0 - accounting.time[0]) / 3600 }
    let kept = Self.indices(of: hours.count)
    let x = kept.map { hours[$0] }
    let time = Axis("time", unit: "h")
    func curve(_ name: String, _ values: [Double], uncertainty: [Double]? = nil, style: Curve.Style = .solid) -> Mark {
      .line(
        Curve(
          name: name, x: x, y: kept.map { values[$0] }, yUncertainty: uncertainty.map { u in kept.map { u[$0] } },
          style: style))
    }
    let percent = { (values: [Double]) in values.map { 100 * $0 } }
    var panels: [Panel] = []
    // A described protocol knows its voltage at the ends at most, and makes up nothing in between.
    if accounting.voltage.count(where: \.isFinite) > 2 {
      panels.append(
        Panel(title: "Voltage", x: time, y: Axis("voltage", unit: "V"), marks: [curve("voltage", accounting.voltage)]))
    }
    let scale = Self.currentScale(accounting.current)
    panels.append(
      Panel(
        title: "Current, positive on charge", x: time, y: Axis("current", unit: scale.unit),
        marks: [curve("current", accounting.current.map { $0 * scale.factor })]))
    let record = Figure(
      identifier: "\(name)-record", title: isDescribed ? "The described protocol" : "What the potentiostat recorded",
      caption: isDescribed
        ? "The current as it was described; no record was read."
        : "Every figure shows at most 2000 samples; the stage file has all.",
      panels: panels)

    var marks = [
      curve(
        "by integration", percent(accounting.stateOfCharge), uncertainty: percent(accounting.stateOfChargeUncertainty))
    ]
    let reference = accounting.material.referenceCharge.value
    if let counter = accounting.counterCharge {
      marks.append(curve("instrument's counter", counter.map { 100 * $0 / reference }, style: .dashed))
    }
    if isDescribed, let planned = parameters.protocol?.plannedStateOfCharge {
      marks.append(.horizontalLine(at: 100 * planned.si, label: "planned"))
    }
    let state = Figure(
      identifier: "\(name)-state-of-charge", title: "State of charge against time",
      caption: "Charge passed since the start over mass × specific capacity. The bars are one standard uncertainty; "
        + "they are common to all samples, since mass, capacity and gain are.",
      panels: [Panel(x: time, y: Axis("state of charge", unit: "%"), marks: marks)])
    return [record, state]
  }

  /// At most 2000 evenly spaced samples, the last included.
  static func indices(of count: Int) -> [Int] {
    guard count > 2000 else { return Array(0..<count) }
    return (0..<2000).map { $0 * (count - 1) / 1999 }
  }

  static func currentScale(_ current: [Double]) -> (factor: Double, unit: String) {
    let largest = current.reduce(0) { max($0, abs($1)) }
    switch largest {
    case ..<1e-9: return (1e12, "pA")
    case ..<1e-6: return (1e9, "nA")
    case ..<1e-3: return (1e6, "uA")
    default: return (1e3, "mA")
    }
  }

  // MARK: - Tables

  private var tables: [Table] {
    let reasons: [EndReason: String] = [
      .voltageLimit: "voltage limit", .timeLimit: "time limit", .chargeLimit: "planned charge",
      .currentCutOff: "current cut-off", .stopped: "stopped before its limit", .unknown: "not stated",
    ]
    let shown = accounting.steps.prefix(40)
    let rows = shown.map { step in
      [
        "\(step.index + 1)", "\(step.direction)", Self.number(step.duration, 6), Self.number(step.startVoltage, 4),
        Self.number(step.endVoltage, 4), step.voltageLimit.map { Self.number($0, 4) } ?? "none stated",
        reasons[step.endReason] ?? "", step.plannedCharge.map { Self.number($0 / 3.6, 5) } ?? "not stated",
        Self.number(step.charge.value / 3.6, 5), step.reachedFraction.map { Self.number(100 * $0.value, 4) } ?? "",
      ]
    }
    let left = accounting.steps.count - shown.count
    return [
      Table(
        title: "Steps",
        columns: [
          "step", "direction", "duration / s", "start / V", "end / V", "limit / V", "ended by", "planned / mAh",
          "reached / mAh", "reached / %",
        ], rows: rows, caption: left > 0 ? "\(left) more steps are in the stage file." : ""),
      Table(
        title: "Where the uncertainty of the state of charge comes from",
        columns: ["cause", "standard uncertainty / % of charge"],
        rows: accounting.budget.map { [$0.cause, Self.number(100 * $0.stateOfCharge, 3)] },
        caption: "Their squares add up to the square of the total."),
    ]
  }

  static func number(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? String(format: "%.\(digits)g", value) : "not recorded"
  }

  // MARK: - Words

  private var warnings: [String] {
    var texts = accounting.warnings
    let swing = (accounting.capacity.max() ?? 0) - (accounting.capacity.min() ?? 0)
    if input.massSource == StateOfChargeStage.Input.recordedMassSource, swing < 1 * 3600 {
      texts.append(
        """
        \(name): with the mass typed into the instrument, \(Self.number(input.mass.value * 1e6, 4)) mg, all the charge \
        that moved is \(Self.number(swing / 3600, 2)) mAh/g: that mass is probably wrong. Give `mass`.
        """)
    }
    if let largest = accounting.stateOfCharge.map({ abs($0) }).max(), largest > 1.5 {
      texts.append(
        """
        \(name): the charge that passed is \(Self.number(largest, 2)) times what \(massText) can hold; check the mass and \
        the specific capacity.
        """)
    }
    for step in accounting.steps where step.isPremature == true {
      let reached = step.reachedFraction.map { ": \(Self.number(100 * $0.value, 3)) % of the planned charge" } ?? ""
      texts.append("\(name): step \(step.index + 1) stopped before it had done what was planned\(reached).")
    }
    return texts
  }

  private var assumptions: [Assumption] {
    guard isDescribed else { return [] }
    return [
      Assumption(
        statement: "the current was \(Self.number(accounting.current[0] * 1e12, 4)) pA from start to end",
        source: "the description of the protocol; no record was read", range: "unknown",
        effect: "charge, capacity and state of charge are proportional to it")
    ]
  }

  private var conventions: [Convention] {
    [
      Convention(subject: "current sign", choice: "positive while lithium leaves the cathode (charge)"),
      Convention(
        subject: "state of charge",
        choice:
          "charge since the start / (mass × \(Self.number(input.specificCapacity.value / 3600, 5)) mAh/g), theoretical scale"
      ),
      Convention(
        subject: "C-rate", choice: "current / (mass × \(Self.number(input.specificCapacity.value / 3600, 5)) mAh/g)"),
      Convention(
        subject: "lithiation", choice: "u = u0 − state of charge, u0 = \(Self.number(input.initialLithiation.value, 4))"
      ),
    ]
  }

  private var massText: String {
    let mass = input.mass.value
    return mass < 1e-9 ? "\(Self.number(mass * 1e12, 4)) ng" : "\(Self.number(mass * 1e6, 4)) mg"
  }

  private var methods: String {
    let state = accounting.finalStateOfCharge
    let origin =
      isDescribed
      ? "The charge was computed from the described protocol"
      : "The charge was integrated from \(accounting.time.count) recorded samples (\(accounting.recordingReason))"
    return """
      \(origin). With a mass of \(massText) (\(input.massSource)) and a specific \
      capacity of \(Self.number(input.specificCapacity.value / 3600, 5)) mAh/g, \
      \(Self.number(accounting.finalCapacity.value / 3600, 4)) mAh/g were transferred, a state of charge of \
      \(Self.number(100 * state.value, 4)) ± \(Self.number(100 * state.uncertainty, 2)) %. Standard uncertainties were \
      propagated to first order, with errors of gain, zero, clock, mass and capacity common to all samples.
      """
  }
}
