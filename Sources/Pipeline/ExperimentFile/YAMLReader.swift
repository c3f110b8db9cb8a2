import Yams

/// Turns YAML text into nodes with places, and says what is wrong with it.
struct YAMLReader {
  /// Deeper nesting has no meaning in an experiment file, and could exhaust the stack.
  private static let deepest = 32
  /// A longer text is no experiment file.
  private static let longest = 1_000_000

  let text: String
  let lines: [String]
  private var problems: [SettingProblem] = []

  init(text: String, lines: [String]) {
    self.text = text
    self.lines = lines
  }

  /// The root mapping, nil where there are problems.
  func read() -> (root: DocumentNode?, problems: [SettingProblem]) {
    var reader = self
    let root = reader.document()
    return (reader.problems.isEmpty ? root : nil, reader.problems)
  }

  private mutating func document() -> DocumentNode? {
    guard text.utf8.count <= Self.longest else {
      report("the file is too long", "experiment files have less than \(Self.longest) bytes", at: nil)
      return nil
    }
    findTabs()
    findControlCharacters()
    findNesting()
    findAliases()
    guard problems.isEmpty else { return nil }
    do {
      // The parser is kept while nodes are walked: it owns the anchors, which nodes refer to weakly.
      let parser = try Parser(yaml: text)
      let root = try withExtendedLifetime(parser) { try parser.singleRoot().map { convert($0, depth: 0) } }
      guard let root, !root.isEmpty else {
        report("the file is empty", "expected an experiment; `operando example` writes one to begin with", at: nil)
        return nil
      }
      return root
    } catch let error as YamlError {
      report(error)
    } catch {
      report("the file cannot be read as YAML", "\(error)", at: nil)
    }
    return nil
  }

  private mutating func report(_ message: String, _ detail: String, at place: Place?) {
    let problem = SettingProblem(message, detail: detail, place: place)
    // Every alias leads to its anchor again.
    if !problems.contains(problem) { problems.append(problem) }
  }

  // MARK: - Before parsing

  private mutating func findTabs() {
    for (index, line) in lines.enumerated() {
      guard let tab = line.firstIndex(of: "\t") else { continue }
      // In a comment it does no harm.
      if let hash = line.firstIndex(of: "#"), hash < tab { continue }
      let column = line.distance(from: line.startIndex, to: tab) + 1
      report("tabs are not allowed", "write spaces", at: Place(line: index + 1, column: column, length: 1))
    }
  }

  private mutating func findControlCharacters() {
    for (index, line) in lines.enumerated() {
      for (offset, character) in line.enumerated() {
        guard let scalar = character.unicodeScalars.first(where: \.isControl), scalar != "\t" else { continue }
        let code = String(scalar.value, radix: 16, uppercase: true)
        let name = "U+" + String(repeating: "0", count: max(4 - code.count, 0)) + code
        let place = Place(line: index + 1, column: offset + 1, length: 1)
        return report("the control character \(name)", "remove it; the file must be UTF-8 text", at: place)
      }
    }
  }

  /// Many aliases can make a short text expand beyond all bounds before they can be reported one by one.
  private mutating func findAliases() {
    var count = 0
    for (index, line) in lines.enumerated() {
      var previous: Character = " "
      for (offset, character) in line.enumerated() {
        if character == "*", " [{,".contains(previous) { count += 1 }
        if count > 20 {
          let place = Place(line: index + 1, column: offset + 1, length: 1)
          return report("aliases are not read", "quote a text that begins with *", at: place)
        }
        previous = character
      }
    }
  }

  private mutating func findNesting() {
    var depth = 0
    for (index, line) in lines.enumerated() {
      for (offset, character) in line.enumerated() {
        if character == "[" || character == "{" { depth += 1 }
        if character == "]" || character == "}" { depth = max(depth - 1, 0) }
        if depth > Self.deepest {
          let place = Place(line: index + 1, column: offset + 1, length: 1)
          return report("too many brackets within one another", "at most \(Self.deepest) are read", at: place)
        }
      }
      // Indentation by lists and keys on one line: "- - - a".
      if line.split(separator: " ").prefix(while: { $0 == "-" || $0 == "?" }).count > Self.deepest {
        let place = Place(line: index + 1, column: 1, length: 1)
        return report("too many lists within one another", "at most \(Self.deepest) are read", at: place)
      }
      let indent = line.prefix { $0 == " " }.count
      if indent > 16 * Self.deepest, line.count > indent {
        let place = Place(line: index + 1, column: indent + 1, length: 1)
        return report("a line is indented too far", "at most \(16 * Self.deepest) spaces are read", at: place)
      }
    }
  }

  // MARK: - After parsing

