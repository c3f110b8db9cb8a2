import ArgumentParser
import Pipeline

/// `operando report DIR`
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Render the report of a run again, from the files in its folder.",
    discussion: "Runs no stage.\n\nExample:  operando report runs/nmc811-particle")

  @Argument(help: "The run folder.", completion: .directory)
  var directory: String

  func run() throws {
    let folder = RunFolder(directory)
    do { _ = try RunManifest(of: folder) } catch {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    }
    do { try writeReport(of: folder) } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
    Terminal.write(folder.reportPath)
  }
}
