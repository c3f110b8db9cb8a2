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

  /// A line of points with fewer of them: none of the points left out is farther than `tolerance` from what remains, and
  /// as much area is gained on one side of each piece as is lost on the other.
  ///
  /// D. H. Douglas, T. K. Peucker, Cartographica 10 (1973) 112; the points kept are then moved to balance the areas, the
  /// ends of an open line excepted.
  static func simplified(_ points: [SIMD2<Double>], tolerance: Double) -> [SIMD2<Double>] {
    balanced(points, kept: kept(points, tolerance), tolerance: tolerance, isClosed: false)
  }

  /// A closed line, its last point joined to the first, with fewer points; never fewer than three.
  static func simplifiedLoop(_ points: [SIMD2<Double>], tolerance: Double) -> [SIMD2<Double>] {
    guard points.count > 3 else { return points }
    // From one end of the loop's largest extent, so that it is a corner where the loop has corners.
    func farthest(from origin: SIMD2<Double>) -> Int {
      let squares = points.map { (($0 - origin) * ($0 - origin)).sum() }
      return squares.indices.max { squares[$0] < squares[$1] } ?? 0
    }
    let start = farthest(from: points[0])
    let turned = Array(points[start...] + points[..<start])
    let middle = (farthest(from: points[start]) - start + points.count) % points.count
    let there = kept(Array(turned[...middle]), tolerance)
    let back = kept(Array(turned[middle...]) + [turned[0]], tolerance).map { $0 + middle }
    var all = there + back.dropFirst().dropLast()
    if all.count < 3 {
      // A thin loop: the point farthest from the line between its ends stays.
      let distances = turned.map { distance($0, turned[0], turned[middle]) }
      all.append(distances.indices.max { distances[$0] < distances[$1] } ?? 1)
      all = Set(all).sorted()
      guard all.count == 3 else { return points }
      return all.map { turned[$0] }
    }
    return balanced(turned, kept: all, tolerance: tolerance, isClosed: true)
  }

  private static func kept(_ points: [SIMD2<Double>], _ tolerance: Double) -> [Int] {
    guard points.count > 2 else { return Array(points.indices) }
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
    return points.indices.filter { isKept[$0] }
  }

  /// Moves the points kept so that no piece between them has more area of the line on one side than on the other.
  private static func balanced(
    _ points: [SIMD2<Double>], kept: [Int], tolerance: Double, isClosed: Bool
  ) -> [SIMD2<Double>] {
    let count = kept.count
    guard count > 2 else { return kept.map { points[$0] } }
    let pieces = isClosed ? count : count - 1
    // For each piece its normal to the right and how far it should move that way.
    var normals: [SIMD2<Double>] = []
    var offsets: [Double] = []
    for piece in 0..<pieces {
      let last = piece + 1 < count ? kept[piece + 1] : points.count
      let (a, b) = (points[kept[piece]], points[last % points.count])
      var area = 0.0
      for index in kept[piece]..<last {
        let (p, q) = (points[index] - a, points[(index + 1) % points.count] - a)
        area += (p.x * q.y - p.y * q.x) / 2
      }
      let length = ((b - a) * (b - a)).sum().squareRoot()
      guard length > 0 else { return kept.map { points[$0] } }
      normals.append(SIMD2(b.y - a.y, a.x - b.x) / length)
      // A piece with a fixed end gains only half of what its other end moves.
      let isEnd = !isClosed && (piece == 0 || piece == pieces - 1)
      offsets.append((isEnd ? 2 : 1) * area / length)
    }
    return (0..<count).map { vertex in
      let place = points[kept[vertex]]
      if !isClosed, vertex == 0 || vertex == count - 1 { return place }
      let before = (vertex + pieces - 1) % pieces
      let (n, m) = (normals[before], normals[vertex])
      let (o, p) = (offsets[before], offsets[vertex])
      let determinant = n.x * m.y - n.y * m.x
      // Where the moved lines cross, unless they are nearly one line.
      var shift =
        abs(determinant) > 0.3
        ? SIMD2(o * m.y - p * n.y, p * n.x - o * m.x) / determinant : (o + p) / 4 * (n + m)
      let length = (shift * shift).sum().squareRoot()
      if length > 2 * tolerance { shift *= 2 * tolerance / length }
      return place + shift
    }
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
