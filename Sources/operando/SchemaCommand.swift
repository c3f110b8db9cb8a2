import ArgumentParser
import Stages

/// `operando schema`
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON schema of the experiment file, for editors.",
    discussion: """
      With --list, prints every setting with its unit, default, range and help instead.

      With --scan, the settings of the file that describes a scan of ptychography beside a stack of patterns.

      Example:  operando schema > operando.schema.json
      """)

  @Flag(help: "List the settings as text.")
  var list = false

  @Flag(help: "The settings of a file that describes a scan, such as scan.yaml.")
  var scan = false

  func run() throws {
    if scan {
      Terminal.write(list ? ScanDescription.settingsText : ScanDescription.schemaText)
    } else {
      Terminal.write(list ? Experiment.settingsHelp : Experiment.schema)
    }
  }
}
