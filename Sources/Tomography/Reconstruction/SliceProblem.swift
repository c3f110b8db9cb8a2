internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// What a few neighbouring slices and their rows of the projections ask for: b = A x, as one system a slice.
///
/// Displacements along rows are taken out of the projections by linear interpolation, as filtered back-projection does, so
/// that slices have nothing to do with each other; what a slice gets does not depend on which others are with it.
struct SliceProblem: Sendable {
  /// Slices taken together, as many as the projector has lanes.
  static let height = 16

  let slices: Int
  let views: Int
  let columns: Int
  let size: Int
  /// b: projection after projection, a row a slice; 0 where nothing was measured.
  let data: [Float]
  /// 0...1; 0 where nothing was measured.
  let weights: [Float]
  /// 1 inside the circle that touches a slice's edges, 0 beyond.
  let circle: [Float]
  private let geometry: ProjectionGeometry

  init(_ stack: ProjectionStack, slices range: Range<Int>, size: Int) {
    (slices, views, columns, self.size) = (range.count, stack.count, stack.shape.columns, size)
    let place = SliceGeometry(stack)
    var (data, weights) = ([Float](), [Float]())
    data.reserveCapacity(views * slices * columns)
    weights.reserveCapacity(views * slices * columns)
    for view in 0..<stack.count {
      for slice in range {
        let (top, part) = place.line(of: slice, in: view)
        for column in 0..<columns {
          var (value, weight) = (Float(0), Float(1))
          for (row, share) in [(top, 1 - part), (top + 1, part)] where share > 0 {
            guard row >= 0, row < stack.shape.rows else {
              weight = 0
              continue
            }
            let index = (view * stack.shape.rows + row) * columns + column
            value += share * stack.pixels[index]
            if let given = stack.weights { weight = min(weight, given[index]) }
          }
          let known = value.isFinite && weight > 0
          data.append(known ? value : 0)
          weights.append(known ? weight : 0)
        }
      }
    }
    (self.data, self.weights) = (data, weights)
    // The axis at half the height of these rows, and none displaced any more.
    let middle = Double(range.lowerBound + range.upperBound - stack.shape.rows) / 2
    let lean = tan(stack.geometry.axisTilt)
    var geometry = stack.geometry
    geometry.axisColumn -= lean * middle
    geometry.displacements = geometry.displacements.map {
      ImageShift(rows: 0, columns: $0.columns - lean * $0.rows)
    }
    self.geometry = geometry
    let half = Double(size) / 2
    circle = (0..<size * size).map { index in
      let (x, y) = (Double(index % size) + 0.5 - half, Double(index / size) + 0.5 - half)
      return x * x + y * y <= half * half ? 1 : 0
    }
  }

  private var shape: VolumeShape { VolumeShape(slices: slices, rows: size, columns: size) }

  /// The circle in every slice.
  var circles: [Float] { Array((0..<slices).map { _ in circle }.joined()) }

  /// A x.
  func project(_ voxels: [Float]) throws -> [Float] {
    try ParallelProjector()(
      ScalarVolume(voxels, shape: shape), geometry: geometry, shape: FrameShape(rows: slices, columns: columns),
      threads: 1
    ).pixels
  }

  /// The transpose of A times y, inside the circle.
  func transposed(_ pixels: [Float]) throws -> [Float] {
    let stack = try ProjectionStack(pixels, shape: FrameShape(rows: slices, columns: columns), geometry: geometry)
    var voxels = try ParallelProjector().adjoint(stack, shape: shape, threads: 1).voxels
    eachVoxel { _, place, index in voxels[index] *= circle[place] }
    return voxels
  }

  /// Calls `body` with the slice, the place in it and the place among all for every voxel.
  @inline(__always) func eachVoxel(_ body: (_ slice: Int, _ place: Int, _ index: Int) -> Void) {
    for slice in 0..<slices {
      for place in 0..<size * size { body(slice, place, slice * size * size + place) }
    }
  }

  /// Calls `body` with the slice and the place among all for every pixel.
  @inline(__always) func eachPixel(_ body: (_ slice: Int, _ index: Int) -> Void) {
    for view in 0..<views {
      for slice in 0..<slices {
        let start = (view * slices + slice) * columns
        for index in start..<start + columns { body(slice, index) }
      }
    }
  }

  /// Σ w y² of every slice.
  func weightedSquares(_ pixels: [Float]) -> [Double] {
    var sums = [Double](repeating: 0, count: slices)
    eachPixel { slice, index in sums[slice] += Double(weights[index]) * Double(pixels[index]) * Double(pixels[index]) }
    return sums
  }

  /// Σ x² of every slice.
  func squares(_ voxels: [Float]) -> [Double] {
    var sums = [Double](repeating: 0, count: slices)
    eachVoxel { slice, _, index in sums[slice] += Double(voxels[index]) * Double(voxels[index]) }
    return sums
  }

  /// Σ w of every slice.
  var weight: [Double] {
    var sums = [Double](repeating: 0, count: slices)
    eachPixel { slice, index in sums[slice] += Double(weights[index]) }
    return sums
  }
}
