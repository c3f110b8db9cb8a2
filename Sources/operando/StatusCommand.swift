import ArgumentParser
import Pipeline

/// `operando status DIR`
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Tell how far the run in a folder is.",
    discussion: "Example:  operando status runs/nmc811-particle")

  @Argument(help: "The run folder.", completion: .directory)
  var directory: String

  func run() throws {
    let folder = RunFolder(directory)
    do {
      for stage in try folder.status(RunManifest(of: folder)) {
        let items = stage.finishedItems > 0 ? ", \(stage.finishedItems) items finished" : ""
        let size = stage.size > 0 ? ", \(byteText(Double(stage.size)))" : ""
        Terminal.write("\(stage.place)  \(stage.stage)  \(stage.shortKey)  \(stage.state.rawValue)\(items)\(size)")
      }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
  }
}
