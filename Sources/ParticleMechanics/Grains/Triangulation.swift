/// A constrained Delaunay triangulation of points on an integer grid, grown point by point inside a square.
///
/// Edge `k` of a triangle lies opposite its corner `k`. A constrained edge carries the number of its segment and is never
/// removed, only split. Everything is decided in integers and in a fixed order: the same input gives the same triangles.
///
/// Insertion by cavities after A. Bowyer, Comput. J. 24 (1981) 162 and D. F. Watson, ibid. 167; constrained edges stop
/// the growth of a cavity, after L. P. Chew, Algorithmica 4 (1989) 97.
struct Triangulation {
  struct Triangle {
    var corners: SIMD3<Int32>
    /// Triangle across each edge; -1 outside the square.
    var neighbours: SIMD3<Int32>
    /// Segment along each edge; -1 where there is none.
    var segments: SIMD3<Int32>
    /// -1 outside the section.
    var region: Int32
    var isAlive = true
  }

  private(set) var points: [GridPoint] = []
  var triangles: [Triangle] = []
  /// A triangle at each point.
  private(set) var triangleAt: [Int32] = []

  private var free: [Int32] = []
  private var visited: [Int32] = []
  private var stamp: Int32 = 0
  private var starAt: [Int32] = []
  private var cavity: [Int32] = []
  private var rim: [RimEdge] = []
  private var lastTriangle: Int32 = 0

  /// An edge around a cavity.
  private struct RimEdge {
    var start: Int32
    var end: Int32
    var outer: Int32
    var segment: Int32
    var region: Int32
  }

  /// The square alone: points 0 to 3 are its corners.
  init() {
    let f = GridPoint.frame
    points = [GridPoint(x: -f, y: -f), GridPoint(x: f, y: -f), GridPoint(x: f, y: f), GridPoint(x: -f, y: f)]
    let none = SIMD3<Int32>(repeating: -1)
    triangles = [
      Triangle(corners: SIMD3(0, 1, 2), neighbours: SIMD3(-1, 1, -1), segments: none, region: -1),
      Triangle(corners: SIMD3(0, 2, 3), neighbours: SIMD3(-1, -1, 0), segments: none, region: -1),
    ]
    triangleAt = [0, 0, 0, 1]
    starAt = [-1, -1, -1, -1]
    visited = [0, 0]
  }

  func point(_ index: Int32) -> GridPoint { points[Int(index)] }

  /// The positions of a triangle's corners.
  func corners(_ triangle: Int32) -> (GridPoint, GridPoint, GridPoint) {
    let c = triangles[Int(triangle)].corners
    return (point(c.x), point(c.y), point(c.z))
  }

  /// Moves a point; the caller keeps the triangles around it turning left.
  mutating func move(_ index: Int32, to point: GridPoint) { points[Int(index)] = point }

  // MARK: - Finding

  /// What a walk towards a point ends at.
  enum Place {
    case inside(Int32)
    /// Stopped by a constrained edge of a triangle.
    case blocked(triangle: Int32, edge: Int)
    /// Beyond the square, or not found.
    case outside
  }

  /// Walks to the triangle that holds a point, edges included.
  ///
  /// - Parameter stopsAtSegments: whether constrained edges are walls.
  func locate(_ p: GridPoint, from start: Int32, stopsAtSegments: Bool) -> Place {
    var current = start
    var previous: Int32 = -1
    var step = 0
    // Beside constrained edges a walk that always tries the edges in one order may go in circles.
    walk: while step < triangles.count + 100 {
      step += 1
      let triangle = triangles[Int(current)]
      let (a, b, c) = corners(current)
      for turn in 0..<3 {
        let edge = (turn + step) % 3
        let next = triangle.neighbours[edge]
        if next == previous, previous >= 0 { continue }
        let (from, to) = edge == 0 ? (b, c) : edge == 1 ? (c, a) : (a, b)
        guard GridPoint.turn(from, to, p) < 0 else { continue }
        if stopsAtSegments, triangle.segments[edge] >= 0 { return .blocked(triangle: current, edge: edge) }
        guard next >= 0 else { return .outside }
        (previous, current) = (current, next)
        continue walk
      }
      return .inside(current)
    }
    return .outside
  }

