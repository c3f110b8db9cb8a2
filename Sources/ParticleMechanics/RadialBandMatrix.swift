/// A symmetric positive definite matrix with a narrow band, and its Cholesky factor.
///
/// Row `i` of the lower triangle lies at `i * (bandwidth + 1)`, the diagonal last.
struct RadialBandMatrix {
  let order: Int
  let bandwidth: Int
  private(set) var values: [Double]

  init(order: Int, bandwidth: Int) {
    self.order = order
    self.bandwidth = bandwidth
    values = [Double](repeating: 0, count: order * (bandwidth + 1))
  }

  private func index(_ row: Int, _ column: Int) -> Int { row * (bandwidth + 1) + bandwidth - (row - column) }

  /// The entry at a row and a column, `column <= row`.
  subscript(row: Int, column: Int) -> Double {
    get { values[index(row, column)] }
    set { values[index(row, column)] = newValue }
  }

  /// Makes this a + s b, for matrices of the same shape.
  mutating func set(_ a: RadialBandMatrix, plus scale: Double, times b: RadialBandMatrix) {
    for i in values.indices { values[i] = a.values[i] + scale * b.values[i] }
  }

  /// Makes a row and its column those of the identity: the unknown is prescribed to be the right side.
  mutating func prescribe(_ row: Int) {
    for column in max(0, row - bandwidth)..<row { self[row, column] = 0 }
    for below in (row + 1)..<max(row + 1, min(order, row + bandwidth + 1)) { self[below, row] = 0 }
    self[row, row] = 1
  }

  /// Adds s A x to y.
  func multiplyAdd(_ x: [Double], scale: Double = 1, into y: inout [Double]) {
    for row in 0..<order {
      var sum = self[row, row] * x[row]
      for column in max(0, row - bandwidth)..<row {
        let entry = self[row, column]
        sum += entry * x[column]
        y[column] += scale * entry * x[row]
      }
      y[row] += scale * sum
    }
  }

  /// Row `row` of A x.
  func product(row: Int, _ x: [Double]) -> Double {
    var sum = 0.0
    for column in max(0, row - bandwidth)...row { sum += self[row, column] * x[column] }
    for below in (row + 1)..<max(row + 1, min(order, row + bandwidth + 1)) { sum += self[below, row] * x[below] }
    return sum
  }

  /// Replaces the matrix by its Cholesky factor L, A = L Lᵀ.
  mutating func factor() {
    for row in 0..<order {
      let first = max(0, row - bandwidth)
      for column in first...row {
        var sum = self[row, column]
        for k in max(first, column - bandwidth)..<column { sum -= self[row, k] * self[column, k] }
        self[row, column] = column == row ? sum.squareRoot() : sum / self[column, column]
      }
    }
  }

  /// Solves L Lᵀ x = b in place, where this is the factor.
  func solve(_ b: inout [Double]) {
    for row in 0..<order {
      var sum = b[row]
      for k in max(0, row - bandwidth)..<row { sum -= self[row, k] * b[k] }
      b[row] = sum / self[row, row]
    }
    for row in (0..<order).reversed() {
      let x = b[row] / self[row, row]
      b[row] = x
      for k in max(0, row - bandwidth)..<row { b[k] -= self[row, k] * x }
    }
  }
}
