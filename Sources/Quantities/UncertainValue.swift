/// A value with its standard uncertainty (one standard deviation), both in the same unit.
///
/// The field's data sheets give limits ±a rather than standard deviations; a limit with no more said about it enters
/// as a / √3 (GUM, JCGM 100:2008, 4.3.7).
public struct UncertainValue: Sendable, Hashable {
  public var value: Double
  /// One standard deviation, not negative; zero for an exact value.
  public var uncertainty: Double

  public init(_ value: Double, uncertainty: Double = 0) {
    self.value = value
    self.uncertainty = uncertainty
  }

  /// A value known within symmetric limits: the standard uncertainty is `limit` / √3.
  public init(_ value: Double, within limit: Double) {
    self.init(value, uncertainty: abs(limit) / 3.0.squareRoot())
  }

  /// The uncertainty as a fraction of the value; infinite at zero.
  public var relativeUncertainty: Double { uncertainty == 0 ? 0 : uncertainty / abs(value) }

  /// The same value and uncertainty in another unit.
  public func scaled(by factor: Double) -> UncertainValue {
    UncertainValue(value * factor, uncertainty: uncertainty * abs(factor))
  }
}
