import ArgumentParser
import Pipeline
import Stages

/// `operando check EXPERIMENT.yaml`
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tell whether an experiment file is runnable, and if not, where and why.",
    discussion: """
      Reads the file and looks at the files it names, and runs nothing. Ends with 0 when it is runnable, with 2 and all
      errors at once when it is not.

      Example:  operando check my-experiment/experiment.yaml
      """)

  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var experiment: String

  func run() throws {
    let loaded = try loadExperiment(experiment)
    Terminal.write("\(loaded.title)")
    for line in loaded.conventions { Terminal.write("  \(line.subject): \(line.choice)") }
    Terminal.write("stages:")
    for (place, stage) in try RunPlan(loaded.plannedStages()).stages.enumerated() {
      let after = stage.upstream.isEmpty ? "" : "  after \(stage.upstream.joined(separator: ", "))"
      Terminal.write("  \(place + 1)  \(stage.name)\(after)")
    }
    Terminal.write("runnable")
  }
}
