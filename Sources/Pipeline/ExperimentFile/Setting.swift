/// Declares a key of a section that holds one value.
///
///     @Setting("radius of the particle", default: Length(10, .micrometre), in: Length(0.01, .micrometre)...Length(1, .millimetre))
///     var radius: Length
///
/// Without a default the key is required, unless the property is optional.
@propertyWrapper
public struct Setting<Value: SettingValue>: Sendable {
  public let help: String
  public let defaultValue: Value?
  public let range: SettingRange<Value.Limit>?
  /// A value as one writes it, for messages and help.
  public let example: String?
  private var storage = FieldStorage<Value>(nil)

  /// - Precondition: when read, the value was given or has a default.
  public var wrappedValue: Value {
    get {
      guard let value = storage.value ?? defaultValue ?? Value.absent else {
        preconditionFailure("the required setting `\(help)` was read before it was given")
      }
      return value
    }
    set { storage = FieldStorage(newValue) }
  }

  /// The declaration itself: `$radius.isGiven`.
  public var projectedValue: Setting<Value> { self }

  /// Whether the experiment file, or an assignment, gave the value.
  public var isGiven: Bool { storage.value != nil }

  /// A key whose value may lie anywhere.
  public init(_ help: String, default defaultValue: Value? = nil, example: String? = nil) {
    self.help = help
    self.defaultValue = defaultValue
    self.range = nil
    self.example = example
  }

  /// A key whose value lies in a range, both ends included.
  public init(
    _ help: String, default defaultValue: Value? = nil, in range: ClosedRange<Value.Limit>, example: String? = nil
  ) {
    self.help = help
    self.defaultValue = defaultValue
    self.range = SettingRange(lower: range.lowerBound, upper: range.upperBound)
    self.example = example
  }

  /// A key whose value is not below a limit.
  public init(
    _ help: String, default defaultValue: Value? = nil, in range: PartialRangeFrom<Value.Limit>, example: String? = nil
  ) {
    self.help = help
    self.defaultValue = defaultValue
    self.range = SettingRange(lower: range.lowerBound)
    self.example = example
  }
}

extension Setting: Equatable where Value: Equatable {
  public static func == (a: Self, b: Self) -> Bool { a.current == b.current }
}

extension Setting: ExperimentField {
  /// The value, nil where a required one was not given.
  private var current: Value? { storage.value ?? defaultValue ?? Value.absent }

  /// The default as it is written, nil where there is none.
  private var defaultText: String? { defaultValue.flatMap { $0.written.flowText } }

  /// A default of zero says little of how a value is written.
  private var shownExample: String? {
    example ?? defaultText.flatMap { $0.hasPrefix("0") && !$0.hasPrefix("0.") ? nil : $0 }
  }

  var isRequired: Bool { defaultValue == nil && Value.absent == nil }

  func decode(_ entry: DocumentNode.Entry?, key: String, _ context: inout DecodingContext) -> Bool {
    let shown = shownExample
    guard let entry else {
      guard isRequired else { return true }
      context.reportMissing(key: key, expected: "`\(key):` with \(Value.expectation(example: shown))", help: help)
      return false
    }
    let name = context.words(key)
    let input = SettingInput(
      node: entry.value, name: name, example: shown, isRequired: isRequired, directory: context.directory)
    var problems: [SettingProblem] = []
    let value = Value.read(input, &problems)
    if let value, let range, let path = value.firstOutside(range) {
      let node = path.reduce(entry.value) { $0.element($1) }
      problems.append(
        SettingProblem("\(name) is out of range", detail: "\(node.words); expected \(range.words)", place: node.place))
    }
    context.report(problems)
    guard problems.isEmpty, let value else { return false }
    storage.value = value
    return true
  }

  var schema: JSONValue {
    var schema = Value.schema(range: range).setting("description", .string(description))
    if let defaultValue, let json = defaultValue.written.json(like: schema) {
      schema = schema.setting("default", json)
    }
    return schema
  }

  private var description: String {
    // JSON Schema cannot compare values with units, so the range is told in words.
    range.map { "\(help) (\($0.words))" } ?? help
  }

  func yaml(key: String, indent: Int) -> [ResolvedLine] {
    [ResolvedLine(indent: indent, key: key, value: current?.written.flowText, help: description)]
  }

  func canonical(path: String, _ texts: inout [String: String]) {
    if let current, let text = current.canonical { texts[path] = text }
  }

  func help(path: String, _ lines: inout [SettingHelp]) {
    lines.append(
      SettingHelp(
        key: path, example: shownExample ?? Value.example, defaultText: defaultText,
        range: range?.words ?? "",
        expectation: Value.expectation(example: shownExample), help: help, isRequired: isRequired))
  }
}
