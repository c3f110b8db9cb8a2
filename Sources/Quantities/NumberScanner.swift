/// Takes the parts of a decimal number from the front of a text.
struct NumberScanner {
  private(set) var rest: Substring

  init(_ text: Substring) {
    rest = text
  }

  var next: Character? { rest.first }

  /// Whether a digit stands behind the next character.
  var digitFollowsComma: Bool { rest.dropFirst().first?.isASCIIDigit ?? false }

  /// Sign, digits and decimal point, with an ASCII minus; nil where no number begins.
  mutating func mantissa() -> String? {
    var text = ""
    var ahead = rest
    if let sign = ahead.first, UnitParser.isMinus(sign) || sign == "+" {
      if sign != "+" { text = "-" }
      ahead = ahead.dropFirst()
    }
    let whole = ahead.prefix { $0.isASCIIDigit }
    ahead = ahead[whole.endIndex...]
    var fraction: Substring = ""
    if ahead.first == "." {
      fraction = ahead.dropFirst().prefix { $0.isASCIIDigit }
      ahead = ahead.dropFirst(1 + fraction.count)
    }
    guard !(whole.isEmpty && fraction.isEmpty) else { return nil }
    rest = ahead
    return text + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
  }

  /// The digits of a bracket that gives the uncertainty of the last places, as in 4.69(23).
  mutating func bracket() -> String? {
    guard rest.first == "(" else { return nil }
    let digits = rest.dropFirst().prefix { $0.isASCIIDigit }
    let end = rest.dropFirst(1 + digits.count)
    guard !digits.isEmpty, end.first == ")" else { return nil }
    rest = end.dropFirst()
    return String(digits)
  }

  /// The power of ten of `e-12`, `x10^-12`, `·10^-12`, `×10⁻¹²` or ` * 10^-12`; 0 where there is none.
  mutating func exponent() -> Int {
    if let letter = rest.first, letter == "e" || letter == "E", let (power, after) = Self.integer(rest.dropFirst()) {
      rest = after
      return power
    }
    var ahead = rest.drop { $0 == " " }
    guard let times = ahead.first, "x×·⋅*".contains(times) else { return 0 }
    ahead = ahead.dropFirst().drop { $0 == " " }
    guard ahead.hasPrefix("10") else { return 0 }
    ahead = ahead.dropFirst(2)
    if ahead.first == "^" {
      guard let (power, after) = Self.integer(ahead.dropFirst()) else { return 0 }
      rest = after
      return power
    }
    let superscripts = ahead.prefix { Self.superscripts.keys.contains($0) }
    guard let (power, _) = Self.integer(Substring(String(superscripts.compactMap { Self.superscripts[$0] }))) else {
      return 0
    }
    rest = ahead[superscripts.endIndex...]
    return power
  }

  private static let superscripts: [Character: Character] = [
    "⁻": "-", "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9",
  ]

  /// A whole number at the front of a text, at most 5 digits counted, and what follows it.
  private static func integer(_ text: Substring) -> (Int, Substring)? {
    var ahead = text
    var negative = false
    if let sign = ahead.first, UnitParser.isMinus(sign) || sign == "+" {
      negative = sign != "+"
      ahead = ahead.dropFirst()
    }
    let digits = ahead.prefix { $0.isASCIIDigit }
    guard !digits.isEmpty else { return nil }
    let value = Int(digits) ?? 99_999
    return (negative ? -min(value, 99_999) : min(value, 99_999), ahead[digits.endIndex...])
  }
}
