import ArgumentParser
import FileFormats
import Foundation
import Pipeline
import Stages

/// `operando simulate EXPERIMENT.yaml -o DIR`
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Make the virtual experiment: raw files with a known truth.",
    discussion: """
      Writes the records that the instruments would have made, an experiment file that reads them, and truth.nxs. Files
      that the experiment names need not exist.

      Example:  operando simulate my-experiment/experiment.yaml -o virtual
      """)

  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var experiment: String
  @Option(
    name: .shortAndLong, help: "Folder for the raw files; it must not exist yet, or be empty.", completion: .directory)
  var output: String
  @Option(help: "Seed of the random errors.")
  var seed: UInt64 = 1

  func run() throws {
    let loaded = try loadExperiment(experiment, requiringFiles: false)
    let found = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
    guard found.isEmpty else {
      Terminal.error("\(output) is not empty: give another folder")
      throw ExitStatus.wrongInput
    }
    do {
      let simulation = try loaded.simulate(seed: seed)
      try FileManager.default.createDirectory(atPath: output + "/raw", withIntermediateDirectories: true)
      for (path, bytes) in simulation.files.sorted(by: { $0.key < $1.key }) {
        try AtomicFile.write(bytes, to: "\(output)/\(path)")
      }
      for (path, write) in simulation.frameFiles.sorted(by: { $0.key < $1.key }) {
        try AtomicFile.place("\(output)/\(path)") { try write($0) }
      }
      try AtomicFile.place("\(output)/truth.nxs") { try NeXusFile.write(simulation.truth, to: $0) }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
    Terminal.write("\(output)/experiment.yaml")
  }
}
