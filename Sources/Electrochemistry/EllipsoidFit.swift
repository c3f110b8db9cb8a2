/// The ellipsoid x·Q⁻¹·x ≤ 1 whose silhouettes fit several outlines.
///
/// A silhouette along the image directions e, f has the entries e·Q·e, e·Q·f and f·Q·f: three linear equations a view
/// for the six numbers of Q. Two views share one direction and leave one number open; it is set by least norm.
struct EllipsoidFit {
  let volume: Double
  /// The longest first, in metres.
  let semiAxes: SIMD3<Double>
  let misfit: Double
  let isDetermined: Bool

  init(_ outlines: [OutlineEllipse], seenFrom views: [ViewDirection]) throws(ElectrochemistryError) {
    var rows = [[Double]]()
    var values = [Double]()
    let size = outlines.reduce(0) { $0 + ($1.xx + $1.yy) / 2 } / Double(outlines.count)
    let root = 2.0.squareRoot()
    for (outline, view) in zip(outlines, views) {
      let pairs = [
        (view.right, view.right, outline.xx, 1), (view.down, view.down, outline.yy, 1),
        (view.right, view.down, outline.xy, root),
      ]
      for (e, f, value, weight) in pairs {
        // Off-diagonal entries carry √2, so that the norm is that of the matrix and no choice of axes matters.
        rows.append([
          weight * e.x * f.x, weight * e.y * f.y, weight * e.z * f.z,
          weight * (e.y * f.z + e.z * f.y) / root, weight * (e.x * f.z + e.z * f.x) / root,
          weight * (e.x * f.y + e.y * f.x) / root,
        ])
        values.append(weight * value / size)
      }
    }
    var normal = [[Double]](repeating: [Double](repeating: 0, count: 6), count: 6)
    var right = [Double](repeating: 0, count: 6)
    for (row, value) in zip(rows, values) {
      for i in 0..<6 {
        right[i] += row[i] * value
        for j in 0..<6 { normal[i][j] += row[i] * row[j] }
      }
    }
    let (eigenvalues, vectors) = symmetricEigen(normal)
    let largest = eigenvalues.max() ?? 0
    var solution = [Double](repeating: 0, count: 6)
    var rank = 0
    for (eigenvalue, vector) in zip(eigenvalues, vectors) where eigenvalue > 1e-6 * largest {
      rank += 1
      let coefficient = zip(vector, right).reduce(0) { $0 + $1.0 * $1.1 } / eigenvalue
      for i in 0..<6 { solution[i] += coefficient * vector[i] }
    }
    guard rank >= 5 else {
      throw .undeterminedShape(reason: "an ellipsoid needs at least two views in clearly different directions")
    }
    let residual = zip(rows, values).reduce(0.0) { sum, line in
      let difference = zip(line.0, solution).reduce(0) { $0 + $1.0 * $1.1 } - line.1
      return sum + difference * difference
    }
    let (q0, q1, q2) = (solution[3] / root, solution[4] / root, solution[5] / root)
    let matrix = [[solution[0], q2, q1], [q2, solution[1], q0], [q1, q0, solution[2]]]
    let squares = symmetricEigen(matrix).values.sorted(by: >)
    guard squares[2] > 1e-6 * squares[0] else {
      throw .undeterminedShape(reason: "no ellipsoid has these outlines; check the view directions and the scales")
    }
    let axes = squares.map { ($0 * size).squareRoot() }
    self.semiAxes = SIMD3(axes[0], axes[1], axes[2])
    self.volume = 4 / 3 * .pi * axes[0] * axes[1] * axes[2]
    self.misfit = (residual / Double(values.count)).squareRoot()
    self.isDetermined = rank == 6
  }
}

/// Eigenvalues and unit eigenvectors of a small symmetric matrix by Jacobi rotations.
///
/// - Returns: `vectors[k]` belongs to `values[k]`; in no order.
func symmetricEigen(_ matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
  let count = matrix.count
  var a = matrix
  var v = (0..<count).map { i in (0..<count).map { $0 == i ? 1.0 : 0.0 } }
  let scale = a.joined().reduce(0) { max($0, abs($1)) }
  for _ in 0..<60 {
    var off = 0.0
    for p in 0..<count {
      for q in p + 1..<count where abs(a[p][q]) > 0 {
        off = max(off, abs(a[p][q]))
        let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<count { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
        for k in 0..<count { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
        for k in 0..<count { (v[p][k], v[q][k]) = (c * v[p][k] - s * v[q][k], s * v[p][k] + c * v[q][k]) }
      }
    }
    if off <= 1e-15 * scale { break }
  }
  return (a.indices.map { a[$0][$0] }, v)
}
