/// The matrix and right side of a least-squares problem, A x = b with A symmetric and positive definite.
struct NormalEquations {
  /// The number of unknowns.
  let count: Int
  /// A by rows, both triangles.
  var matrix: [Double]
  /// b.
  var right: [Double]

  init(count: Int) {
    self.count = count
    matrix = [Double](repeating: 0, count: count * count)
    right = [Double](repeating: 0, count: count)
  }

  subscript(row: Int, column: Int) -> Double {
    get { matrix[row * count + column] }
    set { matrix[row * count + column] = newValue }
  }

  /// The solution with the diagonal made 1 + `damping` times as large (Marquardt 1963); nil where A is not definite.
  func solution(damping: Double = 0) -> [Double]? {
    guard let factor = Factor(self, damping: damping) else { return nil }
    return factor.solve(right)
  }

  /// A⁻¹ by rows; nil where A is not definite.
  func inverse() -> [Double]? {
    guard let factor = Factor(self, damping: 0) else { return nil }
    var inverse = [Double](repeating: 0, count: count * count)
    for column in 0..<count {
      var unit = [Double](repeating: 0, count: count)
      unit[column] = 1
      let solved = factor.solve(unit)
      for row in 0..<count { inverse[row * count + column] = solved[row] }
    }
    return inverse
  }

  /// L of S A S = L Lᵀ, scaled to a unit diagonal so that unknowns of different units are alike.
  private struct Factor {
    let count: Int
    let scale: [Double]
    var lower: [Double]

    init?(_ equations: NormalEquations, damping: Double) {
      let n = equations.count
      count = n
      var scale = [Double](repeating: 0, count: n)
      for row in 0..<n {
        let diagonal = equations[row, row]
        guard diagonal > 0, diagonal.isFinite else { return nil }
        scale[row] = 1 / diagonal.squareRoot()
      }
      self.scale = scale
      lower = [Double](repeating: 0, count: n * n)
      for row in 0..<n {
        for column in 0...row {
          var sum = row == column ? 1 + damping : equations[row, column] * scale[row] * scale[column]
          for k in 0..<column { sum -= lower[row * n + k] * lower[column * n + k] }
          if row == column {
            guard sum > 1e-13 else { return nil }
            lower[row * n + row] = sum.squareRoot()
          } else {
            lower[row * n + column] = sum / lower[column * n + column]
          }
        }
      }
    }

    func solve(_ right: [Double]) -> [Double] {
      var x = right
      for row in 0..<count {
        x[row] *= scale[row]
        for k in 0..<row { x[row] -= lower[row * count + k] * x[k] }
        x[row] /= lower[row * count + row]
      }
      for row in (0..<count).reversed() {
        for k in row + 1..<count where k < count { x[row] -= lower[k * count + row] * x[k] }
        x[row] /= lower[row * count + row]
      }
      for row in 0..<count { x[row] *= scale[row] }
      return x
    }
  }
}
