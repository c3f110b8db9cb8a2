import ArgumentParser
import Stages

/// `operando schema`
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON schema of the experiment file, for editors.",
    discussion: """
      With --list, prints every setting with its unit, default, range and help instead.

      Example:  operando schema > operando.schema.json
      """)

  @Flag(help: "List the settings as text.")
  var list = false

  func run() throws {
    Terminal.write(list ? Experiment.settingsHelp : Experiment.schema)
  }
}
