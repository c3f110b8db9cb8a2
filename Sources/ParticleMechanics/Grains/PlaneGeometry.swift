/// Lines in a plane.
enum PlaneGeometry {
  /// Twice the area of the triangle a b c: positive where it turns left.
  static func turn(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) -> Double {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  }

  /// Whether two pieces of lines have a point in common.
  static func meet(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>, _ d: SIMD2<Double>) -> Bool {
    let (s, t) = (turn(a, b, c), turn(a, b, d))
    let (u, v) = (turn(c, d, a), turn(c, d, b))
    if s == 0, t == 0 {
      // On one line: they touch where they overlap along both axes.
      let low = pointwiseMax(pointwiseMin(a, b), pointwiseMin(c, d))
      let high = pointwiseMin(pointwiseMax(a, b), pointwiseMax(c, d))
      return low.x <= high.x && low.y <= high.y
    }
    return s * t <= 0 && u * v <= 0
  }

  /// All pairs of pieces of lines that meet elsewhere than in a common end.
  ///
  /// - Parameter areNeighbours: whether two share an end; they may only not fold back on each other.
  static func crossings(
    of lines: [(SIMD2<Double>, SIMD2<Double>)], areNeighbours: (Int, Int) -> Bool
  ) -> [(first: Int, second: Int)] {
    // Sorted by their left ends: only those that overlap along x are compared.
    let order = lines.indices.map { (low: min(lines[$0].0.x, lines[$0].1.x), line: $0) }
      .sorted { ($0.low, $0.line) < ($1.low, $1.line) }
    var found: [(first: Int, second: Int)] = []
    for (rank, first) in order.enumerated() {
      let (a, b) = lines[first.line]
      for second in order[(rank + 1)...] {
        if second.low > max(a.x, b.x) { break }
        let (c, d) = lines[second.line]
        guard max(a.y, b.y) >= min(c.y, d.y), max(c.y, d.y) >= min(a.y, b.y) else { continue }
        let isCrossing = areNeighbours(first.line, second.line) ? folds(a, b, c, d) : meet(a, b, c, d)
        if isCrossing { found.append((min(first.line, second.line), max(first.line, second.line))) }
      }
    }
    return found
  }

  /// Whether two lines with a common end lie on each other.
  private static func folds(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>, _ d: SIMD2<Double>) -> Bool {
    let (corner, first) = a == c || a == d ? (a, b) : (b, a)
    let second = corner == c ? d : c
    return turn(corner, first, second) == 0 && ((first - corner) * (second - corner)).sum() > 0
  }

  /// A line of points with fewer of them: none of the points left out is farther than `tolerance` from what remains.
  ///
  /// D. H. Douglas, T. K. Peucker, Cartographica 10 (1973) 112.
  static func simplified(_ points: [SIMD2<Double>], tolerance: Double) -> [SIMD2<Double>] {
    guard points.count > 2 else { return points }
    var isKept = [Bool](repeating: false, count: points.count)
    (isKept[0], isKept[points.count - 1]) = (true, true)
    var open = [(0, points.count - 1)]
    while let (first, last) = open.popLast() {
      guard last > first + 1 else { continue }
      var (farthest, largest) = (first, tolerance)
      for index in first + 1..<last {
        let distance = distance(points[index], points[first], points[last])
        if distance > largest { (farthest, largest) = (index, distance) }
      }
      guard farthest > first else { continue }
      isKept[farthest] = true
      open += [(first, farthest), (farthest, last)]
    }
    return points.indices.filter { isKept[$0] }.map { points[$0] }
  }

  /// A closed line, its last point joined to the first, with fewer points; never fewer than three.
  static func simplifiedLoop(_ points: [SIMD2<Double>], tolerance: Double) -> [SIMD2<Double>] {
    guard points.count > 3 else { return points }
    func square(_ index: Int) -> Double { ((points[index] - points[0]) * (points[index] - points[0])).sum() }
    let far = points.indices.max { square($0) < square($1) } ?? points.count / 2
    var there = simplified(Array(points[...far]), tolerance: tolerance)
    let back = simplified(Array(points[far...]) + [points[0]], tolerance: tolerance)
    there.removeLast()
    let result = there + back.dropLast()
    if result.count >= 3 { return result }
    // A thin loop: the point farthest from the line between its ends stays.
    let third = points.indices.max {
      distance(points[$0], points[0], points[far]) < distance(points[$1], points[0], points[far])
    }
    return [0, far, third ?? 1].sorted().map { points[$0] }
  }

  /// The distance of a point from a piece of a line.
  private static func distance(_ p: SIMD2<Double>, _ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
    let (along, offset) = (b - a, p - a)
    let square = (along * along).sum()
    let part = square > 0 ? min(max((offset * along).sum() / square, 0), 1) : 0
    let rest = offset - part * along
    return (rest * rest).sum().squareRoot()
  }
}
