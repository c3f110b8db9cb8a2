import Quantities

/// Why a step ended.
public enum EndReason: String, Sendable, Hashable, CaseIterable {
  /// The voltage reached its limit.
  case voltageLimit
  /// The planned time was over.
  case timeLimit
  /// The planned charge had passed.
  case chargeLimit
  /// The current of a potential hold fell to its cut-off.
  case currentCutOff
  /// None of the planned ends was reached.
  case stopped
  /// Nothing is known of the plan.
  case unknown
}

/// What a step was meant to do: its limits and how much charge it was meant to pass. A series holds the record alone,
/// so the plan comes from the settings of the instrument or from the experiment file.
public struct StepPlan: Sendable, Hashable {
  /// The instrument's step number; nil for every step of ``direction``.
  public var step: Int?
  /// Charge or discharge; nil for any step with a current.
  public var direction: CurrentDirection?
  /// The voltage that ends the step, in volts: an upper limit of a charge, a lower one of a discharge.
  public var voltageLimit: Double?
  /// The longest time the step may take, in seconds.
  public var duration: Double?
  /// The charge the step is meant to pass, in coulombs, positive for a charge.
  public var charge: Double?
  /// The change of the state of charge that the step is meant to make, positive for a charge; the planned charge is
  /// this × mass × specific capacity. Ignored where ``charge`` is given.
  public var stateOfChargeChange: Double?
  /// The current to hold, in amperes; with ``duration`` it gives the planned charge where neither charge is given.
  public var current: Double?
  /// The magnitude of the current at which a potential hold ends, in amperes.
  public var currentCutOff: Double?
  /// What ended the step where somebody said so; it is believed before the record.
  public var endReason: EndReason?

  public init(
    step: Int? = nil, direction: CurrentDirection? = nil, voltageLimit: Double? = nil, duration: Double? = nil,
    charge: Double? = nil, stateOfChargeChange: Double? = nil, current: Double? = nil, currentCutOff: Double? = nil,
    endReason: EndReason? = nil
  ) {
    self.step = step
    self.direction = direction
    self.voltageLimit = voltageLimit
    self.duration = duration
    self.charge = charge
    self.stateOfChargeChange = stateOfChargeChange
    self.current = current
    self.currentCutOff = currentCutOff
    self.endReason = endReason
  }

  func applies(to number: Int, _ direction: CurrentDirection) -> Bool {
    guard step == nil || step == number else { return false }
    if let wanted = self.direction { return wanted == direction }
    return step != nil || direction != .rest
  }

  /// The planned charge in coulombs and its uncertainty; nil when the plan states none.
  func plannedCharge(of material: ActiveMaterial) -> UncertainValue? {
    if let charge { return UncertainValue(charge) }
    if let stateOfChargeChange { return material.referenceCharge.scaled(by: stateOfChargeChange) }
    if let current, let duration { return UncertainValue(current * duration) }
    return nil
  }

  func validate() throws(ElectrochemistryError) {
    for (value, name) in [
      (voltageLimit, "voltage limit"), (charge, "planned charge"), (stateOfChargeChange, "planned state of charge"),
      (current, "planned current"),
    ] {
      guard let value, !value.isFinite else { continue }
      throw .invalidParameter(name: name, value: value, expected: "a finite number")
    }
    if let duration { try ElectrochemistryError.requirePositive(duration, "planned duration") }
    if let currentCutOff { try ElectrochemistryError.requirePositive(currentCutOff, "current cut-off") }
  }
}
