public import Crystallography

/// Why spacings or lines give no lattice parameters.
public enum LatticeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A number that has to be positive and finite, or merely finite, is not: its name, the value and what is expected.
  case outOfRange(name: String, value: Double, expected: String)
  /// A matrix or list has the wrong number of elements.
  case size(what: String, found: Int, expected: Int)
  /// A covariance matrix is not symmetric and positive definite: some combination of its values would be exact.
  case covariance(what: String)
  /// There are fewer lines and constraints than parameters.
  case tooFewLines(found: Int, needed: Int)
  /// The lines leave a combination of parameters open, for example 003 and 006 the length a.
  case undetermined(parameters: [String])
  /// The spacings of 003 and 104 belong to no hexagonal lattice: d104 has to be below 3/4 of d003.
  case noHexagonalLattice(d003: Double, d104: Double)
  /// A line of this cell does not exist at the wavelength.
  case beyondReach(MillerIndices)
  /// A scattering angle is needed and the wavelength is not known.
  case needsWavelength
  /// The least-squares fit did not settle within its steps.
  case noConvergence(steps: Int)

  public var description: String {
    switch self {
    case .outOfRange(let name, let value, let expected): "\(name) is \(value); expected \(expected)"
    case .size(let what, let found, let expected): "\(found) \(what) where \(expected) belong"
    case .covariance(let what):
      "the covariance matrix of \(what) is not symmetric and positive definite; each needs an uncertainty of its own"
    case .tooFewLines(let found, let needed):
      "\(found) lines and constraints for \(needed) parameters; give more lines, or refine less"
    case .undetermined(let parameters):
      "the lines leave \(parameters.joined(separator: ", ")) open; add lines of other indices or an internal standard"
    case .noHexagonalLattice(let d003, let d104):
      "d(003) = \(d003) m and d(104) = \(d104) m belong to no hexagonal lattice; the lines may be taken for each other"
    case .beyondReach(let indices): "line \(indices) does not exist at this wavelength"
    case .needsWavelength: "scattering angles and shifts of the sample need the wavelength"
    case .noConvergence(let steps): "the lattice parameters did not settle within \(steps) steps"
    }
  }

  static func requirePositive(_ value: Double, _ name: String, _ unit: String) throws(LatticeError) {
    guard value > 0, value.isFinite else {
      throw .outOfRange(name: name, value: value, expected: "a positive number of \(unit)")
    }
  }
}
