/// A unit: how many SI units it is, and of which dimension.
///
/// A value of `x` units is `x · factor · 10^decade + offset` in SI units. The power of ten is kept apart because a
/// division by 10^6 rounds once, whereas a multiplication with the nearest number to 1e-6 rounds twice: 10 um is then
/// exactly the number nearest to 1e-5.
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
    decade < 0 ? value * factor / powerOfTen(-decade) : value * factor * powerOfTen(decade)
  }

  /// A value in SI units in this unit.
  public func value(ofSI si: Double) -> Double {
    difference(ofSI: si - offset)
  }

  /// A difference of two values in SI units in this unit.
  public func difference(ofSI si: Double) -> Double {
    decade < 0 ? si * powerOfTen(-decade) / factor : si / powerOfTen(decade) / factor
  }
}

/// 10^n for n ≥ 0, exact to n = 22.
private func powerOfTen(_ n: Int) -> Double {
  var result = 1.0
  for _ in 0..<min(n, 400) { result *= 10 }
  return result
}
