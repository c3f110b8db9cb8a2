import ArgumentParser
import Foundation
import Pipeline
import Stages

/// `operando run EXPERIMENT.yaml`
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run an experiment file from raw files to a report.",
    discussion: """
      The same command finds its folder and goes on where it was; after a changed parameter only what depends on it
      runs again.

      Example:  operando run my-experiment/experiment.yaml -o runs/first --threads 2
      """)

  @Argument(help: "The experiment file.", completion: .file(extensions: ["yaml", "yml"]))
  var experiment: String
  @Option(
    name: .shortAndLong, help: "The run folder. Without it, runs/<name of the experiment>.", completion: .directory)
  var output: String?
  @Option(help: "Run this stage only.")
  var only: String?
  @Option(help: "Run from this stage on.")
  var from: String?
  @Option(help: "Run up to this stage.")
  var to: String?
  @Option(help: "Number of threads; results do not depend on it. Without it, one a core.")
  var threads: Int?
  @Option(
    help:
      "A picture of the ptychographic projection at work, refreshed meanwhile: .png, or .html that reloads by itself.")
  var preview: String?
  @Flag(help: "Print events as JSON, one object a line.")
  var json = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads takes a number of at least 1") }
    if let preview { try PreviewWriter.require(preview) }
  }

  func run() throws {
    let loaded = try loadExperiment(experiment)
    let folder = runFolder(of: loaded, output: output)
    let cancellation = CancellationFlag()
    let signals = Signals(cancellation)
    defer { withExtendedLifetime(signals) {} }
    let printer = EventPrinter(json: json)
    do {
      let plan = try RunPlan(loaded.plannedStages(preview: preview.map { PreviewWriter(path: $0).show }))
      try folder.withLock { lock in
        try lock.storeExperiment(verbatim: loaded.bytes, resolved: loaded.resolvedText)
        let options = RunOptions(
          selection: RunSelection(only: only, from: from, to: to),
          threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, programVersion: programVersion,
          cancellation: cancellation, events: { printer.show($0, at: $1) })
        let outcome = try plan.execute(holding: lock, options)
        try writeResults(of: outcome, in: folder)
        try writeReport(of: folder, skipped: Set(outcome.stages.filter(\.wasSkipped).map(\.name)))
      }
    } catch is Interrupted {
      Terminal.note("interrupted; the same command goes on from here")
      throw ExitStatus.interrupted
    } catch let error as RunSelectionError {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    } catch let error as RunPlanError {
      Terminal.error("\(error)")
      throw ExitStatus.wrongInput
    } catch let failure as StageFailure {
      // The event has said it already.
      if json { Terminal.error("\(failure)") }
      throw ExitStatus.failed
    } catch {
      Terminal.error("\(error)")
      throw ExitStatus.failed
    }
    if !json { Terminal.write(folder.reportPath) }
  }
}
