/// Why a file of a foreign format could not be read: the file, the place in it, what was found and what was expected.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name of the file, as it was given.
  public var file: String
  /// The place, for example "line 82" or "byte 1007"; empty for the file as a whole.
  public var place: String
  /// What was found, what was expected, and what to do.
  public var message: String

  public init(_ file: String, at place: String = "", _ message: String) {
    self.file = file
    self.place = place
    self.message = message
  }

  public var description: String { place.isEmpty ? "\(file): \(message)" : "\(file): \(place): \(message)" }
}
