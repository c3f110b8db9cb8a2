/// A physical value with its standard uncertainty, where one is stated.
public struct UncertainQuantity<Kind: QuantityKind>: Hashable, Sendable, CustomStringConvertible {
  public var value: Quantity<Kind>
  /// One standard deviation; nil where none is stated.
  public var standardUncertainty: Quantity<Kind>?

  public init(_ value: Quantity<Kind>, standardUncertainty: Quantity<Kind>? = nil) {
    self.value = value
    self.standardUncertainty = standardUncertainty
  }

  /// A value and its standard uncertainty in a unit: `UncertainMass(4.69, 0.23, .nanogram)`.
  public init(_ value: Double, _ standardUncertainty: Double, _ unit: UnitOf<Kind>) {
    self.value = Quantity(value, unit)
    self.standardUncertainty = Quantity(si: unit.unit.siDifference(standardUncertainty))
  }

  /// Reads a value with or without uncertainty, such as "4.69 ng", "4.69 ± 0.23 ng", "4.69(23) ng", "4.69 ng +- 5 %".
  ///
  /// - Throws: `QuantityError`.
  public init(parsing text: String) throws(QuantityError) {
    let quantity = try Kind.parse(text)
    value = Quantity(si: quantity.si)
    standardUncertainty = quantity.standardUncertainty.map { Quantity(si: $0) }
  }

  /// "4.69 ± 0.23 ng": both to the second significant digit of the uncertainty. Without uncertainty as `Quantity` does.
  public func formatted(in unit: UnitOf<Kind> = Kind.displayUnit) -> String {
    valueText(si: value.si, uncertainty: standardUncertainty?.si, unit: unit.unit)
  }

  /// As ``formatted(in:)``, but with all digits, so that it reads back as the same value and uncertainty.
  public func exactText(in unit: UnitOf<Kind> = Kind.displayUnit) -> String {
    guard let standardUncertainty else { return formatted(in: unit) }
    let spread = shortestDecimal(unit.unit.difference(ofSI: standardUncertainty.si)) {
      unit.unit.siDifference($0) == standardUncertainty.si
    }
    let suffix = unit.unit.symbol == "1" ? "" : " " + unit.unit.symbol
    let number = shortestDecimal(value.value(in: unit)) { unit.unit.si($0) == value.si }
    return "\(number) +- \(spread)\(suffix)"
  }

  public var description: String { formatted(in: value.readableUnit) }
}
