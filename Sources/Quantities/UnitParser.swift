/// Reads products, quotients and powers of units, as the field writes them.
///
///     product  = factor { ("*" | "·" | "⋅" | "×" | white space) factor | "/" factor }
///     factor   = ( symbol | "1" | number | "(" product ")" | "√" factor ) [ power ]
///     power    = [ "^" | "**" ] ( digits | "-" digits | "(" digits "/" digits ")" ) | superscripts
///
/// `mAh/g`, `mAh g^-1`, `mAh·g⁻¹` and `mAh g-1` are the same. A product after a slash (`J/kg*K`) is an error, because
/// people read it in two ways.
struct UnitParser {
  private let text: String
  private let characters: [Character]
  /// Symbols that mean something else here than elsewhere.
  private let localUnits: [String: PhysicalUnit]
  private var position = 0
  private var depth = 0

  private init(_ text: String, localUnits: [String: PhysicalUnit]) {
    self.text = text
    self.characters = Array(text)
    self.localUnits = localUnits
  }

  /// The unit that a text stands for; its symbol is the text.
  ///
  /// - Throws: ``QuantityError/unknownUnit(symbol:suggestion:)`` or ``QuantityError/malformedUnit(found:reason:)``.
  static func parse(_ text: String, localUnits: [String: PhysicalUnit] = [:]) throws(QuantityError) -> PhysicalUnit {
    var parser = UnitParser(text, localUnits: localUnits)
    var unit = try parser.product()
    guard parser.position == parser.characters.count else { throw parser.malformed("`\(parser.rest)` is left over") }
    guard unit.factor.isFinite, unit.factor > 0, abs(unit.decade) <= 300 else {
      throw parser.malformed("its size is beyond the range of numbers")
    }
    unit.symbol = text
    return unit
  }

  private var rest: String { String(characters[position...]) }
  private var next: Character? { position < characters.count ? characters[position] : nil }

  private func malformed(_ reason: String) -> QuantityError { .malformedUnit(found: text, reason: reason) }

  private mutating func skipSpace() {
    while let character = next, character.isWhitespace { position += 1 }
  }

  private mutating func product() throws(QuantityError) -> PhysicalUnit {
    skipSpace()
    var result = try factor()
    var divided = false
    while true {
      let spaced = next?.isWhitespace ?? false
      skipSpace()
      guard let character = next, character != ")" else { return result }
      if character == "/" {
        position += 1
        skipSpace()
        result = try combine(result, try factor(), sign: -1)
        divided = true
        continue
      }
      if "*·⋅×".contains(character) {
        position += 1
        skipSpace()
      } else if !spaced, character != "√", character != "(" {
        throw malformed("`\(rest)` is left over")
      }
      if let digit = next, digit.isASCIIDigit { throw malformed("a number stands behind a unit") }
      if divided { throw malformed("a product after a slash is read in two ways; write parentheses, as in J/(kg*K)") }
      result = try combine(result, try factor(), sign: 1)
    }
  }

  private func combine(_ a: PhysicalUnit, _ b: PhysicalUnit, sign: Int) throws(QuantityError) -> PhysicalUnit {
    guard a.offset == 0, b.offset == 0 else { throw malformed("degC stands alone; write K for a difference") }
    guard let dimension = b.dimension.raised(to: Double(sign)), (a.dimension * dimension).raised(to: 1) != nil else {
      throw malformed("a power is too high")
    }
    return PhysicalUnit(
      text, a.dimension * dimension, factor: sign > 0 ? a.factor * b.factor : a.factor / b.factor,
      decade: a.decade + sign * b.decade)
  }

