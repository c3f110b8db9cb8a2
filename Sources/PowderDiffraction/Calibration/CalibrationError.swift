/// Why a calibration could not be made: which step failed, what was seen, and what to try.
public struct CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The step of the calibration that failed.
  public enum Step: String, Sendable, Hashable {
    /// The frames, wavelengths and rings that were handed over.
    case input
    /// The search for the centre of the rings.
    case centre
    /// The assignment of the rings that were seen to those of the calibrant.
    case assignment
    /// The points on the rings.
    case ringPoints = "ring points"
    /// The least squares of the geometry.
    case leastSquares = "least squares"
  }

  public var step: Step
  /// What was found instead of what is needed.
  public var found: String
  /// What to do about it.
  public var advice: String

  public init(_ step: Step, found: String, advice: String) {
    self.step = step
    self.found = found
    self.advice = advice
  }

  public var description: String { "calibration, \(step.rawValue): \(found); \(advice)" }
}
