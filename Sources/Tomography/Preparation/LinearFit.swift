/// Least squares for a few coefficients, with their covariance from the scatter.
struct LinearFit {
  let coefficients: [Double]
  let covariance: [[Double]]

  /// - Parameters:
  ///   - terms: one list of the same length for every value.
  /// - Returns: nil where there are fewer values than coefficients, or they do not tell the coefficients apart.
  init?(_ terms: [[Double]], _ values: [Double]) {
    guard let size = terms.first?.count, values.count >= size else { return nil }
    // The normal equations beside the unit matrix, by Gauss-Jordan with pivots.
    var rows = (0..<size).map { i in
      (0..<size).map { j in terms.reduce(0) { $0 + $1[i] * $1[j] } } + (0..<size).map { $0 == i ? 1.0 : 0 }
    }
    let scale = (0..<size).map { rows[$0][$0] }.max() ?? 0
    for column in 0..<size {
      let pivot = (column..<size).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      guard abs(rows[pivot][column]) > 1e-10 * scale else { return nil }
      rows.swapAt(pivot, column)
      let head = rows[column][column]
      rows[column] = rows[column].map { $0 / head }
      for row in 0..<size where row != column {
        let factor = rows[row][column]
        rows[row] = zip(rows[row], rows[column]).map { $0 - factor * $1 }
      }
    }
    let inverse = rows.map { Array($0[size...]) }
    let right = (0..<size).map { i in zip(terms, values).reduce(0) { $0 + $1.0[i] * $1.1 } }
    let found = inverse.map { line in zip(line, right).reduce(0) { $0 + $1.0 * $1.1 } }
    let squares = zip(terms, values).reduce(0) { sum, point in
      let rest = point.1 - zip(point.0, found).reduce(0) { $0 + $1.0 * $1.1 }
      return sum + rest * rest
    }
    let variance = squares / Double(max(values.count - size, 1))
    coefficients = found
    covariance = inverse.map { $0.map { $0 * variance } }
  }
}
