/// What an iteration can fail with.
public enum ConjugateGradientError: Error, Hashable, CustomStringConvertible {
  /// The tolerance was not reached: iterations done, residual over the right-hand side, and what was asked for.
  case notConverged(iterations: Int, residual: Double, tolerance: Double)
  /// The matrix is not positive definite: a direction of no or negative energy came up in this iteration.
  case notPositiveDefinite(iteration: Int)
  /// A value of the matrix or of a right-hand side is not a finite number.
  case notFinite

  public var description: String {
    switch self {
    case .notConverged(let iterations, let residual, let tolerance):
      """
      the iterative solver left a relative residual of \(residual) after \(iterations) iterations where \(tolerance) was \
      asked for; allow more iterations or use the direct solver
      """
    case .notPositiveDefinite(let iteration):
      "the matrix is not positive definite (seen in iteration \(iteration)); is the body held against rigid motion?"
    case .notFinite: "the matrix or a right-hand side holds a value that is not finite"
    }
  }
}

/// Solves A x = b by conjugate gradients, preconditioned by the diagonal or by multigrid.
///
/// Memory and, with multigrid, the number of operations grow in proportion to the unknowns. The result depends on the
/// tolerance but not on the number of threads.
///
/// M. R. Hestenes, E. Stiefel, J. Res. Nat. Bur. Stand. 49 (1952) 409.
public final class ConjugateGradient: LinearSolver {
  public enum Preconditioner: Sendable, Hashable {
    /// 1 / a_ii: for matrices that their mass dominates, such as those of short steps in time.
    case diagonal
    /// One cycle of smoothed aggregation, see ``MultigridSettings``.
    case multigrid(MultigridSettings)
  }

  public struct Settings: Sendable, Hashable {
    public var preconditioner: Preconditioner
    /// The residual over the right-hand side at which an iteration ends, both by their Euclidean norm.
    public var tolerance: Double
    /// At least 1.
    public var largestIterationCount: Int
    /// Upper limit on the threads used, at least 1.
    public var threads: Int

    public init(
      preconditioner: Preconditioner = .multigrid(MultigridSettings()), tolerance: Double = 1e-10,
      largestIterationCount: Int = 1000, threads: Int = 1
    ) {
      self.preconditioner = preconditioner
      self.tolerance = tolerance
      self.largestIterationCount = largestIterationCount
      self.threads = threads
    }
  }

  public let pattern: SparsityPattern
  public let settings: Settings
  /// Iterations of each right-hand side of the last solution.
  public private(set) var iterations: [Int] = []
  /// Unknowns on each level of multigrid, the finest first; one number for the diagonal.
  public var levelSizes: [Int] { hierarchy?.levels.map(\.matrix.rowCount) ?? [pattern.size] }
  /// Entries of the matrices on all levels over those of the finest: the work of a cycle compared with a product.
  public var operatorComplexity: Double { hierarchy?.operatorComplexity ?? 1 }

  private let nearNullSpace: NearNullSpace
  private var matrix: CompressedRows?
  private var inverseDiagonal: [Double] = []
  private var hierarchy: MultigridHierarchy?

  /// - Parameters:
  ///   - pattern: where the matrix has entries.
  ///   - nearNullSpace: what the coarse levels must hold.
  ///   - settings: preconditioner, tolerance and threads.
  /// - Precondition: the vectors are of the matrix's size, the tolerance is positive, counts are at least 1.
  public init(pattern: SparsityPattern, nearNullSpace: NearNullSpace, settings: Settings = Settings()) {
    precondition(nearNullSpace.nodes.count == pattern.size, "vectors of the matrix's size")
    precondition(settings.tolerance > 0 && settings.largestIterationCount >= 1 && settings.threads >= 1)
    self.pattern = pattern
    self.nearNullSpace = nearNullSpace
    self.settings = settings
  }

