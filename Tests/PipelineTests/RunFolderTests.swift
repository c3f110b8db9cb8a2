import Foundation
import Testing

@testable import Pipeline

@Suite struct RunFolderTests {
  let temporary = TemporaryFolder()
  var folder: RunFolder { RunFolder(temporary.path + "/runs/test") }

  @Test func namesFolders() {
    #expect(RunFolder(experimentName: "nmc811-particle").path == "runs/nmc811-particle")
    #expect(RunFolder(experimentName: "NMC811 core/shell, 30 pA").path == "runs/NMC811-core-shell--30-pA")
    #expect(RunFolder(experimentName: "../../etc").path == "runs/etc")
    #expect(RunFolder(experimentName: "..").path == "runs/experiment")
    #expect(RunFolder(experimentName: String(repeating: "é", count: 300)).path.utf8.count == 205)
    #expect(RunFolder("a/b/").path == "a/b" && RunFolder("/").path == "/")
  }

  @Test func asksForALockOnce() throws {
    try folder.withLock { _ in
      let error = #expect(throws: RunFolderInUse.self) { try folder.withLock { _ in } }
      #expect(error == RunFolderInUse(path: folder.path, process: Int(getpid())))
      #expect(
        error?.description
          == "\(folder.path): in use by process \(getpid()); wait until it has finished, stop it, or choose another "
          + "folder with -o")
    }
    try folder.withLock { _ in }
  }

  @Test func givesTheLockBackAfterAnError() throws {
    #expect(throws: Interrupted()) { try folder.withLock { _ in throw Interrupted() } }
    try folder.withLock { _ in }
  }

  @Test func storesTheExperimentAsItWasWritten() throws {
    let text = Array("title: Ä\r\n# no end of line".utf8)
    try folder.withLock { try $0.storeExperiment(verbatim: text, resolved: "title: Ä\n") }
    #expect(contents(of: folder.path)["experiment.yaml"] == text)
    #expect(contents(of: folder.path)["resolved.yaml"] == Array("title: Ä\n".utf8))
  }

  @Test func removesWhatWasHalfWritten() throws {
    try folder.withLock { _ in }
    for name in ["/.partial-1-plan.json", "/stages/.partial-1-01-a.nxs"] {
      try Data([1]).write(to: URL(filePath: folder.path + name))
    }
    try folder.withLock { _ in }
    #expect(contents(of: folder.path).keys.sorted() == [".lock"])
  }

  @Test func listsAndCleans() throws {
    struct Failure: Error {}
    func plan(_ parameters: String, fails: Bool) throws -> RunPlan {
      try RunPlan([
        fakeStage("a"), fakeStage("b", parameters: parameters, beforeItem: { if fails && $0 == 2 { throw Failure() } }),
        fakeStage("c", upstream: ["b"]),
      ])
    }
    try folder.withLock { lock in
      _ = try plan("p = 1", fails: false).execute(holding: lock, RunOptions(programVersion: "1"))
      #expect(throws: StageFailure.self) {
        try plan("p = 2", fails: true).execute(holding: lock, RunOptions(programVersion: "1"))
      }
      let foreign = try temporary.file("runs/test/stages/notes.txt", "mine")
      let status = try folder.status(RunManifest(of: folder))
      #expect(status.map(\.stage) == ["a", "b", "c", "b", "c"])
      #expect(status.map(\.state) == [.complete, .partial, .missing, .stale, .stale])
      #expect(status.map(\.place) == [1, 2, 3, 2, 3])
      #expect(status.map(\.finishedItems) == [0, 2, 0, 0, 0])
      #expect(status.map { $0.size > 0 } == [true, false, false, true, true])

      let removed = try lock.clean(RunManifest(of: folder))
      #expect(removed.count == 3 && removed.prefix(2) == status.suffix(2).compactMap(\.path)[...])
      #expect(try folder.status(RunManifest(of: folder)).map(\.state) == [.complete, .missing, .missing])
      #expect(FileManager.default.fileExists(atPath: foreign))
    }
  }

  @Test(arguments: [
    "01-a.nxs", "x-a-0123456789ab.nxs", "1-a-0123456789ab.nxs", "01-a-0123456789AB.nxs", "01-a-0123456789abc.nxs",
    "01--0123456789ab.txt", "-a-0123456789ab.nxs", "00-a-0123456789ab.nxs",
  ])
  func otherFilesAreNoStageFiles(name: String) throws {
    _ = try temporary.file(name, "text")
    #expect(StageFile(name: name, in: temporary.path) == nil)
  }

  @Test func readsNamesOfStageFiles() throws {
    _ = try temporary.file("112-state-of-charge-0123456789ab.nxs", "text")
    let file = try #require(StageFile(name: "112-state-of-charge-0123456789ab.nxs", in: temporary.path))
    #expect(file.place == 112 && file.stage == "state-of-charge" && file.shortKey == "0123456789ab" && file.size == 4)
  }

  @Test func aFolderThatIsNoRunIsNamed() throws {
    let error = #expect(throws: Diagnostic.self) { try RunManifest(of: RunFolder(temporary.path)) }
    #expect(error?.file == temporary.path && error?.message == "this is not the folder of a run")
    _ = try temporary.file("plan.json", "{\"stages\": [{}]}")
    let damaged = #expect(throws: Diagnostic.self) { try RunManifest(of: RunFolder(temporary.path)) }
    #expect(damaged?.message == "the plan of the run is damaged")
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let file = try temporary.file("file", "")
    #expect(throws: FileError(.create, file, code: ENOTDIR)) { try RunFolder(file).withLock { _ in } }
    #expect(throws: FileError(.create, file, code: ENOTDIR)) {
      try RunFolder(file + "/run").withLock { _ in }
    }
  }

  @Test func aReadOnlyFolderIsNamed() async throws {
    await #expect(processExitsWith: .success) { [path = temporary.path as String] in
      guard chmod(path, 0o555) == 0 else { exit(2) }
      if getuid() == 0 { guard setgid(65534) == 0, setuid(65534) == 0 else { exit(3) } }
      do {
        try RunFolder(path + "/run").withLock { _ in }
        exit(4)
      } catch {
        exit((error as? FileError) == FileError(.create, path + "/run", code: EACCES) ? 0 : 5)
      }
    }
    chmod(temporary.path, 0o755)
  }
}
