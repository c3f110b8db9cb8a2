import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Quantities
import Stages

/// `operando lattice PEAKS -o OUT`
struct LatticeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lattice", abstract: "Lattice parameters a and c from peaks, or from whole powder patterns.",
    discussion: """
      Takes the peaks of operando peaks (003 and 104, and more where there are), or with
      --method pawley or le-bail the patterns themselves. Writes .nxs or .csv, one row a
      pattern: a and c in angstrom, strains relative to the first pattern, standard
      uncertainties of each.

      Example:
        operando lattice peaks.nxs -o lattice.csv
        operando lattice cell.nxs --method pawley --phase NMC811 -o lattice.csv

      Exit status: 0 done, 1 failed while writing, 2 wrong input (nothing written).
      """)

  @Argument(
    help: "Peaks (.nxs or .csv of operando peaks), or patterns for pawley and le-bail.", completion: .file())
  var input: [String]
  @Option(help: "From what: peaks, pawley or le-bail.")
  var method = "peaks"
  @Option(help: "The sample of a whole pattern: NMC811, or a file NAME.cif.", completion: .file())
  var phase = "NMC811"
  @Option(help: "Phases with known cells in a whole pattern, comma-separated: Al, W, Pt, Li, Cu.")
  var neighbours: String?
  @Option(help: "Range of 2theta of a whole pattern, such as \"7 deg,25 deg\".")
  var range: String?
  @Option(help: "What shifts all lines of a whole pattern: none, zero or displacement.")
  var shift = "none"
  @OptionGroup(title: "Wavelength") var radiation: WavelengthOptions
  @Option(help: "Standard uncertainty of the sample's place along the beam as a share of the detector's distance.")
  var displacementUncertainty = "0 %"
  @Option(help: "Standard uncertainty of the wavelength as a share of it.")
  var wavelengthUncertainty = "0 %"
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["nxs", "csv"])
  }

  func run() throws {
    let parameters = try parameters()
    let length = try radiation.stated()
    let result: StageResult<LatticeTable>
    do {
      let source: LatticeParametersStage.Source
      if parameters.method == .peaks {
        guard input.count == 1 else {
          Terminal.error("one file of peaks is expected, not \(input.count)")
          throw ExitStatus.wrongInput
        }
        source = .peaks(try PeakTable.read(input[0]))
      } else {
        source = .patterns(
          try PatternSeriesInput.read(input, wavelength: length), phase: try SamplePhase(named: phase))
      }
      result = try LatticeParametersStage.run(.init(source), parameters, RunContext(threads: destination.threads))
    } catch let status as ExitStatus {
      throw status
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    try destination.write(
      result, csv: result.value.columns.csv, parameters: parameters.canonicalText(), stage: LatticeParametersStage.name)
  }

  private func parameters() throws -> LatticeParametersStage.Parameters {
    var parameters = LatticeParametersStage.Parameters()
    parameters.method = try choice(method, of: "--method")
    parameters.displacementUncertainty = try quantity(
      displacementUncertainty, of: "--displacement-uncertainty", as: "a share such as \"0.05 %\"")
    parameters.wavelengthUncertainty = try quantity(
      wavelengthUncertainty, of: "--wavelength-uncertainty", as: "a share such as \"0.01 %\"")
    parameters.pattern.neighbours = try (neighbours ?? "").split(separator: ",").map {
      try choice($0.trimmingCharacters(in: .whitespaces), of: "--neighbours")
    }
    parameters.pattern.shift = try choice(shift, of: "--shift")
    if let range {
      let ends = range.split(separator: ",")
      guard ends.count == 2 else { throw wrong("--range", range, "two angles such as \"7 deg,25 deg\"") }
      parameters.pattern.minimumTwoTheta = try quantity(
        String(ends[0]), of: "--range", as: "an angle such as \"7 deg\"")
      parameters.pattern.maximumTwoTheta = try quantity(
        String(ends[1]), of: "--range", as: "an angle such as \"25 deg\"")
    }
    try refuse(parameters.validate() + parameters.pattern.validate())
    return parameters
  }
}
