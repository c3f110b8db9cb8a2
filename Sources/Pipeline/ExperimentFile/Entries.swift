/// Declares a key that holds a mapping of freely named values, such as a list of claims. Left out, it is empty.
@propertyWrapper
public struct Entries<Value: SettingValue>: Sendable {
  public let help: String
  private var storage = FieldStorage<[String: Value]>([:])

  public var wrappedValue: [String: Value] {
    get { storage.value ?? [:] }
    set { storage = FieldStorage(newValue) }
  }

  public init(_ help: String) {
    self.help = help
  }
}

extension Entries: Equatable where Value: Equatable {
  public static func == (a: Self, b: Self) -> Bool { a.wrappedValue == b.wrappedValue }
}

extension Entries: ExperimentField {
  var isRequired: Bool { false }

  func decode(_ entry: DocumentNode.Entry?, key: String, _ context: inout DecodingContext) -> Bool {
    guard let entry, !entry.value.isEmpty else { return true }
    guard case .mapping(let members) = entry.value.content else {
      context.report([
        SettingProblem(
          "\(context.words(key)) is not a mapping",
          detail: "\(entry.value.words); expected lines such as `name: \(Value.example)`", place: entry.value.place)
      ])
      return false
    }
    var values: [String: Value] = [:]
    var problems: [SettingProblem] = []
    for member in members {
      let name = context.words("\(key).\(member.key)")
      let input = SettingInput(node: member.value, name: name, example: nil, directory: context.directory)
      if let value = Value.read(input, &problems) { values[member.key] = value }
    }
    context.report(problems)
    storage.value = values
    return problems.isEmpty
  }

  var schema: JSONValue {
    [
      "type": ["object", "null"], "additionalProperties": Value.schema(range: nil), "description": .string(help),
    ]
  }

  private var sorted: [(key: String, value: Value)] { wrappedValue.sorted { $0.key < $1.key } }

  func yaml(key: String, indent: Int) -> [ResolvedLine] {
    if wrappedValue.isEmpty { return [ResolvedLine(indent: indent, key: key, value: "{}", help: help)] }
    return [ResolvedLine(indent: indent, key: key, value: "", help: help)]
      + sorted.map { ResolvedLine(indent: indent + 1, key: $0.key, value: $0.value.written.flowText, help: "") }
  }

  func canonical(path: String, _ texts: inout [String: String]) {
    for (key, value) in wrappedValue { texts["\(path)[\(JSONValue.string(key).compactText)]"] = value.canonical }
  }

  func help(path: String, _ lines: inout [SettingHelp]) {
    lines.append(
      SettingHelp(
        key: "\(path).NAME", example: Value.example, defaultText: nil, range: "",
        expectation: Value.expectation(example: nil), help: help, isRequired: false))
  }
}
