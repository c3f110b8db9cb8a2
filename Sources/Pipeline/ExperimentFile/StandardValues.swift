import Foundation

extension Int: SettingValue {
  public typealias Limit = Int
  public static var example: String { "2000" }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> Int? {
    let expected = expectation(example: input.example)
    guard let text = input.scalar(expected: expected, &problems) else { return nil }
    if let value = Int(text) { return value }
    problems.append(input.problem("is not a whole number", "expected \(expected)"))
    return nil
  }

  public static func expectation(example: String?) -> String { "a whole number such as \(example ?? Self.example)" }
  public func firstOutside(_ range: SettingRange<Int>) -> [Int]? { range.contains(self) ? nil : [] }

  public static func schema(range: SettingRange<Int>?) -> JSONValue {
    .numberSchema("integer", lower: range?.lower.map(Double.init), upper: range?.upper.map(Double.init))
  }

  public var written: WrittenValue { .scalar("\(self)") }
  public var canonical: String? { "\(self)" }
}

extension Double: SettingValue {
  public typealias Limit = Double
  public static var example: String { "0.5" }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> Double? {
    let expected = expectation(example: input.example)
    guard let text = input.scalar(expected: expected, &problems) else { return nil }
    let isDecimal = text.allSatisfy { "0123456789+-.eE".contains($0) }
    if isDecimal, let value = Double(text), value.isFinite { return value }
    let swapped = text.replacingOccurrences(of: ",", with: ".")
    let advice = text.contains(",") && Double(swapped) != nil ? "; write a point: \(swapped)" : ""
    problems.append(input.problem("is not a number", "expected \(expected)\(advice)"))
    return nil
  }

  public static func expectation(example: String?) -> String {
    "a number without unit such as \(example ?? Self.example)"
  }

  public func firstOutside(_ range: SettingRange<Double>) -> [Int]? { range.contains(self) ? nil : [] }

  public static func schema(range: SettingRange<Double>?) -> JSONValue {
    .numberSchema("number", lower: range?.lower, upper: range?.upper)
  }

  public var written: WrittenValue { .scalar(shortText(self)) }
  public var canonical: String? { String(format: "%.17g", self) }
}

extension Bool: SettingValue {
  public static var example: String { "true" }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> Bool? {
    guard let text = input.scalar(expected: expectation(example: nil), &problems) else { return nil }
    if let value = Bool(text) { return value }
    problems.append(input.problem("is neither true nor false", "expected \(expectation(example: nil))"))
    return nil
  }

  public static func expectation(example: String?) -> String { "true or false" }
  public static func schema(range: SettingRange<Never>?) -> JSONValue { ["type": "boolean"] }
  public var written: WrittenValue { .scalar("\(self)") }
  public var canonical: String? { "\(self)" }
}

extension String: SettingValue {
  public static var example: String { "\"a text\"" }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> String? {
    input.scalar(expected: expectation(example: input.example), &problems)
  }

  public static func expectation(example: String?) -> String { "a text" + (example.map { " such as \($0)" } ?? "") }

  // YAML readers of editors take a bare 811 for a number, and here it is a text like any other.
  public static func schema(range: SettingRange<Never>?) -> JSONValue { ["type": ["string", "number", "boolean"]] }
  public var written: WrittenValue { .scalar(self) }
  public var canonical: String? { JSONValue.string(self).compactText }
}

extension Optional: SettingValue where Wrapped: SettingValue {
  public typealias Limit = Wrapped.Limit
  public static var absent: Wrapped?? { .some(.none) }
  public static var example: String { Wrapped.example }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> Wrapped?? {
    Wrapped.read(input, &problems).map { .some($0) }
  }

  public static func expectation(example: String?) -> String { Wrapped.expectation(example: example) }
  public func firstOutside(_ range: SettingRange<Wrapped.Limit>) -> [Int]? { self?.firstOutside(range) }
  public static func schema(range: SettingRange<Wrapped.Limit>?) -> JSONValue { Wrapped.schema(range: range) }
  public var written: WrittenValue { self?.written ?? .absent }

  public var canonical: String? {
    guard let self else { return "none" }
    return self.canonical
  }
}

extension Array: SettingValue where Element: SettingValue {
  public typealias Limit = Element.Limit
  public static var example: String { "[\(Element.example), \(Element.example)]" }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> [Element]? {
    guard case .sequence(let nodes) = input.node.content else {
      let expected = expectation(example: input.example)
      problems.append(input.problem("is not a list", "\(input.node.words); expected \(expected)"))
      return nil
    }
    let elementExample = input.example.flatMap { $0.hasPrefix("[") ? nil : $0 }
    let elements = nodes.map { node in
      Element.read(
        input.element(node, example: elementExample), &problems)
    }
    return elements.contains { $0 == nil } ? nil : elements.compactMap(\.self)
  }

  public static func expectation(example: String?) -> String { "a list such as \(example ?? Self.example)" }

  public func firstOutside(_ range: SettingRange<Element.Limit>) -> [Int]? {
    for (index, element) in enumerated() {
      if let path = element.firstOutside(range) { return [index] + path }
    }
    return nil
  }

  public static func schema(range: SettingRange<Element.Limit>?) -> JSONValue {
    ["type": "array", "items": Element.schema(range: range)]
  }

  public var written: WrittenValue { .list(map(\.written)) }

  public var canonical: String? {
    let texts = compactMap(\.canonical)
    // Files have none, and then the list has none either.
    return texts.count == count ? "[" + texts.joined(separator: ", ") + "]" : nil
  }
}

/// A choice between named alternatives: an enumeration whose raw values are the names in the experiment file.
public protocol SettingChoice: SettingValue, RawRepresentable, CaseIterable where RawValue == String, Limit == Never {}

extension SettingChoice {
  public static var example: String { allCases.first?.rawValue ?? "" }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> Self? {
    let expected = expectation(example: nil)
    guard let text = input.scalar(expected: expected, &problems) else { return nil }
    if let value = Self(rawValue: text) { return value }
    let near = nearest(text, in: allCases.map(\.rawValue))
    let advice = near.map { "did you mean `\($0)`? " } ?? ""
    problems.append(input.problem("has no choice \(quoted(text))", "\(advice)expected \(expected)"))
    return nil
  }

  public static func expectation(example: String?) -> String {
    let names = allCases.map(\.rawValue)
    return names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " or \(names[names.count - 1])"
  }

  public static func schema(range: SettingRange<Never>?) -> JSONValue {
    ["enum": .array(allCases.map { .string($0.rawValue) })]
  }

  public var written: WrittenValue { .scalar(rawValue) }
  public var canonical: String? { rawValue }
}
