public import ArrayMath
internal import Foundation

/// The simultaneous iterative reconstruction technique (SIRT).
///
///     x ← x + λ C Aᵀ R W (b − A x)
///
/// from x = 0, with R one over the sums of A's rows, W the weights, and C one over the sums of W A's columns: a descent of
/// Σ w/r (b − Ax)², which every 0 < λ < 2 leads to its minimum. Coarse structure comes first; stopping early leaves noise out.
///
/// P. Gilbert, J. Theor. Biol. 36 (1972) 105; J. Gregor, T. Benson, IEEE Trans. Med. Imaging 27 (2008) 918.
public struct SimultaneousReconstruction: Sendable, Hashable, Codable {
  public var iterations: Int
  /// λ.
  public var relaxation: Double
  /// A slice is left alone once a step changes it by less than this part of its norm.
  public var tolerance: Double
  /// Whether voxels below 0 are set to 0 after each step.
  public var nonNegative: Bool
  /// Rows and columns of the slices; nil is the width of the projections. Beyond the circle that touches the edges, voxels
  /// are 0.
  public var size: Int?

  public init(
    iterations: Int = 100, relaxation: Double = 1, tolerance: Double = 1e-4, nonNegative: Bool = false,
    size: Int? = nil
  ) {
    self.iterations = iterations
    self.relaxation = relaxation
    self.tolerance = tolerance
    self.nonNegative = nonNegative
    self.size = size
  }

  /// The volume, a slice for every row of the projections.
  public func callAsFunction(_ stack: ProjectionStack, threads: Int) throws -> ScalarVolume {
    try reconstruct(stack, threads: threads).volume
  }

  /// The volume and how each slice got there.
  ///
  /// - Parameters:
  ///   - stack: pixels that are NaN or have no weight count nothing.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where the geometry or the parameters cannot be.
  public func reconstruct(_ stack: ProjectionStack, threads: Int) throws -> IterativeReconstruction {
    try IterativeReconstruction.requireSteps(iterations, tolerance)
    guard relaxation > 0, relaxation < 2 else {
      throw TomographyError.invalid("the relaxation is \(relaxation); between 0 and 2 the iteration converges")
    }
    return try IterativeReconstruction.solving(
      stack, size: size ?? stack.shape.columns, threads: threads, solve: solve)
  }

  private func solve(_ problem: SliceProblem) throws -> (voxels: [Float], courses: [IterativeReconstruction.Course]) {
    var rowFactors = try problem.project(problem.circles)
    problem.eachPixel { _, index in
      rowFactors[index] = rowFactors[index] > 1e-6 ? problem.weights[index] / rowFactors[index] : 0
    }
    let columnSums = try problem.transposed(problem.weights)
    let columnFactors = columnSums.map { $0 > 1e-6 ? Float(relaxation) / $0 : 0 }
    let weight = problem.weight
    var voxels = [Float](repeating: 0, count: columnSums.count)
    var courses = [IterativeReconstruction.Course](
      repeating: .init(iterations: 0, ending: .limit, residual: 0, measure: 0), count: problem.slices)
    for iteration in 1...iterations {
      var residual = try problem.project(voxels)
      problem.eachPixel { _, index in residual[index] = problem.data[index] - residual[index] }
      let squares = problem.weightedSquares(residual)
      problem.eachPixel { _, index in residual[index] *= rowFactors[index] }
      let step = try problem.transposed(residual)
      var (change, norm) = (
        [Double](repeating: 0, count: problem.slices), [Double](repeating: 0, count: problem.slices)
      )
      problem.eachVoxel { slice, _, index in
        guard courses[slice].ending == .limit else { return }
        let old = voxels[index]
        let moved = old + columnFactors[index] * step[index]
        let new = nonNegative ? max(moved, 0) : moved
        voxels[index] = new
        change[slice] += Double(new - old) * Double(new - old)
        norm[slice] += Double(new) * Double(new)
      }
      for slice in 0..<problem.slices where courses[slice].ending == .limit {
        let measure = norm[slice] > 0 ? (change[slice] / norm[slice]).squareRoot() : 0
        courses[slice] = .init(
          iterations: iteration, ending: measure <= tolerance ? .converged : .limit,
          residual: weight[slice] > 0 ? (squares[slice] / weight[slice]).squareRoot() : 0, measure: measure)
      }
      if courses.allSatisfy({ $0.ending == .converged }) { break }
    }
    return (voxels, courses)
  }

  /// Bytes in use at once, the stack included.
  public func memory(views: Int, shape: FrameShape, threads: Int) -> Int {
    IterativeReconstruction.memory(
      views: views, shape: shape, size: size ?? shape.columns, threads: threads, pixelFields: 5, voxelFields: 5)
  }
}
