/// Why a model cannot be fitted to a pattern.
public enum PeakFitError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is nothing to fit.
  case noWindow
  /// Two windows share bins.
  case overlappingWindows(first: Int, second: Int)
  /// A window has fewer bins than its model has parameters.
  case fewBins(window: Int, found: Int, expected: Int)
  /// A window's background is not of order 0 to 8.
  case backgroundOrder(window: Int, found: Int)
  /// No reflection of any phase lies in a window.
  case noReflection
  /// The numbers of a phase do not fit its reflections.
  case count(phase: String, what: String, found: Int, expected: Int)
  /// A phase is tied to its cell and the wavelength is not known.
  case needsWavelength
  /// A phase takes its widths from an instrument that is not known.
  case needsInstrument(phase: String)
  /// The noise of the pattern is to be taken as given and the pattern states none.
  case needsSigmas
  /// A setting is out of its range.
  case setting(name: String, value: Double, expected: String)
  /// A frame index or a chain of them does not fit the series.
  case frames(String)
  /// A pattern that could not be put on the axis of the scattering angle.
  case pattern(PatternError)

  public var description: String {
    switch self {
    case .noWindow: "the model has no window"
    case .overlappingWindows(let first, let second): "windows \(first) and \(second) overlap"
    case .fewBins(let window, let found, let expected):
      "window \(window) has \(found) bins; its model needs at least \(expected)"
    case .backgroundOrder(let window, let found):
      "the background of window \(window) is of order \(found); 0 to 8 are possible"
    case .noReflection: "no reflection of any phase lies in a window"
    case .count(let phase, let what, let found, let expected): "\(phase) has \(found) \(what) where \(expected) belong"
    case .needsWavelength: "the lines are tied to a cell, which needs the wavelength"
    case .needsInstrument(let phase): "\(phase) takes its widths from the instrument, whose profile is not given"
    case .needsSigmas: "the noise is to be taken from the pattern, which states no uncertainties"
    case .setting(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
    case .frames(let text): text
    case .pattern(let error): error.description
    }
  }
}
