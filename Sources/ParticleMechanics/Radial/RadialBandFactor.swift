/// A matrix with a narrow band, not symmetric, and its factors L U without interchange of rows.
///
/// For M + γh J, whose symmetric part is positive definite: its pivots stay away from zero. Row `i` lies at
/// `i * (2 bandwidth + 1)`, the diagonal in the middle.
struct RadialBandFactor {
  let order: Int
  let bandwidth: Int
  private(set) var values: [Double]

  init(order: Int, bandwidth: Int) {
    self.order = order
    self.bandwidth = bandwidth
    values = [Double](repeating: 0, count: order * (2 * bandwidth + 1))
  }

  /// The entry at a row and a column no further apart than the bandwidth.
  subscript(row: Int, column: Int) -> Double {
    get { values[row * (2 * bandwidth + 1) + bandwidth + column - row] }
    set { values[row * (2 * bandwidth + 1) + bandwidth + column - row] = newValue }
  }

  /// Makes this a symmetric matrix of the same shape.
  mutating func set(_ matrix: RadialBandMatrix) {
    for row in 0..<order {
      for column in max(0, row - bandwidth)...row {
        let value = matrix[row, column]
        self[row, column] = value
        self[column, row] = value
      }
    }
  }

  /// Makes a row that of the identity.
  mutating func prescribe(_ row: Int) {
    for column in max(0, row - bandwidth)...min(order - 1, row + bandwidth) { self[row, column] = 0 }
    self[row, row] = 1
  }

  /// Adds a block of an element of degree `bandwidth` whose first node is given, row by row, times a scale.
  mutating func add(_ block: Span<Double>, scale: Double, at first: Int) {
    let bandwidth = bandwidth
    let size = bandwidth + 1
    let width = 2 * bandwidth + 1
    var values = values.mutableSpan
    for row in 0..<size {
      let base = (first + row) * width + bandwidth - row
      for column in 0..<size { values[base + column] += scale * block[row * size + column] }
    }
  }

  /// Replaces the matrix by its factors, with the reciprocals of U's diagonal in its place.
  mutating func factor() {
    let (order, bandwidth) = (order, bandwidth)
    let width = 2 * bandwidth + 1
    var values = values.mutableSpan
    for pivot in 0..<order {
      let top = pivot * width + bandwidth
      let reciprocal = 1 / values[top]
      values[top] = reciprocal
      let reach = min(bandwidth, order - 1 - pivot)
      guard reach > 0 else { continue }
      for below in 1...reach {
        let base = (pivot + below) * width + bandwidth - below
        let multiplier = values[base] * reciprocal
        values[base] = multiplier
        for k in 1...reach { values[base + k] -= multiplier * values[top + k] }
      }
    }
  }

  /// Solves A x = b in place, where this holds the factors of A.
  func solve(_ b: inout [Double]) {
    let width = 2 * bandwidth + 1
    let values = values.span
    var b = b.mutableSpan
    for row in 0..<order {
      var sum = b[row]
      for k in max(0, row - bandwidth)..<row { sum -= values[row * width + bandwidth + k - row] * b[k] }
      b[row] = sum
    }
    for row in (0..<order).reversed() {
      let middle = row * width + bandwidth
      var sum = b[row]
      let reach = min(bandwidth, order - 1 - row)
      if reach > 0 {
        for k in 1...reach { sum -= values[middle + k] * b[row + k] }
      }
      b[row] = sum * values[middle]
    }
  }
}
