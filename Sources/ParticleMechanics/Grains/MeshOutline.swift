import Foundation

/// The outline of a section: sides one after the other, the inside on their left.
public struct MeshOutline: Sendable, Hashable {
  /// A side from its start to the start of the next one.
  public struct Side: Sendable, Hashable {
    /// In metres, y up.
    public var start: SIMD2<Double>
    /// The centre of an anticlockwise arc; nil for a straight side.
    public var arcCentre: SIMD2<Double>?
    /// The named boundaries of the mesh that it makes.
    public var names: [String]

    public init(start: SIMD2<Double>, arcCentre: SIMD2<Double>? = nil, names: [String]) {
      self.start = start
      self.arcCentre = arcCentre
      self.names = names
    }
  }

  public var sides: [Side]
  /// The place about which directions of contact are measured, in metres.
  public var centre: SIMD2<Double>

  init(sides: [Side], centre: SIMD2<Double>) {
    self.sides = sides
    self.centre = centre
  }

  /// A disc around the origin.
  ///
  /// - Parameter radius: in metres.
  public static func disc(radius: Double) throws(SectionError) -> MeshOutline {
    try SectionError.require(radius > 0 && radius.isFinite, "the radius of the section", radius, "more than 0 m")
    let starts = [SIMD2(radius, 0), SIMD2(0, radius), SIMD2(-radius, 0), SIMD2(0, -radius)]
    return MeshOutline(
      sides: starts.map { Side(start: $0, arcCentre: .zero, names: [ElementMesh.BoundaryName.surface]) },
      centre: .zero)
  }

  /// The quarter x ≥ 0, y ≥ 0 of a disc around the origin. Its straight sides are planes of symmetry, named by their
  /// normals: `symmetry-y` lies on y = 0, `symmetry-x` on x = 0.
  ///
  /// - Parameter radius: in metres.
  public static func quarterDisc(radius: Double) throws(SectionError) -> MeshOutline {
    try SectionError.require(radius > 0 && radius.isFinite, "the radius of the section", radius, "more than 0 m")
    return MeshOutline(
      sides: [
        Side(start: .zero, names: [ElementMesh.BoundaryName.symmetryY]),
        Side(start: SIMD2(radius, 0), arcCentre: .zero, names: [ElementMesh.BoundaryName.surface]),
        Side(start: SIMD2(0, radius), names: [ElementMesh.BoundaryName.symmetryX]),
      ], centre: .zero)
  }

