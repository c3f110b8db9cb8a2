/// Reads a protocol in words.
///
///     protocol   = part { separator part }
///     part       = step | "(" protocol ")" [repeat] | repeat
///     step       = verb { [preposition] quantity | "or" }
///     repeat     = ["repeat"] number ("times" | "cycles") ["in all"]
///
/// A repeat counts all passes, the first one included, and takes in the group before it, or all steps since the repeat
/// before it.
struct ProtocolParser {
  private let tokens: [ProtocolLexer.Token]
  private var position = 0
  private let capacity: ParticleCapacity?
  private var nesting = 0
  private static let deepestNesting = 20
  private static let verbs = "charge, discharge, hold, rest or repeat"
  /// What "hold" without a voltage holds: the limit of the step before it.
  private var lastVoltage: Double?

  init(_ words: String, capacity: ParticleCapacity?) throws(CyclingProtocolError) {
    tokens = try ProtocolLexer.tokens(words)
    self.capacity = capacity
  }

  mutating func parse() throws(CyclingProtocolError) -> [CyclingProtocol.Element] {
    let elements = try sequence()
    if let rest = peek() { throw unexpected(rest, Self.verbs) }
    return elements
  }

  // MARK: - Steps and repeats

  private mutating func sequence() throws(CyclingProtocolError) -> [CyclingProtocol.Element] {
    var elements: [CyclingProtocol.Element] = []
    var repeatable = 0
    while let token = peek() {
      if token.kind == .separator || Self.joiners.contains(token.lowercased) {
        position += 1
      } else if token.text == "(" {
        elements += try group()
        repeatable = elements.count
      } else if token.text == ")" {
        break
      } else if let count = try repeats() {
        guard repeatable < elements.count else { throw unexpected(token, "steps before a repeat") }
        let inner = Array(elements[repeatable...])
        elements.removeSubrange(repeatable...)
        elements.append(.cycle(count: count, inner))
        repeatable = elements.count
      } else {
        elements += try step().map { .step($0) }
      }
    }
    return elements
  }

  private static let joiners: Set<String> = ["then", "and", "next", "afterwards", "finally", "first"]

  private mutating func group() throws(CyclingProtocolError) -> [CyclingProtocol.Element] {
    let opening = tokens[position]
    position += 1
    nesting += 1
    guard nesting <= Self.deepestNesting else {
      throw unexpected(opening, "at most \(Self.deepestNesting) nested parentheses")
    }
    let inner = try sequence()
    nesting -= 1
    guard let closing = peek() else { throw .endsEarly(expected: "a closing parenthesis") }
    guard closing.text == ")" else { throw unexpected(closing, "a closing parenthesis") }
    guard !inner.isEmpty else { throw unexpected(closing, "a step inside the parentheses") }
    position += 1
    let afterGroup = position
    while let token = peek(), token.kind == .separator { position += 1 }
    if let count = try repeats() { return [.cycle(count: count, inner)] }
    position = afterGroup
    return inner
  }

  /// The number of passes when a repeat stands here; otherwise nothing is consumed.
  private mutating func repeats() throws(CyclingProtocolError) -> Int? {
    let start = position
    var isRepeat = false
    while let token = peek(),
      ["repeat", "repeated", "cycle", "for", "x", "×", "all", "this", "these"].contains(token.lowercased)
    {
      isRepeat = isRepeat || (token.lowercased != "for" && token.lowercased != "all")
      position += 1
    }
    var number: ProtocolLexer.Token?
    if let token = peek() {
      if token.kind == .number {
        number = token
        position += 1
      } else if isRepeat, ["once", "twice"].contains(token.lowercased) {
        number = ProtocolLexer.Token(kind: .number, text: token.lowercased == "once" ? "1" : "2", column: token.column)
        position += 1
      }
    }
    guard let number else {
      guard isRepeat else {
        position = start
        return nil
      }
      if let token = peek() { throw unexpected(token, "how often in all, such as 3 times") }
      throw .endsEarly(expected: "how often to repeat in all, such as 3 times")
    }
    if let token = peek(), ["times", "time", "cycles", "cycle", "x", "×"].contains(token.lowercased) {
      position += 1
      isRepeat = true
    }
    guard isRepeat else {
      position = start
      return nil
    }
    while let token = peek(), ["in", "all", "total"].contains(token.lowercased) { position += 1 }
    guard let count = Int(number.text), count >= 1, count <= CyclingProtocol.largestStepCount else {
      throw unexpected(number, "a whole number of passes from 1 to \(CyclingProtocol.largestStepCount)")
    }
    return count
  }

