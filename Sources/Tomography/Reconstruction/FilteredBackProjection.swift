public import ArrayMath
internal import CKernels
internal import Foundation
internal import ImageAnalysis

/// Filtered back-projection of parallel projections.
///
/// With q the projection filtered along its rows and w the part of half a turn that it stands for,
///
///     f(x, y) = Σ w q(x cos θ + y sin θ),
///
/// in the projections' unit a pixel: a disc of radius R pixels whose projection is 2√(R² − t²) comes out as 1, whatever the
/// number and spacing of angles and the padding (A. C. Kak, M. Slaney, Principles of Computerized Tomographic Imaging
/// (1988), section 3.3). A pixel shows the mean over its width and a voxel is one over its extent: the two losses agree along
/// rows and columns and nearly so between them, so nothing of it is made up for.
///
/// Displacements are not resampled: along rows they are a phase of the filter, across rows a windowed sinc over twelve rows.
/// A slice that some views do not see, because their displacement has moved it out of the image or because nothing of
/// the row was measured, is made from the others, each counting half the way to its neighbours.
public struct FilteredBackProjection: Sendable {
  /// What is taken to lie beyond the edges of the projections.
  public enum Edges: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing: right where the whole sample is seen.
    case zeros
    /// The pixel at the edge, fading to nothing over half the width: for samples wider than the projections, whose inside
    /// would otherwise be darkened and its rim brightened.
    case extended
  }

  public var filter: RampFilter
  /// Rows and columns of the slices; nil is the width of the projections. Beyond the circle that fills a slice, voxels are
  /// 0.
  public var size: Int?
  public var edges = Edges.zeros
  /// Rows are padded to at least this many times their width, and at least so far that nothing reaches round the ends.
  public var padding = 2.0

  public init(_ filter: RampFilter = RampFilter(), size: Int? = nil) {
    self.filter = filter
    self.size = size
  }

  /// The volume, a slice for every row of the projections.
  ///
  /// - Parameters:
  ///   - stack: pixels that were not measured (NaN) count as 0.
  ///   - threads: the result does not depend on it.
  ///   - memory: bytes to work in, beside the projections and the volume; nil is what is fastest. The result does not
  ///     depend on it.
  /// - Throws: ``TomographyError`` where angles, filter or sizes make no sense or the memory is too small.
  public func callAsFunction(_ stack: ProjectionStack, threads: Int, memory: Int? = nil) throws -> ScalarVolume {
    let size = size ?? stack.shape.columns
    let plan = try BackProjectionPlan(self, stack, threads: threads, memory: memory, handsOver: false)
    let shape = VolumeShape(slices: stack.shape.rows, rows: size, columns: size)
    let voxels = try [Float](unsafeUninitializedCapacity: shape.count) { volume, count in
      guard let start = volume.baseAddress else { return }
      try plan.run(stack, slices: 0..<shape.slices) { tiles, group, lanes, first in
        try tiles.unpack(
          group: group, lanes: lanes, circle: true, to: SharedNumbers(start: start + first * size * size),
          threads: threads)
      }
      count = shape.count
    }
    return ScalarVolume(voxels, shape: shape)
  }

  /// Reconstructs slices and hands them over a few at a time, so that no volume is held.
  ///
  /// - Parameters:
  ///   - stack: pixels that were not measured (NaN) count as 0.
  ///   - threads: the result does not depend on it.
  ///   - memory: bytes to work in, beside the projections; ``workingMemory(_:threads:)`` tells what is needed and what is
  ///     fastest. The result does not depend on it.
  ///   - slices: those wanted; nil is all.
  ///   - each: gets at most sixteen slices at once, in ascending order: their numbers, and their voxels slice after slice.
  /// - Throws: ``TomographyError`` where angles, filter or sizes make no sense or the memory is too small, and what
  ///   `each` throws.
  public func reconstruct(
    _ stack: ProjectionStack, threads: Int, memory: Int? = nil, slices: Range<Int>? = nil,
    each: (_ slices: Range<Int>, _ voxels: [Float]) throws -> Void
  ) throws {
    let wanted = slices ?? 0..<stack.shape.rows
    guard wanted.lowerBound >= 0, wanted.upperBound <= stack.shape.rows else {
      throw TomographyError.invalid(
        "slices \(wanted.lowerBound)..<\(wanted.upperBound) were asked for; projections of \(stack.shape.rows) rows "
          + "give slices 0..<\(stack.shape.rows)")
    }
    let size = size ?? stack.shape.columns
    let plan = try BackProjectionPlan(self, stack, threads: threads, memory: memory, handsOver: true)
    try plan.run(stack, slices: wanted) { tiles, group, lanes, first in
      let voxels = try [Float](unsafeUninitializedCapacity: lanes.count * size * size) { slices, count in
        guard let start = slices.baseAddress else { return }
        try tiles.unpack(
          group: group, lanes: lanes, circle: true, to: SharedNumbers(start: start), threads: threads)
        count = slices.count
      }
      try each(first..<first + lanes.count, voxels)
    }
  }

  /// Bytes to work in, beside the projections and the volume: the least that ``reconstruct(_:threads:memory:slices:each:)``
  /// does with, and as much as makes it faster.
  public func workingMemory(_ stack: ProjectionStack, threads: Int) -> (least: Int, most: Int) {
    let size = size ?? stack.shape.columns
    func bytes(_ views: Int, _ threads: Int) -> Int {
      BackProjectionPlan.bytes(self, stack, size: size, views: views, threads: threads, handsOver: true)
    }
    return (
      bytes(min(stack.count, BackProjectionPlan.fewestViews), 1),
      bytes(min(stack.count, BackProjectionPlan.mostViews), threads)
    )
  }

  /// About how many seconds of one processor a slice takes, at `rate` samples a second: 10¹⁰ on a server's processor of
  /// 2022 with vectors of 512 bits, a third of it with vectors of 256 bits.
  public func secondsPerSlice(views: Int, columns: Int, rate: Double = 1e10) -> Double {
    let size = Double(size ?? columns)
    let samples = Double(views) * .pi / 4 * size * size
    // Five transforms of rows padded to twice their width, at a fifth of a sample's cost a pixel and power of two.
    let filter = Double(views) * 10 * Double(columns) * log2(max(2 * Double(columns), 2)) / 5
    return (samples + filter) / rate
  }
}
