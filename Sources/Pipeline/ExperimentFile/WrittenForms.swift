/// One line of a resolved experiment file.
struct ResolvedLine {
  var indent: Int
  var key: String
  /// Nil for a key that is left out, empty for one whose value follows below.
  var value: String?
  var help: String
  /// Whether a dash goes before the key.
  var isListItem = false

  init(indent: Int, key: String, value: String?, help: String) {
    self.indent = indent
    self.key = key
    self.value = value
    self.help = help
  }

  /// An item of a list in which nothing is given.
  init(emptyItemWithIndent indent: Int) {
    self.init(indent: indent, key: "", value: "{}", help: "")
    isListItem = true
  }

  /// The line without its help.
  var text: String {
    let spaces = String(repeating: "  ", count: isListItem ? indent - 1 : indent)
    let dash = isListItem ? "- " : ""
    if key.isEmpty { return spaces + dash + (value ?? "") }
    guard let value else { return "\(spaces)# \(key):" }
    let name = WrittenValue.scalar(key).flowText ?? key
    return "\(spaces)\(dash)\(name):" + (value.isEmpty ? "" : " \(value)")
  }
}

extension ExperimentDecodable {
  /// This value as an experiment file: every key with its value, in the order of declaration, with its help as comment.
  ///
  /// Keys that are left out appear as comments. Reading it gives an equal value. File names are as they were written,
  /// relative to the original experiment file.
  public func resolvedYAML() -> String {
    let lines = fields.flatMap { $0.field.yaml(key: $0.key, indent: 0) }
    return lines.map { line in
      if line.help.isEmpty { return line.text + "\n" }
      let padding = String(repeating: " ", count: max(44 - line.text.count, 2))
      return "\(line.text)\(padding)# \(line.help)\n"
    }.joined()
  }

  /// All values in one text that is the same wherever and however they were given: one `path = value` a line, sorted,
  /// SI units with 17 digits. The places of files are left out; their content is hashed separately.
  public func canonicalText() -> String {
    var texts: [String: String] = [:]
    canonical(path: "", &texts)
    return texts.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined()
  }

  /// The JSON schema (draft 2020-12) of an experiment file of this type, for editors.
  public static func jsonSchema(title: String) -> String {
    let schema = Self().schema
    guard case .object(let members) = schema else { return schema.prettyText }
    let head = [
      JSONMember(key: "$schema", value: "https://json-schema.org/draft/2020-12/schema"),
      JSONMember(key: "title", value: .string(title)),
    ]
    return JSONValue.object(head + members).prettyText + "\n"
  }

  /// Every key with its meaning, in the order of declaration.
  public static func settingsHelp() -> [SettingHelp] {
    var lines: [SettingHelp] = []
    for (key, field) in Self().fields { field.help(path: key, &lines) }
    return lines
  }
}

/// What there is to say of one key of the experiment file.
public struct SettingHelp: Hashable, Sendable, CustomStringConvertible {
  /// The path of the key: "particle.radius".
  public var key: String
  /// A value as one writes it; empty for a section.
  public var example: String
  /// Nil where there is none.
  public var defaultText: String?
  /// In words; empty where every value is allowed.
  public var range: String
  /// What is expected, in words.
  public var expectation: String
  public var help: String
  public var isRequired: Bool
  /// Whether further keys are below this one.
  public var isSection = false

  init(
    key: String, example: String, defaultText: String?, range: String, expectation: String, help: String,
    isRequired: Bool
  ) {
    self.key = key
    self.example = example
    self.defaultText = defaultText
    self.range = range
    self.expectation = expectation
    self.help = help
    self.isRequired = isRequired
  }

  init(section: String, help: String, isRequired: Bool) {
    self.init(
      key: section, example: "", defaultText: nil, range: "", expectation: "", help: help, isRequired: isRequired)
    isSection = true
  }

  /// In one line: "particle.radius: 10 um - radius of the particle (default 10 um, 0.01 um to 1 mm)".
  public var description: String {
    var notes: [String] = []
    if isRequired { notes.append("required") }
    if let defaultText { notes.append("default \(defaultText)") }
    if !range.isEmpty { notes.append(range) }
    let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))"
    return isSection ? "\(key): \(help)\(suffix)" : "\(key): \(example) - \(help)\(suffix)"
  }
}

extension WrittenValue {
  /// On one line; nil for what is left out.
  var flowText: String? {
    switch self {
    case .absent: nil
    case .scalar(let text): Self.isPlain(text) ? text : JSONValue.string(text).compactText
    case .list(let values): "[" + values.compactMap(\.flowText).joined(separator: ", ") + "]"
    }
  }

  /// Whether YAML reads a text without quotes as itself, within brackets too.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.first, let last = text.last, !first.isWhitespace, !last.isWhitespace else { return false }
    if "-?:,[]{}#&*!|>'\"%@`~".contains(first) && !(first == "-" && text.dropFirst().first?.isNumber == true) {
      return false
    }
    if text.contains(": ") || text.contains(" #") || last == ":" { return false }
    return text.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7F && !",[]{}".unicodeScalars.contains($0)
    }
  }

  /// As JSON, a number where the schema takes one.
  func json(like schema: JSONValue) -> JSONValue? {
    switch self {
    case .absent: return nil
    case .list(let values):
      return .array(values.compactMap { $0.json(like: schema["items"] ?? "") })
    case .scalar(let text):
      let type = schema["type"]
      if type == "integer" || type == "number", let number = Double(text) { return .number(number) }
      if type == "boolean" { return .boolean(text == "true") }
      return .string(text)
    }
  }
}
