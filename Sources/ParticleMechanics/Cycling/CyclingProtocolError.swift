/// What is wrong with a protocol.
public enum CyclingProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A word that does not fit where it stands; `column` counts characters from 1.
  case unexpectedWord(String, column: Int, expected: String)
  /// The words stop before a step is complete.
  case endsEarly(expected: String)
  /// No step at all.
  case empty
  case tooManySteps(limit: Int)
  /// A step, counted from 1 without repeats, that cannot be carried out.
  case invalidStep(number: Int, words: String, reason: String)
  /// A current in amperes, or amperes per gram, without what turns it into a rate.
  case capacityMissing(current: String)
  /// A record that cannot drive a particle.
  case invalidRecord(reason: String)
  /// A number outside the range in which it means something; in SI units.
  case parameterOutOfRange(name: String, value: Double, expected: String)

  public var description: String {
    switch self {
    case .unexpectedWord(let word, let column, let expected):
      "protocol, column \(column): found \"\(word)\"; expected \(expected)"
    case .endsEarly(let expected): "the protocol ends too early; expected \(expected)"
    case .empty: "the protocol has no step; expected for example \"charge at 0.5 C until 4.4 V\""
    case .tooManySteps(let limit): "the protocol has more than \(limit) steps; use fewer cycles"
    case .invalidStep(let number, let words, let reason): "step \(number) of the protocol (\(words)): \(reason)"
    case .capacityMissing(let current):
      "the current \(current) needs the capacity of the particle: state its mass and specific capacity, or a C-rate"
    case .invalidRecord(let reason): "the measured current \(reason)"
    case .parameterOutOfRange(let name, let value, let expected): "the \(name) is \(value); expected \(expected)"
    }
  }
}
