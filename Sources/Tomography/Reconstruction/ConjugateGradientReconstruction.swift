public import ArrayMath
internal import Foundation

/// Conjugate gradients on the normal equations (CGLS): the least squares of Σ w (b − A x)².
///
/// From x = 0 every step gives the best x of the space spanned by the gradients so far; a few steps do what many of
/// ``SimultaneousReconstruction`` do. Noise comes last: the number of iterations is what regularises.
///
/// M. R. Hestenes, E. Stiefel, J. Res. Natl. Bur. Stand. 49 (1952) 409; Å. Björck, Numerical Methods for Least Squares
/// Problems (1996), section 7.4.
public struct ConjugateGradientReconstruction: Sendable, Hashable, Codable {
  public var iterations: Int
  /// A slice is left alone once the norm of its gradient is below this part of what it was at the start.
  public var tolerance: Double
  /// Rows and columns of the slices; nil is the width of the projections. Beyond the circle that touches the edges, voxels
  /// are 0.
  public var size: Int?

  public init(iterations: Int = 20, tolerance: Double = 1e-5, size: Int? = nil) {
    self.iterations = iterations
    self.tolerance = tolerance
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
    return try IterativeReconstruction.solving(
      stack, size: size ?? stack.shape.columns, threads: threads, solve: solve)
  }

  private func solve(_ problem: SliceProblem) throws -> (voxels: [Float], courses: [IterativeReconstruction.Course]) {
    let slices = problem.slices
    func gradient(_ residual: [Float]) throws -> [Float] {
      var weighted = residual
      problem.eachPixel { _, index in weighted[index] *= problem.weights[index] }
      return try problem.transposed(weighted)
    }
    var residual = problem.data
    var direction = try gradient(residual)
    var voxels = [Float](repeating: 0, count: direction.count)
    var norms = problem.squares(direction)
    let start = norms
    let weight = problem.weight
    var courses = start.map { norm in
      IterativeReconstruction.Course(
        iterations: 0, ending: norm > 0 ? .limit : .converged, residual: 0, measure: norm > 0 ? 1 : 0)
    }
    for iteration in 1...iterations {
      if courses.allSatisfy({ $0.ending == .converged }) { break }
      let projected = try problem.project(direction)
      let curvature = problem.weightedSquares(projected)
      let squares = problem.weightedSquares(residual)
      // A slice that is done is moved by nothing.
      let steps = (0..<slices).map { slice in
        courses[slice].ending == .limit && curvature[slice] > 0 ? Float(norms[slice] / curvature[slice]) : 0
      }
      problem.eachVoxel { slice, _, index in voxels[index] += steps[slice] * direction[index] }
      problem.eachPixel { slice, index in residual[index] -= steps[slice] * projected[index] }
      let next = try gradient(residual)
      let nextNorms = problem.squares(next)
      for slice in 0..<slices where courses[slice].ending == .limit {
        let measure = (nextNorms[slice] / start[slice]).squareRoot()
        courses[slice] = .init(
          iterations: iteration, ending: measure <= tolerance || curvature[slice] <= 0 ? .converged : .limit,
          residual: weight[slice] > 0 ? (squares[slice] / weight[slice]).squareRoot() : 0, measure: measure)
      }
      let turns = (0..<slices).map { norms[$0] > 0 ? Float(nextNorms[$0] / norms[$0]) : 0 }
      problem.eachVoxel { slice, _, index in direction[index] = next[index] + turns[slice] * direction[index] }
      norms = nextNorms
    }
    return (voxels, courses)
  }

  /// Bytes in use at once, the stack included.
  public func memory(views: Int, shape: FrameShape, threads: Int) -> Int {
    IterativeReconstruction.memory(
      views: views, shape: shape, size: size ?? shape.columns, threads: threads, pixelFields: 6, voxelFields: 5)
  }
}
