public import ArrayMath
internal import Foundation

/// Least squares with the total variation of each slice as price: flat regions with sharp edges, from few or noisy views.
///
///     minimise Σ w (b − A x)² / 2M + λ Σ |∇x|,
///
/// with M the number of views, so that λ means the same for any number of them, and ∇ the differences to the next row and
/// column. By the primal-dual iteration of A. Chambolle and T. Pock, J. Math. Imaging Vis. 40 (2011) 120, preconditioned
/// by the sums of A's rows and columns (T. Pock, A. Chambolle, ICCV 2011, 1762).
public struct TotalVariationReconstruction: Sendable, Hashable, Codable {
  /// λ, in the projections' unit (radians) times pixels. Nil takes σ/√M, with σ the noise of a pixel: about what noise lets
  /// the gradient of the first term scatter by.
  public var strength: Double?
  public var iterations: Int
  /// A slice is left alone once a step changes it by less than this part of its norm.
  public var tolerance: Double
  /// Whether voxels are kept from falling below 0.
  public var nonNegative: Bool
  /// Rows and columns of the slices; nil is the width of the projections. Beyond the circle that touches the edges, voxels
  /// are 0.
  public var size: Int?

  public init(
    strength: Double? = nil, iterations: Int = 200, tolerance: Double = 1e-4, nonNegative: Bool = false,
    size: Int? = nil
  ) {
    self.strength = strength
    self.iterations = iterations
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
    let strength = strength ?? Self.noise(of: stack) / Double(stack.count).squareRoot()
    guard strength >= 0, strength.isFinite else {
      throw TomographyError.invalid("the strength of total variation is \(strength); expected a number from 0 on")
    }
    return try IterativeReconstruction.solving(stack, size: size ?? stack.shape.columns, threads: threads) {
      try solve($0, limit: Float(strength * Double(stack.count)))
    }
  }

  /// The standard deviation of white noise in a pixel, in the projections' unit: from the median of second differences along
  /// rows, which what is smooth does not enter.
  public static func noise(of stack: ProjectionStack) -> Double {
    let columns = stack.shape.columns
    let rows = stack.count * stack.shape.rows
    // Some thousand rows tell it well enough.
    let step = max(rows / 2000, 1)
    var differences: [Float] = []
    for row in stride(from: 0, to: rows, by: step) {
      for index in row * columns..<(row + 1) * columns - min(columns, 2) {
        let second = abs(stack.pixels[index] - 2 * stack.pixels[index + 1] + stack.pixels[index + 2])
        // Exact zeros are what a simulation or a crop has beside the sample.
        if second.isFinite, second > 0 { differences.append(second) }
      }
    }
    guard !differences.isEmpty else { return 0 }
    differences.sort()
    // The median of |normal| is 0.6745 standard deviations; a second difference has √6 of a pixel's.
    return Double(differences[differences.count / 2]) / 0.6745 / 6.0.squareRoot()
  }

