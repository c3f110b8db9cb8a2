import ArgumentParser
import Pipeline

/// `operando clean DIR`
struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean", abstract: "Remove stage files that no longer belong to the run, and unfinished items.",
    discussion: "Example:  operando clean runs/nmc811-particle")

  @Argument(help: "The run folder.", completion: .directory)
  var directory: String

  func run() throws {
    let folder = RunFolder(directory)
    let manifest: RunManifest
    do { manifest = try RunManifest(of: folder) } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    do {
      let removed = try folder.withLock { lock in try lock.clean(manifest) }
      for path in removed { Terminal.write("removed \(path)") }
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
  }
}
