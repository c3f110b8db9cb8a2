import Foundation

/// Numbers of a table in Tests/Golden.
enum GoldenTable {
  /// The lines of a table of numbers with tabs between; those that start with # are left out.
  static func numbers(_ name: String) throws -> [[Double]] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Golden")
    return try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      .split(separator: "\n").filter { $0.first != "#" }
      .map { $0.split(separator: "\t").compactMap { Double($0) } }
  }
}
