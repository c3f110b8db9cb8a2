internal import ArrayMath

/// Sums over squares of `2 radius + 1` pixels round each pixel, of those pixels that lie inside the image.
func boxSum(_ values: [Float], shape: FrameShape, radius: Int) -> [Float] {
  let (rows, columns) = (shape.rows, shape.columns)
  var along = [Float](repeating: 0, count: shape.count)
  var result = along
  guard shape.count > 0 else { return result }
  values.withUnsafeBufferPointer { values in
    along.withUnsafeMutableBufferPointer { along in
      for row in 0..<rows {
        let start = row * columns
        var sum = 0.0
        for column in 0..<min(radius, columns) { sum += Double(values[start + column]) }
        for column in 0..<columns {
          if column + radius < columns { sum += Double(values[start + column + radius]) }
          if column > radius { sum -= Double(values[start + column - radius - 1]) }
          along[start + column] = Float(sum)
        }
      }
    }
  }
  var sums = [Double](repeating: 0, count: columns)
  along.withUnsafeBufferPointer { along in
    sums.withUnsafeMutableBufferPointer { sums in
      result.withUnsafeMutableBufferPointer { result in
        func add(_ row: Int, _ sign: Double) {
          for column in 0..<columns { sums[column] += sign * Double(along[row * columns + column]) }
        }
        for row in 0..<min(radius, rows) { add(row, 1) }
        for row in 0..<rows {
          if row + radius < rows { add(row + radius, 1) }
          if row > radius { add(row - radius - 1, -1) }
          for column in 0..<columns { result[row * columns + column] = Float(sums[column]) }
        }
      }
    }
  }
  return result
}
