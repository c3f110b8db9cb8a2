import FileFormats
import Foundation
import TestSupport
import Testing

/// What the suites that call the program share.
protocol RunsOperando {}

extension RunsOperando {
  func operando(
    _ arguments: String..., killAfter: Double? = nil, signal: Int32 = SIGKILL, directory: String? = nil
  ) throws -> ChildProcess {
    try operando(arguments, killAfter: killAfter, signal: signal, directory: directory)
  }

  func operando(
    _ arguments: [String], killAfter: Double? = nil, signal: Int32 = SIGKILL, directory: String? = nil
  ) throws -> ChildProcess {
    try ChildProcess.run(
      ChildProcess.operando, arguments, killAfter: killAfter, signal: signal, directory: directory)
  }

  func withFolder(_ body: (_ folder: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  func write(_ text: String, _ path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }
  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
  func stageFiles(_ run: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: run + "/stages").filter { $0.hasSuffix(".nxs") }.sorted()
  }

  /// Holds a file against its NeXus definition where nxvalidate is installed; with `CI=true` its absence is a failure.
  func expectValid(_ path: String, definition: String? = nil) throws {
    let tool = SharedData.checkout.appending(path: ".tools/bin/nxvalidate").path
    guard exists(tool) || ProcessInfo.processInfo.environment["CI"] == "true" else {
      print("skipped: nxvalidate is not installed in .tools")
      return
    }
    let own = SharedData.checkout.appending(path: "Documentation/nexus/NXoperando_stage.nxdl.xml").path
    // The status of nxvalidate is always 0; what counts is the number it prints.
    let result = try ChildProcess.run(tool, ["-a", definition ?? own, path])
    #expect((result.output + result.errors).contains("Total number of errors: 0"), "\(result.output)\(result.errors)")
  }
}
