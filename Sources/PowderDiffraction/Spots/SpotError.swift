/// Why numbers make no map in which spots could be looked for.
public enum SpotError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Arrays that belong together have different lengths.
  case lengths(what: String, found: Int, expected: Int)
  /// There is less than is needed.
  case tooFew(what: String, found: Int, needed: Int)
  /// A number that has to be finite is not.
  case notFinite(what: String, index: Int)
  /// A number is outside the range in which it makes sense.
  case outOfRange(what: String, value: Double, expected: String)
  /// Positions that have to rise in equal steps do not.
  case notEven(what: String, index: Int)
  /// The series has no sectors of azimuth.
  case noAzimuths
  /// The series is not against the scattering angle.
  case notTwoTheta(PatternAxis)
  /// A ring's band lies outside the map.
  case bandOutside(label: String)

  public var description: String {
    switch self {
    case .lengths(let what, let found, let expected): "\(found) \(what) where \(expected) belong"
    case .tooFew(let what, let found, let needed): "\(found) \(what); at least \(needed) are needed"
    case .notFinite(let what, let index): "\(what) \(index) is not a finite number"
    case .outOfRange(let what, let value, let expected): "\(what) is \(value); \(expected) is expected"
    case .notEven(let what, let index): "\(what) does not rise in equal steps at \(index)"
    case .noAzimuths: "the patterns are over the whole azimuth; spots need sectors"
    case .notTwoTheta(let axis): "the map is against \(axis.rawValue); spots are looked for against 2θ"
    case .bandOutside(let label): "the band of ring \(label) lies outside the map"
    }
  }

  static func require(_ isTrue: Bool, _ what: String, _ value: Double, _ expected: String) throws(SpotError) {
    guard isTrue, value.isFinite else { throw .outOfRange(what: what, value: value, expected: expected) }
  }
}
