import ArgumentParser
import Foundation
import Pipeline
import Stages

/// `operando estimate EXPERIMENT.yaml`
struct EstimateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate", abstract: "Tell what a run will cost: CPU seconds, memory and disk per stage.",
    discussion: "Example:  operando estimate my-experiment/experiment.yaml")

  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var experiment: String

  func run() throws {
    let stages = try loadExperiment(experiment).plannedStages()
    func row(_ name: String, _ estimate: ResourceEstimate) -> String {
      let name = name.padding(toLength: 34, withPad: " ", startingAt: 0)
      return name
        + String(
          format: "%9.1f s %9.0f MB %9.1f MB", estimate.seconds, estimate.memory / 1e6, estimate.disk / 1e6)
    }
    Terminal.write("stage                                CPU time       memory         disk")
    var total = ResourceEstimate(seconds: 0, memory: 0, disk: 0)
    for stage in stages {
      let estimate = stage.estimate()
      total.seconds += estimate.seconds
      total.memory = max(total.memory, estimate.memory)
      total.disk += estimate.disk
      Terminal.write(row(stage.name, estimate))
    }
    Terminal.write(row("all, one after the other", total))
  }
}
