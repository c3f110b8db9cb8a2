import Foundation

/// The outline of a section: closed loops of sides with the inside on their left, anticlockwise around the section and
/// clockwise around pores.
public struct MeshOutline: Sendable, Hashable {
  /// A side from its start to the start of the next one of its loop.
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

  /// All loops, one after the other.
  public let sides: [Side]
  /// The side that follows each one.
  let following: [Int]
  /// The place about which directions of contact are measured, in metres.
  public var centre: SIMD2<Double>

  init(loops: [[Side]], centre: SIMD2<Double>) {
    sides = loops.flatMap { $0 }
    var following: [Int] = []
    for loop in loops {
      let first = following.count
      following += loop.indices.map { first + ($0 + 1) % loop.count }
    }
    self.following = following
    self.centre = centre
  }

  /// A disc around the origin.
  ///
  /// - Parameter radius: in metres.
  public static func disc(radius: Double) throws(SectionError) -> MeshOutline {
    try SectionError.require(radius > 0 && radius.isFinite, "the radius of the section", radius, "more than 0 m")
    let starts = [SIMD2(radius, 0), SIMD2(0, radius), SIMD2(-radius, 0), SIMD2(0, -radius)]
    let sides = starts.map { Side(start: $0, arcCentre: .zero, names: [ElementMesh.BoundaryName.surface]) }
    return MeshOutline(loops: [sides], centre: .zero)
  }

  /// The quarter x ≥ 0, y ≥ 0 of a disc around the origin. Its straight sides are planes of symmetry, named by their
  /// normals: `symmetry-y` lies on y = 0, `symmetry-x` on x = 0.
  ///
  /// - Parameter radius: in metres.
  public static func quarterDisc(radius: Double) throws(SectionError) -> MeshOutline {
    try SectionError.require(radius > 0 && radius.isFinite, "the radius of the section", radius, "more than 0 m")
    let sides = [
      Side(start: .zero, names: [ElementMesh.BoundaryName.symmetryY]),
      Side(start: SIMD2(radius, 0), arcCentre: .zero, names: [ElementMesh.BoundaryName.surface]),
      Side(start: SIMD2(0, radius), names: [ElementMesh.BoundaryName.symmetryX]),
    ]
    return MeshOutline(loops: [sides], centre: .zero)
  }

  /// A rectangle from the origin to (width, height), whose sides are named `bottom`, `right`, `top` and `left` as well as
  /// surface: a sample of a material.
  public static func rectangle(width: Double, height: Double) throws(SectionError) -> MeshOutline {
    for (name, length) in [("the width of the section", width), ("the height of the section", height)] {
      try SectionError.require(length > 0 && length.isFinite, name, length, "more than 0 m")
    }
    let corners = [SIMD2(0, 0), SIMD2(width, 0), SIMD2(width, height), SIMD2(0, height)]
    let sides = zip(corners, ["bottom", "right", "top", "left"]).map {
      Side(start: $0, names: [ElementMesh.BoundaryName.surface, $1])
    }
    return MeshOutline(loops: [sides], centre: SIMD2(width, height) / 2)
  }

  /// A closed polygon, in either sense; all of it is surface.
  ///
  /// - Parameter corners: in metres, y up; the last joins the first.
  /// - Throws: ``SectionError/invalidOutline(reason:)`` with fewer than three corners, equal neighbours, sides that cross
  ///   or no area.
  public static func polygon(_ corners: [SIMD2<Double>]) throws(SectionError) -> MeshOutline {
    try polygons([corners])
  }

  /// The largest of several closed polygons with the pores inside it: those of a section of a volume.
  ///
  /// A polygon inside the largest is a pore, in whichever sense it runs; polygons outside it, pieces that the plane cuts
  /// off, are left out, since nothing holds them. All sides are surface; where there are pores, which no electrolyte
  /// reaches, those around the section are also `wetted`.
  ///
  /// - Parameters:
  ///   - polygons: corners in metres, y up; the last joins the first.
  ///   - tolerance: corners closer than this to the line without them are left out, in metres: outlines traced along
  ///     voxels have far more corners than a mesh needs. Where sides would cross, less is left out.
  /// - Throws: as ``polygon(_:)``, and where there is no polygon.
  public static func polygons(
    _ polygons: [[SIMD2<Double>]], tolerance: Double = 0
  ) throws(SectionError) -> MeshOutline {
    try SectionError.require(
      tolerance >= 0 && tolerance.isFinite, "the tolerance of the outline in metres", tolerance, "0 or more")
    var loops: [(corners: [SIMD2<Double>], area: Double, centroid: SIMD2<Double>)] = []
    for polygon in polygons { loops.append(try measured(polygon)) }
    guard let largest = loops.indices.max(by: { abs(loops[$0].area) < abs(loops[$1].area) }) else {
      throw .invalidOutline(reason: "found no polygon; expected one or more")
    }
    let shape = MeshOutline(loops: [loops[largest].corners.map { Side(start: $0, names: []) }], centre: .zero)
    let pores = loops.indices.filter { $0 != largest && shape.contains(loops[$0].corners[0]) }
    var tolerance = tolerance
    while true {
      let kept = ([largest] + pores).map { index in
        let corners =
          (loops[index].area > 0) == (index == largest) ? loops[index].corners : loops[index].corners.reversed()
        let surface = ElementMesh.BoundaryName.surface
        let names = index == largest && !pores.isEmpty ? [surface, ElementMesh.BoundaryName.wetted] : [surface]
        let drawn = tolerance > 0 ? PlaneGeometry.simplifiedLoop(corners, tolerance: tolerance) : corners
        return drawn.map { Side(start: $0, names: names) }
      }
      let outline = MeshOutline(loops: kept, centre: loops[largest].centroid)
      guard let crossing = outline.crossingSides() else { return outline }
      guard tolerance > 0 else {
        let place = outline.sides[crossing.first].start
        throw .invalidOutline(
          reason:
            "sides \(crossing.first + 1) and \(crossing.second + 1), near (\(place.x), \(place.y)) m, cross or touch; "
            + "expected sides that meet only in corners")
      }
      tolerance = tolerance > 1e-6 * shape.reach ? tolerance / 2 : 0
    }
  }

