/// Why numbers make no line scan, clock or lattice curve.
public enum LineScanError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Arrays that belong together have different lengths.
  case lengths(what: String, found: Int, expected: Int)
  /// There is less than is needed.
  case tooFew(what: String, found: Int, needed: Int)
  /// A number that has to be finite is not.
  case notFinite(what: String, index: Int)
  /// A number is outside the range in which it makes sense.
  case outOfRange(what: String, value: Double, expected: String)
  /// Times or positions that have to rise do not.
  case notRising(what: String, index: Int, from: Double, to: Double)
  /// A curve has two different values at one state of charge.
  case notAFunction(what: String, index: Int, stateOfCharge: Double)
  /// A matrix that has to be a covariance is none.
  case notACovariance(what: String)

  public var description: String {
    switch self {
    case .lengths(let what, let found, let expected): "\(found) \(what) where \(expected) belong"
    case .tooFew(let what, let found, let needed): "\(found) \(what); at least \(needed) are needed"
    case .notFinite(let what, let index): "\(what) \(index) is not a finite number"
    case .outOfRange(let what, let value, let expected): "\(what) is \(value); \(expected) is expected"
    case .notRising(let what, let index, let from, let to):
      "\(what) \(index) is \(to) after \(from); they have to rise"
    case .notAFunction(let what, let index, let stateOfCharge):
      "\(what) has two values at the state of charge \(stateOfCharge) (row \(index)); a curve has one"
    case .notACovariance(let what): "the covariance of \(what) is not symmetric and positive"
    }
  }

  static func requireFinite(_ values: [Double], _ what: String) throws(LineScanError) {
    for index in values.indices where !values[index].isFinite { throw .notFinite(what: what, index: index) }
  }

  static func requireUncertainties(_ values: [Double], _ what: String, count: Int) throws(LineScanError) {
    guard values.count == count else { throw .lengths(what: what, found: values.count, expected: count) }
    try requireFinite(values, what)
    for value in values where value < 0 { throw .outOfRange(what: what, value: value, expected: "zero or more") }
  }

  static func requirePositive(_ value: Double, _ what: String) throws(LineScanError) {
    guard value > 0, value.isFinite else { throw .outOfRange(what: what, value: value, expected: "a positive number") }
  }
}
