/// A formula that cannot be read.
public struct FormulaError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The whole formula.
  public var text: String
  /// Where the mistake is: the first character is 1.
  public var column: Int
  /// The word or sign found there; "the end" where the formula stops too early.
  public var found: String
  public var expected: String

  public var description: String {
    let place = found == "the end" ? "the end" : "\"\(found)\""
    return "formula \"\(text)\", column \(column): found \(place); expected \(expected)"
  }
}
