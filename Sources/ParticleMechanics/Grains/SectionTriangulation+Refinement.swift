import Foundation

/// How good the triangles of a section have to be.
struct RefinementGoal {
  /// Wanted length of edges at a place, in metres.
  var size: (SIMD2<Double>) -> Double
  /// Smallest angle asked for, in radians; up to about 30° can be had.
  var smallestAngle: Double
  var largestTriangleCount: Int
}

extension SectionTriangulation {
  /// A triangle that waits for improvement.
  private struct Candidate {
    var triangle: Int32
    var corners: SIMD3<Int32>
  }

  /// Inserts points until every triangle of the section is as small and as round as asked for.
  ///
  /// Points are off-centres (A. Üngör, Comput. Geom. 42 (2009) 109); where one would come too close to a boundary, the
  /// boundary is split instead. Angles between boundaries smaller than the goal stay, as they must.
  mutating func refine(_ goal: RefinementGoal) throws(SectionError) {
    var encroached: [Int32] = []
    var candidates: [Candidate] = []
    let all = triangulation.triangles.indices.filter { triangulation.triangles[$0].isAlive }.map(Int32.init)
    collect(all, goal, &encroached, &candidates)
    var next = 0
    while true {
      while let segment = encroached.popLast() {
        if isEncroached(segment) { split(segment, goal, &encroached, &candidates) }
      }
      guard next < candidates.count else { break }
      let candidate = candidates[next]
      next += 1
      if next > 100_000, next * 2 > candidates.count {
        candidates.removeFirst(next)
        next = 0
      }
      let triangle = triangulation.triangles[Int(candidate.triangle)]
      guard triangle.isAlive, triangle.corners == candidate.corners else { continue }
      improve(candidate, goal, &encroached, &candidates)
      guard triangulation.triangles.count <= goal.largestTriangleCount else {
        throw .tooManyElements(limit: goal.largestTriangleCount)
      }
    }
  }

  /// Notes what is wrong with new triangles.
  private func collect(
    _ created: [Int32], _ goal: RefinementGoal, _ encroached: inout [Int32], _ candidates: inout [Candidate]
  ) {
    for index in created {
      let triangle = triangulation.triangles[Int(index)]
      guard triangle.region >= 0 else { continue }
      for edge in 0..<3 where triangle.segments[edge] >= 0 {
        if isObtuse(triangle, edge) { encroached.append(triangle.segments[edge]) }
      }
      if offCentre(index, goal) != nil { candidates.append(Candidate(triangle: index, corners: triangle.corners)) }
    }
  }

  private func isObtuse(_ triangle: Triangulation.Triangle, _ edge: Int) -> Bool {
    GridPoint.isObtuse(
      at: triangulation.point(triangle.corners[edge]), triangulation.point(triangle.corners[(edge + 1) % 3]),
      triangulation.point(triangle.corners[(edge + 2) % 3]))
  }

  /// Whether a point of the section lies in the circle over a segment.
  private func isEncroached(_ segment: Int32) -> Bool {
    let s = segments[Int(segment)]
    guard let found = triangulation.edge(from: s.start, to: s.end) else { return false }
    let first = triangulation.triangles[Int(found.triangle)]
    if first.region >= 0, isObtuse(first, found.edge) { return true }
    let other = first.neighbours[found.edge]
    guard other >= 0 else { return false }
    let second = triangulation.triangles[Int(other)]
    let edge = (0..<3).first { second.neighbours[$0] == found.triangle } ?? 0
    return second.region >= 0 && isObtuse(second, edge)
  }

  /// Splits a segment in two.
  ///
  /// - Returns: false where it is too short, or its neighbourhood too narrow.
  @discardableResult
  private mutating func split(
    _ index: Int32, _ goal: RefinementGoal, _ encroached: inout [Int32], _ candidates: inout [Candidate]
  ) -> Bool {
    let segment = segments[Int(index)]
    guard let found = triangulation.edge(from: segment.start, to: segment.end) else { return false }
    let (place, length) = splitPoint(of: segment)
    guard length >= Self.shortestPiece else { return false }
    let other = triangulation.triangles[Int(found.triangle)].neighbours[found.edge]
    let seeds = other >= 0 ? [found.triangle, other] : [found.triangle]
    var p = grid(place)
    if !triangulation.openCavity(at: p, seeds: seeds, opened: index) {
      // The top of an arc may lie beyond a thin triangle: the chord then stands for it in the triangulation.
      let (a, b) = (triangulation.point(segment.start), triangulation.point(segment.end))
      p = GridPoint(x: (a.x + b.x) / 2, y: (a.y + b.y) / 2)
      guard triangulation.openCavity(at: p, seeds: seeds, opened: index) else { return false }
    }
    var created: [Int32] = []
    let point = triangulation.fillCavity(with: p, created: &created)
    positions.append(place)
    edgeOfPoint.append(segment.edge)
    isAcute.append(false)
    segments[Int(index)].end = point
    let new = Int32(segments.count)
    segments.append(Segment(start: point, end: segment.end, edge: segment.edge))
    for triangle in created {
      let start = triangulation.triangles[Int(triangle)].corners.y
      if start == segment.start { triangulation.constrain(triangle, 2, to: index) }
      if start == segment.end { triangulation.constrain(triangle, 2, to: new) }
    }
    collect(created, goal, &encroached, &candidates)
    return true
  }

