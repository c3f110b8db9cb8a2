/// Why the texture of a particle cannot be told.
public enum TextureError: Error, Hashable, CustomStringConvertible {
  /// There are other than as many labels as points.
  case labelCount(found: Int, expected: Int)
  /// Too few grains carry an orientation.
  case tooFewGrains(found: Int, expected: Int)
  /// The map has too few indexed points to draw an outline.
  case noOutline(points: Int)
  /// No circle passes near the outline.
  case noArc(reason: String)
  /// A parameter is out of its range.
  case invalidParameter(name: String, value: Double, expected: String)

  public var description: String {
    switch self {
    case .labelCount(let found, let expected):
      "found \(found) grain labels for a map of \(expected) points; each point needs one (negative: in no grain)"
    case .tooFewGrains(let found, let expected):
      "found \(found) grains with an orientation; at least \(expected) are needed"
    case .noOutline(let points):
      "found \(points) connected indexed points; an outline needs at least 12: state the centre of the particle"
    case .noArc(let reason): "found no arc in the outline: \(reason); state the centre of the particle"
    case .invalidParameter(let name, let value, let expected):
      "found \(value) for the \(name); expected \(expected)"
    }
  }

  /// Throws unless a number is finite and at least zero.
  static func requireNotNegative(_ value: Double, _ name: String) throws(TextureError) {
    guard value.isFinite, value >= 0 else {
      throw .invalidParameter(name: name, value: value, expected: "a finite number, not negative")
    }
  }

  /// Throws unless a number is finite and positive.
  static func requirePositive(_ value: Double, _ name: String) throws(TextureError) {
    guard value.isFinite, value > 0 else {
      throw .invalidParameter(name: name, value: value, expected: "a finite positive number")
    }
  }
}
