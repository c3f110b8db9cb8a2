/// A material property as a function of lithiation: a constant, a table or a formula.
///
/// What the numbers are (volts, m²/s, A/m²) is said where the function is used. ``slope(_:)`` is the exact derivative of
/// what ``callAsFunction(_:)`` gives.
public struct MaterialFunction: Sendable, Hashable {
  /// What the values come from.
  public enum Source: Sendable, Hashable {
    case constant(Double)
    case table(MaterialTable)
    case formula(Formula)
  }

  public let source: Source
  /// Multiplies the source's values.
  public let factor: Double

  private init(_ source: Source, factor: Double = 1) {
    self.source = source
    self.factor = factor
  }

  /// The same value at every lithiation.
  public static func constant(_ value: Double) -> MaterialFunction { MaterialFunction(.constant(value)) }

  /// A formula of the lithiation.
  public static func formula(_ formula: Formula) -> MaterialFunction { MaterialFunction(.formula(formula)) }

  /// A formula as it is typed, for example `4.5 - 0.8*u`.
  public static func formula(_ text: String) throws(FormulaError) -> MaterialFunction {
    MaterialFunction(.formula(try Formula(text)))
  }

  /// A table, interpolated smoothly and without overshoot.
  public static func table(_ table: MaterialTable) -> MaterialFunction { MaterialFunction(.table(table)) }

  /// - Parameters:
  ///   - lithiation: at least two, ascending.
  ///   - values: one for each.
  ///   - beyond: what holds outside the table.
  public static func table(
    lithiation: [Double], values: [Double], beyond: MaterialTable.Extrapolation = .held
  ) throws(MaterialError) -> MaterialFunction {
    MaterialFunction(.table(try MaterialTable(lithiation: lithiation, values: values, beyond: beyond)))
  }

  /// The function times a number: a change of unit or of temperature.
  public func scaled(by factor: Double) -> MaterialFunction {
    MaterialFunction(source, factor: self.factor * factor)
  }

  public func callAsFunction(_ lithiation: Double) -> Double { valueAndSlope(lithiation).value }

  /// The derivative with respect to lithiation.
  public func slope(_ lithiation: Double) -> Double { valueAndSlope(lithiation).slope }

  /// Both at the cost of one.
  public func valueAndSlope(_ lithiation: Double) -> (value: Double, slope: Double) {
    let result: (value: Double, slope: Double)
    switch source {
    case .constant(let value): return (factor * value, 0)
    case .table(let table): result = table.valueAndSlope(lithiation)
    case .formula(let formula): result = formula.valueAndSlope(lithiation)
    }
    return (factor * result.value, factor * result.slope)
  }

  /// Whether the value is the same at every lithiation.
  public var isConstant: Bool {
    if case .constant = source { true } else { false }
  }

  /// Tests that a property is a number, and positive where it has to be, at 1001 lithiations of a range.
  ///
  /// - Throws: `MaterialError.unusableValue` for the first lithiation at which it is not.
  public func check(
    _ name: String, over range: ClosedRange<Double> = 0...1, isPositive: Bool
  ) throws(MaterialError) {
    for index in 0...1000 {
      let lithiation = range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / 1000
      let value = self(lithiation)
      guard value.isFinite, !isPositive || value > 0 else {
        throw .unusableValue(
          property: name, lithiation: lithiation, value: value, expected: isPositive ? "a positive number" : "a number")
      }
    }
  }
}
