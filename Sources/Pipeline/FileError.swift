import Foundation

/// The system refused something with a file; the message names the file, the reason and what to do.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Action: String, Hashable, Sendable {
    case open, create, read, write, rename, remove, list, lock
    case synchronise = "store safely"
    case measure = "look up"
  }

  public var action: Action
  public var path: String
  /// The system's error number, for example `ENOSPC`.
  public var code: Int32

  /// The failure of the system call made just before.
  public init(_ action: Action, _ path: String) {
    self.init(action, path, code: errno)
  }

  public init(_ action: Action, _ path: String, code: Int32) {
    self.action = action
    self.path = path
    self.code = code
  }

  public var description: String {
    let (reason, advice) = explanation
    return "\(path): cannot \(action.rawValue): \(reason)" + (advice.isEmpty ? "" : "; \(advice)")
  }

  private var explanation: (reason: String, advice: String) {
    let goOn = "then give the same command again, finished work is kept"
    return switch code {
    case ENOSPC: ("no space is left on the device", "free some space, \(goOn)")
    case EDQUOT: ("the disk quota is used up", "free some space, \(goOn)")
    case EFBIG: ("the file would be larger than this system allows", "raise the limit (ulimit -f), \(goOn)")
    case EACCES, EPERM: ("permission denied", "choose another folder or ask its owner")
    case EROFS: ("the file system is read-only", "choose another folder")
    case ENOENT: ("no such file or folder", "check the path")
    case ENOTDIR: ("a part of the path is a file, not a folder", "check the path")
    case EISDIR: ("it is a folder, not a file", "check the path")
    case ENAMETOOLONG: ("the name is too long", "choose a shorter one")
    case EMFILE, ENFILE: ("too many files are open", "raise the limit (ulimit -n)")
    case EIO: ("the device reports an input/output error", "check the disk")
    default: (String(cString: strerror(code)), "")
    }
  }
}

/// The part of a path after its last slash.
func lastComponent(of path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

/// The part of a path before its last component, "." where there is none.
func parentFolder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
