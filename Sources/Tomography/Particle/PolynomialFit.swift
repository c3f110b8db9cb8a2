/// A polynomial through points by least squares.
struct PolynomialFit {
  /// From the constant on.
  let coefficients: [Double]
  /// Standard deviation of a point.
  let deviation: Double

  /// Nil where there are too few different places.
  init?(_ places: [Double], _ values: [Double], degree: Int) {
    let count = degree + 1
    guard places.count > count else { return nil }
    var rows = (0..<count).map { i in
      (0...count).map { j in
        zip(places, values).reduce(0.0) { sum, point in
          var term = j == count ? point.1 : 1
          for _ in 0..<(j == count ? i : i + j) { term *= point.0 }
          return sum + term
        }
      }
    }
    // Normal equations of at most three unknowns, by elimination.
    for pivot in 0..<count {
      guard let best = (pivot..<count).max(by: { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) }),
        abs(rows[best][pivot]) > 1e-12
      else { return nil }
      rows.swapAt(pivot, best)
      for row in 0..<count where row != pivot {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
      }
    }
    coefficients = rows.indices.map { rows[$0][count] / rows[$0][$0] }
    var squares = 0.0
    for (place, value) in zip(places, values) {
      let residual = value - coefficients.reversed().reduce(0) { $0 * place + $1 }
      squares += residual * residual
    }
    deviation = (squares / Double(places.count - count)).squareRoot()
  }

  func callAsFunction(_ place: Double) -> Double { coefficients.reversed().reduce(0) { $0 * place + $1 } }
}
