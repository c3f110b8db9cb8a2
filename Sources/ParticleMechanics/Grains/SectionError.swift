/// Why a section cannot be cut into grains or meshed.
public enum SectionError: Error, Hashable, CustomStringConvertible {
  /// A parameter outside the range in which it means something; `value` in SI units.
  case parameterOutOfRange(name: String, value: Double, expected: String)
  /// A list whose length does not fit.
  case wrongCount(name: String, found: Int, expected: String)
  /// An outline that encloses nothing or crosses itself.
  case invalidOutline(reason: String)
  /// Two boundaries cross, or touch where neither has a vertex, near a place in metres.
  case crossingBoundaries(x: Double, y: Double)
  /// The boundaries of grains do not agree about which grain lies between them, near a place in metres.
  case inconsistentRegions(x: Double, y: Double)
  /// More elements than asked for would be needed.
  case tooManyElements(limit: Int)
  /// A label of the map without a crystal frame.
  case missingFrame(label: Int)

  public var description: String {
    switch self {
    case .parameterOutOfRange(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
    case .wrongCount(let name, let found, let expected): "\(name): found \(found); expected \(expected)"
    case .invalidOutline(let reason): "the outline of the section: \(reason)"
    case .crossingBoundaries(let x, let y):
      "two boundaries cross or touch near (\(x), \(y)) m; they may meet only in vertices: simplify them less, or smooth "
        + "the outline"
    case .inconsistentRegions(let x, let y):
      "the boundaries around (\(x), \(y)) m name different grains for the same place; every boundary names the grains "
        + "on its left and on its right"
    case .tooManyElements(let limit):
      "the mesh needs more than \(limit) elements; expected a larger element size or fewer small grains"
    case .missingFrame(let label): "label \(label) of the map has no crystal frame; expected one for every label"
    }
  }

  static func require(
    _ isFulfilled: Bool, _ name: String, _ value: Double, _ expected: String
  ) throws(SectionError) {
    guard isFulfilled else { throw .parameterOutOfRange(name: name, value: value, expected: expected) }
  }
}
