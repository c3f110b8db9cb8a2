/// What makes a tomogram impossible.
public enum TomographyError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What a user reads: what was found, what was expected, what to do.
  case invalid(String)

  public var description: String {
    switch self {
    case .invalid(let reason): reason
    }
  }
}
