import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Quantities
import Stages

/// `operando charge FILE --mass M --capacity C -o OUT`
struct ChargeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "charge", abstract: "Charge, capacity and state of charge from a potentiostat's record.",
    discussion: """
      Reads BioLogic .mpr and .mpt and Battery Data Format .csv; writes one row a
      sample with standard uncertainties, as CSV or NeXus after the output's name.

      Example:
        operando charge cell.mpr --mass "4.69 ng +- 5 %" -o charge.csv
      """)

  @Argument(help: "The record: .mpr, .mpt or .csv.", completion: .file())
  var file: String
  @Option(
    help: "Mass of the active material, such as \"4.69 ng\" or \"4.69 ng +- 5 %\". Without it, the one in the file.")
  var mass: String?
  @Option(help: "Specific capacity of a state of charge of 100 %, such as \"275.5 mAh/g\".")
  var capacity = "275.5 mAh/g"
  @Option(name: .shortAndLong, help: "The output: .csv or .nxs. Without it, the answer is printed alone.")
  var output: String?
  @Flag(help: "The current in the file is negative on charge.")
  var reversed = false

  func run() throws {
    var parameters = StateOfChargeStage.Parameters()
    parameters.name = "cell"
    parameters.file = FilePath(file)
    parameters.mass = try mass.map { try value($0, of: "--mass", as: "a mass such as \"4.69 ng\"") }
    parameters.specificCapacity = try value(
      capacity, of: "--capacity", as: "a specific capacity such as \"275.5 mAh/g\"")
    if reversed { parameters.currentSign = .reversed }
    if let output, !["csv", "nxs"].contains(URL(filePath: output).pathExtension) {
      Terminal.error("\(output): an output ends in .csv or .nxs")
      throw ExitStatus.wrongInput
    }
    var experiment = ExperimentSettings()
    experiment.operando = 1
    experiment.title = "Charge of \(URL(filePath: file).lastPathComponent)"
    experiment.electrochemistry = [parameters]
    let result: StageResult<ChargeTable>
    do {
      let input = try Experiment.stateOfChargeInput(parameters, experiment.material, particleMass: nil)
      result = try StateOfChargeStage.run(input, parameters, RunContext())
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    for warning in result.summary.warnings { Terminal.note("warning: \(warning)") }
    for headline in result.summary.headlines { Terminal.write(text(headline)) }
    guard let output else { return }
    do {
      if output.hasSuffix(".csv") {
        try AtomicFile.write(result.value.csv, to: output)
      } else {
        try AtomicFile.place(output) { try StageDocument.write(result, parameters: parameters.canonicalText(), to: $0) }
      }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }

  /// Reads the value of an option.
  ///
  /// - Throws: `ExitStatus.wrongInput` after telling the option, what was found in it and what was expected.
  private func value<Kind>(_ text: String, of option: String, as expected: String) throws -> UncertainQuantity<Kind> {
    do { return try UncertainQuantity(parsing: text) } catch {
      Terminal.error("error: \(option) \"\(text)\": \(error); expected \(expected)")
      throw ExitStatus.wrongInput
    }
  }

  private func text(_ headline: HeadlineValue) -> String {
    let uncertainty = headline.uncertainty.map { String(format: " +- %.2g", $0) } ?? ""
    return "\(headline.label): \(String(format: "%.7g", headline.value))\(uncertainty) \(headline.unit)"
  }
}
