import Foundation

/// Files that appear under their names complete or not at all.
///
/// A file is written beside its place as `.partial-…`, synced, renamed, and the folder is synced. Whatever happens in
/// between, the name holds the whole old content or the whole new one.
public enum AtomicFile {
  /// What every name of a file that is not yet complete begins with.
  public static let partialPrefix = ".partial-"

  /// Writes bytes to a file.
  ///
  /// - Throws: `FileError`.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(bytes, to: path, steps: .unobserved)
  }

  /// Writes a text to a file, in UTF-8.
  ///
  /// - Throws: `FileError`.
  public static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  /// Lets a function write a file and puts it in its place when it is complete.
  ///
  /// A path that is a link is followed. A path that is a device or a pipe, such as `/dev/stdout`, is written straight,
  /// since nothing could be renamed onto it.
  ///
  /// - Parameter writing: writes and closes a file at the path it is given, in the folder of `path`.
  /// - Throws: `FileError`, and whatever `writing` throws; the incomplete file is removed.
  public static func place(_ path: String, writing: (_ partialPath: String) throws -> Void) throws {
    try place(path, steps: .unobserved, writing: writing)
  }

  static func write(_ bytes: [UInt8], to path: String, steps: FileSteps) throws {
    try place(path, steps: steps) { try writeAll(bytes, to: $0) }
  }

  static func place(_ path: String, steps: FileSteps, writing: (_ partialPath: String) throws -> Void) throws {
    var status = stat()
    var path = path
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw FileError(.write, path, code: EISDIR)
      case S_IFREG: path = try destination(ofLinksAt: path)
      default: return try writing(path)
      }
    }
    let folder = parentFolder(of: path)
    // The process number keeps two programs that write the same file apart; the last to finish wins.
    let partial = "\(folder)/\(partialPrefix)\(getpid())-\(lastComponent(of: path))"
    do {
      try steps.before(.write, path)
      try writing(partial)
      try steps.before(.synchronise, path)
      try synchronise(partial)
      try steps.before(.rename, path)
      guard rename(partial, path) == 0 else { throw FileError(.rename, path) }
    } catch {
      unlink(partial)
      throw error
    }
    try steps.before(.synchroniseFolder, path)
    try synchronise(folder)
  }

  /// Waits until a file's content, or a folder's list of names, is on the disk.
  static func synchronise(_ path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError(.open, path) }
    defer { close(file) }
    // Some network and virtual file systems cannot sync folders; they say EINVAL and nothing more can be done.
    guard fsync(file) == 0 || errno == EINVAL else { throw FileError(.synchronise, path) }
  }

  /// The size of a file in bytes.
  static func size(_ path: String) throws -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError(.measure, path) }
    return Int(status.st_size)
  }

  private static func destination(ofLinksAt path: String) throws -> String {
    guard let resolved = realpath(path, nil) else { throw FileError(.open, path) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func writeAll(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileError(.create, path) }
    var isOpen = true
    defer { if isOpen { close(file) } }
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Foundation.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw FileError(.write, path) }
        rest = rest.dropFirst(count)
      }
    }
    isOpen = false
    guard close(file) == 0 else { throw FileError(.write, path) }
  }
}

/// A place to look at, or to fail at, between the steps of writing files; tests stop a run at each of them.
struct FileSteps: Sendable {
  enum Step: String, Sendable { case write, synchronise, rename, synchroniseFolder, removeShards }

  var before: @Sendable (_ step: Step, _ path: String) throws -> Void

  static let unobserved = FileSteps { _, _ in }
}
