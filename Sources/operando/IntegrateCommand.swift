import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Stages

/// `operando integrate FRAME... --geometry G.poni -o OUT`
struct IntegrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "integrate", abstract: "Powder patterns from detector frames.",
    discussion: """
      Reads TIFF, EDF, CBF, NPY and HDF5 frames (FILE.h5::/path names a dataset)
      and writes NXazint1d (NXazint2d with --cake) as .nxs, or one .xye file a
      frame. Intensities are mean counts of a pixel, with standard uncertainties.
      Angles are in degrees, q in 1/angstrom, d in angstrom.

      Example:
        operando integrate scan.h5 --geometry lab6.poni --mask mask.tif -o scan.nxs

      Only a few rings, without the spikes of cosmic rays:
        operando integrate scan.h5 --geometry lab6.poni --band "7.5 deg,8.3 deg" \\
          --band "14 deg,15 deg" --points 400 --clip 6 -o rings.nxs

      Exit status: 0 done, 1 failed while writing, 2 wrong input (nothing written),
      130 interrupted (nothing written).
      """)

  @Argument(help: "Frames, in the order of time: files, folders, or names with * and ?.", completion: .file())
  var frames: [String]
  @Option(
    help: "The detector's geometry: .poni, .fit2d, .nxs of operando calibrate, or a NeXus (DAWN) calibration.",
    completion: .file())
  var geometry: String
  @OptionGroup(title: "Bins") var bins: BinOptions
  @OptionGroup(title: "Pixels and corrections") var corrections: CorrectionOptions
  @OptionGroup(title: "Averages and uncertainties") var averages: AverageOptions
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["xye", "nxs"])
    if bins.cake != nil && !destination.output.hasSuffix(".nxs") {
      throw ValidationError("\(destination.output): a cake goes into a .nxs file")
    }
    if bins.unit == "d" && destination.output.hasSuffix(".nxs") {
      throw ValidationError("\(destination.output): the definition of NXazint1d knows 2theta and q, not d; write .xye")
    }
  }

  func run() throws {
    let parameters = try parameters()
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let result: StageResult<PatternTable>
    do {
      let input = try DiffractionInput.integration(
        parameters, frames: frames.map { FilePath($0) }, geometry: geometry, source: geometry)
      guard input.geometry.wavelength != nil || !destination.output.hasSuffix(".nxs") else {
        Terminal.error("\(geometry): states no wavelength, which NXazint1d demands; give --energy, such as \"19 keV\"")
        throw ExitStatus.wrongInput
      }
      let context = RunContext(threads: destination.threads, isCancelled: { cancellation.isCancelled })
      result = try AzimuthalIntegrationStage.run(input, parameters, context)
    } catch is Interrupted {
      throw ExitStatus.interrupted
    } catch let status as ExitStatus {
      throw status
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    do {
      try write(result, parameters)
      if let report = destination.report {
        try writeReport(of: result.summary, stage: AzimuthalIntegrationStage.name, to: report)
      }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }

  private func write(
    _ result: StageResult<PatternTable>, _ parameters: AzimuthalIntegrationStage.Parameters
  ) throws {
    if destination.output.hasSuffix(".nxs") {
      let file = try result.value.azimuthalIntegrationFile(
        parameters, program: "operando", version: programVersion, frames: frames)
      try AtomicFile.place(destination.output) {
        try NeXusFile.write(file.tree(creator: "operando \(programVersion)"), to: $0)
      }
      Terminal.write(destination.output)
    } else {
      try writePatterns(result.value.series, to: destination.output, comments: ["geometry: \(geometry)"])
    }
  }

  private func parameters() throws -> AzimuthalIntegrationStage.Parameters {
    var parameters = AzimuthalIntegrationStage.Parameters()
    try bins.set(&parameters)
    try corrections.set(&parameters)
    try averages.set(&parameters)
    try refuse(parameters.validate())
    return parameters
  }
}