  /// - Parameter limit: λ M.
  private func solve(
    _ problem: SliceProblem, limit: Float
  ) throws -> (voxels: [Float], courses: [IterativeReconstruction.Course]) {
    let size = problem.size
    let steps = try Steps(problem)
    let weight = problem.weight
    let count = problem.slices * size * size
    var (voxels, ahead) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    var dual = [Float](repeating: 0, count: problem.data.count)
    var (down, right) = (ahead, ahead)
    var courses = [IterativeReconstruction.Course](
      repeating: .init(iterations: 0, ending: .limit, residual: 0, measure: 0), count: problem.slices)
    for iteration in 1...iterations {
      var residual = try problem.project(ahead)
      problem.eachPixel { _, index in residual[index] -= problem.data[index] }
      let squares = problem.weightedSquares(residual)
      problem.eachPixel { _, index in
        let sigma = steps.pixels[index]
        let weight = problem.weights[index]
        dual[index] = weight > 0 ? (dual[index] + sigma * residual[index]) * weight / (weight + sigma) : 0
      }
      climb(ahead, steps.gradient, limit, problem, &down, &right)
      let descent = try problem.transposed(dual)
      var (change, norm) = (
        [Double](repeating: 0, count: problem.slices), [Double](repeating: 0, count: problem.slices)
      )
      problem.eachVoxel { slice, place, index in
        guard courses[slice].ending == .limit else { return }
        var slope = descent[index] - down[index] - right[index]
        if place >= size { slope += down[index - size] }
        if !place.isMultiple(of: size) { slope += right[index - 1] }
        let old = voxels[index]
        let moved = old - steps.voxels[index] * slope
        let new = nonNegative ? max(moved, 0) : moved
        voxels[index] = new
        ahead[index] = 2 * new - old
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

  /// Moves the dual variables of the gradient along it, and back into the disc of radius λ M.
  private func climb(
    _ voxels: [Float], _ step: [Float], _ limit: Float, _ problem: SliceProblem, _ down: inout [Float],
    _ right: inout [Float]
  ) {
    let size = problem.size
    problem.eachVoxel { slice, place, index in
      let a = place < size * (size - 1) ? down[index] + step[slice] * (voxels[index + size] - voxels[index]) : 0
      let b = (place + 1) % size != 0 ? right[index] + step[slice] * (voxels[index + 1] - voxels[index]) : 0
      let length = (a * a + b * b).squareRoot()
      let factor = length > limit ? limit / length : 1
      down[index] = a * factor
      right[index] = b * factor
    }
  }

  /// The steps that make the iteration converge: with r the sums of A's rows, c those of its columns and s a tenth of the
  /// mean of r, s/r for pixels, g = s mean(c)/8 for the gradient, and 1/(s c + 8 g) for voxels.
  ///
  /// 8 bounds the square of the norm of ∇; both terms then have as much to say. A tenth was the fastest of those tried (0.003 to 1) on
  /// a phantom of 64² voxels from 24 noisy views, which is within 0.2 % of its minimum after 100 steps.
  private struct Steps {
    var pixels: [Float]
    var voxels: [Float]
    var gradient: [Float]

    init(_ problem: SliceProblem) throws {
      pixels = try problem.project(problem.circles)
      let measured = problem.weights.map { $0 > 0 ? Float(1) : 0 }
      voxels = try problem.transposed(measured)
      gradient = []
      var rows = [(sum: Double, count: Double)](repeating: (0, 0), count: problem.slices)
      problem.eachPixel { slice, index in
        guard measured[index] > 0, pixels[index] > 1e-6 else { return }
        rows[slice].sum += Double(pixels[index])
        rows[slice].count += 1
      }
      var columns = [(sum: Double, count: Double)](repeating: (0, 0), count: problem.slices)
      problem.eachVoxel { slice, place, index in
        guard problem.circle[place] > 0 else { return }
        columns[slice].sum += Double(voxels[index])
        columns[slice].count += 1
      }
      let scale = rows.map { $0.count > 0 ? Float(0.1 * $0.sum / $0.count) : 0 }
      gradient = zip(scale, columns).map { $1.count > 0 ? $0 * Float($1.sum / $1.count) / 8 : 0 }
      problem.eachPixel { slice, index in
        pixels[index] = pixels[index] > 1e-6 ? scale[slice] / pixels[index] : 0
      }
      problem.eachVoxel { slice, place, index in
        let bound = scale[slice] * voxels[index] + 8 * gradient[slice]
        voxels[index] = problem.circle[place] > 0 && bound > 0 ? 1 / bound : 0
      }
    }
  }

  /// Bytes in use at once, the stack included.
  public func memory(views: Int, shape: FrameShape, threads: Int) -> Int {
    IterativeReconstruction.memory(
      views: views, shape: shape, size: size ?? shape.columns, threads: threads, pixelFields: 6, voxelFields: 7)
  }
}
