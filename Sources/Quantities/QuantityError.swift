/// What is wrong with a text that should be a physical value.
public enum QuantityError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing but white space.
  case empty
  /// No number where one is needed.
  case notANumber(found: String)
  /// A comma in a number; `suggestion` is the text with a point.
  case decimalComma(found: String, suggestion: String)
  /// Infinite, not a number, or beyond the range of double precision.
  case notFinite(found: String)
  /// A number alone where a unit is needed.
  case missingUnit(found: String)
  /// A symbol that is no unit, and the known one that is most like it.
  case unknownUnit(symbol: String, suggestion: String?)
  /// A unit that cannot be read, and why.
  case malformedUnit(found: String, reason: String)
  /// The unit measures something else.
  case wrongDimension(found: PhysicalDimension, expected: PhysicalDimension)
  /// An uncertainty that cannot be read, and why.
  case uncertainty(reason: String)
  /// Two values where one was expected.
  case unexpectedUncertainty

  /// What was found, in words, without what was expected: "a current", "no unit".
  public var description: String {
    switch self {
    case .empty: "nothing"
    case .notANumber(let found): "`\(found)` is not a number"
    case .decimalComma(_, let suggestion): "a comma in a number; write a point: \(suggestion)"
    case .notFinite(let found): "`\(found)` is not a finite number"
    case .missingUnit: "a number without unit"
    case .unknownUnit(let symbol, let suggestion):
      "`\(symbol)` is not a known unit" + (suggestion.map { "; did you mean `\($0)`?" } ?? "")
    case .malformedUnit(let found, let reason): "`\(found)`: \(reason)"
    case .wrongDimension(let found, _): found.words
    case .uncertainty(let reason): "the uncertainty \(reason)"
    case .unexpectedUncertainty: "a value with an uncertainty, which is not taken here"
    }
  }
}
