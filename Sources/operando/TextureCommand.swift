import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Quantities
import Stages

/// `operando texture MAP --phase NAME [--centre X,Y|auto] -o OUT`
struct TextureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "texture", abstract: "The angle between c axis and particle radius in an orientation map.",
    discussion: """
      Parts the map into grains, finds the particle's centre, and tells the distribution
      of the angle between c axis and radius over that of random axes, the order of the
      axes, and where a random core ends. A CSV has one row a bin of the angle, in
      degrees; the .nxs has the shells, the grains with their tensors, and the map too.

      Example:
        operando texture map.ctf --phase NMC811 --centre auto -o texture.nxs

      A known centre, and a section off the middle of the particle:
        operando texture map.ang --centre "3.2 um,4.1 um" --height "1.5 um" \\
          -o texture.csv --report texture.html

      Exit status: 0 done, 1 failed while writing, 2 wrong input (nothing written),
      130 interrupted (nothing written).
      """)

  @Argument(help: "The map: .ctf, .ang, .cpr, .h5oina, or .nxs of operando index.", completion: .file())
  var map: String
  @Option(help: "Phase whose c axes are looked at. Without it, the first of the map.")
  var phase: String?
  @Option(help: "Centre of the particle, such as \"3.2 um,4.1 um\" from the first point, or auto.")
  var centre = "auto"
  @Option(help: "How a centre is found: automatic, circle, ellipse, arc or area.")
  var centreMethod = "automatic"
  @Option(help: "Height of the section from the particle's centre, such as \"1.5 um +- 0.2 um\".")
  var height: String?
  @Option(help: "Radius of the particle, such as \"6.2 um\", from which the height follows.")
  var particleRadius: String?
  @Option(help: "The angle: in-space, or in-section (between the projections).")
  var angle = "in-space"
  @Option(help: "Bins over 0 to 90 deg.")
  var bins = 9
  @Option(help: "Replicates of the bootstrap over grains.")
  var replicates = 2000
  @Option(help: "Seed of the replicates.")
  var seed = 1
  @Option(help: "Disorientation from which on neighbouring points belong to different grains.")
  var threshold = "5 deg"
  @Option(help: "Grains of fewer points are given to their neighbours.")
  var leastPoints = 5
  @Option(help: "Frame of the Euler angles: oxford, edax1, edax2, edax3 or map. Without it, that of the format.")
  var eulerFrame: String?
  @OptionGroup(title: "Output") var destination: OutputOptions

  func validate() throws {
    try destination.require(endings: ["nxs", "csv"])
  }

  func run() throws {
    let parameters = try parameters()
    let segmentation = try segmentation()
    let frame: EulerFrameName? = try eulerFrame.map { try choice($0, of: "--euler-frame") }
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let result: StageResult<RadialTextureTable>
    do {
      let context = RunContext(threads: destination.threads, isCancelled: { cancellation.isCancelled })
      let opened = try OrientationMapStage.Input(file: map, frame: frame)
      let grains = try OrientationMapStage.run(opened, segmentation, context)
      for warning in grains.summary.warnings { Terminal.note("warning: \(warning)") }
      let input = RadialTextureStage.Input(grains: grains.value, source: map)
      result = try RadialTextureStage.run(input, parameters, context)
    } catch is Interrupted {
      throw ExitStatus.interrupted
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    show(result.summary)
    try destination.write(
      result, csv: result.value.distribution.csv, parameters: segmentation.canonicalText() + parameters.canonicalText(),
      stage: RadialTextureStage.name)
  }

  private func segmentation() throws -> OrientationMapStage.Parameters {
    var parameters = OrientationMapStage.Parameters()
    let angle: Angle = try quantity(threshold, of: "--threshold", as: "an angle such as \"5 deg\"")
    guard (0.1...60).contains(angle.si * 180 / .pi) else {
      throw wrong("--threshold", threshold, "an angle from 0.1 to 60 deg")
    }
    parameters.threshold = angle
    parameters.leastPoints = try within(1...1_000_000, leastPoints, of: "--least-points")
    return parameters
  }

  private func parameters() throws -> RadialTextureStage.Parameters {
    var parameters = RadialTextureStage.Parameters()
    parameters.phase = phase
    if centre != "auto" {
      let words = centre.split(separator: ",").map(String.init)
      guard words.count == 2 else { throw wrong("--centre", centre, "two lengths such as \"3.2 um,4.1 um\", or auto") }
      parameters.centre = try words.map {
        try quantity($0, of: "--centre", as: "a length such as \"3.2 um\"")
      }
    }
    parameters.centreMethod = try choice(centreMethod, of: "--centre-method")
    parameters.height = try height.map {
      try uncertain($0, of: "--height", as: "a length such as \"1.5 um +- 0.2 um\"")
    }
    parameters.particleRadius = try particleRadius.map {
      try uncertain($0, of: "--particle-radius", as: "a length such as \"6.2 um\"")
    }
    parameters.angle = try choice(angle, of: "--angle")
    parameters.bins = try within(2...180, bins, of: "--bins")
    parameters.replicates = try within(100...1_000_000, replicates, of: "--replicates")
    parameters.seed = try within(0...1_000_000_000, seed, of: "--seed")
    parameters.leastPoints = leastPoints
    try refuse(parameters.validate())
    return parameters
  }
}

/// Reads a physical value with a standard uncertainty given as an option.
///
/// - Throws: `ExitStatus.wrongInput` after telling the option, what was found in it and what was expected.
func uncertain<Kind>(_ text: String, of option: String, as expected: String) throws -> UncertainQuantity<Kind> {
  do { return try UncertainQuantity(parsing: text.trimmingCharacters(in: .whitespaces)) } catch {
    Terminal.error("error: \(option) \"\(text)\": \(error); expected \(expected)")
    throw ExitStatus.wrongInput
  }
}
