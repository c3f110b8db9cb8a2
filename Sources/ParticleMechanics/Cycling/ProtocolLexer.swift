/// Cuts the words of a protocol into numbers, words and signs.
struct ProtocolLexer {
  struct Token: Hashable {
    enum Kind: Hashable { case number, word, sign, separator }
    var kind: Kind
    var text: String
    /// The first character is 1.
    var column: Int
    /// In small letters, for comparison.
    var lowercased: String { text.lowercased() }
  }

  private static let spelledNumbers = [
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10",
  ]

  static func tokens(_ text: String) throws(CyclingProtocolError) -> [Token] {
    let characters = Array(text)
    var tokens: [Token] = []
    var position = 0
    func isDigit(_ index: Int) -> Bool {
      characters.indices.contains(index) && characters[index].isASCII && characters[index].isNumber
    }
    while position < characters.count {
      let character = characters[position]
      let start = position
      if startsNumber(position) || (isMinus(character) && startsNumber(position + 1)) {
        let end = numberEnd(position)
        if end + 1 < characters.count, characters[end] == ",", isDigit(end + 1) {
          let word = String(characters[start...(end + 1)])
          throw .unexpectedWord(
            word, column: start + 1,
            expected: "a point as the decimal sign (\(word.replacing(",", with: "."))), or a space after the comma")
        }
        let digits = String(characters[start..<end].map { isMinus($0) ? "-" : $0 })
        tokens.append(Token(kind: .number, text: digits, column: start + 1))
        position = end
      } else if character.isLetter {
        while position < characters.count, characters[position].isLetter { position += 1 }
        let word = String(characters[start..<position])
        if let digits = spelledNumbers[word.lowercased()] {
          tokens.append(Token(kind: .number, text: digits, column: start + 1))
        } else {
          tokens.append(Token(kind: .word, text: word, column: start + 1))
        }
      } else {
        position += 1
        switch character {
        case ",", ";", ".", ":", "•", "→":
          tokens.append(Token(kind: .separator, text: String(character), column: start + 1))
        case _ where character.isNewline: tokens.append(Token(kind: .separator, text: ";", column: start + 1))
        case "-" where start > 0 && characters[start - 1].isLetter: break
        case _ where character.isWhitespace: break
        default: tokens.append(Token(kind: .sign, text: String(character), column: start + 1))
        }
      }
    }
    return tokens

    func isMinus(_ character: Character) -> Bool { character == "-" || character == "−" }
    func startsNumber(_ index: Int) -> Bool {
      isDigit(index) || (characters.indices.contains(index) && characters[index] == "." && isDigit(index + 1))
    }
    func numberEnd(_ start: Int) -> Int {
      var end = isMinus(characters[start]) ? start + 1 : start
      while isDigit(end) { end += 1 }
      if end < characters.count, characters[end] == ".", isDigit(end + 1) {
        end += 1
        while isDigit(end) { end += 1 }
      }
      if end < characters.count, characters[end] == "e" || characters[end] == "E" {
        let hasSign = end + 1 < characters.count && (characters[end + 1] == "-" || characters[end + 1] == "+")
        if isDigit(end + (hasSign ? 2 : 1)) {
          end += hasSign ? 2 : 1
          while isDigit(end) { end += 1 }
        }
      }
      return end
    }
  }
}
