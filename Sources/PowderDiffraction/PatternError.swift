/// Why numbers make no powder pattern.
public enum PatternError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Arrays that belong together have different lengths.
  case lengths(what: String, found: Int, expected: Int)
  /// There is no bin.
  case isEmpty
  /// A position is not finite, or not above the one before it.
  case position(index: Int, value: Double)
  /// An intensity or an uncertainty is infinite, or an uncertainty negative.
  case value(what: String, index: Int, value: Double)
  /// The wavelength is not positive and finite.
  case wavelength(Double)
  /// The axis cannot be changed without a wavelength.
  case needsWavelength
  /// A position has no counterpart on the other axis.
  case noCounterpart(index: Int, value: Double)

  public var description: String {
    switch self {
    case .lengths(let what, let found, let expected): "\(found) \(what) where \(expected) belong"
    case .isEmpty: "the pattern has no bin"
    case .position(let index, let value): "position \(index) is \(value); positions are finite and rise"
    case .value(let what, let index, let value): "\(what) \(index) is \(value)"
    case .wavelength(let value): "a wavelength of \(value) m; a positive number is expected"
    case .needsWavelength: "changing this axis needs the wavelength"
    case .noCounterpart(let index, let value): "position \(index), \(value), has no counterpart on the other axis"
    }
  }
}
