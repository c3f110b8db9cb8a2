import Foundation
import Synchronization

/// The file `run.log`: what happened when, a line each, over all runs of the folder.
public final class RunLog: Sendable {
  private struct State {
    var file: Int32
    var failure: FileError?
  }

  private let path: String
  private let state: Mutex<State>
  private let now: @Sendable () -> Date

  /// Opens the log of a folder for appending.
  ///
  /// - Throws: `FileError`.
  public convenience init(path: String) throws {
    try self.init(path: path) { Date() }
  }

  init(path: String, now: @escaping @Sendable () -> Date) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileError(.write, path) }
    self.path = path
    self.now = now
    state = Mutex(State(file: file))
  }

  deinit {
    state.withLock { _ = close($0.file) }
  }

  /// The first line that could not be written, if any; a log that fails does not stop a run.
  public var failure: FileError? { state.withLock { $0.failure } }

  /// Appends a message with the universal time in front; its further lines are indented.
  public func append(_ message: String) {
    let text = message.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n    ")
    state.withLock { state in
      let bytes = Array("\(universalTime(now())) \(text)\n".utf8)
      // One call a message, so that a kill leaves at most the last line short.
      let count = write(state.file, bytes, bytes.count)
      if count != bytes.count && state.failure == nil {
        state.failure = FileError(.write, path, code: count < 0 ? errno : ENOSPC)
      }
    }
  }
}
