/// A type that a setting of the experiment file can have.
public protocol SettingValue: Sendable {
  /// What a range of this is bounded by; `Never` where a range has no meaning.
  associatedtype Limit: Comparable & Sendable = Never

  /// The value of a setting that is left out, where it need not be given.
  static var absent: Self? { get }

  /// Reads a value, or says everything that is wrong with it.
  static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> Self?

  /// What is expected, for messages: "a length such as 131.67 mm".
  static func expectation(example: String?) -> String

  /// A value as one writes it, for help.
  static var example: String { get }

  /// Where the value leaves a range: nil nowhere, empty by itself, otherwise the indices of the first element that does.
  func firstOutside(_ range: SettingRange<Limit>) -> [Int]?

  /// What JSON Schema says of it.
  static func schema(range: SettingRange<Limit>?) -> JSONValue

  /// As it is written into an experiment file; reads back as the same value.
  var written: WrittenValue { get }

  /// As it goes into a key: SI units, 17 digits; nil for what does not belong there, such as the place of a file.
  var canonical: String? { get }
}

extension SettingValue {
  public static var absent: Self? { nil }
}

extension SettingValue where Limit == Never {
  public func firstOutside(_ range: SettingRange<Limit>) -> [Int]? { nil }
}

/// The range in which a value must lie, both ends included.
public struct SettingRange<Limit: Comparable & Sendable>: Sendable {
  public var lower: Limit?
  public var upper: Limit?

  public init(lower: Limit? = nil, upper: Limit? = nil) {
    self.lower = lower
    self.upper = upper
  }

  public func contains(_ value: Limit) -> Bool {
    if let lower, !(value >= lower) { return false }
    if let upper, !(value <= upper) { return false }
    return true
  }

  /// In words: "0.01 um to 1 mm", "at least 0.1".
  public var words: String {
    switch (lower, upper) {
    case (let lower?, let upper?) where lower == upper: describe(lower)
    case (let lower?, let upper?): "\(describe(lower)) to \(describe(upper))"
    case (let lower?, nil): "at least \(describe(lower))"
    case (nil, let upper?): "at most \(describe(upper))"
    case (nil, nil): "any"
    }
  }

  private func describe(_ limit: Limit) -> String {
    // "1.0" for a whole number distracts.
    (limit as? Double).map(shortText) ?? "\(limit)"
  }
}

/// A value as it is written into an experiment file.
public enum WrittenValue: Hashable, Sendable {
  /// A number, a word or a text; quoted where YAML would take it for something else.
  case scalar(String)
  case list([WrittenValue])
  /// Left out.
  case absent
}

/// The shortest text of a number, without ".0".
func shortText(_ value: Double) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