  /// A closed polygon, in either sense; all of it is surface.
  ///
  /// - Parameter corners: in metres, y up; the last joins the first.
  /// - Throws: ``SectionError/invalidOutline(reason:)`` with fewer than three corners, equal neighbours, sides that cross
  ///   or no area.
  public static func polygon(_ corners: [SIMD2<Double>]) throws(SectionError) -> MeshOutline {
    var corners = corners
    if let first = corners.first, corners.count > 1, first == corners.last { corners.removeLast() }
    guard corners.count >= 3 else {
      throw .invalidOutline(reason: "found \(corners.count) different corners; expected three or more")
    }
    guard corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
      throw .invalidOutline(reason: "a corner is not a finite number")
    }
    var area = 0.0
    var moment = SIMD2<Double>.zero
    let origin = corners[0]
    for (index, corner) in corners.enumerated() {
      let next = corners[(index + 1) % corners.count]
      guard next != corner else {
        throw .invalidOutline(reason: "corners \(index + 1) and \(index + 2) are the same point")
      }
      let (p, q) = (corner - origin, next - origin)
      let cross = p.x * q.y - p.y * q.x
      area += cross / 2
      moment += cross / 6 * (p + q)
    }
    let extent = corners.map { ($0 - origin) * ($0 - origin) }.map { $0.sum() }.max() ?? 0
    guard abs(area) > 1e-9 * extent else { throw .invalidOutline(reason: "it encloses no area") }
    let centre = origin + moment / area
    if area < 0 { corners.reverse() }
    if let crossing = firstCrossing(of: corners) {
      throw .invalidOutline(
        reason: "sides \(crossing.0 + 1) and \(crossing.1 + 1) cross or touch; expected sides that meet only in corners"
      )
    }
    return MeshOutline(
      sides: corners.map { Side(start: $0, names: [ElementMesh.BoundaryName.surface]) }, centre: centre)
  }

  /// The outline with an arc of contact: the surface seen from ``centre`` in a range of directions is named `wetted` too.
  ///
  /// - Parameter directions: angles anticlockwise from x, in radians; the upper bound may pass 2π.
  /// - Throws: where the range is empty or wider than a full turn.
  public func wetted(_ directions: ClosedRange<Double>) throws(SectionError) -> MeshOutline {
    let width = directions.upperBound - directions.lowerBound
    try SectionError.require(
      width > 0 && width <= 2 * .pi, "the width of the arc of contact in radians", width, "more than 0, at most 2π")
    var result = self
    for bound in [directions.lowerBound, directions.upperBound] where width < 2 * .pi {
      result = result.broken(at: bound)
    }
    let count = result.sides.count
    for index in 0..<count where result.sides[index].names.contains(ElementMesh.BoundaryName.surface) {
      let middle = result.point(onSide: index, fraction: 0.5) - centre
      var angle = atan2(middle.y, middle.x) - directions.lowerBound
      angle -= 2 * .pi * (angle / (2 * .pi)).rounded(.down)
      if angle <= width { result.sides[index].names.append(ElementMesh.BoundaryName.wetted) }
    }
    return result
  }

  /// The end of a side.
  func end(ofSide index: Int) -> SIMD2<Double> { sides[(index + 1) % sides.count].start }

  /// A point of a side.
  func point(onSide index: Int, fraction: Double) -> SIMD2<Double> {
    edge(index).point(from: sides[index].start, to: end(ofSide: index), fraction: fraction)
  }

  /// A side as an edge of a partition, between points that are not numbered yet.
  func edge(_ index: Int) -> SectionPartition.Edge {
    SectionPartition.Edge(
      start: 0, end: 0, left: 0, right: SectionPartition.outside, arcCentre: sides[index].arcCentre,
      names: sides[index].names)
  }

  /// The outline with corners where the ray from the centre in a direction crosses it.
  private func broken(at direction: Double) -> MeshOutline {
    let ray = SIMD2(cos(direction), sin(direction))
    var result = self
    result.sides = []
    for (index, side) in sides.enumerated() {
      result.sides.append(side)
      let (a, b) = (side.start - centre, end(ofSide: index) - centre)
      let (u, v) = (ray.x * a.y - ray.y * a.x, ray.x * b.y - ray.y * b.x)
      var fraction: Double
      if let arc = side.arcCentre {
        // An arc about another centre than the outline's would need a root; outlines of this module have none.
        guard arc == centre else { continue }
        let span = edge(index).length(from: side.start, to: end(ofSide: index)) / (a * a).sum().squareRoot()
        var angle = direction - atan2(a.y, a.x)
        angle -= 2 * .pi * (angle / (2 * .pi)).rounded(.down)
        fraction = angle / span
      } else {
        guard (u < 0) != (v < 0) else { continue }
        fraction = u / (u - v)
        let crossing = a + fraction * (b - a)
        guard (crossing * ray).sum() > 0 else { continue }
      }
      // A corner already there is not doubled.
      guard fraction > 1e-9, fraction < 1 - 1e-9 else { continue }
      var piece = side
      piece.start = point(onSide: index, fraction: fraction)
      result.sides.append(piece)
    }
    return result
  }

  /// The first two sides of a polygon that meet elsewhere than in a common corner.
  private static func firstCrossing(of corners: [SIMD2<Double>]) -> (Int, Int)? {
    let count = corners.count
    func turn(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>) -> Double {
      (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    }
    // Sides sorted by their left ends: only those that overlap along x are compared.
    let order = (0..<count).map { (low: min(corners[$0].x, corners[($0 + 1) % count].x), side: $0) }
      .sorted { ($0.low, $0.side) < ($1.low, $1.side) }
    for (rank, first) in order.enumerated() {
      let (a, b) = (corners[first.side], corners[(first.side + 1) % count])
      for second in order[(rank + 1)...] {
        if second.low > max(a.x, b.x) { break }
        let (i, j) = (first.side, second.side)
        if (i + 1) % count == j || (j + 1) % count == i {
          // Neighbours share a corner; they may not fold back on each other.
          let (p, q, r) =
            (i + 1) % count == j
            ? (a, b, corners[(j + 1) % count]) : (corners[j], a, b)
          if turn(p, q, r) == 0, ((q - p) * (r - q)).sum() < 0 { return (min(i, j), max(i, j)) }
          continue
        }
        let (c, d) = (corners[j], corners[(j + 1) % count])
        let (s, t) = (turn(a, b, c), turn(a, b, d))
        let (u, v) = (turn(c, d, a), turn(c, d, b))
        if s == 0, t == 0 {
          // On one line: they touch where they overlap along both axes.
          let overlaps =
            max(min(a.x, b.x), min(c.x, d.x)) <= min(max(a.x, b.x), max(c.x, d.x))
            && max(min(a.y, b.y), min(c.y, d.y)) <= min(max(a.y, b.y), max(c.y, d.y))
          if overlaps { return (min(i, j), max(i, j)) }
        } else if s * t <= 0, u * v <= 0 {
          return (min(i, j), max(i, j))
        }
      }
    }
    return nil
  }
}
