import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Stages

/// `operando peaks PATTERNS --phase P --reflections 003,104 -o OUT`
struct PeaksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peaks", abstract: "Positions, intensities and widths of lines in powder patterns.",
    discussion: """
      Fits the named reflections, and the lines of neighbouring phases with them, jointly
      to each pattern. Writes .nxs or .csv, one row a pattern and line with standard
      uncertainties: angles in degrees, spacings in angstrom.

      Example:
        operando peaks scan.nxs --reflections 003,104 --neighbours Al,W -o peaks.nxs

      A folder of text patterns that state neither wavelength nor uncertainties:
        operando peaks map/ --wavelength "0.4942 angstrom" --noise scatter -o peaks.csv

      Exit status: 0 done, 1 failed while writing, 2 wrong input (nothing written).
      """)

  @Argument(
    help: "Patterns in the order of time: .nxs of operando integrate, .xy, .xye, .chi, or a folder of them.",
    completion: .file())
  var patterns: [String]
  @Option(help: "The sample: NMC811, or a file NAME.cif.", completion: .file())
  var phase = "NMC811"
  @Option(help: "Reflections to fit, comma-separated, such as 003,104 or \"0 0 12\".")
  var reflections = "003,104"
  @Option(help: "Phases whose lines are fitted along, comma-separated: Al, W, Pt, Li, Cu.")
  var neighbours: String?
  @OptionGroup(title: "Wavelength") var radiation: WavelengthOptions
  @Option(help: "What moves: free (each line by itself) or cell (the edges of the sample's cell).")
  var positions = "free"
  @Option(help: "Half the width of the window about each reflection.")
  var halfWindow = "0.6 deg"
  @Option(
    help: "Full width of a sharp line, as a calibrant shows it, such as \"0.03 deg\". Without it, widths are free.")
  var instrumentWidth: String?
  @Option(help: "Where uncertainties come from: automatic (as the patterns state it), counts or scatter.")
  var noise = "automatic"
  @Option(help: "Place of the sample along the beam: none, or fitted on the neighbours' known cells.")
  var displacement = "none"
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["nxs", "csv"])
  }

  func run() throws {
    let parameters = try parameters()
    let length = try radiation.stated()
    let result: StageResult<PeakTable>
    do {
      let table = try PatternSeriesInput.read(patterns, wavelength: length)
      let input = DiffractionPeaksStage.Input(patterns: table, phase: try SamplePhase(named: phase))
      result = try DiffractionPeaksStage.run(input, parameters, RunContext(threads: destination.threads))
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    try destination.write(
      result, csv: result.value.table.csv, parameters: parameters.canonicalText(), stage: DiffractionPeaksStage.name)
  }

  private func parameters() throws -> DiffractionPeaksStage.Parameters {
    var parameters = DiffractionPeaksStage.Parameters()
    parameters.reflections = reflections.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    parameters.neighbours = try (neighbours ?? "").split(separator: ",").map {
      try choice($0.trimmingCharacters(in: .whitespaces), of: "--neighbours")
    }
    parameters.positions = try choice(positions, of: "--positions")
    parameters.noise = try choice(noise, of: "--noise")
    parameters.displacement = try choice(displacement, of: "--displacement")
    parameters.halfWindow = try quantity(halfWindow, of: "--half-window", as: "an angle such as \"0.6 deg\"")
    parameters.instrumentWidth = try instrumentWidth.map {
      try quantity($0, of: "--instrument-width", as: "an angle such as \"0.03 deg\"")
    }
    try refuse(parameters.validate())
    return parameters
  }
}
