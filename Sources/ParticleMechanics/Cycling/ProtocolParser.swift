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
  let tokens: [ProtocolLexer.Token]
  var position = 0
  let capacity: ParticleCapacity?
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
    // "0.5C charge to 4.3 V", "1 h rest".
    let first = tokens[position]
    let isLead = first.kind == .number || first.lowercased == "c"
    let lead = isLead ? try quantity(expected: Self.verbs) : nil
    while isLead, let filler = peek(), StepDraft.fillers.contains(filler.lowercased) { position += 1 }
    guard let verb = peek() else { throw .endsEarly(expected: Self.verbs) }
    guard let kind = StepDraft.Kind(verb: verb.lowercased) else {
      throw unexpected(verb, Self.verbs)
    }
    position += 1
    var draft = StepDraft(kind: kind)
    if let lead, let expected = draft.acceptLead(lead) { throw unexpected(first, expected) }
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
        let quantity = try quantity(expected: draft.expected)
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

  func peek() -> ProtocolLexer.Token? { position < tokens.count ? tokens[position] : nil }

  func unexpected(_ token: ProtocolLexer.Token, _ expected: String) -> CyclingProtocolError {
    .unexpectedWord(token.text, column: token.column, expected: expected)
  }
}
