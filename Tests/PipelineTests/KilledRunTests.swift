import Foundation
import Synchronization
import Testing

@testable import Pipeline

/// Counts the steps of a run and does something at one of them.
private func steps(at chosen: Int, _ act: @escaping @Sendable () throws -> Void) -> FileSteps {
  let count = Atomic(0)
  return FileSteps { _, _ in
    if count.add(1, ordering: .relaxed).oldValue == chosen { try act() }
  }
}

private func execute(
  _ path: String, steps: FileSteps = .unobserved, beforeItem: @escaping @Sendable (Int) -> Void = { _ in }
) throws {
  var options = RunOptions(programVersion: "1")
  options.steps = steps
  let plan = try RunPlan([
    fakeStage("a", beforeItem: beforeItem), fakeStage("b", upstream: ["a"], beforeItem: beforeItem),
  ])
  try RunFolder(path).withLock { _ = try plan.execute(holding: $0, options) }
}

/// What must be the same whatever happened: everything but the log and the lock.
private func result(_ path: String) -> [String: [UInt8]] {
  contents(of: path).filter { $0.key != "run.log" && $0.key != ".lock" }
}

/// Files under their final names.
private func finished(_ path: String) -> [String: [UInt8]] {
  contents(of: path).filter { $0.key.hasSuffix(".nxs") && !$0.key.contains(AtomicFile.partialPrefix) }
}

@Suite struct KilledRunTests {
  let temporary = TemporaryFolder()
  let reference: [String: [UInt8]]
  /// Two stages of three items, their files, the removal of their shards, and the plan.
  let stepCount = 4 + 2 * (3 * 4 + 4 + 1)

  init() throws {
    try execute(temporary.path + "/reference")
    reference = result(temporary.path + "/reference")
  }

  @Test func countsAllSteps() throws {
    let count = Mutex(0)
    try execute(temporary.path + "/count", steps: FileSteps { _, _ in count.withLock { $0 += 1 } })
    #expect(count.withLock { $0 } == stepCount)
    #expect(reference.count == 3 && finished(temporary.path + "/reference").count == 2)
  }

  @Test func failingAtAnyStepLeavesAResumableFolder() throws {
    for step in 0..<stepCount {
      let path = "\(temporary.path)/fail-\(step)"
      let failing = steps(at: step) { throw FileError(.write, path, code: ENOSPC) }
      #expect(throws: (any Error).self, "step \(step)") { try execute(path, steps: failing) }
      for (name, bytes) in finished(path) { #expect(bytes == reference[name], "step \(step): \(name)") }
      #expect(!contents(of: path).keys.contains { $0.contains(AtomicFile.partialPrefix) }, "step \(step)")
      try execute(path)
      #expect(result(path) == reference, "step \(step)")
    }
  }

  @Test func killingAtAStepLeavesAResumableFolder() async throws {
    for step in stride(from: 0, to: stepCount, by: 3) {
      let path = "\(temporary.path)/kill-\(step)"
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, step = step as Int] in
        try execute(path, steps: steps(at: step) { kill(getpid(), SIGKILL) })
      }
      for (name, bytes) in finished(path) { #expect(bytes == reference[name], "step \(step): \(name)") }
      try execute(path)
      #expect(result(path) == reference, "step \(step)")
    }
  }

  @Test func killingAtAnyMomentLeavesAResumableFolder() async throws {
    let path = "\(temporary.path)/moments"
    for milliseconds in [1, 2, 4, 6, 9, 13] {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, milliseconds = milliseconds as Int] in
        Thread.detachNewThread {
          usleep(UInt32(milliseconds) * 1000)
          kill(getpid(), SIGKILL)
        }
        try execute(path) { _ in usleep(2000) }
        while true { pause() }
      }
      for (name, bytes) in finished(path) { #expect(bytes == reference[name], "after \(milliseconds) ms: \(name)") }
    }
    try execute(path)
    #expect(result(path) == reference)
  }

  @Test func aDamagedShardIsComputedAgain() throws {
    let path = "\(temporary.path)/damaged"
    #expect(throws: (any Error).self) {
      try execute(path, steps: steps(at: 16) { throw FileError(.write, path, code: EIO) })
    }
    let shards = contents(of: path).keys.filter { $0.hasSuffix(".shard") }.sorted()
    #expect(shards.count == 3)
    try Data([1, 2, 3]).write(to: URL(filePath: "\(path)/\(shards[1])"))
    let computed = Mutex<[Int]>([])
    try execute(path) { item in computed.withLock { $0.append(item) } }
    #expect(computed.withLock { $0 } == [1, 0, 1, 2])
    #expect(result(path) == reference)
  }

  @Test func aFullDiskLeavesAResumableFolder() async throws {
    let path = "\(temporary.path)/full"
    // The items of 248 bytes fit, the stage file of more than 600 does not.
    await #expect(processExitsWith: .success) { [path = path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 550, rlim_max: 550)
      guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      do {
        try execute(path)
        exit(3)
      } catch {
        exit(error is StageFailure ? 0 : 4)
      }
    }
    #expect(finished(path).isEmpty)
    #expect(contents(of: path).keys.filter { $0.hasSuffix(".shard") }.count == 3)
    try execute(path)
    #expect(result(path) == reference)
  }
}
