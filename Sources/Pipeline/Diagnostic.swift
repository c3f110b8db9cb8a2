/// A message about an input: which file, where in it, what was found, what was expected and what to do.
public struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Severity: String, Hashable, Sendable, Codable { case error, warning }

  public var severity: Severity
  public var file: String
  /// From 1; nil when the whole file is meant.
  public var line: Int?
  /// From 1, in characters.
  public var column: Int?
  /// The number of characters to underline.
  public var length: Int
  /// What is wrong, in one line.
  public var message: String
  /// What was found and what was expected, printed after the caret.
  public var detail: String
  /// The text of the line.
  public var source: String?

  public init(
    severity: Severity = .error, file: String, line: Int? = nil, column: Int? = nil, length: Int = 1, message: String,
    detail: String = "", source: String? = nil
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.length = length
    self.message = message
    self.detail = detail
    self.source = source
  }

  /// The message as a compiler prints it, with the line and a caret.
  ///
  ///     experiment.yaml:14:13: error: detector distance has the wrong dimension
  ///        14 |   distance: 131.67 mA
  ///           |             ^~~~~~~~~ a current; expected a length such as 131.67 mm
  public var description: String {
    var text = file
    if let line { text += ":\(line)" }
    if line != nil, let column { text += ":\(column)" }
    text += ": \(severity.rawValue): \(message)"
    guard let line, let source else { return detail.isEmpty ? text : text + "\n      = \(detail)" }
    let number = String(line)
    let padding = String(repeating: " ", count: max(5 - number.count, 0))
    text += "\n\(padding)\(number) | \(source)"
    guard let column else { return detail.isEmpty ? text : text + "\n      | \(detail)" }
    let indent = String(repeating: " ", count: max(column - 1, 0))
    text += "\n      | \(indent)^\(String(repeating: "~", count: max(length - 1, 0)))"
    return detail.isEmpty ? text : text + " \(detail)"
  }
}
