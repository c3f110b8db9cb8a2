import Foundation
import Testing

@testable import Pipeline

@Suite struct RunLogTests {
  let folder = TemporaryFolder()

  @Test func appendsLinesWithTheirTime() throws {
    let path = folder.path + "/run.log"
    for message in ["first", "second\nwith a line"] {
      let log = try RunLog(path: path) { Date(timeIntervalSince1970: 1_700_000_000.9) }
      log.append(message)
      #expect(log.failure == nil)
    }
    #expect(
      try String(contentsOfFile: path, encoding: .utf8) == """
        2023-11-14T22:13:20Z first
        2023-11-14T22:13:20Z second
            with a line

        """)
  }

  @Test func remembersThatALineWasLost() throws {
    let log = try RunLog(path: "/dev/full")
    log.append("lost")
    #expect(log.failure == FileError(.write, "/dev/full", code: ENOSPC))
  }

  @Test func aLogThatCannotBeOpenedIsNamed() {
    #expect(throws: FileError(.write, "/nowhere/run.log", code: ENOENT)) { try RunLog(path: "/nowhere/run.log") }
  }

  @Test func tellsTheStoryOfARun() throws {
    let run = RunFolder(folder.path + "/run")
    try run.withLock { _ = try RunPlan([fakeStage("a")]).execute(holding: $0, RunOptions(programVersion: "1")) }
    let lines = try String(contentsOfFile: run.logPath, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(
      zip(lines, ["run: a", "a: started", "a: finished in", "finished in"]).allSatisfy {
        $0.dropFirst(21).hasPrefix($1)
      })
  }
}
