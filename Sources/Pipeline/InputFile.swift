import Foundation

/// An input file as it was when its key was computed.
struct InputFile: Hashable {
  var path: String
  var digest: FileDigest
  private var mark: Mark

  init(_ path: String) throws {
    self.path = path
    // Looked up before reading, so that a change while reading is noticed as well.
    mark = try Mark(path)
    digest = try FileDigest(ofFile: path)
  }

  /// - Throws: `InputChanged` when the file is no longer the one that went into the key.
  func checkUnchanged() throws {
    guard try Mark(path) == mark else { throw InputChanged(path: path) }
  }

  /// What changes when a file is written or replaced.
  private struct Mark: Hashable {
    var inode: UInt64
    var size: Int64
    var seconds: Int64
    var nanoseconds: Int64

    init(_ path: String) throws {
      var status = stat()
      guard stat(path, &status) == 0 else { throw FileError(.open, path) }
      guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(.read, path, code: EISDIR) }
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      seconds = Int64(status.st_mtim.tv_sec)
      nanoseconds = Int64(status.st_mtim.tv_nsec)
    }
  }
}

/// An input file was written to while a stage was reading it.
public struct InputChanged: Error, Hashable, Sendable, CustomStringConvertible {
  public var path: String

  public var description: String {
    "\(path): changed during the run; nothing was stored. Give the command again when the file is complete"
  }
}
