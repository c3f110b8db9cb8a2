import Foundation

extension RunPlan {
  /// Runs the selected stages whose files are not complete yet, each after those it reads from.
  ///
  /// Every stage file appears under its name complete or not at all; finished items of an interrupted stage are taken
  /// over. The files of a run that was stopped or killed at any moment and then resumed are equal to those of an
  /// undisturbed one outside `/entry/provenance`.
  ///
  /// - Parameter lock: the right to write to the folder.
  /// - Throws: `RunSelectionError` and `FileError` before anything runs; `Interrupted` when the user asked to stop;
  ///   `StageFailure` when a stage fails.
  @discardableResult
  public func execute(holding lock: RunFolderLock, _ options: RunOptions) throws -> RunOutcome {
    let folder = lock.folder
    let keyed = try keyed()
    let tasks = try tasks(in: folder, keyed, options.selection)
    try AtomicFile.write(Array(try manifest(keyed).json().utf8), to: folder.manifestPath, steps: options.steps)
    let log = try RunLog(path: folder.logPath)
    let reporter = RunReporter(sink: options.events, log: log)
    reporter.report(.planStarted(stages: tasks.map(\.stage.name)))
    warnAboutResources(tasks, folder, reporter)

    var paths = try completePaths(in: folder, keyed)
    var outcome = RunOutcome(stages: [], seconds: 0)
    for task in tasks {
      let name = task.stage.name
      do {
        if task.completePath != nil {
          reporter.report(.stageSkipped(stage: name))
        } else {
          if options.cancellation.isCancelled { throw Interrupted() }
          paths[name] = try run(task, upstream: paths, in: folder, options, reporter)
        }
        try removeShards(of: task, in: folder, options.steps)
      } catch is Interrupted {
        reporter.report(.interrupted(stage: name))
        throw Interrupted()
      } catch {
        reporter.report(.failed(stage: name, message: "\(error)"))
        throw StageFailure(stage: name, underlying: error)
      }
      outcome.stages.append(
        RunOutcome.Stage(
          name: name, key: task.keyed.key, path: paths[name] ?? "", wasSkipped: task.completePath != nil))
    }
    if let failure = log.failure {
      reporter.report(.warning(stage: nil, message: "the log is not complete: \(failure)"))
    }
    outcome.seconds = reporter.seconds
    reporter.report(.runFinished(seconds: outcome.seconds))
    return outcome
  }

  /// A selected stage.
  private struct Task {
    var place: Int
    var stage: PlannedStage
    var keyed: KeyedStage
    /// The stage file of an earlier run.
    var completePath: String?
  }

  private func completePaths(in folder: RunFolder, _ keyed: [String: KeyedStage]) throws -> [String: String] {
    let files = try folder.stageFiles().filter { $0.size > 0 }
    var paths: [String: String] = [:]
    for file in files where keyed[file.stage]?.key.short == file.shortKey { paths[file.stage] = file.path }
    return paths
  }

  private func tasks(in folder: RunFolder, _ keyed: [String: KeyedStage], _ selection: RunSelection) throws -> [Task] {
    let complete = try completePaths(in: folder, keyed)
    let range = try selection.range(in: self)
    let tasks = range.compactMap { index in
      keyed[stages[index].name].map {
        Task(place: index + 1, stage: stages[index], keyed: $0, completePath: complete[stages[index].name])
      }
    }
    let selected = Set(tasks.map(\.stage.name))
    let needed = tasks.filter { $0.completePath == nil }.flatMap(\.stage.upstream)
    let missing = stages.map(\.name).filter { needed.contains($0) && !selected.contains($0) && complete[$0] == nil }
    guard missing.isEmpty else { throw RunSelectionError.notComplete(missing) }
    return tasks
  }

  private func run(
    _ task: Task, upstream paths: [String: String], in folder: RunFolder, _ options: RunOptions,
    _ reporter: RunReporter
  ) throws -> String {
    let stage = task.stage
    let meter = ResourceMeter()
    reporter.report(.stageStarted(stage: stage.name))
    let shards = FileShardStore(folder: folder.shardFolder(key: task.keyed.key), steps: options.steps)
    let context = RunContext(
      threads: options.threads,
      progress: { reporter.progress(of: stage.name, done: $0, total: $1, reused: shards.reusedCount) },
      warn: { reporter.report(.warning(stage: stage.name, message: $0)) },
      isCancelled: { options.cancellation.isCancelled }, shards: shards)
    let upstream = paths.filter { stage.upstream.contains($0.key) }
    let write = try stage.run(upstream, context)
    for input in task.keyed.inputs { try input.checkUnchanged() }

    let path = folder.stagePath(place: task.place, stage: stage.name, key: task.keyed.key)
    let provenance = try provenance(of: task, meter, shards, options).json()
    try AtomicFile.place(path, steps: options.steps) { partial in
      try write(partial, provenance)
      guard try AtomicFile.size(partial) > 0 else { throw EmptyStageFile() }
    }
    reporter.report(
      .stageFinished(stage: stage.name, seconds: meter.seconds, peakMemory: ResourceMeter.peakMemory()))
    return path
  }

  private func provenance(
    of task: Task, _ meter: ResourceMeter, _ shards: FileShardStore, _ options: RunOptions
  ) -> Provenance {
    Provenance(
      programVersion: options.programVersion, stage: task.stage.name, stageVersion: task.stage.version,
      key: task.keyed.key, parameters: task.stage.canonicalParameters, inputs: task.keyed.inputs.map(\.digest),
      upstream: task.keyed.upstream, host: .current(), threads: options.threads,
      started: universalTime(meter.started), finished: universalTime(Date()), seconds: meter.seconds,
      processorSeconds: meter.processorSeconds, peakMemory: ResourceMeter.peakMemory(),
      resumedItems: shards.reusedCount)
  }

  private func removeShards(of task: Task, in folder: RunFolder, _ steps: FileSteps) throws {
    let shards = folder.shardFolder(key: task.keyed.key)
    try steps.before(.removeShards, shards)
    try folder.remove(shards)
  }

  private func warnAboutResources(_ tasks: [Task], _ folder: RunFolder, _ reporter: RunReporter) {
    let estimates = tasks.filter { $0.completePath == nil }.map { ($0.stage.name, $0.stage.estimate()) }
    let disk = estimates.map(\.1.disk).reduce(0, +)
    if let free = HostFacts.freeSpace(at: folder.path), disk > free {
      reporter.report(
        .warning(
          stage: nil,
          message: "the run will write about \(byteText(disk)) and \(byteText(free)) are free at \(folder.path)"))
    }
    guard let available = HostFacts.availableMemory() else { return }
    for (name, estimate) in estimates where estimate.memory > available {
      reporter.report(
        .warning(
          stage: name,
          message: "needs about \(byteText(estimate.memory)) of memory and \(byteText(available)) are available"))
    }
  }
}

/// A stage reported success and wrote no bytes.
struct EmptyStageFile: Error, CustomStringConvertible {
  var description: String { "the stage wrote an empty file; please report this" }
}
