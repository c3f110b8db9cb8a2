public import ArrayMath

/// Why frames cannot be integrated.
public enum IntegrationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The number of bins must lie in the range given.
  case points(Int, allowed: ClosedRange<Int>)
  /// q and d need a wavelength.
  case wavelengthMissing
  /// A range must be finite, not negative and not empty.
  case range(lower: Double, upper: Double)
  /// Lattice spacings are infinite at the beam: they need a range.
  case rangeMissing
  /// An array has another number of elements than the frame has pixels.
  case size(of: String, Int, expected: Int)
  /// A mask or a frame has another shape than the detector as it is stored.
  case shape(of: String, FrameShape, expected: FrameShape)
  /// A parameter is out of its range.
  case parameter(String, Double)
  /// A source has no such frame.
  case frame(Int, count: Int)
  /// The error model needs a variance with each frame.
  case varianceMissing
  /// More marked values than can be looked for.
  case markedValues(Int, atMost: Int)

  public var description: String {
    switch self {
    case .points(let points, let allowed):
      "a pattern of \(points) points; expected \(allowed.lowerBound) to \(allowed.upperBound)"
    case .wavelengthMissing: "the geometry states no wavelength; q and d need one"
    case .range(let lower, let upper): "the range \(lower) to \(upper) is empty, negative or not finite"
    case .rangeMissing: "lattice spacings are infinite at the beam; give a range"
    case .size(let name, let count, let expected):
      "the \(name) has \(count) values; the detector has \(expected) pixels"
    case .shape(let name, let shape, let expected):
      "the \(name) has \(shape.rows) x \(shape.columns) pixels; the detector has \(expected.rows) x \(expected.columns)"
    case .parameter(let name, let value): "\(name) is \(value), which is out of its range"
    case .frame(let index, let count): "there is no frame \(index); the source has \(count)"
    case .varianceMissing: "the error model needs a variance with each frame"
    case .markedValues(let count, let most): "\(count) marked values; at most \(most) can be looked for"
    }
  }
}