  private mutating func step() throws(CyclingProtocolError) -> [CyclingStep] {
    let verb = tokens[position]
    guard let kind = StepDraft.Kind(verb: verb.lowercased) else {
      throw unexpected(verb, Self.verbs)
    }
    position += 1
    var draft = StepDraft(kind: kind)
    while let token = peek() {
      if token.kind == .separator {
        // "…, or for 2 h" goes on with the step.
        guard position + 1 < tokens.count, tokens[position + 1].lowercased == "or" else { break }
        position += 1
      } else if token.text == "(" || token.text == ")" || Self.joiners.contains(token.lowercased) {
        break
      } else if let more = StepDraft.Kind(verb: token.lowercased), draft.isBare, let joint = draft.kind.joined(more) {
        // "CC charge", "CCCV discharge".
        draft.kind = joint
        position += 1
      } else if StepDraft.Kind(verb: token.lowercased) != nil || token.lowercased == "repeat" || isRepeatAhead() {
        break
      } else if let preposition = StepDraft.Preposition(token.lowercased) {
        draft.preposition = preposition
        position += 1
      } else if StepDraft.fillers.contains(token.lowercased) {
        position += 1
      } else {
        let quantity = try quantity(of: draft)
        if let expected = draft.accept(quantity) { throw unexpected(token, expected) }
      }
    }
    let steps = draft.steps(lastVoltage: lastVoltage)
    switch steps {
    case .failure(let missing):
      if let next = peek() { throw unexpected(next, missing.expected) }
      throw .endsEarly(expected: missing.expected)
    case .success(let steps):
      if let voltage = steps.last?.statedVoltage { lastVoltage = voltage }
      return steps
    }
  }

  private func isRepeatAhead() -> Bool {
    guard position + 1 < tokens.count else { return false }
    let (number, word) = (tokens[position], tokens[position + 1].lowercased)
    if number.text == "×" { return tokens[position + 1].kind == .number }
    if number.lowercased == "for", position + 2 < tokens.count {
      return ["times", "time", "cycles", "cycle"].contains(tokens[position + 2].lowercased)
    }
    return number.kind == .number && ["times", "time", "cycles", "cycle"].contains(word)
  }

  // MARK: - Quantities

  private mutating func quantity(of draft: StepDraft) throws(CyclingProtocolError) -> StepDraft.Quantity {
    let first = tokens[position]
    position += 1
    if first.kind == .word {
      if first.lowercased == "c" { return .current(.rate(try divided(1))) }
      if ProtocolUnit.isLithiation(first.lowercased) { return .lithiation(try lithiation()) }
      if ["soc", "charged", "dod"].contains(first.lowercased) {
        throw unexpected(first, "a lithiation, such as \"lithiation 0.3\" (states of charge have several scales)")
      }
      throw unexpected(first, draft.expected)
    }
    guard first.kind == .number else { throw unexpected(first, draft.expected) }
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
    if let exponent = ProtocolUnit.voltExponent(unit.text) { return .voltage(try scaled(exponent)) }
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

  private func peek() -> ProtocolLexer.Token? { position < tokens.count ? tokens[position] : nil }

  private func unexpected(_ token: ProtocolLexer.Token, _ expected: String) -> CyclingProtocolError {
    .unexpectedWord(token.text, column: token.column, expected: expected)
  }
}
