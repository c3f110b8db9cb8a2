/// Input from which no statement on cracking can be made, or why a fracture calculation stopped.
public enum CrackingError: Error, Hashable, CustomStringConvertible {
  /// A quantity outside the range in which it means something; `value` in SI units.
  case outOfRange(name: String, value: Double, expected: String)
  /// A line or a field whose numbers do not belong together.
  case invalidField(name: String, reason: String)
  /// A flaw reaches beyond the line along which the stress is known; both in metres.
  case flawBeyondStress(reach: Double, known: ClosedRange<Double>)
  /// Elements too large for the width of a regularised crack; both in metres.
  case meshTooCoarse(elementSize: Double, lengthScale: Double)
  /// The alternating solution did not settle.
  case notConverged(iterations: Int, change: Double, tolerance: Double)
  /// The linear equations could not be solved.
  case solverFailed(reason: String)

  public var description: String {
    switch self {
    case .outOfRange(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
    case .invalidField(let name, let reason): "\(name): \(reason)"
    case .flawBeyondStress(let reach, let known):
      """
      a flaw reaches to \(reach) m, but the stress is known from \(known.lowerBound) to \(known.upperBound) m only; \
      use a smaller flaw or a longer line
      """
    case .meshTooCoarse(let size, let length):
      """
      the largest element that may crack measures \(size) m, more than a quarter of the crack's length scale \
      \(length) m; refine the mesh to \(length / 4) m or use a length scale of at least \(4 * size) m
      """
    case .notConverged(let iterations, let change, let tolerance):
      """
      displacement and damage did not settle in \(iterations) iterations: the damage still changes by \(change), \
      more than \(tolerance); use smaller load steps or allow more iterations
      """
    case .solverFailed(let reason): "the fracture equations could not be solved: \(reason)"
    }
  }
}
