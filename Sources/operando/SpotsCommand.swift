import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Stages

/// `operando spots FRAME... --geometry G.poni --phase P --reflections 003,104 -o OUT`
struct SpotsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spots", abstract: "Spots of single grains in the rings of detector frames.",
    discussion: """
      Searches the named rings for spots, measures each one and follows it from
      frame to frame, or from pass to pass at each position of a line scan. A CSV
      has one row a spot with standard uncertainties: angles in degrees, spacings in
      angstrom. The .nxs has the followed grains and the grains of each ring too.

      Example:
        operando spots scan.h5 --geometry lab6.poni -o spots.nxs

      A line scan of 13 positions, pass after pass:
        operando spots scan.h5 --geometry lab6.poni --positions 13 --step "1.5 um" \\
          -o spots.nxs --report spots.html

      Exit status: 0 done, 1 failed while writing, 2 wrong input (nothing written),
      130 interrupted (nothing written).
      """)

  @Argument(help: "Frames, in the order of time: files, folders, or names with * and ?.", completion: .file())
  var frames: [String]
  @Option(
    help: "The detector's geometry: .poni, .fit2d, .nxs of operando calibrate, or a NeXus (DAWN) calibration.",
    completion: .file())
  var geometry: String
  @OptionGroup(title: "Rings and spots") var search: SpotOptions
  @OptionGroup(title: "Line scan") var line: ScanOptions
  @OptionGroup(title: "Pixels and corrections") var corrections: CorrectionOptions
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["nxs", "csv"])
  }

  func run() throws {
    let parameters = try search.parameters()
    var integration = AzimuthalIntegrationStage.Parameters()
    try corrections.set(&integration)
    let scan = try line.scan()
    try refuse(integration.validate())
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let result: StageResult<SpotTable>
    do {
      let opened = try DiffractionInput.integration(
        integration, frames: frames.map { FilePath($0) }, geometry: geometry, source: geometry)
      var input = DiffractionSpotsStage.Input(
        frames: opened, integration: integration, phase: try SamplePhase(named: search.phase))
      input.scan = scan
      let context = RunContext(threads: destination.threads, isCancelled: { cancellation.isCancelled })
      result = try DiffractionSpotsStage.run(input, parameters, context)
    } catch is Interrupted {
      throw ExitStatus.interrupted
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    try destination.write(
      result, csv: result.value.spots.csv, parameters: parameters.canonicalText(), stage: DiffractionSpotsStage.name)
  }
}

/// Which rings are searched for spots, and how.
struct SpotOptions: ParsableArguments {
  @Option(help: "The sample: NMC811, or a file NAME.cif.", completion: .file())
  var phase = "NMC811"
  @Option(help: "Reflections whose rings are searched, comma-separated, such as 003,104 or \"0 0 12\".")
  var reflections = "003,104"
  @Option(help: "Half the width of the band about each ring.")
  var halfWidth = "0.3 deg"
  @Option(help: "Sectors of azimuth: half as wide as a spot is long, but not much less than a pixel.")
  var sectors = 1440
  @Option(help: "Width of a bin across the rings, such as \"0.02 deg\". Without it, the angle that a pixel spans.")
  var radialStep: String?
  @Option(help: "Standard deviations by which a spot stands above the background of its ring.")
  var threshold = 5.0
  @Option(help: "Full width of a spot in 2theta, to find weak spots by, such as \"0.03 deg\".")
  var spotWidth: String?
  @Option(help: "Full width of a spot along the azimuth, to find weak spots by, such as \"0.5 deg\".")
  var spotLength: String?
  @Option(help: "Standard deviations from where a grain is expected within which a spot may be its own.")
  var gate = 3.0
  @Option(help: "How far 2theta of a grain may wander from one pass to the next, a standard deviation.")
  var twoThetaWander = "0.01 deg"
  @Option(help: "How far the azimuth of a grain may wander from one pass to the next, a standard deviation.")
  var azimuthWander = "0.1 deg"
  @Option(help: "Passes that a grain may miss in a row and still be followed.")
  var longestGap = 1

  func parameters() throws -> DiffractionSpotsStage.Parameters {
    func angle(_ text: String, _ option: String, _ range: ClosedRange<Double>) throws -> Angle {
      let angle: Angle = try quantity(text, of: option, as: "an angle such as \"0.3 deg\"")
      let degrees = angle.si * 180 / .pi
      guard range.contains(degrees) else {
        throw wrong(option, text, "an angle from \(range.lowerBound) to \(range.upperBound) deg")
      }
      return angle
    }
    var parameters = DiffractionSpotsStage.Parameters()
    parameters.reflections = reflections.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    parameters.halfWidth = try angle(halfWidth, "--half-width", 0.006...11)
    parameters.sectors = try within(36...3600, sectors, of: "--sectors")
    parameters.radialStep = try radialStep.map { try angle($0, "--radial-step", 0.0001...2.8) }
    parameters.threshold = try within(3...100, threshold, of: "--threshold")
    parameters.spotWidth = try spotWidth.map { try angle($0, "--spot-width", 0.0001...5.7) }
    parameters.spotLength = try spotLength.map { try angle($0, "--spot-length", 0.001...28) }
    parameters.gate = try within(0.5...10, gate, of: "--gate")
    parameters.twoThetaWander = try angle(twoThetaWander, "--two-theta-wander", 0...2.8)
    parameters.azimuthWander = try angle(azimuthWander, "--azimuth-wander", 0...28)
    parameters.longestGap = try within(0...1000, longestGap, of: "--longest-gap")
    try refuse(parameters.validate())
    return parameters
  }
}

/// The line scan that frames belong to.
struct ScanOptions: ParsableArguments {
  @Option(help: "Positions of a pass. Without it, all frames are of one position.")
  var positions: Int?
  @Option(help: "From one position to the next.")
  var step = "1 um"
  @Option(help: "Exposure of a frame, such as \"20 s\". Without it, what the files state.")
  var exposure: String?

  func scan() throws -> LineScanSettings? {
    guard let positions else { return nil }
    var scan = LineScanSettings()
    scan.positions = try within(1...100_000, positions, of: "--positions")
    scan.step = try quantity(step, of: "--step", as: "a length such as \"1.5 um\"")
    guard scan.step.si >= 1e-9, scan.step.si <= 1 else { throw wrong("--step", step, "a length from 1 nm to 1 m") }
    scan.exposure = try exposure.map { try quantity($0, of: "--exposure", as: "a time such as \"20 s\"") }
    if let given = scan.exposure, !(1e-3...1e5).contains(given.si) {
      throw wrong("--exposure", exposure ?? "", "a time from 1 ms to 100000 s")
    }
    return scan
  }
}
