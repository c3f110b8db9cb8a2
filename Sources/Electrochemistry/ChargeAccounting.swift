public import Quantities

/// Where the charge of a run went: per sample, per step and per half cycle, with standard uncertainties.
///
/// Per-sample arrays have one value a sample of the series. Charge is counted from the first sample, positive while
/// lithium leaves the cathode. Uncertainties of different samples are strongly correlated (one mass, one gain for
/// all): differences of samples have to be taken from ``steps`` and ``halfCycles``, not by adding in quadrature.
public struct ChargeAccounting: Sendable, Hashable {
  /// In seconds, as recorded.
  public var time: [Double]
  /// In amperes.
  public var current: [Double]
  public var currentUncertainty: [Double]
  /// In volts; NaN where unknown.
  public var voltage: [Double]
  public var halfCycle: [Int]
  /// The charge by integration, in coulombs.
  public var charge: [Double]
  public var chargeUncertainty: [Double]
  /// The instrument's own counter, zero at the first sample, in coulombs; nil when there is none.
  public var counterCharge: [Double]?
  /// Charge / mass, in C/kg.
  public var capacity: [Double]
  public var capacityUncertainty: [Double]
  /// Charge / (mass × specific capacity).
  public var stateOfCharge: [Double]
  public var stateOfChargeUncertainty: [Double]
  /// Current / (mass × specific capacity), in 1/s, with the sign of the current; × 3600 for 1/h.
  public var cRate: [Double]
  public var cRateUncertainty: [Double]
  /// u0 − state of charge.
  public var lithiation: [Double]
  public var lithiationUncertainty: [Double]

  public var steps: [StepRecord]
  public var halfCycles: [HalfCycleRecord]
  /// The standard uncertainty of the last state of charge by cause; their squares add up to its square.
  public var budget: [BudgetEntry]

  public var material: ActiveMaterial
  /// The rule of integration that was used.
  public var recording: CurrentRecording
  /// Why that rule, in a sentence.
  public var recordingReason: String
  /// What a reader of the numbers should know, in full sentences.
  public var warnings: [String]

  /// The charge since the first sample by integration, in coulombs.
  public var finalCharge: UncertainValue { last(charge, chargeUncertainty) }
  /// In C/kg.
  public var finalCapacity: UncertainValue { last(capacity, capacityUncertainty) }
  public var finalStateOfCharge: UncertainValue { last(stateOfCharge, stateOfChargeUncertainty) }
  public var finalLithiation: UncertainValue { last(lithiation, lithiationUncertainty) }
  /// The charge by the instrument's own counter, in coulombs; nil when there is none.
  public var finalCounterCharge: Double? { counterCharge?.last }
  /// Counter − integral at the last sample, in coulombs; nil when there is no counter.
  public var counterDifference: Double? { finalCounterCharge.map { $0 - finalCharge.value } }

  private func last(_ values: [Double], _ uncertainties: [Double]) -> UncertainValue {
    UncertainValue(values.last ?? 0, uncertainty: uncertainties.last ?? 0)
  }

  /// A cause of uncertainty and what it contributes.
  public struct BudgetEntry: Sendable, Hashable {
    /// In words, for example "current gain".
    public var cause: String
    /// The standard uncertainty of the state of charge from this cause alone.
    public var stateOfCharge: Double
  }
}

/// One step of the sequence: what was planned, what was reached, and what ended it.
public struct StepRecord: Sendable, Hashable {
  /// Counted from 0 in the order of the run.
  public var index: Int
  /// The instrument's step number.
  public var number: Int
  /// The first and the last sample of the step.
  public var samples: ClosedRange<Int>
  public var direction: CurrentDirection
  public var mode: PotentiostatSeries.Mode?
  /// In seconds.
  public var startTime: Double
  /// Time over which the charge of the step was counted, in seconds.
  public var duration: Double
  /// Voltage of the first sample, in volts; NaN where unknown.
  public var startVoltage: Double
  /// Voltage of the last sample, in volts; NaN where unknown.
  public var endVoltage: Double
  /// Charge / duration, in amperes.
  public var meanCurrent: Double
  /// Mean current / (mass × specific capacity), in 1/s.
  public var cRate: UncertainValue
  /// The planned limit, in volts; where there is no plan, the voltage at which such steps ended again and again; nil
  /// when neither is known.
  public var voltageLimit: Double?
  public var endReason: EndReason
  /// Whether ``endReason`` and ``voltageLimit`` were read off the repetition of steps, for want of a plan.
  public var endIsInferred: Bool
  /// Charge passed in the step, in coulombs.
  public var charge: UncertainValue
  /// The same by the instrument's counter; nil when there is none.
  public var counterCharge: Double?
  /// Charge of the step / (mass × specific capacity).
  public var stateOfChargeChange: UncertainValue
  /// At the last sample of the step.
  public var stateOfCharge: UncertainValue
  /// In coulombs; nil when the plan states none.
  public var plannedCharge: Double?
  /// Charge / planned charge; nil when the plan states none.
  public var reachedFraction: UncertainValue?
  /// Whether the step passed less than its planned charge, beyond the tolerance; nil when the plan states none.
  public var isPremature: Bool?
}

/// The sum of a half cycle.
public struct HalfCycleRecord: Sendable, Hashable {
  public var number: Int
  /// The first and the last sample.
  public var samples: ClosedRange<Int>
  public var direction: CurrentDirection
  /// In seconds, rests included.
  public var duration: Double
  /// In coulombs.
  public var charge: UncertainValue
  /// The same by the instrument's counter; nil when there is none.
  public var counterCharge: Double?
  /// Charge / mass, in C/kg.
  public var capacity: UncertainValue
  /// In volts; NaN where unknown.
  public var startVoltage: Double
  /// In volts; NaN where unknown.
  public var endVoltage: Double
}
