extension SymmetricMatrix3 {
  /// Eigenvalues in ascending order, and the unit eigenvectors that belong to them.
  public var eigen: (values: SIMD3<Double>, vectors: [SIMD3<Double>]) {
    let (values, vectors) = jacobiEigen([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    return (SIMD3(values[0], values[1], values[2]), vectors.map { SIMD3($0[0], $0[1], $0[2]) })
  }

  /// The outer product v vᵀ.
  public init(outer v: SIMD3<Double>) {
    self.init(xx: v.x * v.x, yy: v.y * v.y, zz: v.z * v.z, yz: v.y * v.z, xz: v.x * v.z, xy: v.x * v.y)
  }
}

/// Eigenvalues of a small symmetric matrix in ascending order with their unit vectors, by the cyclic method of Jacobi.
///
/// Golub & Van Loan, "Matrix Computations", section 8.5. Each sweep squares the size of what is off the diagonal, so a
/// handful of them reaches rounding; a matrix that is not finite gives numbers that are not.
func jacobiEigen(_ matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
  var a = matrix
  let n = a.count
  var vectors = (0..<n).map { row in (0..<n).map { $0 == row ? 1.0 : 0 } }
  let size = a.joined().reduce(0) { $0 + $1 * $1 }
  for _ in 0..<20 {
    var outside = 0.0
    for p in 0..<n { for q in p + 1..<n { outside += a[p][q] * a[p][q] } }
    guard outside > 1e-34 * size else { break }
    for p in 0..<n - 1 {
      for q in p + 1..<n where a[p][q] != 0 {
        let tau = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (tau < 0 ? -1 : 1) / (abs(tau) + (1 + tau * tau).squareRoot())
        let c = 1 / (1 + t * t).squareRoot()
        let s = t * c
        for k in 0..<n {
          (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q])
        }
        for k in 0..<n {
          (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k])
          // Rows of `vectors` are eigenvectors.
          (vectors[p][k], vectors[q][k]) = (
            c * vectors[p][k] - s * vectors[q][k], s * vectors[p][k] + c * vectors[q][k]
          )
        }
      }
    }
  }
  let order = (0..<n).sorted { a[$0][$0] < a[$1][$1] }
  return (order.map { a[$0][$0] }, order.map { vectors[$0] })
}
