/// A word of a CIF with the line on which it starts.
struct CIFToken: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case data, loop, save, tag
    /// A value without quotes: "?" and "." mean unknown and inapplicable.
    case bare
    /// A value in quotes or a text field.
    case quoted
  }

  var kind: Kind
  /// The value without its quotes, the name of a block, or a tag in lower case with "." as "_".
  var text: String
  var line: Int
}

/// Splits a file into the words of the CIF 1.1 syntax (Hall, Allen & Brown, Acta Cryst. A47, 655 (1991); International
/// Tables G, chapter 2.2): comments, values bare, in quotes and in text fields, tags and reserved words.
struct CIFTokenizer {
  private let bytes: [UInt8]
  private let name: String
  private var index = 0
  private var line = 1
  private var isLineStart = true

  init(_ bytes: [UInt8], named name: String) {
    // A byte order mark is not of the format but is in files.
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    self.name = name
  }

  /// The next word; nil at the end.
  mutating func next() throws(FormatError) -> CIFToken? {
    skipSpaceAndComments()
    guard index < bytes.count else { return nil }
    let byte = bytes[index]
    switch byte {
    case UInt8(ascii: ";") where isLineStart: return try textField()
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return try quoted(byte)
    default: return try word()
    }
  }

  private func error(_ message: String, line: Int) -> FormatError { FormatError(name, at: "line \(line)", message) }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// Passes one byte and counts lines; CR LF is one end of line.
  private mutating func advance() {
    let byte = bytes[index]
    index += 1
    let isEnd = byte == 0x0A || (byte == 0x0D && !(index < bytes.count && bytes[index] == 0x0A))
    if isEnd { line += 1 }
    isLineStart = isEnd
  }

  private mutating func skipSpaceAndComments() {
    while index < bytes.count {
      if Self.isSpace(bytes[index]) {
        advance()
      } else if bytes[index] == UInt8(ascii: "#") {
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { advance() }
      } else {
        return
      }
    }
  }

  /// From a semicolon that starts a line to the next one that does.
  private mutating func textField() throws(FormatError) -> CIFToken {
    let first = line
    advance()
    let start = index
    while index < bytes.count {
      if isLineStart, bytes[index] == UInt8(ascii: ";") {
        let text = Latin1OrUTF8.text(bytes[start..<index])
        advance()
        return CIFToken(kind: .quoted, text: text.trimmed, line: first)
      }
      advance()
    }
    throw error("a text field starts here and no line that starts with \";\" ends it", line: first)
  }

  /// A quote ends the value only where white space or the end of the file follows.
  private mutating func quoted(_ quote: UInt8) throws(FormatError) -> CIFToken {
    advance()
    let start = index
    while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D {
      if bytes[index] == quote, index + 1 == bytes.count || Self.isSpace(bytes[index + 1]) {
        let text = Latin1OrUTF8.text(bytes[start..<index])
        advance()
        return CIFToken(kind: .quoted, text: text, line: line)
      }
      advance()
    }
    throw error("a quoted value is not closed on its line", line: line)
  }

  private mutating func word() throws(FormatError) -> CIFToken {
    let start = index
    while index < bytes.count, !Self.isSpace(bytes[index]) { advance() }
    let text = Latin1OrUTF8.text(bytes[start..<index])
    let lower = text.lowercased()
    if lower.hasPrefix("_") {
      guard lower.utf8.count > 1 else { throw error("\"_\" stands where a name is expected", line: line) }
      return CIFToken(kind: .tag, text: lower.replacing(".", with: "_"), line: line)
    }
    if lower.hasPrefix("data_") {
      return CIFToken(kind: .data, text: String(text.dropFirst(5)), line: line)
    }
    if lower.hasPrefix("save_") { return CIFToken(kind: .save, text: String(text.dropFirst(5)), line: line) }
    switch lower {
    case "loop_": return CIFToken(kind: .loop, text: text, line: line)
    case "stop_", "global_":
      throw error("\"\(text)\" is of the STAR format and not allowed in a CIF", line: line)
    default: return CIFToken(kind: .bare, text: text, line: line)
    }
  }
}

/// The character sets of CIFs: ASCII by the standard, UTF-8 or Latin-1 in fact.
enum Latin1OrUTF8 {
  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(validating: bytes, as: UTF8.self) ?? Latin1.text(bytes)
  }
}
