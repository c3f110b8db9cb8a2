import Foundation
import Synchronization
import Testing

@testable import Pipeline

@Suite struct RunExecutionTests {
  let temporary = TemporaryFolder()
  var folder: RunFolder { RunFolder(temporary.path + "/runs/test") }

  @discardableResult
  func execute(_ stages: [PlannedStage], _ options: RunOptions = RunOptions(programVersion: "1.2.3")) throws
    -> RunOutcome
  {
    try folder.withLock { try RunPlan(stages).execute(holding: $0, options) }
  }

  @discardableResult
  func story(_ stages: [PlannedStage], _ selection: RunSelection = .all, threads: Int = 1) throws -> [String] {
    let recorder = EventRecorder()
    try execute(
      stages, RunOptions(selection: selection, threads: threads, programVersion: "1.2.3", events: recorder.sink))
    return recorder.story
  }

  @Test func runsOnceAndThenSkips() throws {
    let counter = WorkCounter()
    let stages = [fakeStage("a", counter: counter), fakeStage("b", upstream: ["a"], counter: counter)]
    #expect(try story(stages) == ["plan a,b", "started a", "finished a", "started b", "finished b", "done"])
    let outcome = try execute(stages)
    #expect(outcome.stages.map(\.wasSkipped) == [true, true])
    #expect(counter["a"] == 3 && counter["b"] == 3)
    let keys = try RunPlan(stages).keys()
    let files = ["01-a-\(keys["a"]?.short ?? "").nxs", "02-b-\(keys["b"]?.short ?? "").nxs"]
    #expect(outcome.stages.map(\.path) == files.map { "\(folder.stagesPath)/\($0)" })
    #expect(contents(of: folder.stagesPath).keys.sorted() == files)
    #expect(
      contents(of: folder.path).keys.sorted() == [".lock", "plan.json", "run.log"] + files.map { "stages/\($0)" })
  }

  @Test func runsAgainOnlyWhatDependsOnAChange() throws {
    func stages(_ parameters: String) -> [PlannedStage] {
      [
        fakeStage("a"), fakeStage("b", parameters: parameters, upstream: ["a"]), fakeStage("c", upstream: ["b"]),
        fakeStage("d", upstream: ["a"]),
      ]
    }
    try story(stages("p = 1"))
    let first = contents(of: folder.stagesPath)
    #expect(
      try story(stages("p = 2")) == [
        "plan a,b,c,d", "skipped a", "started b", "finished b", "started c", "finished c", "skipped d", "done",
      ])
    #expect(contents(of: folder.stagesPath).count == 6)
    #expect(first.allSatisfy { contents(of: folder.stagesPath)[$0.key] == $0.value })
    #expect(try story(stages("p = 1")).filter { $0.hasPrefix("skipped") }.count == 4)
  }

  @Test func threadsAndPlacesChangeNothing() throws {
    try story([fakeStage("a"), fakeStage("b", upstream: ["a"])], threads: 1)
    // The same stage in another place of the plan keeps its file.
    #expect(
      try story([fakeStage("new"), fakeStage("a"), fakeStage("b", upstream: ["a"])], threads: 2) == [
        "plan new,a,b", "started new", "finished new", "skipped a", "skipped b", "done",
      ])
  }

  @Test func anEmptyFileIsNotComplete() throws {
    let outcome = try execute([fakeStage("a")])
    try Data().write(to: URL(filePath: outcome.stages[0].path))
    #expect(try story([fakeStage("a")]) == ["plan a", "started a", "finished a", "done"])
  }

  @Test func selectsStages() throws {
    let stages = [fakeStage("a"), fakeStage("b", upstream: ["a"]), fakeStage("c", upstream: ["b"]), fakeStage("d")]
    #expect(throws: RunSelectionError.notComplete(["a"])) { try story(stages, RunSelection(only: "b")) }
    #expect(throws: RunSelectionError.notComplete(["b"])) { try story(stages, RunSelection(from: "c")) }
    #expect(contents(of: folder.stagesPath).isEmpty)
    #expect(try story(stages, RunSelection(to: "a")) == ["plan a", "started a", "finished a", "done"])
    #expect(try story(stages, RunSelection(only: "b")) == ["plan b", "started b", "finished b", "done"])
    // What nobody selected needs may be missing, and a complete file is enough whatever became of those before it.
    #expect(try story(stages, RunSelection(only: "d")) == ["plan d", "started d", "finished d", "done"])
    #expect(
      try story(stages, RunSelection(from: "b")) == [
        "plan b,c,d", "skipped b", "started c", "finished c", "skipped d", "done",
      ])
  }

  @Test func handsOnlyTheUpstreamFilesOver() throws {
    let seen = Mutex<[String: String]>([:])
    var last = fakeStage("c", upstream: ["a"])
    let run = last.run
    last.run = { paths, context in
      seen.withLock { $0 = paths }
      return try run(paths, context)
    }
    let outcome = try execute([fakeStage("a"), fakeStage("b"), last])
    #expect(seen.withLock { $0 } == ["a": outcome.stages[0].path])
  }

  @Test func reportsProgressOfEveryStageToItsEnd() throws {
    let recorder = EventRecorder()
    try execute([fakeStage("a", items: 50)], RunOptions(programVersion: "1", events: recorder.sink))
    let counts = recorder.events.compactMap { event -> Int? in
      if case .progress("a", let done, 50, _) = event { return done }
      return nil
    }
    #expect(counts.first == 1 && counts.last == 50 && counts == counts.sorted() && counts.count < 20)
  }

  @Test func dropsProgressThatComesOutOfOrder() throws {
    var stage = fakeStage("a")
    let run = stage.run
    stage.run = { paths, context in
      for done in [4, 2, 4, 1] { context.progress(done, 4) }
      return try run(paths, RunContext(shards: context.shards))
    }
    let recorder = EventRecorder()
    try execute([stage], RunOptions(programVersion: "1", events: recorder.sink))
    let progress = recorder.events.filter { if case .progress = $0 { true } else { false } }
    #expect(progress == [.progress(stage: "a", done: 4, total: 4, secondsLeft: 0)])
  }

  @Test func aStageThatFailsIsNamedAndLeavesItsItems() throws {
    struct Failure: Error, CustomStringConvertible { var description: String { "negative concentration" } }
    let recorder = EventRecorder()
    let failing = fakeStage("b", upstream: ["a"], beforeItem: { if $0 == 2 { throw Failure() } })
    let error = #expect(throws: StageFailure.self) {
      try execute([fakeStage("a"), failing], RunOptions(programVersion: "1", events: recorder.sink))
    }
    #expect(error?.description == "stage b: negative concentration")
    #expect(recorder.story.suffix(2) == ["started b", "failed b negative concentration"])
    #expect(try folder.status(RunManifest(of: folder)).map(\.state) == [.complete, .partial])
    #expect(try folder.status(RunManifest(of: folder)).map(\.finishedItems) == [0, 2])
  }

  @Test func aStageThatWritesNothingFails() throws {
    var empty = fakeStage("a")
    empty.run = { _, _ in { path, _ in try Data().write(to: URL(filePath: path)) } }
    #expect(throws: StageFailure.self) { try execute([empty]) }
    #expect(contents(of: folder.stagesPath).isEmpty)
  }

  @Test func anInputThatChangesDuringTheRunIsNoticed() throws {
    let input = try temporary.file("input.csv", "before")
    let stage = fakeStage(
      "a", inputs: [input],
      beforeItem: { if $0 == 1 { try "after!".write(toFile: input, atomically: false, encoding: .utf8) } })
    let error = #expect(throws: StageFailure.self) { try execute([stage]) }
    #expect(error?.underlying is InputChanged)
    #expect(try folder.stageFiles().isEmpty)
  }

  @Test func cancellationLeavesAResumableRun() throws {
    let reference = try execute([fakeStage("a"), fakeStage("b", upstream: ["a"])])
    let undisturbed = try reference.stages.map { try Data(contentsOf: URL(filePath: $0.path)) }
    for path in reference.stages.map(\.path) { try FileManager.default.removeItem(atPath: path) }

    let counter = WorkCounter()
    let flag = CancellationFlag()
    let recorder = EventRecorder()
    let kept = Mutex("")
    let stages = [
      fakeStage("a", counter: counter),
      fakeStage(
        "b", upstream: ["a"], counter: counter, beforeItem: { if $0 == 1 { flag.cancel() } },
        keepProvenance: { json in kept.withLock { $0 = json } }),
    ]
    #expect(throws: Interrupted()) {
      try execute(stages, RunOptions(programVersion: "1", cancellation: flag, events: recorder.sink))
    }
    #expect(recorder.story.last == "interrupted b")
    #expect(counter["b"] == 2, "the item in hand is finished, the next is not begun")
    let resumed = try execute(stages)
    #expect(counter["a"] == 3 && counter["b"] == 3)
    #expect(try Provenance(json: kept.withLock { $0 }).resumedItems == 2)
    #expect(try resumed.stages.map { try Data(contentsOf: URL(filePath: $0.path)) } == undisturbed)
  }

  @Test func aRunThatIsCancelledBeforeItStartsRunsNothing() throws {
    let flag = CancellationFlag()
    flag.cancel()
    let counter = WorkCounter()
    #expect(throws: Interrupted()) {
      try execute([fakeStage("a", counter: counter)], RunOptions(programVersion: "1", cancellation: flag))
    }
    #expect(counter["a"] == 0)
  }

  @Test func warnsOfWhatTheMachineCannotHold() throws {
    var large = fakeStage("a")
    large.estimate = { ResourceEstimate(seconds: 1, memory: 1e18, disk: 1e18) }
    let warnings = try story([large]).filter { $0.hasPrefix("warning") }
    #expect(warnings.count == 2)
    #expect(warnings.first?.hasPrefix("warning - the run will write about 1000 PB and") == true)
    #expect(warnings.last?.hasPrefix("warning a needs about 1000 PB of memory and") == true)
  }

  @Test func writesProvenance() throws {
    let input = try temporary.file("cell.mpr", "abc")
    let kept = Mutex("")
    let stages = [
      fakeStage("a"),
      fakeStage(
        "b", version: 4, inputs: [input], upstream: ["a"], keepProvenance: { json in kept.withLock { $0 = json } }),
    ]
    let outcome = try execute(stages, RunOptions(threads: 2, programVersion: "1.2.3"))
    let json = kept.withLock { $0 }
    let provenance = try Provenance(json: json)
    #expect(provenance.programVersion == "1.2.3" && provenance.stage == "b" && provenance.stageVersion == 4)
    #expect(provenance.key == outcome.stages[1].key && provenance.upstream == ["a": outcome.stages[0].key])
    #expect(provenance.parameters == "p = 1" && provenance.threads == 2 && provenance.resumedItems == 0)
    #expect(
      provenance.inputs == [
        FileDigest(
          name: "cell.mpr", size: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      ])
    #expect(provenance.started.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
    #expect(provenance.started <= provenance.finished && provenance.seconds >= 0 && provenance.processorSeconds >= 0)
    #expect(provenance.peakMemory > 1_000_000 && provenance.host.cores > 0 && provenance.host.memory > 1_000_000)
    #expect(try Provenance(json: provenance.json()) == provenance)
    // No folder, no user, no name of the machine.
    #expect(!json.contains(temporary.path))
    #expect(!json.contains("\"\(ProcessInfo.processInfo.hostName)\"") && !json.contains("\"\(NSUserName())\""))
  }
}