  /// The triangle and the edge that run from a point to another, the triangle on the left; nil where there is no edge.
  func edge(from start: Int32, to end: Int32) -> (triangle: Int32, edge: Int)? {
    let first = triangleAt[Int(start)]
    var current = first
    // Anticlockwise around the point, and clockwise where that ends at the square.
    repeat {
      let triangle = triangles[Int(current)]
      let k = Self.place(of: start, in: triangle.corners)
      if triangle.corners[(k + 1) % 3] == end { return (current, (k + 2) % 3) }
      current = triangle.neighbours[(k + 1) % 3]
    } while current >= 0 && current != first
    guard current < 0 else { return nil }
    current = first
    repeat {
      let triangle = triangles[Int(current)]
      let k = Self.place(of: start, in: triangle.corners)
      if triangle.corners[(k + 1) % 3] == end { return (current, (k + 2) % 3) }
      current = triangle.neighbours[(k + 2) % 3]
    } while current >= 0
    return nil
  }

  static func place(of point: Int32, in corners: SIMD3<Int32>) -> Int {
    corners.x == point ? 0 : corners.y == point ? 1 : 2
  }

  /// Sets the segment along an edge, on both sides.
  mutating func constrain(_ triangle: Int32, _ edge: Int, to segment: Int32) {
    triangles[Int(triangle)].segments[edge] = segment
    let other = triangles[Int(triangle)].neighbours[edge]
    guard other >= 0 else { return }
    let neighbours = triangles[Int(other)].neighbours
    for side in 0..<3 where neighbours[side] == triangle { triangles[Int(other)].segments[side] = segment }
  }

  // MARK: - Growing

  /// The triangles whose circles hold a point, from the triangles that hold the point itself.
  ///
  /// - Parameter opened: a segment that does not stop the cavity: the one that the point splits.
  /// - Returns: false where the point would not see the whole rim: it cannot be inserted there.
  mutating func openCavity(at p: GridPoint, seeds: [Int32], opened: Int32 = -1) -> Bool {
    stamp += 1
    cavity.removeAll(keepingCapacity: true)
    rim.removeAll(keepingCapacity: true)
    for seed in seeds where visited[Int(seed)] != stamp {
      visited[Int(seed)] = stamp
      cavity.append(seed)
    }
    var next = 0
    while next < cavity.count {
      let index = cavity[next]
      next += 1
      let triangle = triangles[Int(index)]
      for edge in 0..<3 {
        let other = triangle.neighbours[edge]
        let segment = triangle.segments[edge]
        if other >= 0, segment < 0 || segment == opened {
          if visited[Int(other)] == stamp { continue }
          let (a, b, c) = corners(other)
          if GridPoint.isInCircle(a, b, c, p) {
            visited[Int(other)] = stamp
            cavity.append(other)
            continue
          }
        }
        rim.append(
          RimEdge(
            start: triangle.corners[(edge + 1) % 3], end: triangle.corners[(edge + 2) % 3], outer: other,
            segment: segment, region: triangle.region))
      }
    }
    return rim.allSatisfy { GridPoint.turn(point($0.start), point($0.end), p) > 0 }
  }

  /// The constrained edges around the open cavity as (segment, start, end), the cavity on the left.
  func rimSegments(_ body: (Int32, Int32, Int32) -> Void) {
    for edge in rim where edge.segment >= 0 { body(edge.segment, edge.start, edge.end) }
  }

