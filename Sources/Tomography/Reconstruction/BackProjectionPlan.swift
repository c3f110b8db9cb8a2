internal import ArrayMath
internal import CKernels
internal import Foundation
internal import ImageAnalysis

/// How ``FilteredBackProjection`` goes about a stack: thirty-two slices at a time, a few views after the other.
///
/// Which slices are filtered together depends on their numbers alone, and every voxel sums its views in their order, so
/// that the result depends neither on threads nor on memory nor on which slices are asked for.
struct BackProjectionPlan {
  /// Views that are filtered before they are summed up: few, so that their rows stay in the caches, but enough for the
  /// tiles not to be fetched from memory too often.
  static let mostViews = 64
  static let fewestViews = 8

  private let method: FilteredBackProjection
  private let size: Int
  private let threads: Int
  private let views: Int
  private let filtered: FilteredRows
  private let tiles: SliceTiles
  private let rows: LaneMemory

  /// Bytes to work in; with room for sixteen slices where they are to be handed over.
  static func bytes(
    _ method: FilteredBackProjection, _ stack: ProjectionStack, size: Int, views: Int, threads: Int, handsOver: Bool
  ) -> Int {
    let (length, reach) = FilteredRows.extents(stack.geometry, shape: stack.shape, size: size, method: method)
    let scratch = FilteredRows.scratchBytes(length: length, columns: stack.shape.columns)
    let whole = MemoryLayout<Float>.stride * SliceTiles.lanes * size * size
    return SliceTiles.bytes(rows: size, columns: size, groups: 2)
      + views * FilteredRows.bytesPerView(reach: reach) + threads * scratch
      + FilteredRows.factorBytes(length: length, views: stack.count)
      + stack.count * (stack.shape.rows + 256) + (handsOver ? whole : 0)
      // The phases of a tilted axis.
      + (stack.geometry.axisTilt == 0 ? 0 : (FilteredRows.lanes + 2) * length * MemoryLayout<Float>.stride)
  }

  init(
    _ method: FilteredBackProjection, _ stack: ProjectionStack, threads: Int, memory: Int?, handsOver: Bool
  ) throws {
    let size = method.size ?? stack.shape.columns
    try Self.check(method, stack, size: size)
    var (views, workers) = (min(stack.count, Self.mostViews), max(threads, 1))
    func bytes(_ views: Int, _ workers: Int) -> Int {
      Self.bytes(method, stack, size: size, views: views, threads: workers, handsOver: handsOver)
    }
    if let memory {
      while bytes(views, workers) > memory && views > Self.fewestViews { views = max(views / 2, Self.fewestViews) }
      while bytes(views, workers) > memory && workers > 1 { workers -= 1 }
      guard bytes(views, workers) <= memory else {
        throw TomographyError.invalid(
          "\(memory >> 20) MB of memory were given for slices of \(size) x \(size) voxels; at least "
            + "\((bytes(views, 1) >> 20) + 1) MB are needed beside the projections")
      }
    }
    (self.method, self.size, self.threads, self.views) = (method, size, workers, views)
    filtered = try FilteredRows(stack, size: size, method: method)
    tiles = try SliceTiles(rows: size, columns: size, groups: 2)
    rows = try LaneMemory(count: 2 * views * filtered.stride)
  }

  private static func check(_ method: FilteredBackProjection, _ stack: ProjectionStack, size: Int) throws {
    let filter = method.filter
    guard filter.cutOff > 0, filter.cutOff <= 1 else {
      throw TomographyError.invalid(
        "the filter is cut off at \(filter.cutOff) of the highest frequency; give a fraction above 0, at most 1")
    }
    guard size > 0, size <= 16_384 else {
      throw TomographyError.invalid("slices of \(size) x \(size) voxels were asked for; give 1 to 16384")
    }
    guard method.padding.isFinite, method.padding <= 16 else {
      throw TomographyError.invalid("rows are to be padded to \(method.padding) times their width; give at most 16")
    }
    let geometry = stack.geometry
    let limit = 4 * Double(stack.shape.columns + stack.shape.rows)
    guard
      geometry.angles.allSatisfy(\.isFinite), abs(geometry.axisTilt) < 1,
      abs(geometry.axisColumn) < limit,
      geometry.displacements.allSatisfy({ abs($0.rows) < limit && abs($0.columns) < limit })
    else {
      throw TomographyError.invalid(
        "angles, axis or displacements are not finite or lie far outside of the projections; check the geometry")
    }
  }

  /// Reconstructs slices, in ascending order.
  ///
  /// - Parameter each: gets the sums, and which lanes of which group hold the slices from `first` on.
  func run(
    _ stack: ProjectionStack, slices: Range<Int>,
    each: (_ tiles: SliceTiles, _ group: Int, _ lanes: Range<Int>, _ first: Int) throws -> Void
  ) throws {
    guard !slices.isEmpty else { return }
    let seen = Self.views(stack.geometry, size: size, reach: filtered.reach)
    let lanes = FilteredRows.lanes
    try stack.pixels.withUnsafeBufferPointer { pixels in
      guard let start = pixels.baseAddress else { return }
      let pixels = SharedValues(start: start)
      var first = slices.lowerBound / lanes * lanes
      while first < slices.upperBound {
        try sum(pixels, block: filtered.block(at: first), seen: seen, count: stack.count)
        for group in 0..<2 {
          let begin = first + group * SliceTiles.lanes
          let wanted = slices.clamped(to: begin..<begin + SliceTiles.lanes)
          if wanted.isEmpty { continue }
          try each(tiles, group, wanted.lowerBound - begin..<wanted.upperBound - begin, wanted.lowerBound)
        }
        first += lanes
      }
    }
  }

  private func sum(
    _ pixels: SharedValues, block: FilteredRows.Block, seen: [operando_tomography_view], count: Int
  ) throws {
    tiles.clear()
    let (rows, stride, size) = (rows, filtered.stride, size)
    for first in Swift.stride(from: 0, to: count, by: views) {
      let chunk = first..<min(first + views, count)
      try filtered.fill(rows, block: block, views: chunk, pixels: pixels, threads: threads)
      try tiles.forEach(threads: threads) { group, row, column, tile in
        seen.withUnsafeBufferPointer { seen in
          guard let start = seen.baseAddress else { return }
          operando_tomography_back_project(
            rows.start + group * chunk.count * stride, stride, start + first, chunk.count, size, row, column, tile)
        }
      }
    }
  }

  /// Where the voxels of a slice are seen, in samples, and half a sample beyond: rounding down finds the nearest.
  private static func views(
    _ geometry: ProjectionGeometry, size: Int, reach: Int
  ) -> [operando_tomography_view] {
    let perPixel = Double(RampSpectrum.samplesPerPixel)
    let corner = 0.5 - Double(size) / 2
    return geometry.angles.map { angle in
      let turn = geometry.sense.sign * angle
      let (c, s) = (cos(turn), sin(turn))
      return operando_tomography_view(
        origin: fixedPoint(perPixel * (Double(reach) + corner * (c + s)) + 0.5),
        along_columns: fixedPoint(perPixel * c),
        along_rows: fixedPoint(perPixel * s), inverse: 0)
    }
  }
}
