import Foundation

/// A JSON value whose objects keep the order of their keys.
public indirect enum JSONValue: Hashable, Sendable {
  case string(String)
  case number(Double)
  case boolean(Bool)
  case array([JSONValue])
  case object([JSONMember])

  /// The value of a key of an object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// This object with a key set, at its end where it was not there.
  func setting(_ key: String, _ value: JSONValue) -> JSONValue {
    guard case .object(var members) = self else { return self }
    if let index = members.firstIndex(where: { $0.key == key }) {
      members[index].value = value
    } else {
      members.append(JSONMember(key: key, value: value))
    }
    return .object(members)
  }

  static func numberSchema(_ type: String, lower: Double?, upper: Double?) -> JSONValue {
    var schema: JSONValue = ["type": .string(type)]
    if let lower { schema = schema.setting("minimum", .number(lower)) }
    if let upper { schema = schema.setting("maximum", .number(upper)) }
    return schema
  }

  /// On one line.
  public var compactText: String { text(indent: nil, level: 0) }

  /// With two spaces of indentation a level.
  public var prettyText: String { text(indent: "  ", level: 0) }

  private func text(indent: String?, level: Int) -> String {
    let newline = indent.map { "\n" + String(repeating: $0, count: level + 1) } ?? ""
    let end = indent.map { "\n" + String(repeating: $0, count: level) } ?? ""
    let separator = indent == nil ? ", " : ","
    switch self {
    case .string(let string): return Self.quoted(string)
    case .number(let number): return shortText(number)
    case .boolean(let value): return "\(value)"
    case .array(let values):
      if values.isEmpty { return "[]" }
      let texts = values.map { newline + $0.text(indent: indent, level: level + 1) }
      return "[" + texts.joined(separator: separator) + end + "]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      let texts = members.map {
        newline + Self.quoted($0.key) + ": " + $0.value.text(indent: indent, level: level + 1)
      }
      return "{" + texts.joined(separator: separator) + end + "}"
    }
  }

  private static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: text += String(format: "\\u%04x", scalar.value)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}

/// A key of a JSON object and its value.
public struct JSONMember: Hashable, Sendable {
  public var key: String
  public var value: JSONValue
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(floatLiteral value: Double) { self = .number(value) }

  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { JSONMember(key: $0.0, value: $0.1) })
  }
}
