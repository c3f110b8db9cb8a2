/// A physical value whose dimension is known only when it is read, such as a published one in a list of claims.
public struct AnyQuantity: Hashable, Sendable, CustomStringConvertible {
  /// In SI units.
  public var si: Double
  /// The unit as written; its symbol is empty for a plain number.
  public var unit: PhysicalUnit
  /// In SI units; nil where none is stated.
  public var standardUncertainty: Double?
  /// As it was written, or as it prints.
  public var text: String

  /// - Parameters:
  ///   - si: the value in SI units.
  ///   - unit: in which it is printed.
  ///   - standardUncertainty: in SI units.
  ///   - text: as it was written; nil prints it.
  public init(si: Double, unit: PhysicalUnit, standardUncertainty: Double? = nil, text: String? = nil) {
    self.si = si
    self.unit = unit
    self.standardUncertainty = standardUncertainty
    self.text = text ?? valueText(si: si, uncertainty: standardUncertainty, unit: unit)
  }

  /// Reads a value with its unit, such as "4.69 ng", "4.69(23) ng", "10.3 %", or "0.7".
  ///
  /// "C" is coulomb here, but for "C/40", which can only be a C-rate; ``converted(to:)`` reads the text again where a
  /// C-rate is expected.
  ///
  /// - Throws: `QuantityError`.
  public init(parsing text: String) throws(QuantityError) {
    if text.trimmed.hasPrefix("C/") {
      self = try CRateKind.parse(text)
    } else {
      self = try ValueParser().parse(text)
    }
  }

  public var dimension: PhysicalDimension { unit.dimension }

  /// The value in the unit as written.
  public var value: Double { unit.value(ofSI: si) }

  /// This value as one of a kind that is known by now.
  ///
  /// The text is read again in the context of that kind, so that "0.025 C" is a C-rate where one is expected.
  ///
  /// - Throws: `QuantityError.wrongDimension` where it is something else.
  public func converted<Kind: QuantityKind>(to kind: Kind.Type) throws(QuantityError) -> UncertainQuantity<Kind> {
    try UncertainQuantity(parsing: text)
  }

  public var description: String { text }
}

/// "4.69 ng" or "4.69 ± 0.23 ng".
func valueText(si: Double, uncertainty: Double?, unit: PhysicalUnit) -> String {
  let suffix = unit.symbol.isEmpty || unit.symbol == "1" ? "" : " " + unit.symbol
  let value = unit.value(ofSI: si)
  if let uncertainty, uncertainty > 0 {
    let texts = decimals(value, uncertainty: unit.difference(ofSI: uncertainty))
    return "\(texts.value) ± \(texts.uncertainty)\(suffix)"
  }
  return shortestDecimal(value) { unit.si($0) == si } + suffix
}
