/// What a C-rate is: how many times an hour the reference capacity would be passed.
///
/// It has the dimension of a rate, but is a kind of its own, because "C" is its unit here and the coulomb elsewhere:
/// "0.025 C", "0.5C", "C/40" and "0.025 1/h" are C-rates. Which capacity it refers to stands beside it.
public enum CRateKind: QuantityKind {
  public static let dimension = PhysicalDimension(time: -1)
  public static let words = "a C-rate"
  public static let example = "0.025 C"
  public static let displayUnit = UnitOf<Self>.perHour
  public static let localUnits = ["C": PhysicalUnit("C", PhysicalDimension(time: -1), factor: 1 / 3600)]
  public static let allowsUnitAlone = true
}

/// A C-rate, kept in 1/s like every rate; its canonical unit is 1/h.
public typealias CRate = Quantity<CRateKind>

extension UnitOf where Kind == CRateKind {
  public static var perHour: Self { Self("1/h", factor: 1 / 3600) }
  public static var perSecond: Self { Self("1/s") }
  /// One reference capacity an hour.
  public static var c: Self { Self("C", factor: 1 / 3600) }
}
