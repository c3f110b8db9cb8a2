public import ArrayMath

/// How far every voxel of a mask lies from the nearest one of the other kind.
///
/// Exact Euclidean distances between voxels' centres, squared, in voxels²: along columns by two scans, then along rows and
/// slices by the lower envelope of parabolas (P. F. Felzenszwalb, D. P. Huttenlocher, Theory of Computing 8 (2012) 415). What
/// lies outside of the volume is unknown and counts as neither.
public enum DistanceTransform {
  /// The squared distance of every voxel to the nearest that is true; infinite where there is none.
  ///
  /// - Parameter threads: the result does not depend on it.
  public static func squared(to mask: Volume<Bool>, threads: Int) throws -> ScalarVolume {
    let shape = mask.shape
    let (slices, rows, columns) = (shape.slices, shape.rows, shape.columns)
    var result = ScalarVolume(repeating: .infinity, shape: shape)
    guard shape.count > 0 else { return result }
    try result.voxels.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let field = base
      try mask.voxels.withUnsafeBufferPointer { maskBuffer in
        guard let maskBase = maskBuffer.baseAddress else { return }
        nonisolated(unsafe) let truth = maskBase
        try parallelFor(count: slices, threads: threads) { slice in
          let plane = field + slice * rows * columns
          for row in 0..<rows {
            scan(truth + (slice * rows + row) * columns, plane + row * columns, columns)
          }
          envelopes(plane, length: rows, stride: columns, lines: columns)
        }
      }
      try parallelFor(count: rows, threads: threads) { row in
        envelopes(field + row * columns, length: slices, stride: rows * columns, lines: columns)
      }
    }
    return result
  }

  private static func scan(_ mask: UnsafePointer<Bool>, _ squares: UnsafeMutablePointer<Float>, _ count: Int) {
    var distance = Float.infinity
    for index in 0..<count {
      distance = mask[index] ? 0 : distance + 1
      squares[index] = distance
    }
    distance = .infinity
    for index in stride(from: count - 1, through: 0, by: -1) {
      distance = min(squares[index], distance + 1)
      squares[index] = distance * distance
    }
  }

  /// The lower envelope along lines that lie side by side.
  private static func envelopes(_ field: UnsafeMutablePointer<Float>, length: Int, stride: Int, lines: Int) {
    let block = 16
    withUnsafeTemporaryAllocation(of: Float.self, capacity: length * (block + 2) + 1) { memory in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: length) { places in
        guard let strip = memory.baseAddress, let places = places.baseAddress else { return }
        let bounds = strip + length * block
        for first in Swift.stride(from: 0, to: lines, by: block) {
          let width = min(block, lines - first)
          // Brought together, so that memory is walked along cache lines.
          for index in 0..<length {
            let source = field + index * stride + first
            for line in 0..<width { strip[line * length + index] = source[line] }
          }
          for line in 0..<width {
            envelope(strip + line * length, length, places: places, bounds: bounds)
          }
          for index in 0..<length {
            let target = field + index * stride + first
            for line in 0..<width { target[line] = strip[line * length + index] }
          }
        }
      }
    }
  }

  /// min over j of values[j] + (i − j)², in place.
  private static func envelope(
    _ values: UnsafeMutablePointer<Float>, _ length: Int, places: UnsafeMutablePointer<Int32>,
    bounds: UnsafeMutablePointer<Float>
  ) {
    var last = -1
    var anyPositive = false
    for index in 0..<length {
      let value = values[index]
      guard value < .infinity else {
        anyPositive = true
        continue
      }
      if value > 0 { anyPositive = true }
      var from = -Float.infinity
      while last >= 0 {
        let other = Int(places[last])
        let top = (value + Float(index * index)) - (values[other] + Float(other * other))
        from = top / Float(2 * (index - other))
        if from > bounds[last] { break }
        last -= 1
        from = -.infinity
      }
      last += 1
      places[last] = Int32(index)
      bounds[last] = from
    }
    guard last >= 0, anyPositive else { return }
    // The parabolas' heights are read after they were overwritten, unless they are kept.
    var current = 0
    withUnsafeTemporaryAllocation(of: Float.self, capacity: last + 1) { heights in
      for index in 0...last { heights[index] = values[Int(places[index])] }
      for index in 0..<length {
        while current < last, bounds[current + 1] < Float(index) { current += 1 }
        let d = Float(index - Int(places[current]))
        values[index] = heights[current] + d * d
      }
    }
  }
}