  private mutating func convert(_ node: Node, depth: Int) -> DocumentNode {
    let place = place(node)
    let empty = DocumentNode(content: .scalar("", isPlain: true), place: place)
    if depth > Self.deepest {
      report("the file is nested too deeply", "at most \(Self.deepest) levels are read", at: place)
      return empty
    }
    if anchor(of: node) != nil {
      report(
        "anchors are not read", "write the value where it is needed", at: place)
      return empty
    }
    // Tags of YAML itself are what the parser makes of a value without one.
    let tag = node.tag.rawValue
    if !tag.isEmpty, !tag.hasPrefix("tag:yaml.org,2002:") {
      report("tags are not read", "remove \(quoted(tag))", at: place)
      return empty
    }
    switch node {
    case .scalar(let scalar):
      return DocumentNode(content: .scalar(scalar.string, isPlain: scalar.style == .plain), place: place)
    case .sequence(let sequence):
      return DocumentNode(content: .sequence(sequence.map { convert($0, depth: depth + 1) }), place: place)
    case .mapping(let mapping):
      return DocumentNode(content: .mapping(mapping.compactMap { entry($0.key, $0.value, depth) }), place: place)
    case .alias:
      report("aliases are not read", "write the value where it is needed", at: place)
      return empty
    }
  }

  private mutating func entry(_ key: Node, _ value: Node, _ depth: Int) -> DocumentNode.Entry? {
    let keyPlace = place(key)
    guard case .scalar(let scalar) = key, anchor(of: key) == nil else {
      report("a key that is not a word", "expected a line such as `radius: 10 um`", at: keyPlace)
      return nil
    }
    if scalar.string == "<<" {
      report("merge keys are not read", "write the keys where they are needed", at: keyPlace)
      return nil
    }
    return DocumentNode.Entry(key: scalar.string, keyPlace: keyPlace, value: convert(value, depth: depth + 1))
  }

  private func anchor(of node: Node) -> Anchor? {
    switch node {
    case .scalar(let scalar): scalar.anchor
    case .sequence(let sequence): sequence.anchor
    case .mapping(let mapping): mapping.anchor
    case .alias(let alias): alias.anchor
    }
  }

  private func place(_ node: Node) -> Place {
    guard let mark = node.mark else { return Place(line: 1, column: 1, length: 1) }
    var place = place(mark)
    if case .scalar(let scalar) = node {
      let quotes = scalar.style == .singleQuoted || scalar.style == .doubleQuoted ? 2 : 0
      place.length = max(scalar.string.count + quotes, 1)
    }
    return place
  }

  /// libYAML counts Unicode scalars; a place counts characters, as an editor does.
  private func place(_ mark: Mark) -> Place {
    guard mark.line >= 1, mark.line <= lines.count else { return Place(line: lines.count, column: 1, length: 1) }
    let scalars = lines[mark.line - 1].unicodeScalars
    let before = String(String.UnicodeScalarView(scalars.prefix(max(mark.column - 1, 0))))
    return Place(line: mark.line, column: before.count + 1, length: 1)
  }

  // MARK: - Errors of the YAML parser

  private mutating func report(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      if let context, let message = Self.opened[problem] {
        // What was opened and not closed is where the mistake is, not where the parser gave up.
        report("the file cannot be read as YAML", message, at: place(context.mark))
      } else {
        report("the file cannot be read as YAML", explain(problem), at: place(mark))
      }
    case .duplicatedKeysInMapping(let duplicates, let context):
      reportDuplicate(duplicates.first ?? "", first: place(context.mark))
    case .reader(let problem, _, _, _):
      report("the file cannot be read as YAML", problem, at: nil)
    default:
      report("the file cannot be read as YAML", "\(error)", at: nil)
    }
  }

  /// Points to the second of two equal keys, as far as it can be found in the text.
  private mutating func reportDuplicate(_ key: String, first: Place) {
    var place = first
    place.length = max(key.count, 1)
    for index in first.line..<max(lines.count, first.line) {
      let line = lines[index]
      let indent = line.prefix { $0 == " " || $0 == "-" }.count
      if indent + 1 == first.column, line.dropFirst(indent).hasPrefix(key + ":") {
        place.line = index + 1
        break
      }
    }
    let detail = place.line == first.line ? "keep one" : "it is on line \(first.line) already; keep one"
    report("the key \(quoted(key)) is given twice", detail, at: place)
  }

  private static let opened = [
    "found unexpected end of stream": "this quote is not closed",
    "found unexpected document indicator": "this quote is not closed",
    "did not find expected ',' or '}'": "this brace is not closed, or a comma is missing",
    "did not find expected ',' or ']'": "this bracket is not closed, or a comma is missing",
    "could not find expected ':'": "expected a colon after the key, as in `radius: 10 um`",
  ]

  /// What libYAML says, with what it usually means.
  private func explain(_ problem: String) -> String {
    switch problem {
    case "mapping values are not allowed in this context":
      "a colon where no key can be; quote a text that contains one, or check the indentation of the line above"
    case "did not find expected key": "expected a key at the indentation of the keys above"
    case "found character that cannot start any token": "a value that begins with this character must be quoted"
    case "but found another document": "a file holds one experiment; remove the `---`"
    case "found undefined alias": "aliases are not read; quote a text that begins with *"
    default: problem
    }
  }
}

extension Unicode.Scalar {
  /// Whether this is a control character, a noncharacter or a byte order mark, none of which belongs into a text.
  var isControl: Bool {
    value < 0x20 || (0x7F...0x9F).contains(value) || value & 0xFFFE == 0xFFFE || value == 0xFEFF
  }
}
