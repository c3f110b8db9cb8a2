/// Small dense symmetric systems, solved by Cholesky's factorisation after scaling to a unit diagonal.
struct SymmetricSystem {
  /// Order of the matrix.
  let order: Int
  private var factor: [Double]
  private let scale: [Double]

  /// - Parameter matrix: the whole matrix, row by row.
  /// - Returns: `nil` when it is not positive definite to working precision.
  init?(_ matrix: [Double], order: Int) {
    var scale = [Double](repeating: 0, count: order)
    for i in 0..<order {
      let diagonal = matrix[i * order + i]
      guard diagonal > 0, diagonal.isFinite else { return nil }
      scale[i] = 1 / diagonal.squareRoot()
    }
    var factor = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      for j in 0...i {
        var sum = matrix[i * order + j] * scale[i] * scale[j]
        for k in 0..<j { sum -= factor[i * order + k] * factor[j * order + k] }
        if i == j {
          guard sum > 1e-14 else { return nil }
          factor[i * order + i] = sum.squareRoot()
        } else {
          factor[i * order + j] = sum / factor[j * order + j]
        }
      }
    }
    self.order = order
    self.factor = factor
    self.scale = scale
  }

  /// The solution for one right-hand side.
  func solve(_ right: [Double]) -> [Double] {
    var x = right
    for i in 0..<order {
      var sum = right[i] * scale[i]
      for k in 0..<i { sum -= factor[i * order + k] * x[k] }
      x[i] = sum / factor[i * order + i]
    }
    for i in stride(from: order - 1, through: 0, by: -1) {
      var sum = x[i]
      for k in i + 1..<order { sum -= factor[k * order + i] * x[k] }
      x[i] = sum / factor[i * order + i]
    }
    for i in 0..<order { x[i] *= scale[i] }
    return x
  }

  /// The inverse, row by row.
  var inverse: [Double] {
    var result = [Double](repeating: 0, count: order * order)
    for column in 0..<order {
      var unit = [Double](repeating: 0, count: order)
      unit[column] = 1
      let x = solve(unit)
      for row in 0..<order { result[row * order + column] = x[row] }
    }
    for i in 0..<order {
      for j in 0..<i {
        let mean = (result[i * order + j] + result[j * order + i]) / 2
        result[i * order + j] = mean
        result[j * order + i] = mean
      }
    }
    return result
  }
}