  private mutating func factor() throws(QuantityError) -> PhysicalUnit {
    guard let character = next else { throw malformed("it ends where a unit should follow") }
    depth += 1
    defer { depth -= 1 }
    guard depth < 20 else { throw malformed("it is nested too deeply") }
    if character == "√" {
      position += 1
      return try power(of: try factor(), 0.5)
    }
    var base: PhysicalUnit
    if character == "(" {
      position += 1
      base = try product()
      guard next == ")" else { throw malformed("a parenthesis is not closed") }
      position += 1
    } else if character.isASCIIDigit {
      let start = position
      while let digit = next, digit.isASCIIDigit || digit == "." { position += 1 }
      let number = String(characters[start..<position])
      guard let value = Double(number), value > 0 else { throw malformed("`\(number)` is no factor") }
      base = PhysicalUnit(number, .one, factor: value)
    } else {
      base = try symbol()
    }
    return try withPower(base)
  }

  private mutating func symbol() throws(QuantityError) -> PhysicalUnit {
    let start = position
    while let character = next, character.isLetter || character == "°" || character == "%", character != "√" {
      position += 1
    }
    let name = String(characters[start..<position])
    guard !name.isEmpty else { throw malformed("`\(characters[start])` is no unit") }
    if let unit = localUnits[name] ?? UnitTable.unit(name) { return unit }
    throw .unknownUnit(symbol: name, suggestion: UnitTable.suggestion(for: name))
  }

  private mutating func withPower(_ base: PhysicalUnit) throws(QuantityError) -> PhysicalUnit {
    guard let character = next else { return base }
    if let exponent = superscript() { return try power(of: base, exponent) }
    if character == "^" {
      position += 1
      return try power(of: base, try exponent())
    }
    if character == "*", position + 1 < characters.count, characters[position + 1] == "*" {
      position += 2
      return try power(of: base, try exponent())
    }
    let signed = Self.isMinus(character) || character == "+"
    let digit = signed ? (position + 1 < characters.count ? characters[position + 1] : " ") : character
    return digit.isASCIIDigit ? try power(of: base, try exponent()) : base
  }

  /// A power written with superscript digits, nil when there is none here.
  private mutating func superscript() -> Double? {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    var index = position
    var sign = 1.0
    if index < characters.count, characters[index] == "⁻" {
      sign = -1
      index += 1
    }
    var value: Double?
    while index < characters.count, let digit = digits.firstIndex(of: characters[index]) {
      value = (value ?? 0) * 10 + Double(digit)
      index += 1
    }
    guard let value else { return nil }
    position = index
    return sign * value
  }

  private mutating func exponent() throws(QuantityError) -> Double {
    let bracketed = next == "("
    if bracketed { position += 1 }
    var sign = 1.0
    if let character = next, Self.isMinus(character) || character == "+" {
      sign = character == "+" ? 1 : -1
      position += 1
    }
    var value = try digits()
    if bracketed {
      if next == "/" {
        position += 1
        value /= try digits()
      }
      guard next == ")" else { throw malformed("a parenthesis is not closed") }
      position += 1
    }
    return sign * value
  }

  private mutating func digits() throws(QuantityError) -> Double {
    let start = position
    while let character = next, character.isASCIIDigit || character == "." { position += 1 }
    guard let value = Double(String(characters[start..<position])), value.isFinite else {
      throw malformed("a number should follow as the power")
    }
    return value
  }

  private func power(of unit: PhysicalUnit, _ exponent: Double) throws(QuantityError) -> PhysicalUnit {
    if exponent == 1 { return unit }
    guard unit.offset == 0 else { throw malformed("degC stands alone; write K for a difference") }
    guard exponent != 0, abs(exponent) <= 20, let dimension = unit.dimension.raised(to: exponent) else {
      throw malformed("a power is zero, too high or not a simple fraction")
    }
    let decade = Double(unit.decade) * exponent
    guard abs(decade) <= 400 else { throw malformed("its size is beyond the range of numbers") }
    let whole = Int(decade.rounded(.towardZero))
    var factor = raise(unit.factor, exponent)
    if Double(whole) != decade { factor *= raise(10, decade - Double(whole)) }
    return PhysicalUnit(text, dimension, factor: factor, decade: whole)
  }

  static func isMinus(_ character: Character) -> Bool {
    character == "-" || character == "\u{2212}"
  }
}

extension Character {
  /// Whether this is one of 0 to 9; `isNumber` also takes the digits of other scripts and superscripts.
  var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
