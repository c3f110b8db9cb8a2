/// A current as a protocol states it. Positive while lithium leaves the cathode (charge).
public enum AppliedCurrent: Sendable, Hashable {
  /// In 1/h: at 1 C the mean lithiation changes by the driver's ``CyclingDriver/lithiationSpan`` in an hour.
  case rate(Double)
  /// In amperes through the whole particle; needs its capacity.
  case amperes(Double)
  /// In A/kg; needs the specific capacity.
  case specific(Double)

  /// dū/dt in 1/s, negative for a charge.
  ///
  /// - Throws: `CyclingProtocolError.capacityMissing` when the current cannot be turned into a rate.
  public func lithiationRate(span: Double, capacity: ParticleCapacity?) throws(CyclingProtocolError) -> Double {
    switch self {
    case .rate(let rate): return -rate * span / 3600
    case .amperes(let amperes):
      guard let capacity else { throw .capacityMissing(current: ProtocolWords.current(self)) }
      return -amperes / capacity.charge
    case .specific(let amperesPerKilogram):
      guard let specific = capacity?.specificCapacity else {
        throw .capacityMissing(current: ProtocolWords.current(self))
      }
      return -amperesPerKilogram / specific
    }
  }

  /// The number as stated, with its sign.
  public var value: Double {
    switch self {
    case .rate(let value), .amperes(let value), .specific(let value): value
    }
  }
}
