import Foundation

/// A JSON value whose members keep their order, so that equal figures give equal text.
public indirect enum JSONText: Sendable {
  case null
  case bool(Bool)
  case string(String)
  /// Written with at most six significant digits; what is not finite becomes null.
  case number(Double)
  case numbers([Double])
  case array([JSONText])
  case object([(String, JSONText)])

  /// The text, safe inside a `<script>` element: "<", ">" and "&" are written as escapes.
  public var text: String {
    var result = ""
    write(into: &result)
    return result
  }

  private func write(into result: inout String) {
    switch self {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .string(let value): Self.write(value, into: &result)
    case .number(let value): result += value.isFinite ? compactNumber(value) : "null"
    case .numbers(let values):
      result += "["
      for (index, value) in values.enumerated() {
        if index > 0 { result += "," }
        result += value.isFinite ? compactNumber(value) : "null"
      }
      result += "]"
    case .array(let values):
      result += "["
      for (index, value) in values.enumerated() {
        if index > 0 { result += "," }
        value.write(into: &result)
      }
      result += "]"
    case .object(let members):
      result += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { result += "," }
        Self.write(member.0, into: &result)
        result += ":"
        member.1.write(into: &result)
      }
      result += "}"
    }
  }

  private static func write(_ string: String, into result: inout String) {
    result += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "<", ">", "&", "\u{2028}", "\u{2029}": result += String(format: "\\u%04x", scalar.value)
      case _ where scalar.value < 32: result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}
