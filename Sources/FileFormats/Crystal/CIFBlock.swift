/// One data block of a CIF: values by tag, a table a loop.
struct CIFBlock: Sendable {
  struct Value: Sendable, Hashable {
    var text: String
    var isQuoted: Bool
    var line: Int

    /// Whether the file gives no value: "?" (unknown) or "." (inapplicable) without quotes.
    var isMissing: Bool { !isQuoted && (text == "?" || text == ".") }
  }

  struct Loop: Sendable {
    var line: Int
    var tags: [String]
    /// The values row by row.
    var values: [Value] = []

    var rowCount: Int { values.count / tags.count }

    /// The column of a tag; nil where the loop does not have it.
    func column(_ tag: String) -> Int? { tags.firstIndex(of: tag) }

    /// The value in a row; nil where the file has none.
    func value(_ row: Int, _ column: Int?) -> Value? {
      guard let column else { return nil }
      let value = values[row * tags.count + column]
      return value.isMissing ? nil : value
    }
  }

  var name: String
  var line: Int
  private(set) var items: [String: Value] = [:]
  private(set) var loops: [Loop] = []

  /// The first value that the file gives under one of the tags, be it alone or in a loop of one row.
  func value(_ tags: String...) -> Value? {
    for tag in tags {
      if let value = items[tag], !value.isMissing { return value }
      if let loop = loop(tag), loop.rowCount == 1, let value = loop.value(0, loop.column(tag)) { return value }
    }
    return nil
  }

  /// The loop that has a tag.
  func loop(_ tag: String) -> Loop? { loops.first { $0.column(tag) != nil } }

  /// Reads all blocks of a file.
  ///
  /// - Throws: ``FormatError`` with the line where the syntax is broken.
  static func read(_ bytes: [UInt8], named name: String) throws(FormatError) -> [CIFBlock] {
    var parser = Parser(tokenizer: CIFTokenizer(bytes, named: name), file: name)
    return try parser.read()
  }

  private struct Parser {
    var tokenizer: CIFTokenizer
    let file: String
    var blocks: [CIFBlock] = []
    /// Where the current block has each tag.
    var lines: [String: Int] = [:]
    /// A save frame belongs to dictionaries; what is in it is not of the block.
    var isInFrame = false
    var pending: CIFToken?

    func error(_ line: Int, _ message: String) -> FormatError { FormatError(file, at: "line \(line)", message) }

    mutating func next() throws(FormatError) -> CIFToken? {
      if let token = pending {
        pending = nil
        return token
      }
      return try tokenizer.next()
    }

    mutating func read() throws(FormatError) -> [CIFBlock] {
      while let token = try next() {
        switch token.kind {
        case .data:
          blocks.append(CIFBlock(name: token.text, line: token.line))
          lines = [:]
          isInFrame = false
        case .save: isInFrame = !token.text.isEmpty
        case .tag: try readItem(token)
        case .loop: try readLoop(token)
        case .bare, .quoted:
          throw error(
            token.line, "found the value \"\(token.text.prefix(40))\" where a name such as _cell_length_a is expected")
        }
      }
      return blocks
    }

    mutating func register(_ tag: CIFToken) throws(FormatError) {
      guard !blocks.isEmpty else {
        throw error(tag.line, "\(tag.text.prefix(60)) stands before the first data block; expected \"data_NAME\"")
      }
      guard !isInFrame else { return }
      if let earlier = lines[tag.text] {
        throw error(tag.line, "\(tag.text.prefix(60)) is given twice, first in line \(earlier)")
      }
      lines[tag.text] = tag.line
    }

    mutating func readItem(_ tag: CIFToken) throws(FormatError) {
      try register(tag)
      guard let token = try next(), token.kind == .bare || token.kind == .quoted else {
        throw error(tag.line, "\(tag.text.prefix(60)) has no value")
      }
      if !isInFrame { blocks[blocks.count - 1].items[tag.text] = Value(token) }
    }

    mutating func readLoop(_ start: CIFToken) throws(FormatError) {
      var loop = Loop(line: start.line, tags: [])
      while let token = try next() {
        guard token.kind == .tag, loop.values.isEmpty else {
          guard token.kind == .bare || token.kind == .quoted else {
            pending = token
            break
          }
          guard !loop.tags.isEmpty else { throw error(token.line, "a loop has values but no names") }
          loop.values.append(Value(token))
          continue
        }
        try register(token)
        loop.tags.append(token.text)
      }
      guard !loop.tags.isEmpty else { throw error(start.line, "a loop has no names") }
      guard loop.values.count.isMultiple(of: loop.tags.count) else {
        throw error(
          start.line,
          "the loop of \(loop.tags[0].prefix(60)) has \(loop.tags.count) names and \(loop.values.count) values, "
            + "which is no whole number of rows")
      }
      if !isInFrame, !blocks.isEmpty { blocks[blocks.count - 1].loops.append(loop) }
    }
  }
}

extension CIFBlock.Value {
  init(_ token: CIFToken) { self.init(text: token.text, isQuoted: token.kind == .quoted, line: token.line) }
}
