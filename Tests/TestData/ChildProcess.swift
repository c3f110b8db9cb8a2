import Foundation

/// Runs the program as a user would and tells how it ended.
public struct ChildProcess: Sendable {
  public var status: Int32
  public var output: String
  public var errors: String

  /// The program: the one built beside the running test bundle, or else the one of `make build`.
  public static let operando: String = {
    let own = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
    let candidates = [own, own.appending(path: "../.."), SharedData.checkout.appending(path: ".build-tests/release")]
      .map { $0.appending(path: "operando").standardizedFileURL.path }
    let built = SharedData.checkout.appending(path: ".build/release/operando").path
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) } ?? built
  }()

  /// Runs a program to its end, or kills it (SIGKILL) after some seconds.
  ///
  /// - Parameters:
  ///   - killAfter: seconds after which the child gets the signal; nil lets it end by itself.
  ///   - signal: SIGKILL unless given.
  ///   - directory: where it runs.
  public static func run(
    _ program: String, _ arguments: [String], killAfter: Double? = nil, signal: Int32 = 9, directory: String? = nil,
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
      kill(process.processIdentifier, signal)
    }
    process.waitUntilExit()
    return ChildProcess(
      status: process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus,
      output: String(decoding: try Data(contentsOf: outputFile), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errorFile), as: UTF8.self))
  }
}
