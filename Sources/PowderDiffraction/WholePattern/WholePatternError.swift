/// Why a pattern cannot be refined at all.
public enum WholePatternError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A number out of its range.
  case outOfRange(name: String, value: Double, expected: String)
  /// The pattern is not against 2θ and its wavelength is not known, or the axis cannot be converted.
  case axis(String)
  /// Too few bins with a number are left for the parameters.
  case tooFewBins(found: Int, needed: Int)
  /// No reflection of any phase lies in the range.
  case noReflection(from: Double, to: Double)
  /// A bin has no positive uncertainty.
  case sigma(bin: Int)
  /// The covariance of neighbouring bins is that of no set of random numbers.
  case covariance(bin: Int)
  /// The space group has more reflections than can be refined.
  case tooManyReflections(found: Int, limit: Int)
  /// A message of the crystallography of a phase.
  case phase(name: String, reason: String)

  public var description: String {
    switch self {
    case .outOfRange(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
    case .axis(let reason): "the pattern cannot be put against 2theta: \(reason)"
    case .tooFewBins(let found, let needed):
      "\(found) bins with an intensity are in the range, the model needs \(needed); widen the range or refine less"
    case .noReflection(let from, let to):
      "no reflection of the phases lies between \(from) and \(to) rad; check the cell, the wavelength and the range"
    case .sigma(let bin): "bin \(bin) has an intensity without a positive uncertainty; give one, or none for all bins"
    case .covariance(let bin): "the covariance of bin \(bin) with its neighbours exceeds their variances"
    case .tooManyReflections(let found, let limit):
      "\(found) reflections lie in the range, at most \(limit) can be refined; narrow the range"
    case .phase(let name, let reason): "phase \(name): \(reason)"
    }
  }
}
