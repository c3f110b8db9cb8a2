import Foundation
public import Quantities

extension Quantity: SettingValue {
  public typealias Limit = Quantity<Kind>
  public static var example: String { Kind.example }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> Quantity<Kind>? {
    readQuantity(Kind.self, input, &problems) { text throws(QuantityError) in try Quantity(parsing: text) }
  }

  public static func expectation(example: String?) -> String { "\(Kind.words) such as \(example ?? Self.example)" }
  public func firstOutside(_ range: SettingRange<Quantity<Kind>>) -> [Int]? { range.contains(self) ? nil : [] }
  public static func schema(range: SettingRange<Quantity<Kind>>?) -> JSONValue { quantitySchema(Kind.self) }
  public var written: WrittenValue { .scalar(description) }
  public var canonical: String? { String(format: "%.17g", si) }
}

extension UncertainQuantity: SettingValue {
  public typealias Limit = Quantity<Kind>
  public static var example: String { Kind.example }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> UncertainQuantity<Kind>? {
    readQuantity(Kind.self, input, &problems) { text throws(QuantityError) in try UncertainQuantity(parsing: text) }
  }

  public static func expectation(example: String?) -> String { "\(Kind.words) such as \(example ?? Self.example)" }
  public func firstOutside(_ range: SettingRange<Quantity<Kind>>) -> [Int]? { range.contains(value) ? nil : [] }
  public static func schema(range: SettingRange<Quantity<Kind>>?) -> JSONValue { quantitySchema(Kind.self) }
  public var written: WrittenValue { .scalar(exactText(in: value.readableUnit)) }

  public var canonical: String? {
    let spread = standardUncertainty.map { String(format: "%.17g", $0.si) } ?? "none"
    return String(format: "%.17g", value.si) + " +- " + spread
  }
}

extension AnyQuantity: SettingValue {
  public static var example: String { "10.3 %" }

  public static func read(_ input: SettingInput, _ problems: inout [SettingProblem]) -> AnyQuantity? {
    let expected = expectation(example: input.example)
    guard let text = input.scalar(expected: expected, &problems) else { return nil }
    do throws(QuantityError) {
      return try AnyQuantity(parsing: text)
    } catch {
      problems.append(input.problem(error.summary, error.advice(expected: expected)))
      return nil
    }
  }

  public static func expectation(example: String?) -> String { "a value such as \(example ?? Self.example)" }

  public static func schema(range: SettingRange<Never>?) -> JSONValue {
    ["type": ["string", "number"], "pattern": .string(numberPattern)]
  }

  public var written: WrittenValue { .scalar(text) }

  public var canonical: String? {
    let spread = standardUncertainty.map { String(format: "%.17g", $0) } ?? "none"
    return String(format: "%.17g", si) + " \(dimension.baseUnits) +- " + spread
  }
}

/// A text that begins with a number, as every value with a unit does.
private let numberPattern = #"^\s*\(?\s*[-+\u2212]?(\d+\.?\d*|\.\d+)"#

private func quantitySchema<Kind: QuantityKind>(_ kind: Kind.Type) -> JSONValue {
  if Kind.dimension.isOne { return ["type": ["string", "number"], "pattern": .string(numberPattern)] }
  // A C-rate may also be written C/40.
  let pattern = Kind.allowsUnitAlone ? numberPattern + "|^\\s*[A-Za-z]" : numberPattern + #".*[^\d\s.]\S*\s*$"#
  return ["type": "string", "pattern": .string(pattern), "examples": [.string(Kind.example)]]
}

private func readQuantity<Kind: QuantityKind, Value>(
  _ kind: Kind.Type, _ input: SettingInput, _ problems: inout [SettingProblem],
  parse: (String) throws(QuantityError) -> Value
) -> Value? {
  let expected = "\(Kind.words) such as \(input.example ?? Kind.example)"
  guard let text = input.scalar(expected: expected, &problems) else { return nil }
  do throws(QuantityError) {
    return try parse(text)
  } catch {
    problems.append(input.problem(error.summary, error.advice(expected: expected)))
    return nil
  }
}

extension QuantityError {
  /// What was found, what was expected.
  fileprivate func advice(expected: String) -> String {
    let found = description
    return found + (found.hasSuffix("?") ? " expected " : "; expected ") + expected
  }

  /// What is wrong, to follow the name of a setting.
  fileprivate var summary: String {
    switch self {
    case .empty: "has no value"
    case .notANumber, .decimalComma: "is not a number with a unit"
    case .notFinite: "is not finite"
    case .missingUnit: "has no unit"
    case .unknownUnit: "has an unknown unit"
    case .malformedUnit: "has a unit that cannot be read"
    case .wrongDimension: "has the wrong dimension"
    case .uncertainty: "has a wrong uncertainty"
    case .unexpectedUncertainty: "takes no uncertainty"
    }
  }
}
