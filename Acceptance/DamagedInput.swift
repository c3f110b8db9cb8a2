import Foundation
import TestSupport

/// Damaged input for a family of readers: valid files are made or found, damaged 500 times and read, an acceptance line a
/// reader.
final class DamagedInput {
  private let line: String
  private let folder: URL
  private(set) var lines: [AcceptanceLine] = []

  private static let count = 500
  /// The longest that a read may take, in seconds.
  private static let longest = 10.0

  /// - Parameter line: what the acceptance lines begin with.
  init(_ line: String) throws {
    self.line = line
    folder = FileManager.default.temporaryDirectory.appending(path: "operando-\(line)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Adds the line of a reader; none where there is no input, as without the measured data.
  func check(_ name: String, _ inputs: [[UInt8]], _ read: ([UInt8]) throws -> Void) {
    guard !inputs.isEmpty else { return }
    let result = MutatedReads(of: inputs, count: Self.count, read: read)
    lines.append(
      AcceptanceLine(
        line, "\(name), \(Self.count) damaged inputs",
        figure: "\(result.errors) errors (\(result.silentErrors) silent), \(result.reads) reads, slowest "
          + String(format: "%.2f s", result.slowest),
        limit: "no crash, none silent, none above 10 s",
        passed: result.silentErrors == 0 && result.slowest < Self.longest))
  }

  /// Adds the line of a reader of files.
  func checkFiles(_ name: String, _ inputs: [[UInt8]], file: String = "damaged.h5", _ read: (String) throws -> Void) {
    check(name, inputs) { bytes in try read(place(bytes, file)) }
  }

  /// Adds a line of another kind.
  func add(_ line: AcceptanceLine) { lines.append(line) }

  /// The path of a file in the folder of this run.
  func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Puts bytes into a file of the folder.
  @discardableResult
  func place(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: folder.appending(path: name))
    return path(name)
  }

  /// The bytes of what `write` puts into a file.
  func made(_ name: String, _ write: (String) throws -> Void) throws -> [UInt8] {
    try write(path(name))
    return try Self.bytes(path(name))
  }

  /// The bytes of those measured files that are there.
  static func measured(_ names: [String]) throws -> [[UInt8]] { try names.compactMap(SharedData.path).map(bytes) }

  /// The bytes of files of Tests/Golden.
  static func golden(_ names: [String]) throws -> [[UInt8]] {
    try names.map { try bytes(SharedData.checkout.appending(path: "Tests/Golden/" + $0).path) }
  }

  private static func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path))) }
}
