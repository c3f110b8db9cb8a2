import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Quantities
import Stages

/// `operando tomogram PROJECTIONS... -o OUT`
struct TomogramCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tomogram", abstract: "A volume from the projections of one sample at many angles.",
    discussion: """
      Takes off constants and ramps, finds where the sample lies in each projection and
      reconstructs the volume, with its resolution. Reads NXtomo, DXchange, a TIFF stack or
      folder, MRC, FILE.h5::/dataset, series of qpimage, and complex objects: the .nxs of
      operando ptycho, CXI or ptychodus products, a file an angle. Writes .nxs (refractive
      index decrement delta and electron density, geometry, displacements with
      uncertainties: everything, for operando volume), .tiff or .mrc (delta alone; 1/m for
      absorption).

      Examples:
        operando tomogram object.nxs --align reprojection --algorithm fbp -o volume.nxs
        operando tomogram phase.tiff --content phase --angle-range "180 deg" \\
          --energy "9.7 keV" --pixel "43 nm" -o volume.nxs --report volume.html
        operando tomogram scan.h5 --align none --axis 295 -o volume.tiff

      What the numbers of the frames are, --content, is one of intensity (with flats and
      darks), absorption (minus the logarithm of the transmission), phase (in radians,
      matter negative) and negative-phase (matter positive).

      Exit status: 0 done, 1 failed while running, 2 wrong input (nothing written),
      130 interrupted (nothing written).
      """)

  @Argument(
    help: "Projections: a file, a folder, a name with *, or complex objects, a file an angle.", completion: .file())
  var projections: [String]
  @OptionGroup(title: "What the files do not state") var statements: ProjectionOptions
  @OptionGroup(title: "Volume") var volume: VolumeOptions
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["nxs", "tiff", "tif", "mrc"])
  }

  func run() throws {
    var settings = TomographySettings()
    settings.name = ""
    settings.projections = projections.map { FilePath($0) }
    try statements.apply(to: &settings)
    try volume.apply(to: &settings)
    var checked = settings
    checked.name = "volume"
    try refuse(checked.problems)
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let progress = VerbProgress(stage: TomogramStage.name)
    let result: StageResult<TomogramResult>
    do {
      let input = try settings.input()
      let forecast = settings.estimate()
      Terminal.note(
        "about \(durationText(forecast.seconds)) on one core, \(byteText(forecast.memory)) of memory")
      let context = RunContext(
        threads: destination.threads, progress: { progress.show(done: $0, total: $1) },
        warn: { Terminal.note("warning: \($0)") }, isCancelled: { cancellation.isCancelled })
      result = try TomogramStage.run(input, settings.parameters, context)
      progress.finish()
    } catch is Interrupted {
      progress.finish()
      throw ExitStatus.interrupted
    } catch {
      progress.finish()
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    do {
      if destination.output.hasSuffix(".nxs") {
        let parameters = settings.parameters.canonicalText()
        try AtomicFile.place(destination.output) { try StageDocument.write(result, parameters: parameters, to: $0) }
      } else {
        try result.value.export(to: destination.output, program: ("operando", programVersion))
      }
      Terminal.write(destination.output)
      if let report = destination.report {
        try writeReport(of: result.summary, stage: TomogramStage.name, to: report)
      }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }
}
