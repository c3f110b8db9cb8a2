import Foundation
import TestSupport

/// Lines 5 and 7 of the spine: killed and resumed runs, thread counts, the report and the stage files.
func spineLines() throws -> [AcceptanceLine] {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "operando-spine-\(ProcessInfo.processInfo.processIdentifier)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let example = SharedData.checkout.appending(path: "Examples/nmc811-particle/experiment.yaml").path
  func run(_ name: String, threads: Int, killAfter: Double? = nil) throws -> ChildProcess {
    try ChildProcess.run(
      ChildProcess.operando, ["run", example, "-o", folder.appending(path: name).path, "--threads", "\(threads)"],
      killAfter: killAfter)
  }

  let start = Date()
  let undisturbed = try run("undisturbed", threads: 2)
  let seconds = Date().timeIntervalSince(start)
  guard undisturbed.status == 0 else {
    return [AcceptanceLine("5", "the example runs", figure: undisturbed.errors, limit: "status 0", passed: false)]
  }
  let truth = try fingerprint(folder.appending(path: "undisturbed").path)

  var lines: [AcceptanceLine] = []
  var generator = SplitMix(state: 1)
  var identical = 0, killedWhileRunning = 0
  for trial in 1...20 {
    let name = "killed-\(trial)"
    let killed = try run(name, threads: 1 + trial % 2, killAfter: seconds * generator.unit())
    if killed.status == 128 + SIGKILL { killedWhileRunning += 1 }
    let resumed = try run(name, threads: 1)
    if resumed.status == 0, try fingerprint(folder.appending(path: name).path) == truth { identical += 1 }
    try FileManager.default.removeItem(at: folder.appending(path: name))
  }
  lines.append(
    AcceptanceLine(
      "5", "runs killed at 20 random moments (\(killedWhileRunning) while running) and resumed, identical",
      Double(identical), atLeast: 20))

  // One run that is killed again and again, a little later each time, until it gets through.
  var attempts = 0, finished = false
  while attempts < 20, !finished {
    attempts += 1
    finished = try run("stubborn", threads: 2, killAfter: seconds * generator.unit()).status == 0
  }
  _ = try run("stubborn", threads: 2)
  let stubborn = try fingerprint(folder.appending(path: "stubborn").path) == truth
  lines.append(
    AcceptanceLine(
      "5", "one run killed \(attempts) times and resumed each time", figure: stubborn ? "identical" : "different",
      limit: "identical", passed: stubborn))

  _ = try run("one-thread", threads: 1)
  let sameForThreads = try fingerprint(folder.appending(path: "one-thread").path) == truth
  lines.append(
    AcceptanceLine(
      "5", "1 and 2 threads", figure: sameForThreads ? "identical" : "different", limit: "identical",
      passed: sameForThreads))

  let tools = SharedData.checkout.appending(path: "Tools").path
  let report = folder.appending(path: "undisturbed/report.html").path
  let checked = try ChildProcess.run("/usr/bin/env", ["bash", "-c", "\"\(tools)/check-report\" \"\(report)\""])
  lines.append(
    AcceptanceLine(
      "7", "the report in headless Chromium at 1400 and 400 pixels", figure: (checked.output + checked.errors).trimmed,
      limit: "status 0", passed: checked.status == 0))
  let size = try FileManager.default.attributesOfItem(atPath: report)[.size] as? Int ?? .max
  lines.append(AcceptanceLine("7", "size of the report", Double(size) / 1e6, atMost: 10, unit: "MB"))

  let stages = folder.appending(path: "undisturbed/stages").path
  for file in try FileManager.default.contentsOfDirectory(atPath: stages).sorted() where file.hasSuffix(".nxs") {
    let validator = SharedData.checkout.appending(path: ".tools/bin/nxvalidate").path
    let definition = SharedData.checkout.appending(path: "Documentation/nexus/NXoperando_stage.nxdl.xml").path
    let result = try ChildProcess.run(validator, ["-a", definition, stages + "/" + file])
    let text = result.output + result.errors
    let passed = text.contains("Total number of errors: 0")
    lines.append(
      AcceptanceLine(
        "7", "nxvalidate \(file)",
        figure: text.split(separator: "\n").last { $0.contains("errors") }.map(String.init) ?? text.trimmed,
        limit: "Total number of errors: 0", passed: passed))
  }
  return lines
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
