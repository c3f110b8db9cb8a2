import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Report

/// What the verbs that run a single stage share.

/// Writes the headline values of a stage to standard output, and its warnings to standard error.
func show(_ summary: StageSummary) {
  for warning in summary.warnings { Terminal.note("warning: \(warning)") }
  for headline in summary.headlines {
    let uncertainty = headline.uncertainty.map { String(format: " +- %.2g", $0) } ?? ""
    let unit = headline.unit == "1" ? "" : " \(headline.unit)"
    Terminal.write("\(headline.label): \(String(format: "%.7g", headline.value))\(uncertainty)\(unit)")
  }
}

/// Reads a physical value given as an option.
///
/// - Throws: `ExitStatus.wrongInput` after telling the option, what was found in it and what was expected.
func quantity<Kind>(_ text: String, of option: String, as expected: String) throws -> Quantity<Kind> {
  do { return try Quantity(parsing: text.trimmingCharacters(in: .whitespaces)) } catch {
    Terminal.error("error: \(option) \"\(text)\": \(error); expected \(expected)")
    throw ExitStatus.wrongInput
  }
}

/// Reads a word given as an option.
///
/// - Throws: `ExitStatus.wrongInput` after telling the option, what was found in it and what was expected.
func choice<Choice: SettingChoice>(_ text: String, of option: String) throws -> Choice where Choice.RawValue == String {
  if let choice = Choice(rawValue: text) { return choice }
  throw wrong(option, text, Choice.allCases.map(\.rawValue).joined(separator: ", "))
}

/// Tells what is wrong with an option, and gives the exit status of it.
func wrong(_ option: String, _ found: String, _ expected: String) -> ExitStatus {
  Terminal.error("error: \(option) \"\(found)\": expected \(expected)")
  return .wrongInput
}

/// Holds a number given as an option to its range.
///
/// - Throws: `ExitStatus.wrongInput` after telling the option, what was found in it and what was expected.
func within<Number: Comparable>(_ range: ClosedRange<Number>, _ number: Number, of option: String) throws -> Number {
  guard range.contains(number) else {
    throw wrong(option, "\(number)", "a number from \(range.lowerBound) to \(range.upperBound)")
  }
  return number
}

/// - Throws: `ExitStatus.wrongInput` after telling every problem.
func refuse(_ problems: [SettingProblem]) throws {
  for problem in problems where problem.severity == .error {
    Terminal.error("error: \(problem.message)" + (problem.detail.isEmpty ? "" : "; \(problem.detail)"))
  }
  if problems.contains(where: { $0.severity == .error }) { throw ExitStatus.wrongInput }
}

/// Writes patterns as text, one file a frame: NAME.xye for one, NAME-00000.xye and so on for several.
func writePatterns(_ series: PowderPatternSeries, to output: String, comments: [String]) throws {
  let file = URL(filePath: output)
  let stem = String(output.dropLast(file.pathExtension.count + 1))
  for frame in 0..<series.frameCount {
    let path =
      series.frameCount == 1 ? output : stem + String(format: "-%05d.", frame) + file.pathExtension
    let text = PatternTextFile.write(
      try series.pattern(frame: frame), comments: ["operando \(programVersion)"] + comments + ["frame: \(frame)"])
    try AtomicFile.write(text, to: path)
    Terminal.write(path)
  }
}

/// Writes the report of a stage that was run alone.
func writeReport(of summary: StageSummary, stage: String, to path: String) throws {
  let input = ReportInput(
    title: summary.title, program: "operando \(programVersion)", date: "",
    stages: [ReportStage(name: stage, key: "", summary: summary, provenance: [])], claims: [], experimentText: "",
    resolvedText: "", runRows: [], provenance: [], plotlyScript: ShareFolder.plotBundle)
  try AtomicFile.write(try renderReport(input), to: path)
  Terminal.write(path)
}
