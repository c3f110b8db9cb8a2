import Foundation
import Pipeline
import Stages

/// Reads and checks an experiment file; prints everything that is wrong with it.
///
/// - Throws: `ExitStatus.wrongInput` when it is not runnable.
func loadExperiment(_ path: String, requiringFiles: Bool = true) throws -> Experiment {
  let (experiment, diagnostics) = Experiment.load(path, requiringFiles: requiringFiles)
  for diagnostic in diagnostics { Terminal.note(diagnostic.description) }
  guard let experiment, !diagnostics.contains(where: { $0.severity == .error }) else {
    let errors = diagnostics.count { $0.severity == .error }
    Terminal.error(errors == 1 ? "1 error" : "\(errors) errors")
    throw ExitStatus.wrongInput
  }
  return experiment
}

/// The run folder of an experiment: the one asked for, or `runs/<experiment name>`.
func runFolder(of experiment: Experiment, output: String?) -> RunFolder {
  if let output { return RunFolder(output) }
  let file = URL(filePath: experiment.path)
  let name = file.deletingPathExtension().lastPathComponent
  let folder = file.deletingLastPathComponent().lastPathComponent
  return RunFolder(experimentName: name == "experiment" && !folder.isEmpty ? folder : name)
}