  /// Inserts a point that destroys a bad triangle, or splits the segments in its way.
  private mutating func improve(
    _ candidate: Candidate, _ goal: RefinementGoal, _ encroached: inout [Int32], _ candidates: inout [Candidate]
  ) {
    guard let p = offCentre(candidate.triangle, goal) else { return }
    var blocking: [Int32] = []
    switch triangulation.locate(p, from: candidate.triangle, stopsAtSegments: true) {
    case .outside: return
    case .blocked(let triangle, let edge):
      blocking = [triangulation.triangles[Int(triangle)].segments[edge]]
    case .inside(let triangle):
      let corners = triangulation.triangles[Int(triangle)].corners
      if (0..<3).contains(where: { triangulation.point(corners[$0]) == p }) { return }
      guard triangulation.openCavity(at: p, seeds: [triangle]) else { return }
      triangulation.rimSegments { segment, start, end in
        if GridPoint.isObtuse(at: p, triangulation.point(start), triangulation.point(end)) { blocking.append(segment) }
      }
      if blocking.isEmpty {
        var created: [Int32] = []
        _ = triangulation.fillCavity(with: p, created: &created)
        positions.append(position(p))
        edgeOfPoint.append(-1)
        isAcute.append(false)
        collect(created, goal, &encroached, &candidates)
        return
      }
    }
    var hasSplit = false
    for segment in blocking where split(segment, goal, &encroached, &candidates) { hasSplit = true }
    if hasSplit { candidates.append(candidate) }
  }

  /// Where a point would improve a triangle; nil where it is good enough or cannot be better.
  private func offCentre(_ index: Int32, _ goal: RefinementGoal) -> GridPoint? {
    let corners = triangulation.triangles[Int(index)].corners
    // Corners in turn, so that the shortest edge runs from the first to the second.
    let p = (0..<3).map { k in
      let q = triangulation.point(corners[k])
      return SIMD2(Double(q.x), Double(q.y))
    }
    let squares = (0..<3).map { k in
      let d = p[(k + 1) % 3] - p[k]
      return (d * d).sum()
    }
    let k = squares[0] <= squares[1] ? (squares[0] <= squares[2] ? 0 : 2) : (squares[1] <= squares[2] ? 1 : 2)
    let (a, b, c) = (p[k], p[(k + 1) % 3], p[(k + 2) % 3])
    let (u, v) = (b - a, c - a)
    let area = u.x * v.y - u.y * v.x
    guard area > 0 else { return nil }
    let shortest = squares[k]
    // Circumcentre relative to a.
    let (uu, vv) = (shortest, (v * v).sum())
    let x = uu * v.y - vv * u.y
    let y = vv * u.x - uu * v.x
    let centre = SIMD2(x, y) / (2 * area)
    let radius2 = (centre * centre).sum()
    let place = middle + unit * ((a + b + c) / 3)
    let wanted = goal.size(place) / unit
    // An equilateral triangle of the wanted edge has R = h / √3; up to a quarter more is left alone.
    let isTooLarge = radius2 > wanted * wanted * (1.25 * 1.25 / 3)
    let ratio = 1 / (2 * sin(goal.smallestAngle))
    let isThin = radius2 > ratio * ratio * shortest
    if !isTooLarge {
      guard isThin, !isHeldByBoundaries(corners[k], corners[(k + 1) % 3], corners[(k + 2) % 3]) else { return nil }
    }
    var target = centre
    if isThin {
      // Along the bisector of the shortest edge, no farther than where the new triangle has just the wanted angle.
      let half = u / 2
      let way = centre - half
      let distance = (way * way).sum().squareRoot()
      let height = 0.99 * shortest.squareRoot() * (ratio + (ratio * ratio - 0.25).squareRoot())
      if distance > height { target = half + way * (height / distance) }
    }
    let q = (a + target).rounded(.toNearestOrEven)
    let limit = Double(GridPoint.frame)
    guard abs(q.x) < limit, abs(q.y) < limit else { return nil }
    return GridPoint(x: Int(q.x), y: Int(q.y))
  }

  /// Whether the shortest edge a b of a triangle lies opposite an angle between boundaries, or joins two boundaries at
  /// the same distance from an acute vertex: no point can make such an angle larger.
  private func isHeldByBoundaries(_ a: Int32, _ b: Int32, _ apex: Int32) -> Bool {
    let (first, second) = (edgeOfPoint[Int(a)], edgeOfPoint[Int(b)])
    guard first >= 0, second >= 0, first != second else { return false }
    let (e, f) = (partition.edges[first], partition.edges[second])
    for vertex in [e.start, e.end] where vertex == f.start || vertex == f.end {
      let place = partition.points[vertex]
      let (u, v) = (positions[Int(a)] - place, positions[Int(b)] - place)
      let (uu, vv) = ((u * u).sum(), (v * v).sum())
      if abs(uu - vv) <= 0.02 * max(uu, vv) { return true }
    }
    return false
  }
}