  /// A polygon without a doubled last corner, its signed area and its centroid.
  private static func measured(
    _ polygon: [SIMD2<Double>]
  ) throws(SectionError) -> (corners: [SIMD2<Double>], area: Double, centroid: SIMD2<Double>) {
    var corners = polygon
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
    let extent = corners.map { (($0 - origin) * ($0 - origin)).sum() }.max() ?? 0
    guard abs(area) > 1e-9 * extent else { throw .invalidOutline(reason: "it encloses no area") }
    return (corners, area, origin + moment / area)
  }

  /// The outline with an arc of contact: the surface seen from ``centre`` in a range of directions is named `wetted` too.
  ///
  /// - Parameter directions: angles anticlockwise from x, in radians; the upper bound may pass 2π.
  /// - Throws: where the range is empty or wider than a full turn.
  public func wetted(_ directions: ClosedRange<Double>) throws(SectionError) -> MeshOutline {
    try ContactArc(directions: directions).validate()
    let width = directions.upperBound - directions.lowerBound
    var result = self
    for bound in [directions.lowerBound, directions.upperBound] where width < 2 * .pi {
      result = result.broken(at: bound)
    }
    let place = centre
    let names = ContactArc(directions: directions).names(
      result.sides.indices.map { (result.sides[$0].names, result.point(onSide: $0, fraction: 0.5) - place) })
    return MeshOutline(
      loops: result.loops.map { loop in
        loop.map { Side(start: result.sides[$0].start, arcCentre: result.sides[$0].arcCentre, names: names[$0]) }
      }, centre: centre)
  }

  /// The numbers of the sides of each loop.
  var loops: [[Int]] {
    var loops: [[Int]] = [[]]
    for index in sides.indices {
      loops[loops.count - 1].append(index)
      if following[index] <= index, index + 1 < sides.count { loops.append([]) }
    }
    return loops
  }

  /// The end of a side.
  func end(ofSide index: Int) -> SIMD2<Double> { sides[following[index]].start }

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
    MeshOutline(
      loops: loops.map { loop in
        loop.flatMap { index -> [Side] in
          guard let fraction = crossing(ofSide: index, direction: direction) else { return [sides[index]] }
          var piece = sides[index]
          piece.start = point(onSide: index, fraction: fraction)
          return [sides[index], piece]
        }
      }, centre: centre)
  }

  /// Where the ray from the centre in a direction crosses a side, as a fraction of it; nil where it does not, or in a
  /// corner.
  private func crossing(ofSide index: Int, direction: Double) -> Double? {
    let side = sides[index]
    let (a, b) = (side.start - centre, end(ofSide: index) - centre)
    let ray = SIMD2(cos(direction), sin(direction))
    let fraction: Double
    if let arc = side.arcCentre {
      // Arcs of this type's outlines have their centre in common with the outline.
      guard arc == centre else { return nil }
      let span = edge(index).length(from: side.start, to: end(ofSide: index)) / (a * a).sum().squareRoot()
      var angle = direction - atan2(a.y, a.x)
      angle -= 2 * .pi * (angle / (2 * .pi)).rounded(.down)
      fraction = angle / span
    } else {
      let (u, v) = (ray.x * a.y - ray.y * a.x, ray.x * b.y - ray.y * b.x)
      guard (u < 0) != (v < 0) else { return nil }
      fraction = u / (u - v)
      guard ((a + fraction * (b - a)) * ray).sum() > 0 else { return nil }
    }
    return fraction > 1e-9 && fraction < 1 - 1e-9 ? fraction : nil
  }

  /// Two straight sides that meet elsewhere than in a common corner.
  private func crossingSides() -> (first: Int, second: Int)? {
    let lines = sides.indices.map { (sides[$0].start, end(ofSide: $0)) }
    return PlaneGeometry.crossings(of: lines) { first, second in
      following[first] == second || following[second] == first
    }.first
  }
}
