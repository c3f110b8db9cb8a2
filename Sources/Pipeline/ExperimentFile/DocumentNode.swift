/// A place in an experiment file: line and column from 1, and the number of characters meant.
struct Place: Hashable, Sendable, Comparable {
  var line: Int
  var column: Int
  var length: Int

  static func < (a: Place, b: Place) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// A node of the experiment file with its place. Scalars are texts; the declaration that reads one gives it its type.
struct DocumentNode: Sendable {
  enum Content: Sendable {
    case scalar(String, isPlain: Bool)
    case sequence([DocumentNode])
    case mapping([Entry])
  }

  struct Entry: Sendable {
    var key: String
    var keyPlace: Place
    var value: DocumentNode
  }

  var content: Content
  var place: Place

  /// Whether this is a key without a value, as in `transport:`, or with what YAML calls null.
  var isEmpty: Bool {
    if case .scalar(let text, isPlain: true) = content { return text.isEmpty || text == "~" || text == "null" }
    return false
  }

  /// An element of a list, or this where it is none.
  func element(_ index: Int) -> DocumentNode {
    guard case .sequence(let nodes) = content, nodes.indices.contains(index) else { return self }
    return nodes[index]
  }

  /// What this is, for messages.
  var words: String {
    switch content {
    case .scalar(let text, let isPlain): isPlain && text.isEmpty ? "nothing" : quoted(text)
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

/// A text of the file as it appears in a message: on one line, not too long, in backquotes.
func quoted(_ text: String) -> String {
  let line = String(text.prefix(60).map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 0x20 } ? " " : $0 })
  return text.count > 60 ? "`\(line)…`" : "`\(line)`"
}
