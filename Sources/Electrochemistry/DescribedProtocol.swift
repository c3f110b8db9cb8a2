/// A galvanostatic step in words, where nothing was recorded: "30 pA constant current from 3.0 V for 15 500 s, limit
/// 4.5 V".
public struct DescribedProtocol: Sendable, Hashable {
  /// The current held, in amperes, positive for a charge.
  public var current: Double
  /// How long it was held, in seconds.
  public var duration: Double
  /// In volts; nil when nobody wrote it down.
  public var startVoltage: Double?
  /// The voltage that was to end the step, in volts; nil when there was none.
  public var voltageLimit: Double?
  /// The change of the state of charge that was meant to be made; nil when nobody wrote it down.
  public var plannedStateOfChargeChange: Double?
  /// What ended the step; nil when nobody wrote it down.
  public var endReason: EndReason?

  public init(
    current: Double, duration: Double, startVoltage: Double? = nil, voltageLimit: Double? = nil,
    plannedStateOfChargeChange: Double? = nil, endReason: EndReason? = nil
  ) {
    self.current = current
    self.duration = duration
    self.startVoltage = startVoltage
    self.voltageLimit = voltageLimit
    self.plannedStateOfChargeChange = plannedStateOfChargeChange
    self.endReason = endReason
  }

  /// The series that the description stands for: the stated current at equally spaced times.
  ///
  /// Voltages are NaN (unknown) except the first, and the last where the voltage limit is stated to have ended the
  /// step; nothing is made up in between.
  ///
  /// - Parameter samples: at least 2.
  /// - Throws: `ElectrochemistryError` when the current or the duration is not finite, the duration is not positive or
  ///   the samples are fewer than 2.
  public func series(samples: Int = 101) throws(ElectrochemistryError) -> PotentiostatSeries {
    guard samples >= 2 else { throw .tooFewSamples(found: samples) }
    try ElectrochemistryError.requirePositive(duration, "duration")
    guard current.isFinite else {
      throw .invalidParameter(name: "current", value: current, expected: "a finite number")
    }
    var voltage = [Double](repeating: .nan, count: samples)
    voltage[0] = startVoltage ?? .nan
    if endReason == .voltageLimit, let voltageLimit { voltage[samples - 1] = voltageLimit }
    return PotentiostatSeries(
      technique: "described",
      time: (0..<samples).map { duration * Double($0) / Double(samples - 1) },
      current: [Double](repeating: current, count: samples), voltage: voltage,
      mode: [PotentiostatSeries.Mode](repeating: current == 0 ? .rest : .galvanostatic, count: samples),
      warnings: ["No record was read: the series stands for a described protocol."])
  }

  /// The plan that goes with ``series(samples:)``.
  ///
  /// A premature stop is a step whose planned charge was not reached: state ``plannedStateOfChargeChange`` and what
  /// ended it. The described duration is what was reached, not a limit.
  public var plan: StepPlan {
    StepPlan(
      voltageLimit: voltageLimit, stateOfChargeChange: plannedStateOfChargeChange, current: current,
      endReason: endReason)
  }
}

/// Accounts for the charge of a described protocol as for a measured series.
///
/// - Throws: `ElectrochemistryError` as ``accountForCharge(of:in:plans:instrument:settings:)`` does.
public func accountForCharge(
  of described: DescribedProtocol, in material: ActiveMaterial,
  instrument: InstrumentUncertainty = InstrumentUncertainty(), settings: ChargeSettings = ChargeSettings()
) throws(ElectrochemistryError) -> ChargeAccounting {
  try accountForCharge(
    of: described.series(), in: material, plans: [described.plan], instrument: instrument, settings: settings)
}
