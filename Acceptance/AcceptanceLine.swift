import Foundation

/// One line of an issue's acceptance list, as it was seen in this run.
struct AcceptanceLine {
  /// The number of the line, for example "2".
  var line: String
  /// What is held against the limit.
  var subject: String
  /// The figure seen, with its unit.
  var figure: String
  /// The limit, with its unit.
  var limit: String
  var passed: Bool

  init(_ line: String, _ subject: String, figure: String, limit: String, passed: Bool) {
    self.line = line
    self.subject = subject
    self.figure = figure
    self.limit = limit
    self.passed = passed
  }

  /// A figure that must not exceed a limit.
  init(_ line: String, _ subject: String, _ value: Double, atMost limit: Double, unit: String = "") {
    self.init(
      line, subject, figure: String(format: "%.6g %@", value, unit),
      limit: String(format: "at most %.6g %@", limit, unit),
      passed: value <= limit)
  }

  /// A figure that must reach a limit.
  init(_ line: String, _ subject: String, _ value: Double, atLeast limit: Double, unit: String = "") {
    self.init(
      line, subject, figure: String(format: "%.6g %@", value, unit),
      limit: String(format: "at least %.6g %@", limit, unit),
      passed: value >= limit)
  }

  var text: String {
    let verdict = passed ? "pass" : "FAIL"
    return "\(verdict)  \(line)  \(subject): \(figure) (\(limit))"
  }
}
