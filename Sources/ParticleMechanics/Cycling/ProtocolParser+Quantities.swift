extension ProtocolParser {
  /// A number with its unit, or a lithiation.
  mutating func quantity(expected: String) throws(CyclingProtocolError) -> StepDraft.Quantity {
    let first = tokens[position]
    position += 1
    if first.kind == .word {
      if first.lowercased == "c" { return .current(.rate(try divided(1))) }
      if ProtocolUnit.isLithiation(first.lowercased) { return .lithiation(try lithiation()) }
      if ["soc", "charged", "dod"].contains(first.lowercased) {
        throw unexpected(first, "a lithiation, such as \"lithiation 0.3\" (states of charge have several scales)")
      }
      throw unexpected(first, expected)
    }
    guard first.kind == .number else { throw unexpected(first, expected) }
    guard let value = Double(first.text), value.isFinite else { throw unexpected(first, "a number") }
    guard let unit = peek() else {
      throw .endsEarly(expected: "a unit after \(first.text): V, C, A, s, min, h or lithiation")
    }
    if unit.text == "%" { return .lithiation(try percent(first)) }
    if unit.text == "/" {
      // "1/20 C"
      let rate = try divided(value)
      guard let letter = peek(), letter.lowercased == "c" else {
        if let next = peek() { throw unexpected(next, "C after a fraction") }
        throw .endsEarly(expected: "C after a fraction")
      }
      position += 1
      return .current(.rate(rate))
    }
    position += 1
    return try measured(value, digits: first.text, unit: unit)
  }

  private mutating func measured(
    _ value: Double, digits: String, unit: ProtocolLexer.Token
  ) throws(CyclingProtocolError) -> StepDraft.Quantity {
    func scaled(_ exponent: Int) throws(CyclingProtocolError) -> Double {
      guard let number = ProtocolUnit.scale(digits, exponent: exponent), number.isFinite else {
        throw unexpected(unit, "a unit in which \(digits) is a number")
      }
      return number
    }
    if unit.lowercased == "c" { return .current(.rate(try divided(value))) }
    if let exponent = ProtocolUnit.voltExponent(unit.text) {
      try reference()
      return .voltage(try scaled(exponent))
    }
    if let length = ProtocolUnit.duration(unit.text) { return .duration(value * length) }
    if let exponent = ProtocolUnit.ampereExponent(unit.text) {
      guard let mass = try massExponent() else { return .current(.amperes(try scaled(exponent))) }
      return .current(.specific(try scaled(exponent + mass)))
    }
    if let exponent = ProtocolUnit.ampereHourExponent(unit.text) {
      if let mass = try massExponent() {
        guard let specific = capacity?.specificCapacity else {
          throw .capacityMissing(current: "of \(digits) \(unit.text)/g")
        }
        return .change(try scaled(exponent + mass) * 3600 / specific)
      }
      guard let charge = capacity?.charge else { throw .capacityMissing(current: "of \(digits) \(unit.text)") }
      return .change(try scaled(exponent) * 3600 / charge)
    }
    if ProtocolUnit.isLithiation(unit.lowercased) { return .lithiation(value) }
    throw unexpected(unit, "a unit after \(digits): V, C, A, A/g, s, min, h, % or lithiation")
  }

  /// "vs. Li/Li+" after a voltage.
  private mutating func reference() throws(CyclingProtocolError) {
    guard let word = peek(), ["vs", "versus", "against"].contains(word.lowercased) else { return }
    position += 1
    if let point = peek(), point.text == "." { position += 1 }
    guard let lithium = peek() else { throw .endsEarly(expected: "Li, the reference of all voltages") }
    guard ["li", "lithium"].contains(lithium.lowercased) else {
      throw unexpected(lithium, "Li, the reference of all voltages")
    }
    position += 1
    while let token = peek(), token.text == "/" || token.text == "+" || token.lowercased == "li" { position += 1 }
  }

  /// "/g" or "/kg", as a power of ten that leads to kilograms.
  private mutating func massExponent() throws(CyclingProtocolError) -> Int? {
    guard let slash = peek(), slash.text == "/" else { return nil }
    position += 1
    guard let unit = peek() else { throw .endsEarly(expected: "g or kg after the slash") }
    position += 1
    switch unit.lowercased {
    case "g": return 3
    case "kg": return 0
    case "mg": return 6
    default: throw unexpected(unit, "g or kg after the slash")
    }
  }

  /// A number divided by what follows a slash, if there is one.
  private mutating func divided(_ value: Double) throws(CyclingProtocolError) -> Double {
    guard let slash = peek(), slash.text == "/" else { return value }
    position += 1
    guard let token = peek() else { throw .endsEarly(expected: "a number after the slash, as in C/20") }
    guard token.kind == .number, let divisor = Double(token.text), divisor > 0 else {
      throw unexpected(token, "a positive number after the slash, as in C/20")
    }
    position += 1
    return value / divisor
  }

  /// The number after the word lithiation.
  private mutating func lithiation() throws(CyclingProtocolError) -> Double {
    while let token = peek(), ["=", "of", "is", "reaches", ":"].contains(token.lowercased) { position += 1 }
    guard let token = peek() else { throw .endsEarly(expected: "a lithiation from 0 to 1, or in %") }
    guard token.kind == .number, let value = Double(token.text) else {
      throw unexpected(token, "a lithiation from 0 to 1, or in %")
    }
    position += 1
    if let sign = peek(), sign.text == "%" { return try percent(token) }
    return value
  }

  /// The sign and the word after "30".
  private mutating func percent(_ number: ProtocolLexer.Token) throws(CyclingProtocolError) -> Double {
    position += 1
    while let token = peek(), ["of", "the", "mean"].contains(token.lowercased) { position += 1 }
    if let token = peek(), token.kind == .word {
      if ["soc", "state", "dod", "charge", "capacity"].contains(token.lowercased) {
        throw unexpected(token, "lithiation after % (states of charge have several scales)")
      }
      if ProtocolUnit.isLithiation(token.lowercased) { position += 1 }
    }
    guard let value = ProtocolUnit.scale(number.text, exponent: -2) else { throw unexpected(number, "a number") }
    return value
  }
}
