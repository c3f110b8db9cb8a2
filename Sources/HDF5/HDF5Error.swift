import CHDF5

/// Why an HDF5 file could not be read or written.
public enum HDF5Error: Error, Hashable, Sendable, CustomStringConvertible {
  /// HDF5 refused an operation on an object; `reason` is the library's own message.
  case failed(operation: String, object: String, reason: String)
  /// A compressed dataset needs a filter that is not installed.
  case missingFilter(identifier: Int, name: String, object: String)
  /// An object is of a kind that this program does not read.
  case unsupported(object: String, kind: String)
  /// A file claims more than it can hold, or more than may be read.
  case tooLarge(object: String, claim: String)
  /// A value cannot be stored.
  case invalid(object: String, reason: String)

  public var description: String {
    switch self {
    case .failed(let operation, let object, let reason):
      "\(object): cannot \(operation)" + (reason.isEmpty ? "" : ": \(reason)")
    case .missingFilter(let identifier, let name, let object):
      "\(object): needs HDF5 filter \(identifier) (\(name)), which is not installed; "
        + HDF5Error.remedy(forFilter: identifier)
    case .unsupported(let object, let kind): "\(object): is \(kind), which is not supported"
    case .tooLarge(let object, let claim): "\(object): \(claim)"
    case .invalid(let object, let reason): "\(object): \(reason)"
    }
  }

  /// What to install for a registered filter.
  private static func remedy(forFilter identifier: Int) -> String {
    switch identifier {
    case 1, 2, 3, 4: "this build of libhdf5 lacks it"
    case 307, 32004: "install the package hdf5-filter-plugin"
    case 32000: "install the package hdf5-plugin-lzf"
    case 32001: "install the package hdf5-filter-plugin-blosc-serial"
    case 32008: "install the package bitshuffle"
    case 32013, 32015, 32026:
      "install hdf5plugin from PyPI and set HDF5_PLUGIN_PATH to its folder hdf5plugin/plugins"
    default: "install its plug-in and set HDF5_PLUGIN_PATH to the folder that holds it"
    }
  }

  /// The error of an operation that has just failed on this thread.
  static func last(_ operation: String, _ object: String) -> HDF5Error {
    let size = 1024
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer -> String in
      guard let base = buffer.baseAddress else { return "" }
      operando_hdf5_take_message(base, size)
      return String(cString: base)
    }
    return .failed(operation: operation, object: object, reason: text)
  }
}
