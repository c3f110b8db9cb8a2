/// Declares a key that holds a mapping of its own.
///
/// Left out, a section has its defaults; where one of its keys is required, so is the section. An optional section left
/// out is nil.
@propertyWrapper
public struct Section<Value: Sendable>: Sendable {
  public let help: String
  let isOptional: Bool
  private let make: @Sendable () -> any ExperimentDecodable
  private let wrap: @Sendable (any ExperimentDecodable) -> Value?
  private let unwrap: @Sendable (Value) -> (any ExperimentDecodable)?
  private var storage: FieldStorage<Value>

  public var wrappedValue: Value {
    get {
      guard let value = storage.value else { preconditionFailure("a section always has a value") }
      return value
    }
    set { storage = FieldStorage(newValue) }
  }

  /// A section that is always there, with its defaults where the file does not have it.
  public init(_ help: String) where Value: ExperimentDecodable {
    self.help = help
    isOptional = false
    make = { Value() }
    wrap = { $0 as? Value }
    unwrap = { $0 }
    storage = FieldStorage(Value())
  }

  /// A section that may be left out, and is nil then.
  public init<Body: ExperimentDecodable>(_ help: String) where Value == Body? {
    self.help = help
    isOptional = true
    make = { Body() }
    wrap = { ($0 as? Body).map { .some($0) } }
    unwrap = { $0 }
    storage = FieldStorage(.some(.none))
  }
}

extension Section: Equatable where Value: Equatable {
  public static func == (a: Self, b: Self) -> Bool { a.wrappedValue == b.wrappedValue }
}

extension Section: ExperimentField {
  var isRequired: Bool { !isOptional && make().hasRequiredField }

  func decode(_ entry: DocumentNode.Entry?, key: String, _ context: inout DecodingContext) -> Bool {
    guard let entry else {
      guard isRequired else { return true }
      let keys = make().fields.filter(\.field.isRequired).map { "`\($0.key)`" }.joined(separator: ", ")
      context.reportMissing(key: key, expected: "a section `\(key):` with \(keys)", help: help)
      return false
    }
    let body = make()
    let isValid = context.inside(key, entry) { context in context.decode(body, from: entry.value) }
    if isValid, let value = wrap(body) { storage.value = value }
    return isValid
  }

  var schema: JSONValue { make().schema.setting("description", .string(help)) }

  func yaml(key: String, indent: Int) -> [ResolvedLine] {
    guard let body = unwrap(wrappedValue) else {
      return [ResolvedLine(indent: indent, key: key, value: nil, help: help)]
    }
    return [ResolvedLine(indent: indent, key: key, value: "", help: help)]
      + body.fields.flatMap { $0.field.yaml(key: $0.key, indent: indent + 1) }
  }

  func canonical(path: String, _ texts: inout [String: String]) {
    guard let body = unwrap(wrappedValue) else { return texts[path] = "none" }
    body.canonical(path: path + ".", &texts)
  }

  func help(path: String, _ lines: inout [SettingHelp]) {
    lines.append(SettingHelp(section: path, help: help, isRequired: isRequired))
    for (key, field) in make().fields { field.help(path: "\(path).\(key)", &lines) }
  }
}

extension ExperimentDecodable {
  var hasRequiredField: Bool { fields.contains { $0.field.isRequired } }

  func canonical(path: String, _ texts: inout [String: String]) {
    for (key, field) in fields { field.canonical(path: path + key, &texts) }
  }

  /// The JSON schema of this section.
  var schema: JSONValue {
    let fields = fields
    let properties = fields.map { JSONMember(key: $0.key, value: $0.field.schema) }
    var schema: JSONValue = ["type": "object", "properties": .object(properties), "additionalProperties": false]
    let required = fields.filter(\.field.isRequired).map { JSONValue.string($0.key) }
    if required.isEmpty {
      // A key without a value, as in `transport:`, is a section with its defaults.
      schema = schema.setting("type", ["object", "null"])
    } else {
      schema = schema.setting("required", .array(required))
    }
    return schema
  }
}
