public import ArrayMath
internal import CKernels
internal import Foundation
internal import ImageAnalysis

extension ParallelProjector {
  /// The adjoint of the projection: every voxel gets the sum of the pixels that it is seen in, with the weights with which
  /// they see it, so that ⟨Ax, y⟩ = ⟨x, Aᵀy⟩ to rounding.
  ///
  /// - Parameters:
  ///   - stack: pixels that were not measured (NaN) count as 0; ``ProjectionStack/weights`` are left alone.
  ///   - shape: the extent of the volume.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where the geometry makes no sense.
  public func adjoint(_ stack: ProjectionStack, shape: VolumeShape, threads: Int) throws -> ScalarVolume {
    let crossings = try Self.crossings(stack.geometry, shape: stack.shape, volume: shape)
    let lanes = SliceTiles.lanes
    guard shape.count > 0 else { return ScalarVolume([], shape: shape) }
    let tiles = try SliceTiles(rows: shape.rows, columns: shape.columns, groups: 1)
    let samples = AdjointSamples(columns: stack.shape.columns)
    let views = min(stack.count, BackProjectionPlan.mostViews)
    let rows = try LaneMemory(count: views * samples.stride)
    let voxels = try [Float](unsafeUninitializedCapacity: shape.count) { volume, count in
      guard let start = volume.baseAddress else { return }
      try stack.pixels.withUnsafeBufferPointer { pixels in
        guard let pixels = pixels.baseAddress.map({ SharedValues(start: $0) }) else { return }
        for first in stride(from: 0, to: shape.slices, by: lanes) {
          tiles.clear()
          for begin in stride(from: 0, to: stack.count, by: views) {
            let chunk = begin..<min(begin + views, stack.count)
            try parallelFor(count: chunk.count, threads: threads) { index in
              let view = chunk.lowerBound + index
              try samples.load(
                pixels.start + view * stack.shape.count, stack.shape.rows, crossings[view].taps(first: first),
                rows.start + index * samples.stride)
            }
            let some = Array(crossings[chunk])
            try tiles.forEach(threads: threads) { _, row, column, tile in
              samples.spread(rows, some, first: first, shape: shape, row: row, column: column, tile: tile)
            }
          }
          let seen = 0..<min(lanes, shape.slices - first)
          try tiles.unpack(
            group: 0, lanes: seen, circle: false, to: SharedNumbers(start: start + first * shape.slice.count),
            threads: threads)
        }
      }
      count = shape.count
    }
    return ScalarVolume(voxels, shape: shape)
  }
}

/// Rows of views with sixteen slices side by side, and zeros on either side.
private struct AdjointSamples: Sendable {
  let columns: Int
  private let scratch: ScratchPool

  init(columns: Int) {
    self.columns = columns
    scratch = ScratchPool(size: operando_tomography_load_scratch(columns, 2))
  }

  /// Two lanes of zeros, the columns rounded up, three lanes of zeros.
  var stride: Int {
    SliceTiles.lanes * (2 + (columns + SliceTiles.lanes - 1) / SliceTiles.lanes * SliceTiles.lanes + 3)
  }

  func load(
    _ view: UnsafePointer<Float>, _ rows: Int, _ taps: (first: Int, weights: [Float]),
    _ samples: UnsafeMutablePointer<Float>
  ) throws {
    samples.update(repeating: 0, count: stride)
    try scratch.with { scratch in
      let ones = [Float](repeating: 1, count: SliceTiles.lanes)
      var source = operando_tomography_rows()
      taps.weights.withUnsafeBufferPointer { weights in
        ones.withUnsafeBufferPointer { ones in
          source = operando_tomography_rows(
            rows: rows, columns: columns, first: taps.first, taps: weights.baseAddress, tap_count: weights.count,
            weights: ones.baseAddress, extended: 0)
          operando_tomography_load(view, &source, 1, samples + 2 * SliceTiles.lanes, scratch)
        }
      }
    }
  }

  func spread(
    _ rows: LaneMemory, _ crossings: [RayCrossing], first: Int, shape: VolumeShape, row: Int, column: Int,
    tile: UnsafeMutablePointer<Float>
  ) {
    // Views lean alike, as one axis does.
    crossings[0].withView(first: first) { _, lean in
      var views: [operando_tomography_view] = []
      for crossing in crossings { crossing.withView(first: first) { view, _ in views.append(view) } }
      operando_tomography_spread(
        rows.start, stride, columns, views, views.count, shape.rows, shape.columns, row, column, lean.values,
        lean.least, lean.greatest, tile)
    }
  }
}
