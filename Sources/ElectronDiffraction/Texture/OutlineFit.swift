import ArrayMath
import Foundation

/// A circle through the points of an outline.
struct OutlineCircle {
  var centre: SIMD2<Double>
  var radius: Double

  /// The circle through three points; nil where they lie on a line.
  init?(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) {
    let (p, q) = (b - a, c - a)
    let twice = 2 * (p.x * q.y - p.y * q.x)
    let (pp, qq) = ((p * p).sum(), (q * q).sum())
    guard abs(twice) > 1e-9 * (pp * qq).squareRoot() else { return nil }
    let middle = SIMD2(q.y * pp - p.y * qq, p.x * qq - q.x * pp) / twice
    centre = a + middle
    radius = (middle * middle).sum().squareRoot()
  }

  /// The circle of least squared distances, by Gauss and Newton from the algebraic one; nil where no circle fits.
  init?(fitting points: [SIMD2<Double>]) {
    guard points.count >= 3 else { return nil }
    let mean = points.reduce(.zero, +) / Double(points.count)
    // |p|² = 2 p·c + k about the mean (Kåsa, IEEE Trans. Instrum. Meas. 25, 8 (1976)).
    var normal = [[Double]](repeating: [0, 0, 0], count: 3)
    var right = [0.0, 0, 0]
    for point in points {
      let p = point - mean
      accumulate(&normal, &right, row: [p.x, p.y, 1], value: (p * p).sum())
    }
    guard let solution = solve(normal, right) else { return nil }
    var middle = SIMD2(solution[0], solution[1]) / 2
    let square = solution[2] + (middle * middle).sum()
    guard square > 0 else { return nil }
    var radius = square.squareRoot()
    for _ in 0..<20 {
      normal = [[Double]](repeating: [0, 0, 0], count: 3)
      right = [0, 0, 0]
      for point in points {
        let d = point - mean - middle
        let distance = max((d * d).sum().squareRoot(), 1e-300)
        accumulate(&normal, &right, row: [d.x / distance, d.y / distance, 1], value: distance - radius)
      }
      guard let change = solve(normal, right) else { return nil }
      middle += SIMD2(change[0], change[1])
      radius += change[2]
      if abs(change[0]) + abs(change[1]) + abs(change[2]) < 1e-9 * abs(radius) { break }
    }
    guard radius.isFinite, radius > 0 else { return nil }
    (centre, self.radius) = (mean + middle, radius)
  }

  /// Distance of a point from the circle, positive outside.
  func distance(_ point: SIMD2<Double>) -> Double {
    let d = point - centre
    return (d * d).sum().squareRoot() - radius
  }

  /// The points near the circle that the most points of an outline support: a cracked particle keeps parts of its edge, and
  /// the faces of cracks and a broken side are passed over (Fischler and Bolles, Commun. ACM 24, 381 (1981)).
  static func arc(_ points: [SIMD2<Double>], tolerance: Double, seed: UInt64) throws(TextureError) -> [SIMD2<Double>] {
    guard points.count >= 12 else { throw .noOutline(points: points.count) }
    let (low, high) = points.reduce((points[0], points[0])) {
      (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1))
    }
    let extent = (high - low).max()
    var generator = SeededGenerator(seed: seed)
    func drawn() -> SIMD2<Double> { points[Int(generator.uniform() * Double(points.count))] }
    var best: (circle: OutlineCircle, support: Int)?
    for _ in 0..<2000 {
      guard let circle = OutlineCircle(drawn(), drawn(), drawn()) else { continue }
      // A section is at least half as wide as its circle, or its centre is a guess.
      guard circle.radius <= extent, circle.radius >= extent / 8 else { continue }
      let support = points.count { abs(circle.distance($0)) <= tolerance }
      if support > best?.support ?? 0 { best = (circle, support) }
    }
    guard var (circle, support) = best else { throw .noArc(reason: "no three points of it lie on a fitting circle") }
    for _ in 0..<10 {
      let near = points.filter { abs(circle.distance($0)) <= tolerance }
      guard let refined = OutlineCircle(fitting: near) else { break }
      let supported = points.count { abs(refined.distance($0)) <= tolerance }
      if supported < support { break }
      circle = refined
      if supported == support { break }
      support = supported
    }
    let near = points.filter { abs(circle.distance($0)) <= tolerance }
    guard near.count >= 12, near.count * 5 >= points.count else {
      throw .noArc(reason: "\(near.count) of its \(points.count) points lie on the best circle")
    }
    return near
  }
}

/// An ellipse through the points of an outline: the conic of least squares with unit trace, which no turn or shift
/// changes (Bookstein, Comput. Graph. Image Process. 9, 56 (1979), uses the sum of squares instead).
struct OutlineConic {
  let centre: SIMD2<Double>
  /// √(a b), in metres.
  let meanRadius: Double

  init?(fitting points: [SIMD2<Double>]) {
    guard points.count >= 6 else { return nil }
    let mean = points.reduce(.zero, +) / Double(points.count)
    let size = (points.reduce(0) { $0 + (($1 - mean) * ($1 - mean)).sum() } / Double(points.count)).squareRoot()
    guard size > 0 else { return nil }
    // (1 + a)/2 x² + (1 − a)/2 y² + b xy + d x + e y + f = 0.
    var normal = [[Double]](repeating: [Double](repeating: 0, count: 5), count: 5)
    var right = [Double](repeating: 0, count: 5)
    for point in points {
      let p = (point - mean) / size
      let row = [(p.x * p.x - p.y * p.y) / 2, p.x * p.y, p.x, p.y, 1]
      accumulate(&normal, &right, row: row, value: -(p * p).sum() / 2)
    }
    guard let s = solve(normal, right) else { return nil }
    let (xx, yy, xy) = ((1 + s[0]) / 2, (1 - s[0]) / 2, s[1] / 2)
    let determinant = xx * yy - xy * xy
    guard determinant > 1e-6 else { return nil }
    let middle = -SIMD2(yy * s[2] - xy * s[3], xx * s[3] - xy * s[2]) / (2 * determinant)
    let level = xx * middle.x * middle.x + yy * middle.y * middle.y + 2 * xy * middle.x * middle.y - s[4]
    guard level > 0 else { return nil }
    centre = mean + size * middle
    // The semi-axes' product is level / √det.
    meanRadius = size * (level / determinant.squareRoot()).squareRoot()
  }
}

private func accumulate(_ normal: inout [[Double]], _ right: inout [Double], row: [Double], value: Double) {
  for i in row.indices {
    right[i] += row[i] * value
    for j in row.indices { normal[i][j] += row[i] * row[j] }
  }
}

/// The solution of a small symmetric positive system by elimination; nil where it is singular.
private func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
  var (a, b) = (matrix, right)
  let count = b.count
  let scale = a.indices.map { a[$0][$0] }
  for k in 0..<count {
    guard a[k][k] > 1e-14 * scale[k] else { return nil }
    for i in k + 1..<count {
      let factor = a[i][k] / a[k][k]
      for j in k..<count { a[i][j] -= factor * a[k][j] }
      b[i] -= factor * b[k]
    }
  }
  for k in stride(from: count - 1, through: 0, by: -1) {
    for j in k + 1..<count { b[k] -= a[k][j] * b[j] }
    b[k] /= a[k][k]
  }
  return b.allSatisfy(\.isFinite) ? b : nil
}
