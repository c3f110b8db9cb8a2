import CHDF5
import Foundation

/// The one lock under which libhdf5 is used.
///
/// Debian's build is thread safe by a lock of its own; this one also keeps an operation and the message of its failure
/// together, and holds where another build is not.
enum HDF5Lock {
  private static let lock = NSRecursiveLock()

  static func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    operando_hdf5_silence()
    return try body()
  }
}

/// An identifier of the library, closed when the last reference to it goes.
final class HDF5Handle {
  let id: hid_t
  private let close: (hid_t) -> herr_t

  /// - Throws: ``HDF5Error`` when the identifier says that the call which made it failed.
  init(
    _ id: hid_t, closedBy close: @escaping (hid_t) -> herr_t, _ operation: @autoclosure () -> String,
    _ object: @autoclosure () -> String
  ) throws {
    guard id >= 0 else { throw HDF5Error.last(operation(), object()) }
    self.id = id
    self.close = close
  }

  deinit {
    // An identifier of a closed file is refused, which is harmless here.
    let id = id
    let close = close
    _ = HDF5Lock.run { close(id) }
  }
}

/// Throws the library's message when a call has failed.
func check(_ status: herr_t, _ operation: @autoclosure () -> String, _ object: @autoclosure () -> String) throws {
  guard status >= 0 else { throw HDF5Error.last(operation(), object()) }
}
