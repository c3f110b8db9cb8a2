import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Quantities
import Stages

/// `operando ptycho SCAN... -o OUT`
struct PtychoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ptycho", abstract: "Phase images from scans of diffraction patterns.",
    discussion: """
      Reconstructs the transmission of the sample and the illumination from the patterns
      of one scan, or of one scan a projection; removes constant and ramp of the phase and
      unwraps it. Writes .cxi (NXcxi_ptycho with the reconstruction, of one scan), .h5 (a
      product of ptychodus, of one scan), .tiff (the phase in radians, an image a
      projection) or .nxs (everything, for a tomogram).

      Example:
        operando ptycho scan.cxi --engine epie --iterations 500 -o object.cxi

      What the file does not state, and a picture to look at meanwhile:
        operando ptycho scan.yaml --energy "9.7 keV" --distance "9.47 m" \\
          --pixel "55 um" --window 512x512 --preview now.html -o object.nxs

      `operando schema --scan --list` tells what scan.yaml may say.

      Exit status: 0 done, 1 failed while running, 2 wrong input (nothing written),
      130 interrupted (nothing written).
      """)

  @Argument(
    help:
      "Scans, one a projection: NXcxi_ptycho, CXI, Diamond NeXus, ptychodus product, or a YAML beside a frame stack.",
    completion: .file())
  var scans: [String]
  @OptionGroup(title: "Geometry") var geometry: ScanGeometryOptions
  @OptionGroup(title: "Reconstruction") var reconstruction: ReconstructionOptions
  @Option(help: "A picture of what is known so far, refreshed while it runs: .png, or .html that reloads by itself.")
  var preview: String?
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["nxs", "cxi", "h5", "tiff", "tif"])
    if let preview { try PreviewWriter.require(preview) }
  }

  func run() throws {
    var settings = PtychographySettings()
    settings.name = ""
    settings.scans = scans.map { FilePath($0) }
    try geometry.apply(to: &settings)
    try reconstruction.apply(to: &settings)
    var checked = settings
    checked.name = "scan"
    try refuse(checked.problems)
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let result: StageResult<PhaseProjections>
    let progress = VerbProgress(stage: PtychographyStage.name)
    do {
      var input = try settings.input()
      guard input.scans.count == 1 || ["nxs", "tif", "tiff"].contains(ending) else {
        Terminal.error(
          "error: \(destination.output) holds one projection and there are \(input.scans.count) scans; write .nxs or .tiff"
        )
        throw ExitStatus.wrongInput
      }
      try settings.requireReadable()
      let forecast = settings.estimate()
      Terminal.note(
        "\(input.scans.count) \(input.scans.count == 1 ? "scan" : "scans"): about \(durationText(forecast.seconds)) on one "
          + "core, \(byteText(forecast.memory)) of memory")
      if let preview { input.preview = PreviewWriter(path: preview).show }
      let context = RunContext(
        threads: destination.threads, progress: { progress.show(done: $0, total: $1) },
        warn: { Terminal.note("warning: \($0)") }, isCancelled: { cancellation.isCancelled })
      result = try PtychographyStage.run(input, settings.parameters, context)
      progress.finish()
    } catch is Interrupted {
      progress.finish()
      throw ExitStatus.interrupted
    } catch let status as ExitStatus {
      throw status
    } catch {
      progress.finish()
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    try write(result, parameters: settings.parameters.canonicalText())
  }

  private var ending: String { URL(filePath: destination.output).pathExtension }

  private func write(_ result: StageResult<PhaseProjections>, parameters: String) throws {
    do {
      switch ending {
      case "nxs":
        try AtomicFile.place(destination.output) { try StageDocument.write(result, parameters: parameters, to: $0) }
      default:
        try result.value.export(
          to: destination.output, scans: scans, program: ("operando", programVersion), settings: parameters)
      }
      Terminal.write(destination.output)
      if let report = destination.report {
        try writeReport(of: result.summary, stage: PtychographyStage.name, to: report)
      }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }
}
