internal import ArrayMath
internal import CKernels
internal import Foundation
internal import ImageAnalysis

/// Filtered rows of a stack, thirty-two slices at a time, as ``FilteredBackProjection`` sums them up.
///
/// Every view is moved by a phase so that the axis of rotation lies at the same sample of all: sample 4 (t + reach) is at
/// t pixels from the axis.
struct FilteredRows: Sendable {
  /// Slices that are filtered together: one of the lower sixteen as the real part, one of the upper as the imaginary part.
  static let lanes = 2 * SliceTiles.lanes
  private static let perPixel = RampSpectrum.samplesPerPixel

  private let spectrum: RampSpectrum
  private let edges: FilteredBackProjection.Edges
  private let geometry: ProjectionGeometry
  private let angularWeights: [Double]
  private let shape: FrameShape
  /// Pixels on either side of the axis that are sampled.
  let reach: Int
  private let factors: [[Float]]
  private let highest: [[Float]]
  /// Whether anything of a row was measured: rows of one view after those of the other.
  private let measured: [Bool]
  private let scratch: ScratchPool

  /// What belongs to the slices from ``first`` on.
  struct Block: Sendable {
    let first: Int
    /// For each view the lanes' weights: the part of half a turn it stands for among those that see the slice.
    let weights: [Float]
    let leanHalves: [Float]
    let leanPhases: LaneMemory?
  }

  /// The padded length of rows, and the pixels on either side of the axis that are sampled.
  static func extents(
    _ geometry: ProjectionGeometry, shape: FrameShape, size: Int, method: FilteredBackProjection
  ) -> (length: Int, reach: Int) {
    // Samples are taken for whole patches of 4 x 4 voxels that the circle touches.
    let reach = (size + 1) / 2 + 5
    let columns = Double(shape.columns)
    let beyond = Double(size) / 2 - 0.5 + (method.edges == .extended ? columns / 2 : 0)
    let lean = abs(tan(geometry.axisTilt)) * Double(shape.rows) / 2
    var farthest = 0.0
    for shift in geometry.displacements {
      let axis = geometry.axisColumn + shift.columns
      farthest = max(farthest, axis + lean + beyond, columns - axis + lean + beyond)
    }
    // Beyond half the padded length the ramp would reach round the ends.
    let least = max(2 * Int(farthest.rounded(.up)), 2 * reach + 1, Int(method.padding * columns))
    return (RampSpectrum.length(atLeast: max(least, shape.columns + 16)), reach)
  }

  /// Bytes that each thread needs.
  static func scratchBytes(length: Int, columns: Int) -> Int {
    let numbers =
      lanes * length + operando_tomography_filter_scratch(length)
      + operando_tomography_load_scratch(columns, 2 * RowInterpolation.reach)
    return numbers * MemoryLayout<Float>.stride
  }

  /// Bytes that the factors of all views need.
  static func factorBytes(length: Int, views: Int) -> Int { views * (length + 8) * MemoryLayout<Float>.stride }

  /// Bytes of the filtered rows of a view, for both groups of sixteen slices.
  static func bytesPerView(reach: Int) -> Int { 2 * stride(reach: reach) * MemoryLayout<Float>.stride }

  private static func stride(reach: Int) -> Int { perPixel * (2 * reach + 1) * SliceTiles.lanes }

  /// Numbers from one view to the next in the rows of a group.
  var stride: Int { Self.stride(reach: reach) }

  init(_ stack: ProjectionStack, size: Int, method: FilteredBackProjection) throws {
    let geometry = stack.geometry
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    let (length, reach) = Self.extents(geometry, shape: stack.shape, size: size, method: method)
    let spectrum = try RampSpectrum(method.filter, atLeast: length)
    (self.spectrum, self.reach, self.geometry, shape, edges) = (spectrum, reach, geometry, stack.shape, method.edges)
    angularWeights = geometry.angularWeights
    // Sample 0 lies `reach` pixels left of the axis; the centre of pixel 0 is at 0.5. The axis is that of slice 0.
    let starts = geometry.displacements.map { shift in
      let lean = tan(geometry.axisTilt) * (shift.rows + 0.5 - Double(rows) / 2)
      return geometry.axisColumn + shift.columns - lean - 0.5 - Double(reach)
    }
    factors = starts.map { spectrum.factors(shift: $0) }
    highest = starts.map { spectrum.highest(shift: $0) }
    measured = stack.pixels.withUnsafeBufferPointer { pixels in
      (0..<geometry.count * rows).map { row in
        pixels[row * columns..<(row + 1) * columns].contains { !$0.isNaN }
      }
    }
    scratch = ScratchPool(
      size: Self.scratchBytes(length: length, columns: columns) / MemoryLayout<Float>.stride)
  }