  public func factorise(_ values: [Double]) throws {
    precondition(values.count == pattern.count, "a value for each entry")
    hierarchy = nil
    matrix = nil
    guard values.allSatisfy(\.isFinite) else { throw ConjugateGradientError.notFinite }
    let matrix = CompressedRows(pattern: pattern, values: values)
    inverseDiagonal = try matrix.inverseDiagonal()
    if case .multigrid(let multigrid) = settings.preconditioner {
      hierarchy = try MultigridHierarchy(
        matrix: matrix, inverseDiagonal: inverseDiagonal, nearNullSpace: nearNullSpace, settings: multigrid,
        threads: settings.threads)
    }
    self.matrix = matrix
  }

  public func solve(inPlace vectors: inout [Double], count: Int, guess: [Double]?) throws {
    let size = pattern.size
    precondition(count >= 1 && vectors.count == count * size, "whole right-hand sides of the matrix's size")
    precondition(guess.map { $0.count == vectors.count } ?? true, "a guess for each right-hand side")
    guard let matrix else { preconditionFailure("values are given before anything is solved") }
    iterations = []
    guard size > 0 else { return }
    var work = Work(size: size)
    for index in 0..<count {
      let place = index * size..<(index + 1) * size
      work.right = Array(vectors[place])
      if let guess { work.solution = Array(guess[place]) } else { work.solution = [Double](repeating: 0, count: size) }
      iterations.append(try iterate(matrix, &work, hasGuess: guess != nil))
      vectors.replaceSubrange(place, with: work.solution)
    }
  }

  private struct Work {
    var right: [Double] = []
    var solution: [Double] = []
    var residual: [Double]
    var preconditioned: [Double]
    var direction: [Double]
    var product: [Double]

    init(size: Int) {
      residual = [Double](repeating: 0, count: size)
      preconditioned = residual
      direction = residual
      product = residual
    }
  }

  private func iterate(_ matrix: CompressedRows, _ work: inout Work, hasGuess: Bool) throws -> Int {
    let threads = settings.threads
    let scale = try VectorKernels.dot(work.right, work.right, threads: threads).squareRoot()
    guard scale.isFinite else { throw ConjugateGradientError.notFinite }
    if scale == 0 {
      for index in work.solution.indices { work.solution[index] = 0 }
      return 0
    }
    if hasGuess {
      try matrix.residual(of: work.right, minus: work.solution, into: &work.residual, threads: threads)
    } else {
      work.residual = work.right
    }
    var norm = try VectorKernels.dot(work.residual, work.residual, threads: threads).squareRoot()
    var energy = 0.0
    var iteration = 0
    while norm > settings.tolerance * scale {
      guard norm.isFinite else { throw ConjugateGradientError.notFinite }
      guard iteration < settings.largestIterationCount else {
        throw ConjugateGradientError.notConverged(
          iterations: iteration, residual: norm / scale, tolerance: settings.tolerance)
      }
      iteration += 1
      try applyPreconditioner(work.residual, into: &work.preconditioned)
      let next = try VectorKernels.dot(work.residual, work.preconditioned, threads: threads)
      try VectorKernels.combine(
        1, work.preconditioned, iteration == 1 ? 0 : next / energy, into: &work.direction, threads: threads)
      energy = next
      try matrix.multiply(work.direction, into: &work.product, threads: threads)
      let curvature = try VectorKernels.dot(work.direction, work.product, threads: threads)
      guard curvature > 0, energy > 0 else { throw ConjugateGradientError.notPositiveDefinite(iteration: iteration) }
      let length = energy / curvature
      try VectorKernels.combine(length, work.direction, 1, into: &work.solution, threads: threads)
      try VectorKernels.combine(-length, work.product, 1, into: &work.residual, threads: threads)
      norm = try VectorKernels.dot(work.residual, work.residual, threads: threads).squareRoot()
    }
    return iteration
  }

  private func applyPreconditioner(_ residual: [Double], into result: inout [Double]) throws {
    if let hierarchy {
      try hierarchy.cycle(residual, into: &result)
    } else {
      try VectorKernels.scale(residual, by: inverseDiagonal, into: &result, threads: settings.threads)
    }
  }
}