  /// Fills the open cavity with the star of a new point.
  ///
  /// - Parameter created: emptied; the new triangles, the new point their corner 0.
  /// - Returns: the number of the new point.
  mutating func fillCavity(with p: GridPoint, created: inout [Int32]) -> Int32 {
    let new = Int32(points.count)
    points.append(p)
    triangleAt.append(-1)
    starAt.append(-1)
    created.removeAll(keepingCapacity: true)
    for index in cavity {
      triangles[Int(index)].isAlive = false
      free.append(index)
    }
    for edge in rim {
      let triangle = Triangle(
        corners: SIMD3(new, edge.start, edge.end), neighbours: SIMD3(edge.outer, -1, -1),
        segments: SIMD3(edge.segment, -1, -1), region: edge.region)
      let index = take(triangle)
      created.append(index)
      starAt[Int(edge.start)] = index
      triangleAt[Int(edge.start)] = index
      triangleAt[Int(edge.end)] = index
      guard edge.outer >= 0 else { continue }
      let corners = triangles[Int(edge.outer)].corners
      for side in 0..<3 where corners[side] != edge.start && corners[side] != edge.end {
        triangles[Int(edge.outer)].neighbours[side] = index
      }
    }
    for index in created {
      let following = starAt[Int(triangles[Int(index)].corners.z)]
      triangles[Int(index)].neighbours.y = following
      triangles[Int(following)].neighbours.z = index
    }
    triangleAt[Int(new)] = created[0]
    lastTriangle = created[0]
    return new
  }

  private mutating func take(_ triangle: Triangle) -> Int32 {
    if let index = free.popLast() {
      triangles[Int(index)] = triangle
      visited[Int(index)] = 0
      return index
    }
    triangles.append(triangle)
    visited.append(0)
    return Int32(triangles.count - 1)
  }

  /// Inserts a point that splits no segment.
  ///
  /// - Returns: its number, or that of the point already there; nil beyond the square.
  mutating func insert(_ p: GridPoint) -> Int32? {
    guard case .inside(let triangle) = locate(p, from: lastTriangle, stopsAtSegments: false) else { return nil }
    let c = triangles[Int(triangle)].corners
    for corner in 0..<3 where point(c[corner]) == p { return c[corner] }
    guard openCavity(at: p, seeds: [triangle]) else { return nil }
    var created: [Int32] = []
    return fillCavity(with: p, created: &created)
  }

  // MARK: - Turning edges

  /// Exchanges the diagonal of the two triangles at an edge.
  ///
  /// - Precondition: the edge is not constrained, has two triangles and the four corners are convex.
  mutating func flip(_ first: Int32, _ edge: Int) {
    let t = triangles[Int(first)]
    let second = t.neighbours[edge]
    let u = triangles[Int(second)]
    let other = u.neighbours.x == first ? 0 : u.neighbours.y == first ? 1 : 2
    let (e1, e2, o1, o2) = ((edge + 1) % 3, (edge + 2) % 3, (other + 1) % 3, (other + 2) % 3)
    let (apex, start, end, foot) = (t.corners[edge], t.corners[e1], t.corners[e2], u.corners[other])
    // start and end are shared; in the second triangle they come in the other order.
    triangles[Int(first)] = Triangle(
      corners: SIMD3(apex, start, foot), neighbours: SIMD3(u.neighbours[o1], second, t.neighbours[e2]),
      segments: SIMD3(u.segments[o1], -1, t.segments[e2]), region: t.region)
    triangles[Int(second)] = Triangle(
      corners: SIMD3(foot, end, apex), neighbours: SIMD3(t.neighbours[e1], first, u.neighbours[o2]),
      segments: SIMD3(t.segments[e1], -1, u.segments[o2]), region: t.region)
    replace(second, by: first, in: u.neighbours[o1])
    replace(first, by: second, in: t.neighbours[e1])
    triangleAt[Int(apex)] = first
    triangleAt[Int(start)] = first
    triangleAt[Int(foot)] = second
    triangleAt[Int(end)] = second
  }

  private mutating func replace(_ old: Int32, by new: Int32, in triangle: Int32) {
    guard triangle >= 0 else { return }
    for side in 0..<3 where triangles[Int(triangle)].neighbours[side] == old {
      triangles[Int(triangle)].neighbours[side] = new
    }
  }
}
