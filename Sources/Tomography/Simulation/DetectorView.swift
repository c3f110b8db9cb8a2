internal import ArrayMath
internal import Foundation

/// How a detector sees the sample's frame at one angle.
struct DetectorView: Sendable {
  let shape: FrameShape
  /// Extent of a pixel at the sample, in metres.
  let pixel: Double
  /// The unit vectors of the detector's columns and of the beam, in the sample's frame.
  let right: SIMD3<Double>
  let beam: SIMD3<Double>
  /// Where the sample's origin is seen, in pixels.
  let column: Double
  let row: Double

  /// - Parameter angle: with the sign of the sense, in radians.
  init(shape: FrameShape, pixel: Double, angle: Double, column: Double, row: Double) {
    self.shape = shape
    self.pixel = pixel
    right = SIMD3(cos(angle), sin(angle), 0)
    beam = SIMD3(sin(angle), -cos(angle), 0)
    self.column = column
    self.row = row
  }

  /// Height of a row, in metres.
  func z(_ row: Double) -> Double { (row - self.row) * pixel }
  /// Distance of a column from the axis, in metres.
  func t(_ column: Double) -> Double { (column - self.column) * pixel }

  /// The rows that a body reaches.
  func rows(_ z: Double, reach: Double) -> Range<Int> {
    Self.clamped(row + (z - reach) / pixel, row + (z + reach) / pixel, shape.rows)
  }

  static func clamped(_ first: Double, _ last: Double, _ count: Int) -> Range<Int> {
    let low = Int(min(max(first.rounded(.down), 0), Double(count)))
    return low..<max(low, Int(min(max(last.rounded(.up), 0), Double(count))))
  }

  /// Adds scale × ∫√(w² − (t − middle)²) dt over each pixel of a row.
  func addArc(
    to line: UnsafeMutablePointer<Double>, middle: Double, squaredHalfWidth square: Double, scale: Double
  ) {
    let half = square.squareRoot()
    let columns = Self.clamped(
      column + (middle - half) / pixel, column + (middle + half) / pixel, shape.columns)
    guard !columns.isEmpty else { return }
    func area(_ column: Int) -> Double {
      let u = min(max(t(Double(column)) - middle, -half), half)
      return 0.5 * (u * max(square - u * u, 0).squareRoot() + square * asin(u / half))
    }
    var before = area(columns.lowerBound)
    for column in columns {
      let after = area(column + 1)
      line[column] += scale * (after - before)
      before = after
    }
  }
}

/// Voxels of a volume about the sample's origin.
struct VoxelGrid: Sendable {
  let shape: VolumeShape
  /// Edge of a voxel, in metres.
  let voxel: Double

  /// Where the origin lies along an axis (0 slices, 1 rows, 2 columns), in voxels.
  func centre(_ axis: Int) -> Double { Double([shape.slices, shape.rows, shape.columns][axis]) / 2 }
  func position(_ place: Double, _ centre: Double) -> Double { (place - centre) * voxel }

  func range(_ middle: Double, reach: Double, _ centre: Double, count: Int) -> Range<Int> {
    DetectorView.clamped(centre + (middle - reach) / voxel, centre + (middle + reach) / voxel, count)
  }

  /// Adds `value` times the part of each voxel of a line that a span (metres along x) covers.
  func addSpan(to line: UnsafeMutablePointer<Double>, _ span: ClosedRange<Double>, _ value: Double) {
    let (first, last) = (centre(2) + span.lowerBound / voxel, centre(2) + span.upperBound / voxel)
    for column in DetectorView.clamped(first, last, shape.columns) {
      line[column] += value * (min(last, Double(column + 1)) - max(first, Double(column)))
    }
  }
}
