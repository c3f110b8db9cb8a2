import Foundation

/// An ellipse by its symmetric matrix S: the points d with d·S⁻¹·d ≤ 1. Its semi-axes are the roots of the eigenvalues.
///
/// S is linear in the body behind it: an ellipsoid with matrix Q seen by orthographic projection P has S = P Q Pᵀ.
struct OutlineEllipse: Sendable, Hashable {
  var xx: Double
  var xy: Double
  var yy: Double

  init(xx: Double, xy: Double, yy: Double) {
    self.xx = xx
    self.xy = xy
    self.yy = yy
  }

  init(semiAxes: SIMD2<Double>, angle: Double) {
    let (a, b) = (semiAxes.x * semiAxes.x, semiAxes.y * semiAxes.y)
    let (c, s) = (cos(angle), sin(angle))
    self.init(xx: a * c * c + b * s * s, xy: (a - b) * c * s, yy: a * s * s + b * c * c)
  }

  /// The ellipse with a polygon's area and the ratio and direction of axes of its second moments.
  init(polygon points: [SIMD2<Double>]) throws(ElectrochemistryError) {
    guard points.count >= 3 else {
      throw .degenerateOutline(reason: "it has \(points.count) points; a polygon needs at least 3")
    }
    guard points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
      throw .degenerateOutline(reason: "a point is not finite")
    }
    // About the mean of the points, where the sums lose nothing to cancellation.
    let origin = points.reduce(SIMD2<Double>.zero, +) / Double(points.count)
    var area = 0.0
    var first = SIMD2<Double>.zero
    var (xx, xy, yy) = (0.0, 0.0, 0.0)
    for k in points.indices {
      let p = points[k] - origin
      let q = points[(k + 1) % points.count] - origin
      let cross = p.x * q.y - q.x * p.y
      area += cross / 2
      first += cross / 6 * (p + q)
      xx += cross / 12 * (p.x * p.x + p.x * q.x + q.x * q.x)
      yy += cross / 12 * (p.y * p.y + p.y * q.y + q.y * q.y)
      xy += cross / 24 * (2 * p.x * p.y + p.x * q.y + q.x * p.y + 2 * q.x * q.y)
    }
    let size = points.map { (($0 - origin) * ($0 - origin)).sum() }.max() ?? 0
    guard abs(area) > 1e-9 * size else { throw .degenerateOutline(reason: "it encloses no area") }
    let centre = first / area
    // A uniform ellipse has second moments S/4.
    let shape = OutlineEllipse(
      xx: 4 * (xx / area - centre.x * centre.x), xy: 4 * (xy / area - centre.x * centre.y),
      yy: 4 * (yy / area - centre.y * centre.y))
    let factor = abs(area) / shape.area
    self.init(xx: shape.xx * factor, xy: shape.xy * factor, yy: shape.yy * factor)
  }

  var area: Double { .pi * max(xx * yy - xy * xy, 0).squareRoot() }

  /// The semi-axes, the longer first, and the angle of the longer.
  var axes: (long: Double, short: Double, angle: Double) {
    let middle = (xx + yy) / 2
    let difference = hypot((xx - yy) / 2, xy)
    // det / larger root instead of the difference of two near-equal numbers.
    let larger = middle + difference
    let smaller = max(xx * yy - xy * xy, 0) / larger
    return (larger.squareRoot(), smaller.squareRoot(), atan2(2 * xy, xx - yy) / 2)
  }

  /// Both semi-axes longer by a length, but never below a thousandth of what they were.
  func grown(by length: Double) -> OutlineEllipse {
    let (long, short, angle) = axes
    return OutlineEllipse(
      semiAxes: [max(long + length, 1e-3 * long), max(short + length, 1e-3 * short)], angle: angle)
  }

  /// Lengths along a direction multiplied by a factor.
  func stretched(by factor: Double, along angle: Double) -> OutlineEllipse {
    let (c, s) = (cos(angle), sin(angle))
    // The symmetric map 1 + (factor − 1) e eᵀ on both sides of S.
    let (mxx, mxy, myy) = (1 + (factor - 1) * c * c, (factor - 1) * c * s, 1 + (factor - 1) * s * s)
    let (ax, ay) = (mxx * xx + mxy * xy, mxx * xy + mxy * yy)
    let (bx, by) = (mxy * xx + myy * xy, mxy * xy + myy * yy)
    return OutlineEllipse(xx: ax * mxx + ay * mxy, xy: ax * mxy + ay * myy, yy: bx * mxy + by * myy)
  }

  func scaled(by factor: Double) -> OutlineEllipse {
    let square = factor * factor
    return OutlineEllipse(xx: xx * square, xy: xy * square, yy: yy * square)
  }
}

/// Whether two edges of a closed polygon that do not share a point cross.
func crossesItself(_ points: [SIMD2<Double>]) -> Bool {
  func side(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) -> Double {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }
  let count = points.count
  for i in 0..<count {
    let (a, b) = (points[i], points[(i + 1) % count])
    for j in i + 1..<count where j != i + 1 && (j + 1) % count != i {
      let (c, d) = (points[j], points[(j + 1) % count])
      if side(a, b, c) * side(a, b, d) < 0, side(c, d, a) * side(c, d, b) < 0 { return true }
    }
  }
  return false
}
