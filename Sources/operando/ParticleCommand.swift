import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Stages

/// `operando particle MODEL.yaml -o OUT`
struct ParticleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "particle", abstract: "Solve the particle model of an experiment file alone.",
    discussion: """
      The file needs a section particle_model; everything else in it is left out. Writes the fields as NeXus (.nxs) or
      VTKHDF (.vtkhdf, one file for each structure), and the profiles along the radius as CSV.

      Example:  operando particle model.yaml -o particle.vtkhdf --profile profile.csv
      """)

  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var model: String
  @Option(name: .shortAndLong, help: "The output: .vtkhdf or .nxs.")
  var output: String
  @Option(help: "Profiles along the radius as CSV.")
  var profile: String?
  @Option(help: "Number of threads; results do not depend on it.")
  var threads = 1

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads takes a number of at least 1") }
    guard ["vtkhdf", "nxs"].contains(URL(filePath: output).pathExtension) else {
      throw ValidationError("\(output): an output ends in .vtkhdf or .nxs")
    }
  }

  func run() throws {
    let loaded = try loadExperiment(model, requiringFiles: false)
    guard let parameters = loaded.settings.particleModel else {
      Terminal.error("\(model): there is no section particle_model")
      throw ExitStatus.wrongInput
    }
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    do {
      let context = RunContext(threads: threads, isCancelled: { cancellation.isCancelled })
      let result = try ParticleModelStage.run((), parameters, context)
      for headline in result.summary.headlines {
        let uncertainty = headline.uncertainty.map { String(format: " +- %.2g", $0) } ?? ""
        Terminal.write("\(headline.label): \(String(format: "%.6g", headline.value))\(uncertainty) \(headline.unit)")
      }
      if output.hasSuffix(".nxs") {
        try AtomicFile.place(output) { try StageDocument.write(result, parameters: parameters.canonicalText(), to: $0) }
        Terminal.write(output)
      } else {
        for (path, fields) in result.value.vtkPaths(for: output) {
          try AtomicFile.place(path) { try fields.writeVTK(to: $0) }
          Terminal.write(path)
        }
      }
      if let profile {
        try AtomicFile.write(result.value.profileCSV, to: profile)
        Terminal.write(profile)
      }
    } catch is Interrupted {
      throw ExitStatus.interrupted
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }
}
