/// One step of a protocol: what the particle is held at, and what ends it.
public struct CyclingStep: Sendable, Hashable, CustomStringConvertible {
  /// What is held.
  public enum Control: Sendable, Hashable {
    /// A constant current, positive for a charge.
    case current(AppliedCurrent)
    /// A terminal voltage, in volts.
    case voltage(Double)
    /// No current.
    case rest
    /// The lithiation at the surface, 0...1.
    case lithiation(Double)
    /// A recorded current.
    case measured(MeasuredCurrent)
  }

  /// What ends a step: the first condition that is met.
  public enum End: Sendable, Hashable {
    /// The terminal voltage reaches a limit, in volts: from below in a charge, from above in a discharge, from where it
    /// starts otherwise.
    case voltage(Double)
    /// The current has decayed to a magnitude.
    case current(AppliedCurrent)
    /// A time since the start of the step, in seconds.
    case duration(Double)
    /// The mean lithiation of the particle reaches a value, 0...1.
    case lithiation(Double)
    /// The mean lithiation has changed by so much since the start of the step, either way.
    case change(Double)
  }

  public var control: Control
  /// The first one met ends the step. A measured current also ends with its record.
  public var ends: [End]

  public init(_ control: Control, until ends: [End]) {
    self.control = control
    self.ends = ends
  }

  /// A charge (lithium leaves).
  public static func charge(at current: AppliedCurrent, until ends: End...) -> CyclingStep {
    CyclingStep(.current(current), until: ends)
  }
  /// A discharge (lithium returns); the current is stated as a positive one.
  public static func discharge(at current: AppliedCurrent, until ends: End...) -> CyclingStep {
    CyclingStep(.current(current.reversed), until: ends)
  }
  /// A rest of so many seconds.
  public static func rest(_ duration: Double) -> CyclingStep {
    CyclingStep(.rest, until: [.duration(duration)])
  }
  /// A voltage held.
  public static func hold(voltage: Double, until ends: End...) -> CyclingStep {
    CyclingStep(.voltage(voltage), until: ends)
  }

  /// Whether the step cannot be followed without surface kinetics.
  public var needsVoltage: Bool {
    if case .voltage = control { return true }
    return ends.contains { if case .voltage = $0 { true } else { false } }
  }

  /// The step in words that ``CyclingProtocol/init(words:capacity:)`` reads.
  public var description: String { ProtocolWords.step(self) }
}
