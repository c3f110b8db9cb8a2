/// A unit: how many SI units it is, and of which dimension.
///
/// A value of `x` units is `x · factor · 10^decade + offset` in SI units. The power of ten is kept apart
/// and applied to the decimal digits, so that 131.67 mm and 0.13167 m are the same number to the last bit, which
/// matters where values go into keys. This makes a conversion slow; loops work in SI units.
public struct PhysicalUnit: Hashable, Sendable {
  /// The unit as it is printed, such as "mAh/g".
  public var symbol: String
  /// Of which dimension.
  public var dimension: PhysicalDimension
  /// SI units in one unit, without the power of ten.
  public var factor: Double
  /// The power of ten.
  public var decade: Int
  /// What zero units are in SI units; not zero for degrees Celsius alone.
  public var offset: Double

  /// - Parameters:
  ///   - symbol: as it is printed.
  ///   - dimension: of which dimension.
  ///   - factor: SI units in one unit, without the power of ten.
  ///   - decade: the power of ten.
  ///   - offset: what zero units are in SI units.
  public init(
    _ symbol: String, _ dimension: PhysicalDimension, factor: Double = 1, decade: Int = 0, offset: Double = 0
  ) {
    self.symbol = symbol
    self.dimension = dimension
    self.factor = factor
    self.decade = decade
    self.offset = offset
  }

  /// A value of this unit in SI units.
  public func si(_ value: Double) -> Double {
    siDifference(value) + offset
  }

  /// A difference of two values of this unit, such as an uncertainty, in SI units: as ``si(_:)`` without the offset.
  public func siDifference(_ value: Double) -> Double {
    shifted(value * factor, by: decade)
  }

  /// A value in SI units in this unit.
  public func value(ofSI si: Double) -> Double {
    difference(ofSI: si - offset)
  }

  /// A difference of two values in SI units in this unit.
  public func difference(ofSI si: Double) -> Double {
    shifted(si, by: -decade) / factor
  }
}

/// `value · 10^decade`, rounded as one rounds a decimal: 131.67 shifted by −3 is the number nearest to 0.13167.
private func shifted(_ value: Double, by decade: Int) -> Double {
  guard decade != 0, value.isFinite else { return value }
  let parts = "\(value)".split(separator: "e")
  let exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + decade
  return Double("\(parts[0])e\(exponent)") ?? value
}
