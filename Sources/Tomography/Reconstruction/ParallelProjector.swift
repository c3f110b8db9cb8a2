public import ArrayMath
internal import CKernels
internal import Foundation
internal import ImageAnalysis

/// Line integrals through a volume: what projections of it would show; and the adjoint of that.
///
/// Joseph's method: along the axis that a ray follows more closely, the volume is interpolated linearly between the two
/// voxels beside the ray (P. M. Joseph, IEEE Trans. Med. Imaging 1 (1982) 192). Outside of the volume there is nothing.
/// Displacements across rows are linear interpolation between the two slices beside the row, so that no weight is negative.
/// A tilted axis is found, for each slice, where ``ProjectionGeometry`` says its voxels are seen.
public struct ParallelProjector: Sendable {
  public init() {}

  /// The projections of a volume.
  ///
  /// - Parameters:
  ///   - volume: in units a voxel.
  ///   - geometry: displacements are applied.
  ///   - shape: the extent of the projections.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where the geometry makes no sense.
  public func callAsFunction(
    _ volume: ScalarVolume, geometry: ProjectionGeometry, shape: FrameShape, threads: Int
  ) throws -> ProjectionStack {
    let crossings = try Self.crossings(geometry, shape: shape, volume: volume.shape)
    let pixels = try [Float](unsafeUninitializedCapacity: geometry.count * shape.count) { pixels, count in
      pixels.update(repeating: 0)
      count = pixels.count
      guard let image = pixels.baseAddress else { return }
      try volume.voxels.withUnsafeBufferPointer { voxels in
        guard let start = voxels.baseAddress, volume.shape.count > 0 else { return }
        for first in stride(from: 0, to: volume.shape.slices, by: SliceTiles.lanes) {
          for along in [RayCrossing.Along.rows, .columns] {
            let views = crossings.indices.filter { crossings[$0].along == along }
            if views.isEmpty { continue }
            try project(
              SharedValues(start: start), volume.shape, first, views.map { crossings[$0] }, shape,
              SharedNumbers(start: image), views, threads)
          }
        }
      }
    }
    return try ProjectionStack(pixels, shape: shape, geometry: geometry)
  }

  /// Sixteen slices in the views whose rays follow one axis.
  private func project(
    _ voxels: SharedValues, _ volume: VolumeShape, _ first: Int, _ crossings: [RayCrossing], _ shape: FrameShape,
    _ pixels: SharedNumbers, _ views: [Int], _ threads: Int
  ) throws {
    let lanes = SliceTiles.lanes
    let count = min(lanes, volume.slices - first)
    let transposed = crossings[0].along == .columns
    let (width, depth) = transposed ? (volume.rows, volume.columns) : (volume.columns, volume.rows)
    let length = lanes * (width + 2 * Int(OPERANDO_TOMOGRAPHY_MARGIN) + 1)
    let lines = try LaneMemory(count: depth * length)
    // A few lines stay in the second cache for several views.
    let slab = 16
    try parallelFor(count: depth, grain: slab, threads: threads) { _, some in
      operando_tomography_pack(
        voxels.start + first * volume.slice.count, volume.slice.count, count, volume.rows, volume.columns,
        transposed ? 1 : 0, some.lowerBound, some.upperBound, lines.start + some.lowerBound * length)
    }
    let group = 16
    let image = lanes * ((shape.columns + lanes - 1) / lanes * lanes)
    let scratch = ScratchPool(size: group * image)
    try parallelFor(count: views.count, grain: group, threads: threads) { _, some in
      try scratch.with { images in
        images.update(repeating: 0, count: some.count * image)
        for line in stride(from: 0, to: depth, by: slab) {
          for (place, index) in some.enumerated() {
            crossings[index].withRay(first: first) { ray, lean in
              operando_tomography_project(
                lines.start + line * length, width, line, min(slab, depth - line), &ray, shape.columns,
                lean.values, lean.least, lean.greatest, images + place * image)
            }
          }
        }
        for (place, index) in some.enumerated() {
          let view = pixels.start + views[index] * shape.count
          for share in crossings[index].shares(first: first, count: count, rows: shape.rows) {
            operando_tomography_deposit(
              images + place * image, shape.columns, share.rows, share.weights, count, view)
          }
        }
      }
    }
  }

  /// How the rays of each view cross a volume.
  static func crossings(
    _ geometry: ProjectionGeometry, shape: FrameShape, volume: VolumeShape
  ) throws -> [RayCrossing] {
    let limit = 16_384.0
    let extents = [shape.rows, shape.columns, volume.slices, volume.rows, volume.columns]
    guard
      extents.allSatisfy({ Double($0) <= limit }), geometry.angles.allSatisfy(\.isFinite), abs(geometry.axisTilt) < 1,
      abs(geometry.axisColumn) <= limit, geometry.displacements.count == geometry.count,
      geometry.displacements.allSatisfy({ abs($0.rows) <= limit && abs($0.columns) <= limit })
    else {
      throw TomographyError.invalid(
        "angles, axis or displacements are not finite, or an extent is beyond 16384 pixels; check the geometry")
    }
    return (0..<geometry.count).map { RayCrossing(geometry, view: $0, shape: shape, volume: volume) }
  }
}
