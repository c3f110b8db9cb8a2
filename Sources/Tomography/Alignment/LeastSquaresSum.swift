internal import Foundation

/// Normal equations of a few unknowns, summed up term by term.
struct LeastSquaresSum: Sendable {
  let unknowns: Int
  /// AᵀWA, row after row, and AᵀWb.
  var matrix: [Double]
  var right: [Double]
  /// Σ w b² and the number of terms.
  var square = 0.0
  var terms = 0.0

  struct Solution: Sendable {
    var values: [Double]
    /// Standard uncertainties, from what is left over.
    var uncertainties: [Double]
    /// The diagonal of (AᵀWA)⁻¹.
    var variances: [Double]
    /// Ratio of the largest to the smallest eigenvalue of the matrix, its diagonal scaled to 1.
    var condition: Double
    /// What is left over: Σ w (b − Ax)².
    var rest: Double
  }

  init(unknowns: Int) {
    self.unknowns = unknowns
    matrix = Array(repeating: 0, count: unknowns * unknowns)
    right = Array(repeating: 0, count: unknowns)
  }

  mutating func add(_ row: [Double], _ value: Double, weight: Double = 1) {
    for i in 0..<unknowns {
      right[i] += weight * row[i] * value
      for j in 0..<unknowns { matrix[i * unknowns + j] += weight * row[i] * row[j] }
    }
    square += weight * value * value
    terms += 1
  }

  /// The least squares solution, or nil where the terms do not determine it.
  ///
  /// By the eigenvectors of the matrix scaled to a diagonal of 1 (Jacobi's rotations), which also tell its condition.
  func solved() -> Solution? {
    let n = unknowns
    let scale = (0..<n).map { matrix[$0 * n + $0].squareRoot() }
    guard scale.allSatisfy({ $0 > 0 && $0.isFinite }), right.allSatisfy(\.isFinite) else { return nil }
    var a = matrix
    for i in 0..<n { for j in 0..<n { a[i * n + j] /= scale[i] * scale[j] } }
    var vectors = [Double](repeating: 0, count: n * n)
    for i in 0..<n { vectors[i * n + i] = 1 }
    for _ in 0..<30 {
      var off = 0.0
      for p in 0..<n {
        for q in p + 1..<n where q < n {
          let value = a[p * n + q]
          off = max(off, abs(value))
          guard abs(value) > 1e-300 else { continue }
          let theta = (a[q * n + q] - a[p * n + p]) / (2 * value)
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<n {
            let (x, y) = (a[k * n + p], a[k * n + q])
            (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y)
          }
          for k in 0..<n {
            let (x, y) = (a[p * n + k], a[q * n + k])
            (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y)
            let (u, v) = (vectors[k * n + p], vectors[k * n + q])
            (vectors[k * n + p], vectors[k * n + q]) = (c * u - s * v, s * u + c * v)
          }
        }
      }
      if off < 1e-14 { break }
    }
    let eigenvalues = (0..<n).map { a[$0 * n + $0] }
    guard let least = eigenvalues.min(), let most = eigenvalues.max(), least > 1e-12 * most else { return nil }
    var values = [Double](repeating: 0, count: n)
    var variances = [Double](repeating: 0, count: n)
    for k in 0..<n {
      var projection = 0.0
      for i in 0..<n { projection += vectors[i * n + k] * right[i] / scale[i] }
      for i in 0..<n {
        values[i] += vectors[i * n + k] * projection / eigenvalues[k] / scale[i]
        variances[i] += vectors[i * n + k] * vectors[i * n + k] / eigenvalues[k] / (scale[i] * scale[i])
      }
    }
    let rest = max(square - zip(values, right).reduce(0) { $0 + $1.0 * $1.1 }, 0)
    let variance = rest / max(terms - Double(n), 1)
    return Solution(
      values: values, uncertainties: variances.map { ($0 * variance).squareRoot() }, variances: variances,
      condition: most / least, rest: rest)
  }
}
