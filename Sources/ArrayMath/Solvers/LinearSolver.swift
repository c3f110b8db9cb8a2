/// A way to solve A x = b for a symmetric positive definite matrix whose pattern stays while its values change.
///
/// Made once for a pattern, it takes values any number of times and solves any number of right-hand sides with each: a
/// direct factor (``CholeskyFactor``) or conjugate gradients (``ConjugateGradient``). The first costs memory and pays for
/// itself with many right-hand sides or in the plane; the second grows in proportion to the unknowns and wins in space
/// beyond about 10⁵ of them. ``LinearSolverMethod`` chooses.
///
/// An object may be handed from thread to thread but must not be used by two at once.
public protocol LinearSolver: AnyObject {
  var pattern: SparsityPattern { get }

  /// Takes the values of a matrix of this pattern: factorises them, or builds a preconditioner from them.
  ///
  /// - Parameter values: a value for each entry of the pattern.
  /// - Throws: ``CholeskyError`` where the matrix is not positive definite or memory does not suffice.
  func factorise(_ values: [Double]) throws

  /// Solves A x = b, replacing b by x.
  ///
  /// - Parameters:
  ///   - vectors: `count` right-hand sides one after the other, replaced by the solutions.
  ///   - count: their number, at least 1.
  ///   - guess: vectors near the solutions, as many, for methods that start from one; nil for none.
  /// - Throws: ``CholeskyError``, or ``ConjugateGradientError`` where an iteration does not reach its tolerance.
  /// - Precondition: values have been given.
  func solve(inPlace vectors: inout [Double], count: Int, guess: [Double]?) throws
}

extension LinearSolver {
  /// Solves A x = b for one or several right-hand sides, one after the other in memory.
  ///
  /// - Throws: as ``solve(inPlace:count:guess:)``.
  public func solve(_ rightHandSides: [Double], count: Int = 1, guess: [Double]? = nil) throws -> [Double] {
    var result = rightHandSides
    try solve(inPlace: &result, count: count, guess: guess)
    return result
  }
}

extension CholeskyFactor: LinearSolver {
  /// Solves A x = b, replacing b by x; a direct solution needs no guess.
  public func solve(inPlace vectors: inout [Double], count: Int, guess: [Double]?) throws {
    try solve(inPlace: &vectors, count: count)
  }
}

/// Which ``LinearSolver`` is made.
public enum LinearSolverMethod: Sendable, Hashable {
  /// A Cholesky factor.
  case direct
  /// Conjugate gradients with these settings.
  case iterative(ConjugateGradient.Settings)

  /// A solver for a pattern.
  ///
  /// - Parameters:
  ///   - pattern: where the matrix has entries.
  ///   - nearNullSpace: what the iterative method's coarse levels must hold; unused by the direct one.
  /// - Throws: ``CholeskyError`` where memory or indices do not suffice.
  public func solver(pattern: SparsityPattern, nearNullSpace: NearNullSpace) throws -> any LinearSolver {
    switch self {
    case .direct: try CholeskyFactor(pattern: pattern)
    case .iterative(let settings):
      ConjugateGradient(pattern: pattern, nearNullSpace: nearNullSpace, settings: settings)
    }
  }
}
