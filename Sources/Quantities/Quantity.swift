/// What a quantity measures, known at compile time: its dimension, its name and the unit it is printed in.
public protocol QuantityKind: Sendable {
  static var dimension: PhysicalDimension { get }
  /// With its article, for messages: "a length".
  static var words: String { get }
  /// A value as one writes it, for messages: "131.67 mm".
  static var example: String { get }
  /// The unit a value is printed in where none is asked for.
  static var displayUnit: UnitOf<Self> { get }
  /// The units that a value is printed in by its size, from small to large.
  static var displayUnits: [UnitOf<Self>] { get }
  /// Symbols that mean something else here than elsewhere, such as "C" where a C-rate is expected.
  static var localUnits: [String: PhysicalUnit] { get }
  /// Whether a unit alone is one of it, as in "C/40".
  static var allowsUnitAlone: Bool { get }
}

extension QuantityKind {
  public static var words: String { dimension.words }
  public static var displayUnits: [UnitOf<Self>] { [displayUnit] }
  public static var localUnits: [String: PhysicalUnit] { [:] }
  public static var allowsUnitAlone: Bool { false }

  /// Reads a value of this kind, or says what else the text is.
  static func parse(_ text: String) throws(QuantityError) -> AnyQuantity {
    let quantity = try ValueParser(localUnits: localUnits, allowsUnitAlone: allowsUnitAlone).parse(text)
    if quantity.dimension == dimension { return quantity }
    if quantity.unit.symbol.isEmpty { throw .missingUnit(found: quantity.text) }
    throw .wrongDimension(found: quantity.dimension, expected: dimension)
  }
}

/// A unit of one kind of quantity.
public struct UnitOf<Kind: QuantityKind>: Hashable, Sendable {
  public let unit: PhysicalUnit

  /// - Precondition: the unit is of the kind's dimension.
  public init(_ unit: PhysicalUnit) {
    precondition(unit.dimension == Kind.dimension, "\(unit.symbol) is not a unit of \(Kind.words)")
    self.unit = unit
  }

  init(_ symbol: String, factor: Double = 1, decade: Int = 0, offset: Double = 0) {
    unit = PhysicalUnit(symbol, Kind.dimension, factor: factor, decade: decade, offset: offset)
  }
}

/// A physical value of one kind, kept in SI units.
public struct Quantity<Kind: QuantityKind>: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// In SI units.
  public var si: Double

  /// A value in SI units.
  public init(si: Double) {
    self.si = si
  }

  /// A value in a unit: `Length(10, .micrometre)`.
  public init(_ value: Double, _ unit: UnitOf<Kind>) {
    si = unit.unit.si(value)
  }

  /// Reads a value with its unit, such as "131.67 mm".
  ///
  /// - Throws: `QuantityError`, also where an uncertainty is stated.
  public init(parsing text: String) throws(QuantityError) {
    let quantity = try Kind.parse(text)
    guard quantity.standardUncertainty == nil else { throw .unexpectedUncertainty }
    si = quantity.si
  }

  /// The value in a unit.
  public func value(in unit: UnitOf<Kind>) -> Double {
    unit.unit.value(ofSI: si)
  }

  /// The value with its unit; without a number of digits so that it reads back as the same value.
  public func formatted(in unit: UnitOf<Kind> = Kind.displayUnit, significantDigits: Int? = nil) -> String {
    guard let significantDigits else { return valueText(si: si, uncertainty: nil, unit: unit.unit) }
    let suffix = unit.unit.symbol == "1" ? "" : " " + unit.unit.symbol
    return decimal(value(in: unit), significantDigits: significantDigits) + suffix
  }

  /// The largest of the kind's display units in which the value is not below one.
  public var readableUnit: UnitOf<Kind> {
    if si == 0 { return Kind.displayUnit }
    let fitting = Kind.displayUnits.last { abs(value(in: $0)) >= 1 - 1e-12 }
    return fitting ?? Kind.displayUnits.first ?? Kind.displayUnit
  }

  /// With all digits, in ``readableUnit``.
  public var description: String { formatted(in: readableUnit) }

  public static func < (a: Self, b: Self) -> Bool { a.si < b.si }
  public static func + (a: Self, b: Self) -> Self { Self(si: a.si + b.si) }
  public static func - (a: Self, b: Self) -> Self { Self(si: a.si - b.si) }
  public static prefix func - (a: Self) -> Self { Self(si: -a.si) }
  public static func * (a: Double, b: Self) -> Self { Self(si: a * b.si) }
  public static func * (a: Self, b: Double) -> Self { Self(si: a.si * b) }
  public static func / (a: Self, b: Double) -> Self { Self(si: a.si / b) }
  /// How many times `b` is in `a`.
  public static func / (a: Self, b: Self) -> Double { a.si / b.si }
}

extension UnitOf {
  /// A value in a unit: `let radius: Length = 10 * .micrometre`.
  public static func * (value: Double, unit: Self) -> Quantity<Kind> { Quantity(value, unit) }
}
