/// Reads a number, its uncertainty and its unit, as the field writes them.
struct ValueParser {
  /// A number as written, with what is needed to read its uncertainty.
  private struct Number {
    var value: Double
    /// The standard uncertainty from a bracket, as in 4.69(23).
    var bracket: Double?
    var rest: Substring
  }

  /// A longer text is no value.
  private static let longest = 200

  /// Symbols that mean something else here than elsewhere.
  var localUnits: [String: PhysicalUnit] = [:]
  /// Whether a text without a number is one of the unit, as in "C/40".
  var allowsUnitAlone = false

  /// The value that a text stands for.
  ///
  /// Accepted are `4.69 ng`, `4.69ng`, `4.69e-12 kg`, `2.13x10^-15 m3`, `2.13·10⁻¹⁵ m³`, and with a standard uncertainty
  /// `4.69 ng +- 0.23 ng`, `4.69 +- 0.23 ng`, `4.69 ± 0.23 ng`, `(4.69 ± 0.23) ng`, `4.69(23) ng` and `4.69 ng +- 5 %`.
  /// A percentage is relative to the value, except where the value is a pure number: `10 % +- 1 %` spans 9 % to 11 %.
  ///
  /// - Throws: `QuantityError`. Numbers that are not finite and decimal commas are errors.
  func parse(_ text: String) throws(QuantityError) -> AnyQuantity {
    let trimmed = text.trimmed
    guard !trimmed.isEmpty else { throw .empty }
    guard trimmed.utf8.count <= Self.longest else { throw .notANumber(found: "\(trimmed.prefix(40))…") }
    guard let (left, right) = Self.split(trimmed) else {
      let (number, unit) = try valueAndUnit(trimmed[...])
      let bracket = number.bracket.map(unit.siDifference)
      return try checked(
        AnyQuantity(si: unit.si(number.value), unit: unit, standardUncertainty: bracket, text: trimmed))
    }
    return try uncertain(left, right, text: trimmed)
  }

  private func uncertain(
    _ left: Substring, _ right: Substring, text: String
  ) throws(QuantityError) -> AnyQuantity {
    var left = left
    var right = right
    var sharedUnit = false
    if left.first == "(", let close = right.lastIndex(of: ")") {
      left = left.dropFirst()
      right = Substring(right[..<close] + right[right.index(after: close)...])
      sharedUnit = true
    }
    let plain = try number(left)
    guard plain.bracket == nil else { throw .uncertainty(reason: "is stated twice") }
    let leftUnitText = String(plain.rest).trimmed
    guard !(sharedUnit && !leftUnitText.isEmpty) else {
      throw .uncertainty(reason: "stands in a parenthesis, and so does the unit; write (4.69 +- 0.23) ng")
    }
    let spread = try number(right)
    let rightUnitText = String(spread.rest).trimmed
    guard spread.bracket == nil else { throw .uncertainty(reason: "has an uncertainty itself") }
    guard spread.value >= 0, spread.value.isFinite else { throw .uncertainty(reason: "is negative") }
    let rightUnit = try unit(rightUnitText, number: right)
    let leftUnit = leftUnitText.isEmpty ? rightUnit : try unit(leftUnitText, number: left)
    let si = leftUnit.si(plain.value)
    let uncertainty: Double
    if rightUnit.dimension == leftUnit.dimension {
      uncertainty = (rightUnitText.isEmpty ? leftUnit : rightUnit).siDifference(spread.value)
    } else if rightUnit.dimension.isOne, !rightUnitText.isEmpty {
      uncertainty = abs(si) * rightUnit.siDifference(spread.value)
    } else if rightUnitText.isEmpty {
      uncertainty = leftUnit.siDifference(spread.value)
    } else {
      throw .uncertainty(
        reason: "is \(rightUnit.dimension.words), but the value is \(leftUnit.dimension.words)")
    }
    return try checked(AnyQuantity(si: si, unit: leftUnit, standardUncertainty: uncertainty, text: text))
  }

  /// The two sides of `±`, `+-` or `+/-`, nil where there is none.
  private static func split(_ text: String) -> (Substring, Substring)? {
    for separator in ["±", "+/-", "+-", "+\u{2212}"] {
      if let range = text.firstRange(of: separator) { return (text[..<range.lowerBound], text[range.upperBound...]) }
    }
    return nil
  }

  private func checked(_ quantity: AnyQuantity) throws(QuantityError) -> AnyQuantity {
    guard quantity.si.isFinite, quantity.standardUncertainty?.isFinite ?? true else {
      throw .notFinite(found: quantity.text)
    }
    return quantity
  }

  private func valueAndUnit(_ text: Substring) throws(QuantityError) -> (Number, PhysicalUnit) {
    if allowsUnitAlone, let first = text.first, first.isLetter, let unit = try? unit(String(text), number: text) {
      return (Number(value: 1, bracket: nil, rest: text), unit)
    }
    let number = try number(text)
    return (number, try unit(String(number.rest).trimmed, number: text))
  }

  private func unit(_ text: String, number: Substring) throws(QuantityError) -> PhysicalUnit {
    if text.isEmpty { return PhysicalUnit("", .one) }
    if let first = text.first, first.isASCIIDigit || first == "." || first == "-", text != "1", !text.hasPrefix("1/") {
      throw .notANumber(found: String(number).trimmed)
    }
    return try UnitParser.parse(text, localUnits: localUnits)
  }

  private func number(_ text: Substring) throws(QuantityError) -> Number {
    let text = text.drop { $0.isWhitespace }
    var scanner = NumberScanner(text)
    guard let mantissa = scanner.mantissa() else {
      let word = text.prefix { $0.isLetter || $0 == "-" || $0 == "+" || $0 == "." }.lowercased()
      let bare = word.drop { $0 == "-" || $0 == "+" || $0 == "." }
      if ["inf", "infinity", "nan"].contains(String(bare)) { throw .notFinite(found: String(text).trimmed) }
      throw .notANumber(found: String(text).trimmed)
    }
    if scanner.next == ",", scanner.digitFollowsComma {
      throw .decimalComma(
        found: String(text), suggestion: text.replacing(",", with: ".", maxReplacements: 1).description)
    }
    let bracket = scanner.bracket()
    let exponent = scanner.exponent()
    let isZero = mantissa.allSatisfy { !$0.isASCIIDigit || $0 == "0" }
    guard let value = Double("\(mantissa)e\(exponent)"), value.isFinite, isZero || value.isNormal else {
      throw .notFinite(found: String(text).trimmed)
    }
    var uncertainty: Double?
    if let bracket {
      let places = mantissa.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first?.count ?? 0
      uncertainty = Double("\(bracket)e\(exponent - places)")
    }
    return Number(value: value, bracket: uncertainty, rest: scanner.rest)
  }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    let start = drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
