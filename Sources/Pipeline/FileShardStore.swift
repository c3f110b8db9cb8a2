import Foundation
import Synchronization

/// Keeps the finished items of one stage as files of one folder.
///
/// A shard is the item's bytes followed by a trailer of 48 bytes: `OPSHARD1`, the number of bytes (eight bytes, little
/// endian), and the SHA-256 of the item's name and its bytes. A shard whose trailer does not fit counts as not finished.
public final class FileShardStore: ShardStore {
  /// The folder of the shards; made with the first of them.
  public let folder: String
  private let steps: FileSteps
  private let reused = Atomic(0)

  public convenience init(folder: String) {
    self.init(folder: folder, steps: .unobserved)
  }

  init(folder: String, steps: FileSteps) {
    self.folder = folder
    self.steps = steps
  }

  /// The number of items that were found finished since this store was made.
  public var reusedCount: Int { reused.load(ordering: .relaxed) }

  /// The complete bytes of an item, nil when it was not finished or is damaged.
  ///
  /// - Throws: `FileError` when the shard is there and cannot be read; `ShardNameError`.
  public func read(_ name: String) throws -> [UInt8]? {
    let path = try path(of: name)
    guard let data = FileManager.default.contents(atPath: path) else {
      if access(path, F_OK) != 0 { return nil }
      throw FileError(.read, path, code: access(path, R_OK) != 0 ? errno : EIO)
    }
    guard data.count >= Self.trailerLength else { return nil }
    let content = [UInt8](data.dropLast(Self.trailerLength))
    guard data.suffix(Self.trailerLength).elementsEqual(Self.trailer(name, content)) else { return nil }
    reused.add(1, ordering: .relaxed)
    return content
  }

  /// Keeps the bytes of an item, atomically.
  ///
  /// - Throws: `FileError`; `ShardNameError`.
  public func write(_ name: String, _ bytes: [UInt8]) throws {
    let path = try path(of: name)
    try makeFolder(folder)
    try AtomicFile.write(bytes + Self.trailer(name, bytes), to: path, steps: steps)
  }

  private func path(of name: String) throws -> String {
    let isFit =
      !name.isEmpty && name.utf8.count <= 200 && !name.hasPrefix(".") && !name.contains { $0 == "/" || $0 == "\0" }
    guard isFit else { throw ShardNameError(name: name) }
    return "\(folder)/\(name).shard"
  }

  private static let trailerLength = 48

  private static func trailer(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
    var hasher = SHA256Hasher()
    hasher.update(framed: name)
    hasher.update(framed: bytes)
    let count = withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) }
    return Array("OPSHARD1".utf8) + count + hasher.finish()
  }
}

/// A stage gave an item a name that no file can have.
public struct ShardNameError: Error, Hashable, Sendable, CustomStringConvertible {
  public var name: String

  public var description: String {
    "\"\(name)\" cannot name an item: 1 to 200 bytes, no slash and no dot at the beginning"
  }
}

/// Makes a folder and those above it where they are missing.
///
/// - Throws: `FileError` naming the first one that cannot be made.
func makeFolder(_ path: String) throws {
  var status = stat()
  if stat(path, &status) == 0 {
    guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError(.create, path, code: ENOTDIR) }
    return
  }
  guard errno == ENOENT || errno == ENOTDIR else { throw FileError(.create, path) }
  let parent = parentFolder(of: path)
  if parent != path { try makeFolder(parent) }
  guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw FileError(.create, path) }
  try AtomicFile.synchronise(parent)
}
