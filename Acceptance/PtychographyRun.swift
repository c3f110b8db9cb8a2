import Foundation
import TestSupport

/// Line 5 of ptychography: runs killed and resumed, one and two threads, and what others read of the files.
func ptychographyRunLines() throws -> [AcceptanceLine] {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "operando-ptychography-\(ProcessInfo.processInfo.processIdentifier)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let example = SharedData.checkout.appending(path: "Examples/ptychography/experiment.yaml").path
  let simulated = try ChildProcess.run(
    ChildProcess.operando, ["simulate", example, "-o", folder.appending(path: "virtual").path])
  guard simulated.status == 0 else {
    return [AcceptanceLine("5", "the scans are simulated", figure: simulated.errors, limit: "status 0", passed: false)]
  }
  let experiment = folder.appending(path: "virtual/experiment.yaml").path
  func run(_ name: String, threads: Int, killAfter: Double? = nil) throws -> ChildProcess {
    try ChildProcess.run(
      ChildProcess.operando,
      ["run", experiment, "-o", folder.appending(path: name).path, "--threads", "\(threads)"], killAfter: killAfter)
  }

  let start = Date()
  let undisturbed = try run("undisturbed", threads: 2)
  let seconds = Date().timeIntervalSince(start)
  guard undisturbed.status == 0 else {
    return [AcceptanceLine("7", "the example runs", figure: undisturbed.errors, limit: "status 0", passed: false)]
  }
  let truth = try fingerprint(folder.appending(path: "undisturbed").path)
  var lines: [AcceptanceLine] = []
  var generator = SplitMix(state: 1)
  var identical = 0, killedWhileRunning = 0
  for trial in 1...20 {
    let name = "killed-\(trial)"
    let killed = try run(name, threads: 1 + trial % 2, killAfter: seconds * generator.unit())
    if killed.status == 128 + SIGKILL { killedWhileRunning += 1 }
    let resumed = try run(name, threads: 1 + (trial / 2) % 2)
    if resumed.status == 0, try fingerprint(folder.appending(path: name).path) == truth { identical += 1 }
    try FileManager.default.removeItem(at: folder.appending(path: name))
  }
  lines.append(
    AcceptanceLine(
      "5", "runs killed at 20 random moments (\(killedWhileRunning) while running) and resumed, identical",
      Double(identical), atLeast: 20))
  _ = try run("one-thread", threads: 1)
  let sameForThreads = try fingerprint(folder.appending(path: "one-thread").path) == truth
  lines.append(
    AcceptanceLine(
      "5", "1 and 2 threads", figure: sameForThreads ? "identical" : "different", limit: "identical",
      passed: sameForThreads))

  let report = folder.appending(path: "undisturbed/report.html").path
  let tools = SharedData.checkout.appending(path: "Tools").path
  let checked = try ChildProcess.run("/usr/bin/env", ["bash", "-c", "\"\(tools)/check-report\" \"\(report)\""])
  lines.append(
    AcceptanceLine(
      "7", "the report in headless Chromium", figure: (checked.output + checked.errors).trimmed, limit: "status 0",
      passed: checked.status == 0))
  let stages = folder.appending(path: "undisturbed/stages").path
  for file in try FileManager.default.contentsOfDirectory(atPath: stages).sorted() where file.hasSuffix(".nxs") {
    lines.append(try validated(stages + "/" + file, by: "Documentation/nexus/NXoperando_stage.nxdl.xml"))
  }
  return lines
}

/// What nxvalidate says of a file.
private func validated(_ path: String, by definition: String) throws -> AcceptanceLine {
  let result = try ChildProcess.run(
    SharedData.checkout.appending(path: ".tools/bin/nxvalidate").path,
    ["-a", SharedData.checkout.appending(path: definition).path, path])
  let text = result.output + result.errors
  return AcceptanceLine(
    "7", "nxvalidate \(URL(filePath: path).lastPathComponent)",
    figure: text.split(separator: "\n").last { $0.contains("errors") }.map(String.init) ?? text.trimmed,
    limit: "Total number of errors: 0", passed: text.contains("Total number of errors: 0"))
}
