/// Why an electrochemical analysis cannot be carried out: what was found and what was expected.
public enum ElectrochemistryError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A series needs at least two samples to hold an interval.
  case tooFewSamples(found: Int)
  /// A recorded value is NaN or infinite; the sample counts from zero.
  case notFinite(quantity: String, sample: Int)
  /// The time of a sample is earlier than that of the sample before it; the sample counts from zero.
  case timeReversed(sample: Int, from: Double, to: Double)
  /// A parameter is outside its range; `expected` says in words what it has to be.
  case invalidParameter(name: String, value: Double, expected: String)
  /// An outline encloses no area, crosses itself or has too few points.
  case degenerateOutline(reason: String)
  /// The views do not determine the shape that was asked for.
  case undeterminedShape(reason: String)

  public var description: String {
    switch self {
    case .tooFewSamples(let found):
      "the series has \(found) samples; charge needs at least 2"
    case .notFinite(let quantity, let sample):
      "the \(quantity) of sample \(sample) (counted from 0) is not a finite number"
    case .timeReversed(let sample, let from, let to):
      "time runs backwards at sample \(sample) (counted from 0): \(from) s, then \(to) s"
    case .invalidParameter(let name, let value, let expected):
      "the \(name) is \(value); expected \(expected)"
    case .degenerateOutline(let reason):
      "the outline is degenerate: \(reason)"
    case .undeterminedShape(let reason):
      "the views do not determine the shape: \(reason)"
    }
  }

  /// Checks that a parameter is finite and above zero.
  static func requirePositive(_ value: Double, _ name: String) throws(ElectrochemistryError) {
    guard value.isFinite, value > 0 else {
      throw .invalidParameter(name: name, value: value, expected: "a finite number above zero")
    }
  }

  /// Checks that a parameter is finite and not negative.
  static func requireNotNegative(_ value: Double, _ name: String) throws(ElectrochemistryError) {
    guard value.isFinite, value >= 0 else {
      throw .invalidParameter(name: name, value: value, expected: "a finite number not below zero")
    }
  }
}
