import Foundation

/// The exclusive right to write to a run folder, as `RunFolder.withLock` gives it.
///
/// The lock is the system's (`flock`), so that it ends with the process however that ends.
public final class RunFolderLock: Sendable {
  /// The folder that is held.
  public let folder: RunFolder
  private let file: Int32

  /// - Throws: `RunFolderInUse` when another run holds the folder; `FileError`.
  init(_ folder: RunFolder) throws {
    let path = folder.path + "/.lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileError(.lock, path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      defer { close(file) }
      guard code == EWOULDBLOCK else { throw FileError(.lock, path, code: code) }
      var text = [UInt8](repeating: 0, count: 32)
      let count = max(read(file, &text, text.count), 0)
      let process = String(decoding: text[..<count], as: UTF8.self).split(separator: "\n").first.flatMap { Int($0) }
      throw RunFolderInUse(path: folder.path, process: process)
    }
    // The number is for the message alone; a folder that cannot hold it is still locked.
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(file, 0)
    _ = write(file, text, text.count)
    self.folder = folder
    self.file = file
  }

  deinit {
    // Closing alone would leave the lock with a child process that was forked meanwhile and has not executed yet.
    _ = flock(file, LOCK_UN)
    close(file)
  }

  /// Stores the experiment file, as written and with its defaults.
  ///
  /// - Throws: `FileError`.
  public func storeExperiment(verbatim: [UInt8], resolved: String) throws {
    try AtomicFile.write(verbatim, to: folder.experimentPath)
    try AtomicFile.write(resolved, to: folder.resolvedPath)
  }
}

/// Another run is writing to the folder.
public struct RunFolderInUse: Error, Hashable, Sendable, CustomStringConvertible {
  public var path: String
  /// The number of the process that holds the folder, where it is known.
  public var process: Int?

  public var description: String {
    let holder = process.map { "process \($0)" } ?? "another process"
    return "\(path): in use by \(holder); wait until it has finished, stop it, or choose another folder with -o"
  }
}
