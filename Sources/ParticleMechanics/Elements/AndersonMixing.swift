/// Anderson's acceleration of a fixed-point iteration x ← x + δ(x): the next x is where the last changes, combined
/// linearly, would leave the smallest δ.
///
/// With δ a solve with an approximate Jacobian this is a Newton method whose Jacobian is corrected from the iterates: on
/// linear equations it is GMRES. H. F. Walker, P. Ni, SIAM J. Numer. Anal. 49 (2011) 1715.
struct AndersonMixing {
  /// Changes that are combined.
  private static let depth = 6

  private var points: [[Double]] = []
  private var residuals: [[Double]] = []
  private var last: (point: [Double], residual: [Double])?

  /// The next point after one and its δ.
  mutating func next(after point: [Double], change: [Double]) -> [Double] {
    if let last {
      points.append(zip(point, last.point).map { $0 - $1 })
      residuals.append(zip(change, last.residual).map { $0 - $1 })
      if points.count > Self.depth {
        points.removeFirst()
        residuals.removeFirst()
      }
    }
    last = (point, change)
    var next = zip(point, change).map { $0 + $1 }
    let count = residuals.count
    guard count > 0 else { return next }
    var matrix = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count)
    // Scaled to length 1, so that old and new changes count alike in the small system.
    let lengths = residuals.map { max(Self.dot($0, $0).squareRoot(), .leastNormalMagnitude) }
    for a in 0..<count {
      right[a] = Self.dot(residuals[a], change) / lengths[a]
      for b in 0...a {
        let value = Self.dot(residuals[a], residuals[b]) / (lengths[a] * lengths[b])
        matrix[count * a + b] = value
        matrix[count * b + a] = value
      }
    }
    // A little of the diagonal, where changes have become parallel.
    for a in 0..<count { matrix[count * a + a] *= 1 + 1e-12 }
    let parts = DenseSystem.solve(matrix, right)
    for a in 0..<count {
      let part = parts[a] / lengths[a]
      guard part.isFinite else { continue }
      for index in next.indices { next[index] -= part * (points[a][index] + residuals[a][index]) }
    }
    return next
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        for index in 0..<a.count { sum += a[index] * b[index] }
      }
    }
    return sum
  }
}
