import Foundation

/// A folder that lives as long as the test that made it.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    let folder = FileManager.default.temporaryDirectory.appending(path: "operando-test-\(UUID().uuidString)")
    path = folder.resolvingSymlinksInPath().path
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a text and gives its path.
  func file(_ name: String, _ text: String) throws -> String {
    try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
    return "\(path)/\(name)"
  }
}

/// The bytes of all files below a folder by their relative path.
func contents(of folder: String) -> [String: [UInt8]] {
  var files: [String: [UInt8]] = [:]
  for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
    if let data = FileManager.default.contents(atPath: "\(folder)/\(name)") { files[name] = [UInt8](data) }
  }
  return files
}