  /// The slices from `first`, a multiple of the lanes, on.
  func block(at first: Int) throws -> Block {
    let count = geometry.count
    var weights = [Float](repeating: 0, count: count * Self.lanes)
    for lane in 0..<Self.lanes where first + lane < shape.rows {
      // A view that does not see a slice counts nothing, and those beside it count more.
      let seen = (0..<count).filter { view in
        let row = Int((Double(first + lane) + geometry.displacements[view].rows).rounded())
        return row >= 0 && row < shape.rows && measured[view * shape.rows + row]
      }
      let parts = seen.count == count ? angularWeights : geometry.selecting(seen).angularWeights
      for (view, part) in zip(seen, parts) { weights[view * Self.lanes + lane] = Float(part) }
    }
    guard geometry.axisTilt != 0 else { return Block(first: first, weights: weights, leanHalves: [], leanPhases: nil) }
    let length = spectrum.length
    let group = SliceTiles.lanes
    // From one slice to the next the axis is found this much farther to the right.
    let step = -tan(geometry.axisTilt)
    let phases = try LaneMemory(count: Self.lanes * length)
    var halves: [Float] = []
    for k in 0..<length {
      let turn = 2 * Double.pi * Double(2 * k < length ? k : k - length) * step / Double(length)
      // The highest frequency of an even length has no phase that would leave the rows real.
      let isHighest = 2 * k == length
      let half = isHighest ? 0 : turn * Double(group) / 2
      halves += [Float(cos(half)), Float(sin(half))]
      for lane in 0..<group {
        let phase = isHighest ? 0 : turn * (Double(first + lane) + Double(group) / 2)
        phases.start[Self.lanes * k + lane] = Float(cos(phase))
        phases.start[Self.lanes * k + group + lane] = Float(sin(phase))
      }
    }
    return Block(first: first, weights: weights, leanHalves: halves, leanPhases: phases)
  }

  /// Filters some of the views, into the rows of the lower and, `views.count` views on, those of the upper group.
  func fill(_ rows: LaneMemory, block: Block, views: Range<Int>, pixels: SharedValues, threads: Int) throws {
    try parallelFor(count: views.count, threads: threads) { index in
      try scratch.with { scratch in
        let first = rows.start + index * stride
        fill(first, first + views.count * stride, block, views.lowerBound + index, pixels, scratch)
      }
    }
  }

  private func fill(
    _ lower: UnsafeMutablePointer<Float>, _ upper: UnsafeMutablePointer<Float>, _ block: Block, _ view: Int,
    _ pixels: SharedValues, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let length = spectrum.length
    let pieces = scratch
    let work = scratch + Self.lanes * length
    let loading = work + operando_tomography_filter_scratch(length)
    let (first, taps) = RowInterpolation.taps(at: Double(block.first) + geometry.displacements[view].rows)
    taps.withUnsafeBufferPointer { taps in
      block.weights.withUnsafeBufferPointer { weights in
        guard let weightsStart = weights.baseAddress else { return }
        var source = operando_tomography_rows(
          rows: shape.rows, columns: shape.columns, first: first, taps: taps.baseAddress, tap_count: taps.count,
          weights: weightsStart + view * Self.lanes, extended: 1)
        operando_tomography_load(pixels.start + view * shape.count, &source, 2, pieces, loading)
      }
    }
    let end = Self.lanes * shape.columns
    (pieces + end).update(repeating: 0, count: Self.lanes * length - end)
    if edges == .extended { extend(pieces) }
    factors[view].withUnsafeBufferPointer { factors in
      highest[view].withUnsafeBufferPointer { highest in
        spectrum.quarters.withUnsafeBufferPointer { quarters in
          block.leanHalves.withUnsafeBufferPointer { halves in
            var filter = operando_tomography_spectrum(
              plan: spectrum.plan, length: length, factors: factors.baseAddress, quarters: quarters.baseAddress,
              highest: highest.baseAddress, lean_halves: block.leanPhases == nil ? nil : halves.baseAddress,
              lean_phases: block.leanPhases.map { UnsafePointer($0.start) })
            operando_tomography_filter(&filter, pieces, 2 * reach + 1, lower, upper, work)
          }
        }
      }
    }
  }

  /// Goes on with the pixels at both edges, fading to 0 over half the width of a row.
  private func extend(_ pieces: UnsafeMutablePointer<Float>) {
    let (length, columns) = (spectrum.length, shape.columns)
    let fade = columns / 2
    let last = pieces + Self.lanes * (columns - 1)
    for step in 1..<max(fade, 1) {
      let share = Float(0.5 + 0.5 * cos(.pi * Double(step) / Double(fade)))
      let (right, left) = (last + Self.lanes * step, pieces + Self.lanes * (length - step))
      for lane in 0..<Self.lanes {
        right[lane] = share * last[lane]
        left[lane] = share * pieces[lane]
      }
    }
  }
}
