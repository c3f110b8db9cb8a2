public import ArrayMath

/// Filtered back-projection through the frequency plane, by gridding.
///
/// It gives what ``FilteredBackProjection`` gives, with rows interpolated without loss in place of linearly, at a cost that
/// grows with N² log N in place of N² times the number of projections. The scale is that of the projections' unit a pixel,
/// whatever the number and spacing of angles.
///
/// Slices go through in pairs, as real and imaginary part; what one leaves in the other is rounding.
public struct FourierReconstruction: Sendable, Hashable, Codable {
  public var filter: RampFilter
  /// Rows and columns of the slices; nil is the width of the projections. Beyond the circle that touches the edges, voxels
  /// are 0.
  public var size: Int?

  public init(_ filter: RampFilter = RampFilter(), size: Int? = nil) {
    self.filter = filter
    self.size = size
  }

  /// The volume, a slice for every row of the projections.
  ///
  /// - Parameters:
  ///   - stack: pixels that were not measured (NaN) count as 0.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where the geometry is not finite.
  public func callAsFunction(_ stack: ProjectionStack, threads: Int) throws -> ScalarVolume {
    let columns = stack.shape.columns
    let ramp = LineFilter.ramp(filter, length: FourierBackProjection.padded(columns))
    return try FourierBackProjection(stack, filter: ramp, size: size ?? columns).volume(threads: threads)
  }

  /// Bytes in use at once, the stack included.
  public func memory(views: Int, shape: FrameShape, threads: Int) -> Int {
    4 * views * shape.count
      + FourierBackProjection.memory(
        columns: shape.columns, rows: shape.rows, size: size ?? shape.columns, threads: threads)
  }
}
