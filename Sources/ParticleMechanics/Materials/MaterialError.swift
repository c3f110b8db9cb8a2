/// What is wrong with the material of a particle.
public enum MaterialError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A table that is no function of lithiation.
  case invalidTable(reason: String)
  /// A property that is not what the equations need at a lithiation.
  case unusableValue(property: String, lithiation: Double, value: Double, expected: String)
  /// A number outside the range in which it means something; in SI units.
  case parameterOutOfRange(name: String, value: Double, expected: String)
  /// A published set that does not exist.
  case unknownSet(name: String, known: [String])

  public var description: String {
    switch self {
    case .invalidTable(let reason): "the table of a material property \(reason)"
    case .unusableValue(let property, let lithiation, let value, let expected):
      "the \(property) at lithiation \(lithiation) is \(value); expected \(expected): check the formula or the table there"
    case .parameterOutOfRange(let name, let value, let expected): "the \(name) is \(value); expected \(expected)"
    case .unknownSet(let name, let known):
      "there is no material set \"\(name)\"; expected one of \(known.joined(separator: ", "))"
    }
  }
}
