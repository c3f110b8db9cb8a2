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
    let (first, second) = (a.values.span, b.values.span)
    var values = values.mutableSpan
    for i in 0..<values.count { values[i] = first[i] + scale * second[i] }
  }

  /// Makes a row and its column those of the identity: the unknown is prescribed to be the right side.
  mutating func prescribe(_ row: Int) {
    for column in max(0, row - bandwidth)..<row { self[row, column] = 0 }
    for below in (row + 1)..<max(row + 1, min(order, row + bandwidth + 1)) { self[below, row] = 0 }
    self[row, row] = 1
  }

  /// Adds s A x to y.
  func multiplyAdd(_ x: [Double], scale: Double = 1, into y: inout [Double]) {
    let values = values.span
    let x = x.span
    var y = y.mutableSpan
    for row in 0..<order {
      let base = row * (bandwidth + 1) + bandwidth - row
      let scaled = scale * x[row]
      var sum = values[base + row] * x[row]
      for column in max(0, row - bandwidth)..<row {
        let entry = values[base + column]
        sum += entry * x[column]
        y[column] += entry * scaled
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

  /// Replaces the matrix by its Cholesky factor L, A = L Lᵀ, with the diagonal's reciprocal in its place.
  mutating func factor() {
    let (order, bandwidth) = (order, bandwidth)
    var values = values.mutableSpan
    for row in 0..<order {
      let first = max(0, row - bandwidth)
      let base = row * (bandwidth + 1) + bandwidth - row
      for column in first...row {
        let other = column * (bandwidth + 1) + bandwidth - column
        var sum = values[base + column]
        for k in max(first, column - bandwidth)..<column { sum -= values[base + k] * values[other + k] }
        values[base + column] = column == row ? 1 / sum.squareRoot() : sum * values[other + column]
      }
    }
  }

  /// Solves A x = b in place, where this is the factor of A.
  func solve(_ b: inout [Double]) {
    let values = values.span
    var b = b.mutableSpan
    for row in 0..<order {
      let base = row * (bandwidth + 1) + bandwidth - row
      var sum = b[row]
      for k in max(0, row - bandwidth)..<row { sum -= values[base + k] * b[k] }
      b[row] = sum * values[base + row]
    }
    for row in (0..<order).reversed() {
      let base = row * (bandwidth + 1) + bandwidth - row
      let x = b[row] * values[base + row]
      b[row] = x
      for k in max(0, row - bandwidth)..<row { b[k] -= values[base + k] * x }
    }
  }
}
