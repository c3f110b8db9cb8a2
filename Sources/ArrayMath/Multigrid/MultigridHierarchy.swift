/// How levels are made and smoothed.
public struct MultigridSettings: Sendable, Hashable {
  /// θ: two nodes go into one aggregate only where ‖A_ij‖ > θ √(‖A_ii‖ ‖A_jj‖).
  public var couplingThreshold: Double
  /// Products with the matrix in each smoothing, at least 1.
  public var smoothingDegree: Int
  /// The smoother damps the part of the spectrum above its upper end over this ratio.
  public var smoothedSpectrum: Double
  /// A level with at most so many unknowns is solved directly.
  public var largestDirectSize: Int

  public init(
    couplingThreshold: Double = 0.05, smoothingDegree: Int = 2, smoothedSpectrum: Double = 10,
    largestDirectSize: Int = 3000
  ) {
    self.couplingThreshold = couplingThreshold
    self.smoothingDegree = smoothingDegree
    self.smoothedSpectrum = smoothedSpectrum
    self.largestDirectSize = largestDirectSize
  }
}

/// Algebraic multigrid by smoothed aggregation: coarse levels made from the matrix and its near null space alone.
///
/// A level's unknowns are gathered into aggregates; the near null space on each, smoothed by one step of damped Jacobi,
/// P = (I − ω D⁻¹ A) T, interpolates from the next level, whose matrix is Pᵀ A P. A cycle smooths by Chebyshev's polynomial
/// in D⁻¹ A before and after the correction from the coarser level, so that it is symmetric and fits conjugate gradients.
///
/// P. Vaněk, J. Mandel, M. Brezina, Computing 56 (1996) 179; M. Adams, M. Brezina, J. Hu, R. Tuminaro, J. Comput. Phys. 188
/// (2003) 593.
final class MultigridHierarchy {
  final class Level {
    let matrix: CompressedRows
    let smoother: ChebyshevSmoother
    /// To this level from the next, and back; nil on the coarsest.
    var prolongation: CompressedRows?
    var restriction: CompressedRows?
    // Workspaces of a cycle.
    var right: [Double]
    var solution: [Double]
    var residual: [Double]

    init(matrix: CompressedRows, smoother: ChebyshevSmoother) {
      self.matrix = matrix
      self.smoother = smoother
      right = [Double](repeating: 0, count: matrix.rowCount)
      solution = right
      residual = right
    }
  }

  private(set) var levels: [Level] = []
  private let coarsest: CholeskyFactor
  private let threads: Int

  var operatorComplexity: Double {
    let entries = levels.map { Double($0.matrix.values.count) }
    return entries.reduce(0, +) / max(entries[0], 1)
  }

  /// - Throws: ``CholeskyError`` where the matrix is not positive definite or memory does not suffice.
  init(
    matrix: CompressedRows, inverseDiagonal: [Double], nearNullSpace: NearNullSpace, settings: MultigridSettings,
    threads: Int
  ) throws {
    self.threads = threads
    var current = matrix
    var inverse = inverseDiagonal
    var vectors = nearNullSpace.vectors
    var nodeStarts = Self.starts(of: nearNullSpace.nodes)
    while true {
      let size = current.rowCount
      let smoother = try ChebyshevSmoother(
        matrix: current, inverseDiagonal: inverse, degree: settings.smoothingDegree,
        smoothedSpectrum: settings.smoothedSpectrum, threads: threads)
      let level = Level(matrix: current, smoother: smoother)
      guard size > settings.largestDirectSize else {
        levels.append(level)
        break
      }
      // Coarse matrices are denser and their weak couplings mean less: the threshold falls from level to level.
      var threshold = settings.couplingThreshold
      for _ in levels { threshold /= 2 }
      let aggregation = Aggregation(matrix: current, nodeStarts: nodeStarts, threshold: threshold)
      let tentative = TentativeProlongation(aggregation: aggregation, nodeStarts: nodeStarts, vectors: vectors)
      // Where little is gained the level is solved as it is.
      guard tentative.matrix.columnCount > 0, 10 * tentative.matrix.columnCount < 9 * size else {
        levels.append(level)
        break
      }
      let prolongation = Self.smoothed(
        tentative.matrix, by: current, inverseDiagonal: inverse, damping: 4 / 3 / smoother.largestEigenvalue)
      let restriction = prolongation.transposed()
      let coarse = restriction.multiplied(by: current.multiplied(by: prolongation))
      level.prolongation = prolongation
      level.restriction = restriction
      levels.append(level)
      current = coarse
      inverse = try current.inverseDiagonal()
      vectors = tentative.coarseVectors
      nodeStarts = tentative.coarseStarts
    }
    let lower = levels[levels.count - 1].matrix.lowerTriangle()
    coarsest = try CholeskyFactor(pattern: lower.pattern)
    try coarsest.factorise(lower.values)
  }

  /// One cycle: an approximate solution of A x = b that depends linearly and symmetrically on b.
  func cycle(_ right: [Double], into solution: inout [Double]) throws {
    levels[0].right = right
    try cycle(level: 0)
    swap(&solution, &levels[0].solution)
  }

  private func cycle(level index: Int) throws {
    let level = levels[index]
    guard let prolongation = level.prolongation, let restriction = level.restriction else {
      level.solution = level.right
      try coarsest.solve(inPlace: &level.solution)
      return
    }
    let coarse = levels[index + 1]
    try level.smoother.smooth(
      level.matrix, level.right, solution: &level.solution, residual: &level.residual, fromZero: true, threads: threads)
    try restriction.multiply(level.residual, into: &coarse.right, threads: threads)
    try cycle(level: index + 1)
    try prolongation.addProduct(coarse.solution, to: &level.solution, threads: threads)
    try level.smoother.smooth(
      level.matrix, level.right, solution: &level.solution, residual: &level.residual, fromZero: false, threads: threads
    )
  }

  /// (I − ω D⁻¹ A) T.
  private static func smoothed(
    _ tentative: CompressedRows, by matrix: CompressedRows, inverseDiagonal: [Double], damping: Double
  ) -> CompressedRows {
    var result = matrix.multiplied(by: tentative)
    for row in 0..<result.rowCount {
      let factor = -damping * inverseDiagonal[row]
      var own = tentative.starts[row]
      let end = tentative.starts[row + 1]
      for entry in result.starts[row]..<result.starts[row + 1] {
        result.values[entry] *= factor
        // Both rows ascend, and the tentative one's columns are among the product's: A has its diagonal.
        if own < end, tentative.columns[own] == result.columns[entry] {
          result.values[entry] += tentative.values[own]
          own += 1
        }
      }
    }
    return result
  }

  private static func starts(of nodes: [Int32]) -> [Int] {
    var starts: [Int] = []
    for (unknown, node) in nodes.enumerated() where unknown == 0 || nodes[unknown - 1] != node {
      starts.append(unknown)
    }
    return starts + [nodes.count]
  }
}
