import Foundation
import TestSupport

/// Runs of one experiment file: one undisturbed, others killed at random moments and resumed, held against it; what others
/// read of its files.
struct KilledRuns {
  /// The experiment file.
  let experiment: String
  /// Where the run folders are made.
  let folder: URL
  /// Of the acceptance list: for kills and threads, and for report and stage files.
  let lineOfRuns: String
  let lineOfFiles: String
  /// Runs that are killed once each.
  var trials = 20
  /// Whether one more run is killed again and again until it gets through.
  var killsOneAgain = false

  /// A folder for the runs, removed when `body` is done.
  static func withFolder(
    _ name: String, _ body: (_ folder: URL) throws -> [AcceptanceLine]
  ) throws -> [AcceptanceLine] {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "operando-\(name)-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func run(_ name: String, threads: Int, killAfter: Double? = nil) throws -> ChildProcess {
    try ChildProcess.run(
      ChildProcess.operando, ["run", experiment, "-o", path(name), "--threads", "\(threads)"], killAfter: killAfter)
  }

  func lines() throws -> [AcceptanceLine] {
    let start = Date()
    let undisturbed = try run("undisturbed", threads: 2)
    let seconds = Date().timeIntervalSince(start)
    guard undisturbed.status == 0 else {
      return [
        AcceptanceLine(lineOfRuns, "the example runs", figure: undisturbed.errors, limit: "status 0", passed: false)
      ]
    }
    let truth = try fingerprint(path("undisturbed"))
    return try killed(truth, seconds: seconds) + threads(truth) + files()
  }

  private func killed(_ truth: String, seconds: Double) throws -> [AcceptanceLine] {
    var generator = SplitMix(state: 1)
    var identical = 0, killedWhileRunning = 0
    for trial in 1...trials {
      let name = "killed-\(trial)"
      let killed = try run(name, threads: 1 + trial % 2, killAfter: seconds * generator.unit())
      if killed.status == 128 + SIGKILL { killedWhileRunning += 1 }
      let resumed = try run(name, threads: 1 + (trial / 2) % 2)
      if resumed.status == 0, try fingerprint(path(name)) == truth { identical += 1 }
      try FileManager.default.removeItem(at: folder.appending(path: name))
    }
    var lines = [
      AcceptanceLine(
        lineOfRuns,
        "runs killed at \(trials) random moments (\(killedWhileRunning) while running) and resumed, identical",
        Double(identical), atLeast: Double(trials))
    ]
    guard killsOneAgain else { return lines }
    var attempts = 0, finished = false
    while attempts < 20, !finished {
      attempts += 1
      finished = try run("stubborn", threads: 2, killAfter: seconds * generator.unit()).status == 0
    }
    _ = try run("stubborn", threads: 2)
    let isSame = try fingerprint(path("stubborn")) == truth
    lines.append(
      AcceptanceLine(
        lineOfRuns, "one run killed \(attempts) times and resumed each time",
        figure: isSame ? "identical" : "different", limit: "identical", passed: isSame))
    return lines
  }

  private func threads(_ truth: String) throws -> [AcceptanceLine] {
    _ = try run("one-thread", threads: 1)
    let isSame = try fingerprint(path("one-thread")) == truth
    return [
      AcceptanceLine(
        lineOfRuns, "1 and 2 threads", figure: isSame ? "identical" : "different", limit: "identical", passed: isSame)
    ]
  }

  /// The report in a browser and its size, and what nxvalidate says of each stage file of the undisturbed run.
  private func files() throws -> [AcceptanceLine] {
    let report = path("undisturbed/report.html")
    let tools = SharedData.checkout.appending(path: "Tools").path
    let checked = try ChildProcess.run("/usr/bin/env", ["bash", "-c", "\"\(tools)/check-report\" \"\(report)\""])
    let size = try FileManager.default.attributesOfItem(atPath: report)[.size] as? Int ?? .max
    var lines = [
      AcceptanceLine(
        lineOfFiles, "the report in headless Chromium at 1400 and 400 pixels",
        figure: (checked.output + checked.errors).trimmed, limit: "status 0", passed: checked.status == 0),
      AcceptanceLine(lineOfFiles, "size of the report", Double(size) / 1e6, atMost: 10, unit: "MB"),
    ]
    let stages = path("undisturbed/stages")
    for file in try FileManager.default.contentsOfDirectory(atPath: stages).sorted() where file.hasSuffix(".nxs") {
      let result = try ChildProcess.run(
        SharedData.checkout.appending(path: ".tools/bin/nxvalidate").path,
        [
          "-a", SharedData.checkout.appending(path: "Documentation/nexus/NXoperando_stage.nxdl.xml").path,
          stages + "/" + file,
        ])
      let text = result.output + result.errors
      lines.append(
        AcceptanceLine(
          lineOfFiles, "nxvalidate \(file)",
          figure: text.split(separator: "\n").last { $0.contains("errors") }.map(String.init) ?? text.trimmed,
          limit: "Total number of errors: 0", passed: text.contains("Total number of errors: 0")))
    }
    return lines
  }
}

/// An example is simulated, and its runs are killed and resumed.
func simulatedRunLines(
  of example: String, lineOfRuns: String, lineOfFiles: String, trials: Int
) throws -> [AcceptanceLine] {
  try KilledRuns.withFolder("\(example)-run") { folder in
    let file = SharedData.checkout.appending(path: "Examples/\(example)/experiment.yaml").path
    let simulated = try ChildProcess.run(
      ChildProcess.operando, ["simulate", file, "-o", folder.appending(path: "virtual").path])
    guard simulated.status == 0 else {
      return [
        AcceptanceLine(
          lineOfRuns, "the raw files are simulated", figure: simulated.errors, limit: "status 0", passed: false)
      ]
    }
    var runs = KilledRuns(
      experiment: folder.appending(path: "virtual/experiment.yaml").path, folder: folder, lineOfRuns: lineOfRuns,
      lineOfFiles: lineOfFiles)
    runs.trials = trials
    return try runs.lines()
  }
}

/// Every dataset and attribute outside `/entry/provenance` of every stage file, as one text, read by h5py and so
/// independent of the program's own reader.
func fingerprint(_ run: String) throws -> String {
  let python = SharedData.checkout.appending(path: ".tools/bin/python").path
  let script = SharedData.checkout.appending(path: "Tools/fingerprint").path
  let result = try ChildProcess.run(python, [script, run])
  guard result.status == 0 else { throw FingerprintError(message: result.errors) }
  return result.output
}

struct FingerprintError: Error { var message: String }

/// A small generator for the moments of the kills; its sequence is fixed by its state.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number in 0..<1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

extension String {
  /// Without white space at both ends.
  var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
