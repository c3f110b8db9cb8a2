/// Reads a formula by recursive descent and writes it in the order in which a stack evaluates it.
struct FormulaParser {
  private(set) var program: [Formula.Instruction] = []
  private let text: String
  private let characters: [Character]
  private var position = 0
  private var nesting = 0
  /// Deeper nesting than anybody writes would overflow the program's own stack.
  private static let deepestNesting = 100

  private static let operand =
    "u, a number, a parenthesis or one of " + Formula.Function.allCases.map(\.rawValue).joined(separator: ", ")

  init(_ text: String) {
    self.text = text
    characters = Array(text)
  }

  mutating func parse() throws(FormulaError) {
    try sum()
    guard peek() == nil else { throw error(expected: "an operator (+ - * / ^) or the end") }
  }

  private mutating func sum() throws(FormulaError) {
    nesting += 1
    guard nesting <= Self.deepestNesting else {
      throw error(expected: "at most \(Self.deepestNesting) nested parentheses, signs and exponents")
    }
    try product()
    while let sign = peek(), sign == "+" || sign == "-" {
      position += 1
      try product()
      emit(sign == "+" ? .add : .subtract)
    }
    nesting -= 1
  }

  private mutating func product() throws(FormulaError) {
    try signed()
    while let sign = peek(), sign == "*" || sign == "/" {
      position += 1
      try signed()
      emit(sign == "*" ? .multiply : .divide)
    }
  }

  private mutating func signed() throws(FormulaError) {
    var isNegative = false
    while let sign = peek(), sign == "-" || sign == "+" {
      position += 1
      if sign == "-" { isNegative.toggle() }
    }
    try power()
    if isNegative { emit(.negate) }
  }

  private mutating func power() throws(FormulaError) {
    try operand()
    guard peek() == "^" else { return }
    position += isDoubleStar() ? 2 : 1
    nesting += 1
    guard nesting <= Self.deepestNesting else {
      throw error(expected: "at most \(Self.deepestNesting) nested parentheses, signs and exponents")
    }
    try signed()
    nesting -= 1
    emit(.power)
  }

  private mutating func operand() throws(FormulaError) {
    guard let next = peek() else { throw error(expected: Self.operand) }
    if next == "(" {
      position += 1
      try sum()
      try expect(")", "an operator or a closing parenthesis")
    } else if next.isASCII, next.isNumber || next == "." {
      try number()
    } else if next.isLetter {
      try name()
    } else {
      throw error(expected: Self.operand)
    }
  }

  private mutating func number() throws(FormulaError) {
    let start = position
    func isDigit(_ index: Int) -> Bool {
      index < characters.count && characters[index].isASCII && characters[index].isNumber
    }
    var end = position
    while isDigit(end) || (end < characters.count && characters[end] == ".") { end += 1 }
    if end < characters.count, characters[end] == "e" || characters[end] == "E" {
      let hasSign = end + 1 < characters.count && (characters[end + 1] == "-" || characters[end + 1] == "+")
      var exponent = end + (hasSign ? 2 : 1)
      if isDigit(exponent) {
        while isDigit(exponent) { exponent += 1 }
        end = exponent
      }
    }
    let word = String(characters[start..<end])
    guard let value = Double(word), value.isFinite else {
      throw FormulaError(text: text, column: start + 1, found: word, expected: "a number such as 0.5 or 1e-14")
    }
    position = end
    program.append(.number(value))
  }

  private mutating func name() throws(FormulaError) {
    let start = position
    var end = position
    while end < characters.count, characters[end].isLetter || characters[end].isNumber { end += 1 }
    let word = String(characters[start..<end])
    position = end
    switch word {
    case "u", "x": program.append(.lithiation)
    case "pi": program.append(.number(.pi))
    default:
      guard let function = Formula.Function(rawValue: word == "ln" ? "log" : word) else {
        throw FormulaError(text: text, column: start + 1, found: word, expected: Self.operand)
      }
      try expect("(", "a parenthesis after \(word)")
      for argument in 0..<function.argumentCount {
        if argument > 0 { try expect(",", "a comma and the second of two arguments of \(word)") }
        try sum()
      }
      try expect(")", "a closing parenthesis: \(word) takes \(function.argumentCount == 1 ? "one" : "two")")
      emit(.apply(function))
    }
  }

  /// Appends an operation; one on numbers alone is carried out at once.
  private mutating func emit(_ operation: Formula.Instruction) {
    let count = 1 - operation.growth
    let operands = program.suffix(count).compactMap { if case .number(let value) = $0 { value } else { nil } }
    guard operands.count == count else {
      program.append(operation)
      return
    }
    program.removeLast(count)
    program.append(.number(Formula.evaluate(operation, operands[0], operands[count - 1])))
  }

  private mutating func expect(_ sign: Character, _ expected: String) throws(FormulaError) {
    guard peek() == sign else { throw error(expected: expected) }
    position += 1
  }

  /// The next character that is no space: signs of typography as the plain ones, and "^" for `**`.
  private mutating func peek() -> Character? {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    guard position < characters.count else { return nil }
    switch characters[position] {
    case "−", "–": return "-"
    case "×", "·": return "*"
    case "*" where isDoubleStar(): return "^"
    case let character: return character
    }
  }

  private func isDoubleStar() -> Bool {
    position + 1 < characters.count && characters[position] == "*" && characters[position + 1] == "*"
  }

  private func error(expected: String) -> FormulaError {
    guard position < characters.count else {
      return FormulaError(text: text, column: characters.count + 1, found: "the end", expected: expected)
    }
    return FormulaError(text: text, column: position + 1, found: String(characters[position]), expected: expected)
  }
}
