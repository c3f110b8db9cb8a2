import ArgumentParser
import FileFormats
import Foundation
import Stages

/// `operando inspect FILE`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tell what is in a file: a record of a potentiostat, a NeXus file, an experiment.",
    discussion: "Example:  operando inspect cell.mpr")

  @Argument(help: "A .mpr, .mpt, .csv, .nxs, .h5 or .yaml file.", completion: .file())
  var file: String

  func run() throws {
    guard FileManager.default.isReadableFile(atPath: file) else {
      Terminal.error("\(file): cannot be opened; check that it exists and may be read")
      throw ExitStatus.wrongInput
    }
    do {
      switch URL(filePath: file).pathExtension.lowercased() {
      case "yaml", "yml":
        let experiment = try loadExperiment(file)
        Terminal.write(experiment.resolvedText)
      case "nxs", "h5", "hdf5", "cxi", "vtkhdf":
        Terminal.write(try NeXusFile.tree(file))
      default:
        Terminal.write(try PotentiostatFile.description(of: file))
      }
    } catch let status as ExitStatus {
      throw status
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
  }
}
