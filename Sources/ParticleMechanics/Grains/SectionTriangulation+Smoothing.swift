extension SectionTriangulation {
  /// Moves the points inside grains so that the triangles become rounder, and restores the Delaunay property.
  ///
  /// A point is drawn to the mean of the circumcentres of its triangles, weighted by area (L. Chen, Mesh smoothing
  /// schemes based on optimal Delaunay triangulations, 13th International Meshing Roundtable, 2004), and goes there only
  /// if the smallest angle around it grows.
  mutating func smooth(passes: Int) {
    for _ in 0..<passes {
      for index in 4..<triangulation.points.count where edgeOfPoint[index] == -1 { smoothPoint(Int32(index)) }
      restoreDelaunay()
    }
  }

  private mutating func smoothPoint(_ index: Int32) {
    let first = triangulation.triangleAt[Int(index)]
    var current = first
    var star: [(GridPoint, GridPoint)] = []
    repeat {
      let triangle = triangulation.triangles[Int(current)]
      let k = Triangulation.place(of: index, in: triangle.corners)
      star.append(
        (triangulation.point(triangle.corners[(k + 1) % 3]), triangulation.point(triangle.corners[(k + 2) % 3])))
      current = triangle.neighbours[(k + 1) % 3]
    } while current != first
    let old = triangulation.point(index)
    var (sum, weight) = (SIMD2<Double>.zero, 0.0)
    for (a, b) in star {
      let (u, v) = (a - old, b - old)
      let area = Double(u.x * v.y - u.y * v.x)
      let (uu, vv) = (Double(u.squaredLength), Double(v.squaredLength))
      // Area times the circumcentre relative to the point: the area cancels.
      let x = uu * Double(v.y) - vv * Double(u.y)
      let y = vv * Double(u.x) - uu * Double(v.x)
      sum += SIMD2(x, y) / 2
      weight += area
    }
    let way = (sum / weight).rounded(.toNearestOrEven)
    let before = Self.smallestSine(star, old)
    for part in [1.0, 0.5] {
      let step = (part * way).rounded(.toNearestOrEven)
      guard abs(step.x) < Double(GridPoint.extent), abs(step.y) < Double(GridPoint.extent) else { return }
      let new = GridPoint(x: old.x + Int(step.x), y: old.y + Int(step.y))
      guard Self.smallestSine(star, new) > before else { continue }
      triangulation.move(index, to: new)
      positions[Int(index)] = position(new)
      return
    }
  }

  /// The sine of the smallest angle of the triangles between a point and the edges around it; negative where one is
  /// turned over.
  private static func smallestSine(_ star: [(GridPoint, GridPoint)], _ p: GridPoint) -> Double {
    var smallest = 1.0
    for (a, b) in star {
      let area = Double(GridPoint.turn(p, a, b))
      let x = Double((a - p).squaredLength)
      let y = Double((b - p).squaredLength)
      let z = Double((b - a).squaredLength)
      let largest = max(x, y, z)
      let shortest = min(x, y, z)
      let between = x + y + z - largest - shortest
      smallest = min(smallest, area / (largest * between).squareRoot())
    }
    return smallest
  }

  /// Turns edges until every one that may be turned has the Delaunay property.
  private mutating func restoreDelaunay() {
    var open = triangulation.triangles.indices.filter { triangulation.triangles[$0].isAlive }.map(Int32.init)
    open.reverse()
    while let index = open.popLast() {
      let triangle = triangulation.triangles[Int(index)]
      guard triangle.region >= 0 else { continue }
      for edge in 0..<3 where triangle.segments[edge] < 0 {
        let other = triangle.neighbours[edge]
        guard other >= 0 else { continue }
        let corners = triangulation.triangles[Int(other)].corners
        let foot = (0..<3).first {
          corners[$0] != triangle.corners[(edge + 1) % 3] && corners[$0] != triangle.corners[(edge + 2) % 3]
        }
        guard let foot else { continue }
        let (a, b, c) = triangulation.corners(index)
        let p = triangulation.point(corners[foot])
        guard GridPoint.isInCircle(a, b, c, p) else { continue }
        let apex = triangulation.point(triangle.corners[edge])
        let start = triangulation.point(triangle.corners[(edge + 1) % 3])
        let end = triangulation.point(triangle.corners[(edge + 2) % 3])
        guard GridPoint.turn(apex, start, p) > 0, GridPoint.turn(p, end, apex) > 0 else { continue }
        triangulation.flip(index, edge)
        open.append(index)
        open.append(other)
        break
      }
    }
  }
}
