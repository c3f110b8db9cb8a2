/// Something wrong with a value of the experiment file, before it is bound to its line.
public struct SettingProblem: Hashable, Sendable {
  public var severity: Diagnostic.Severity
  /// The path of the key from the section that reports it, such as "mass" or "transport.core"; empty for the section.
  public var key: String
  /// What is wrong, in one line.
  public var message: String
  /// What was found and what was expected.
  public var detail: String
  /// Where exactly; nil for the place of the key's value.
  var place: Place?

  public init(severity: Diagnostic.Severity = .error, at key: String, _ message: String, detail: String = "") {
    self.severity = severity
    self.key = key
    self.message = message
    self.detail = detail
  }

  init(_ message: String, detail: String, place: Place?) {
    self.init(at: "", message, detail: detail)
    self.place = place
  }
}

/// A value of the experiment file on its way into a typed setting.
public struct SettingInput: Sendable {
  let node: DocumentNode
  /// The setting in words, for messages: "particle radius".
  let name: String
  /// A value as one writes it, for messages.
  let example: String?
  /// Whether the key must be given.
  var isRequired = false
  /// The folder of the experiment file, which relative paths start from.
  let directory: String

  /// An element of this setting's list.
  func element(_ node: DocumentNode, example: String?) -> SettingInput {
    SettingInput(node: node, name: name, example: example, isRequired: true, directory: directory)
  }

  /// A problem at this value.
  func problem(_ message: String, _ detail: String) -> SettingProblem {
    SettingProblem("\(name) \(message)", detail: detail, place: node.place)
  }

  /// The text of a scalar; a problem where this is a list, a mapping or nothing.
  func scalar(expected: String, _ problems: inout [SettingProblem]) -> String? {
    switch node.content {
    case .scalar(let text, _):
      if node.isEmpty {
        let advice = isRequired ? "" : "; remove the line to leave it out"
        problems.append(problem("has no value", "expected \(expected)\(advice)"))
        return nil
      }
      return text
    case .sequence, .mapping:
      problems.append(problem("has the wrong type", "\(node.words); expected \(expected)"))
      return nil
    }
  }
}
