/// A point of the integer grid on which sections are triangulated, so that every geometric decision is exact.
///
/// Coordinates stay within ±2²⁹: the incircle determinant of such points fits into 128 bits. The outline of a section
/// fills ±2²⁸, so that the grid is finer than 4 × 10⁻⁹ of its extent.
struct GridPoint: Sendable, Hashable {
  var x: Int
  var y: Int

  /// Half the extent of what is triangulated.
  static let extent = 1 << 28
  /// Half the extent of the square around it.
  static let frame = 1 << 29

  static func - (a: GridPoint, b: GridPoint) -> GridPoint { GridPoint(x: a.x - b.x, y: a.y - b.y) }

  /// The square of the distance from the origin.
  var squaredLength: Int { x * x + y * y }

  /// Twice the area of the triangle a b c: positive where it turns left.
  static func turn(_ a: GridPoint, _ b: GridPoint, _ c: GridPoint) -> Int {
    let (u, v) = (b - a, c - a)
    return u.x * v.y - u.y * v.x
  }

  /// Whether the angle a p b is obtuse: p inside the circle with the diameter a b.
  static func isObtuse(at p: GridPoint, _ a: GridPoint, _ b: GridPoint) -> Bool {
    let (u, v) = (a - p, b - p)
    return u.x * v.x + u.y * v.y < 0
  }

  /// Whether `p` lies inside the circle through a, b and c, which turn left.
  static func isInCircle(_ a: GridPoint, _ b: GridPoint, _ c: GridPoint, _ p: GridPoint) -> Bool {
    let (u, v, w) = (a - p, b - p, c - p)
    let first = v.x * w.y - v.y * w.x
    let second = w.x * u.y - w.y * u.x
    let third = u.x * v.y - u.y * v.x
    let (uu, vv, ww) = (u.squaredLength, v.squaredLength, w.squaredLength)
    // Differences are below 2³⁰, each product below 2¹²²; in doubles the sum is wrong by less than 2⁷² in all.
    let estimate = Double(uu) * Double(first) + Double(vv) * Double(second) + Double(ww) * Double(third)
    if estimate > 0x1p75 { return true }
    if estimate < -0x1p75 { return false }
    let exact = Int128(uu) * Int128(first) + Int128(vv) * Int128(second) + Int128(ww) * Int128(third)
    return exact > 0
  }
}
