/// Why a crystallographic input is refused.
public enum CrystallographyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A text that is no symmetry operation, and what is wrong with it.
  case symmetryOperation(text: String, reason: String)
  /// Operations that form no group, and why.
  case noGroup(reason: String)
  /// No space group has this number, symbol or Hall symbol.
  case unknownSpaceGroup(String)
  /// A symbol that is no chemical element.
  case unknownElement(String)
  /// A value out of its range: its name, the value and what is expected.
  case outOfRange(name: String, value: Double, expected: String)
  /// More than this many reflections would result.
  case tooManyReflections(limit: Int)
  /// The library of atomic data has no value for the request.
  case atomicData(String)

  public var description: String {
    switch self {
    case .symmetryOperation(let text, let reason): "\"\(text)\" is no symmetry operation: \(reason)"
    case .noGroup(let reason): "the symmetry operations form no group: \(reason)"
    case .unknownSpaceGroup(let symbol): "no space group is known as \"\(symbol)\""
    case .unknownElement(let symbol): "\"\(symbol)\" is no chemical element"
    case .outOfRange(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
    case .tooManyReflections(let limit):
      "the cell has more than \(limit) reflections down to this d spacing; choose a larger one"
    case .atomicData(let message): "atomic data: \(message)"
    }
  }
}
