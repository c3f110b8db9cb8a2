import Foundation
import TestSupport

/// Runs the program as a user would and tells how it ended.
struct ChildProcess {
  var status: Int32
  var output: String
  var errors: String

  /// The program built in release mode.
  static let operando = SharedData.checkout.appending(path: ".build/release/operando").path

  /// Runs a program to its end, or kills it (SIGKILL) after some seconds.
  ///
  /// - Parameters:
  ///   - killAfter: seconds after which the child is killed; nil lets it end by itself.
  ///   - directory: where it runs.
  static func run(
    _ program: String, _ arguments: [String], killAfter: Double? = nil, directory: String? = nil,
    environment: [String: String] = [:]
  ) throws -> ChildProcess {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    if let directory { process.currentDirectoryURL = URL(filePath: directory) }
    let folder = FileManager.default.temporaryDirectory.appending(path: "child-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let outputFile = folder.appending(path: "output"), errorFile = folder.appending(path: "errors")
    _ = FileManager.default.createFile(atPath: outputFile.path, contents: nil)
    _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    if let killAfter {
      usleep(UInt32(killAfter * 1e6))
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    return ChildProcess(
      status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
      output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
  }
}
