public import ArrayMath
internal import Foundation

/// A volume that was found step by step, and how each slice got there.
public struct IterativeReconstruction: Sendable {
  /// What ended the iteration of a slice.
  public enum Ending: String, Sendable, Hashable, Codable {
    /// The change or the gradient fell below the tolerance.
    case converged
    /// The number of iterations was used up. Where noise is what an iteration would fit next, that is on purpose.
    case limit
  }

  /// The course of one slice.
  public struct Course: Sendable, Hashable {
    public var iterations: Int
    public var ending: Ending
    /// The weighted root mean square of what the projections show and the volume does not explain, in their unit; that
    /// before the last step.
    public var residual: Double
    /// What was held against the tolerance at the end.
    public var measure: Double
  }

  public var volume: ScalarVolume
  /// One for every slice.
  public var slices: [Course]

  /// Takes a stack apart into slices, solves them in parallel and puts the volume together.
  ///
  /// - Parameter solve: the voxels of a problem's slices and their courses.
  /// - Throws: ``TomographyError`` where the geometry, the size or the parameters cannot be.
  static func solving(
    _ stack: ProjectionStack, size: Int, threads: Int,
    solve: @Sendable (SliceProblem) throws -> (voxels: [Float], courses: [Course])
  ) throws -> IterativeReconstruction {
    try stack.requireFiniteGeometry()
    guard size > 0 else {
      throw TomographyError.invalid("slices of \(size) pixels were asked for; expected at least 1")
    }
    let rows = stack.shape.rows
    let blocks = (rows + SliceProblem.height - 1) / SliceProblem.height
    let parts = try parallelMap(count: blocks, threads: threads) { block in
      let first = block * SliceProblem.height
      return try solve(SliceProblem(stack, slices: first..<min(first + SliceProblem.height, rows), size: size))
    }
    return IterativeReconstruction(
      volume: ScalarVolume(
        Array(parts.map(\.voxels).joined()), shape: VolumeShape(slices: rows, rows: size, columns: size)),
      slices: parts.flatMap(\.courses))
  }

  /// Bytes in use at once.
  ///
  /// - Parameters:
  ///   - pixelFields, voxelFields: arrays of the extent of a block's projections and slices that a solver holds.
  static func memory(
    views: Int, shape: FrameShape, size: Int, threads: Int, pixelFields: Int, voxelFields: Int
  ) -> Int {
    let height = min(SliceProblem.height, shape.rows)
    let blocks = (shape.rows + height - 1) / height
    let pixels = height * views * shape.columns * pixelFields
    let voxels = height * size * size * voxelFields
    // The slices are held once by block and once joined.
    let volumes: Int = 2 * shape.rows * size * size
    return 4 * (views * shape.count + volumes + min(threads, blocks) * (pixels + voxels))
  }

  static func requireSteps(_ iterations: Int, _ tolerance: Double) throws {
    guard iterations > 0, tolerance >= 0 else {
      throw TomographyError.invalid(
        "\(iterations) iterations and a tolerance of \(tolerance) were asked for; expected at least 1, and at least 0")
    }
  }
}
