import ArgumentParser
import ArrayMath
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
      Reads TIFF, EDF, CBF and HDF5 frames (FILE.h5::/path names a dataset) and writes
      NXazint1d (NXazint2d with --cake) as .nxs, or one .xye file a frame. Intensities
      are mean counts of a pixel with standard uncertainties.

      Example:
        operando integrate scan.h5 --geometry lab6.poni --mask mask.tif -o scan.nxs
      """)

  @Argument(help: "Frames, in the order of time.", completion: .file())
  var frames: [String]
  @Option(help: "The detector's geometry: .poni, or .nxs of operando calibrate.", completion: .file())
  var geometry: String
  @Option(help: "Pixels to leave out: an image in which they are not 0.", completion: .file())
  var mask: String?
  @Option(help: "An image without beam; the mean of its frames is subtracted.", completion: .file())
  var dark: String?
  @Option(help: "The relative sensitivity of the pixels.", completion: .file())
  var flat: String?
  @Option(help: "Number of radial bins.")
  var points = 2000
  @Option(help: "Radial axis: 2theta (degrees), q (1/angstrom) or d (angstrom).")
  var unit = "2theta"
  @Option(help: "Range of 2theta, such as \"5 deg,25 deg\". Without it, what the pixels cover.")
  var range: String?
  @Option(help: "How a pixel is shared between bins: none, box or full.")
  var splitting = "box"
  @Option(help: "Degree of linear polarisation, horizontal positive, -1 to 1; \"none\" corrects nothing.")
  var polarisation = "0.99"
  @Flag(help: "Do not correct for the solid angle of the pixels.")
  var noSolidAngle = false
  @Option(help: "Where uncertainties come from: poisson, azimuthal or none.")
  var errors = "poisson"
  @Option(help: "How the image is turned over, instead of what the geometry says: none, vertical, horizontal or both.")
  var flip: String?
  @Option(help: "A cake of so many sectors of azimuth and radial bins, such as 360x1000.")
  var cake: String?
  @Option(name: .shortAndLong, help: "The output: .nxs, or .xye (one file a frame).")
  var output: String
  @Option(help: "A report with pictures of the patterns, as HTML.")
  var report: String?
  @Option(help: "Number of threads; results do not depend on it.")
  var threads = 1

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads takes a number of at least 1") }
    guard ["xye", "nxs"].contains(URL(filePath: output).pathExtension) else {
      throw ValidationError("\(output): an output ends in .nxs or .xye")
    }
  }

  func run() throws {
    let parameters = try parameters()
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let input: AzimuthalIntegrationStage.Input
    let result: StageResult<PatternTable>
    do {
      input = try DiffractionInput.integration(
        parameters, frames: frames.map { FilePath($0) },
        geometry: { try DiffractionInput.geometry(geometry, frame: $0) }, source: geometry)
      let context = RunContext(threads: threads, isCancelled: { cancellation.isCancelled })
      result = try AzimuthalIntegrationStage.run(input, parameters, context)
    } catch is Interrupted {
      throw ExitStatus.interrupted
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    do {
      try write(result, parameters)
      if let report { try writeReport(of: result.summary, stage: AzimuthalIntegrationStage.name, to: report) }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }

  private func write(
    _ result: StageResult<PatternTable>, _ parameters: AzimuthalIntegrationStage.Parameters
  ) throws {
    let series = result.value.series
    if output.hasSuffix(".nxs") {
      let file = try result.value.azimuthalIntegrationFile(
        parameters, program: "operando", version: programVersion, frames: frames)
      try AtomicFile.place(output) { try NeXusFile.write(file.tree(creator: "operando \(programVersion)"), to: $0) }
      Terminal.write(output)
      return
    }
    guard series.azimuths == nil else {
      Terminal.error("a cake goes into a .nxs file, not into \(output)")
      throw ExitStatus.wrongInput
    }
    let comments = ["operando \(programVersion)", "geometry: \(geometry)"]
    for frame in 0..<series.frameCount {
      let path =
        series.frameCount == 1
        ? output : String(output.dropLast(4)) + String(format: "-%05d.xye", frame)
      let text = PatternTextFile.write(try series.pattern(frame: frame), comments: comments + ["frame: \(frame)"])
      try AtomicFile.write(text, to: path)
      Terminal.write(path)
    }
  }

  private func parameters() throws -> AzimuthalIntegrationStage.Parameters {
    var parameters = AzimuthalIntegrationStage.Parameters()
    parameters.points = points
    parameters.unit = try choice(unit, of: "--unit")
    parameters.splitting = try choice(splitting, of: "--splitting")
    parameters.errors = try choice(errors, of: "--errors")
    parameters.flip = try flip.map { try choice($0, of: "--flip") }
    parameters.mask = mask.map { FilePath($0) }
    parameters.dark = dark.map { FilePath($0) }
    parameters.flat = flat.map { FilePath($0) }
    parameters.correctSolidAngle = !noSolidAngle
    if polarisation == "none" {
      parameters.correctPolarisation = false
    } else if let factor = Double(polarisation), (-1...1).contains(factor) {
      parameters.polarisation = factor
    } else {
      throw wrong("--polarisation", polarisation, "a number from -1 to 1, or none")
    }
    if let range {
      let ends = range.split(separator: ",")
      guard ends.count == 2 else { throw wrong("--range", range, "two angles such as \"5 deg,25 deg\"") }
      parameters.minimumTwoTheta = try quantity(String(ends[0]), of: "--range", as: "an angle such as \"5 deg\"")
      parameters.maximumTwoTheta = try quantity(String(ends[1]), of: "--range", as: "an angle such as \"25 deg\"")
    }
    if let cake {
      let numbers = cake.lowercased().split(separator: "x").compactMap { Int($0) }
      guard numbers.count == 2 else { throw wrong("--cake", cake, "sectors and bins such as 360x1000") }
      parameters.sectors = numbers[0]
      parameters.points = numbers[1]
    }
    try refuse(parameters.validate())
    return parameters
  }
}
