internal import ArrayMath
internal import CKernels
internal import Foundation
internal import ImageAnalysis

/// How the rays of one view cross a volume: the same numbers for the projection and for its adjoint.
struct RayCrossing: Sendable {
  /// Which lines of voxels a ray crosses one after the other.
  enum Along: Sendable { case rows, columns }

  let along: Along
  private let cosine: Double
  private let sine: Double
  /// Where the axis is found in the row of slice 0, in pixels.
  private let axis: Double
  /// By how much farther to the right it is found in the next slice.
  private let lean: Double
  private let shiftRows: Double
  private let volume: VolumeShape

  /// The larger slope: what the distance between two rays along a line of voxels is one over.
  var slope: Double { max(abs(cosine), abs(sine)) }

  init(_ geometry: ProjectionGeometry, view: Int, shape: FrameShape, volume: VolumeShape) {
    let angle = geometry.sense.sign * geometry.angles[view]
    (cosine, sine) = (cos(angle), sin(angle))
    along = abs(cosine) >= abs(sine) ? .rows : .columns
    let shift = geometry.displacements[view]
    lean = geometry.axisTilt == 0 ? 0 : -tan(geometry.axisTilt)
    axis = geometry.axisColumn + shift.columns + lean * (shift.rows + 0.5 - Double(shape.rows) / 2)
    shiftRows = shift.rows
    self.volume = volume
  }

  /// How places of the sixteen lanes differ, and the range of that; no values where they do not.
  struct Lean {
    let values: UnsafePointer<Float>?
    let least: Float
    let greatest: Float
  }

  private func withLean(_ step: Double, _ body: (Lean) -> Void) {
    guard step != 0 else { return body(Lean(values: nil, least: 0, greatest: 0)) }
    let lanes = SliceTiles.lanes
    withUnsafeTemporaryAllocation(byteCount: 4 * lanes, alignment: 64) { memory in
      let values = memory.bindMemory(to: Float.self)
      for lane in 0..<lanes { values[lane] = Float(step * Double(lane)) }
      let last = Float(step * Double(lanes - 1))
      body(Lean(values: values.baseAddress.map { UnsafePointer($0) }, least: min(last, 0), greatest: max(last, 0)))
    }
  }

  /// Where the rays through the columns of the view cross the lines of slice `first`, and how far the next slices differ.
  func withRay(first: Int, _ body: (inout operando_tomography_ray, Lean) -> Void) {
    let (major, minor) = along == .rows ? (cosine, sine) : (sine, cosine)
    let (width, depth) = along == .rows ? (volume.columns, volume.rows) : (volume.rows, volume.columns)
    let t = 0.5 - axis - lean * Double(first)
    let origin = (t - (0.5 - Double(depth) / 2) * minor) / major + Double(width) / 2 - 0.5
    var ray = operando_tomography_ray(
      origin: fixedPoint(origin), along_columns: fixedPoint(1 / major), along_lines: fixedPoint(-minor / major))
    withLean(-lean / major) { body(&ray, $0) }
  }

  /// Where the voxels of slice `first` are seen, in columns, and how far the next slices differ.
  func withView(first: Int, _ body: (operando_tomography_view, Lean) -> Void) {
    let (x, y) = (0.5 - Double(volume.columns) / 2, 0.5 - Double(volume.rows) / 2)
    let view = operando_tomography_view(
      origin: fixedPoint(axis + lean * Double(first) + x * cosine + y * sine - 0.5), along_columns: fixedPoint(cosine),
      along_rows: fixedPoint(sine), inverse: Float(1 / slope))
    withLean(lean) { body(view, $0) }
  }

  /// The rows that see slices from `first` on, twice: the row before a slice and the one after it, with their weights;
  /// a row beyond the edge is −1.
  func shares(first: Int, count: Int, rows: Int) -> [(rows: [Int32], weights: [Float])] {
    [0, 1].map { side in
      let below = shiftRows.rounded(.down)
      let part = shiftRows - below
      let weight = Float((side == 0 ? 1 - part : part) / slope)
      let seen = (0..<count).map { lane -> Int32 in
        let row = first + lane + Int(below) + side
        return row >= 0 && row < rows && weight > 0 ? Int32(row) : -1
      }
      return (seen, [Float](repeating: weight, count: count))
    }
  }

  /// The first row and the weights of the rows from there on that slice `first` is seen in.
  func taps(first: Int) -> (first: Int, weights: [Float]) {
    let below = shiftRows.rounded(.down)
    let part = shiftRows - below
    let weights = (part == 0 ? [1] : [1 - part, part]).map { Float($0 / slope) }
    return (first + Int(below), weights)
  }
}
