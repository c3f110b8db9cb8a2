import Foundation

/// A section of the particle cut into grains: vertices and the boundaries between them, each with the grain on either
/// side. Boundaries meet only in vertices.
public struct SectionPartition: Sendable, Hashable {
  /// A piece of boundary between two vertices, straight or an arc.
  public struct Edge: Sendable, Hashable {
    public var start: Int
    public var end: Int
    /// The grain on the left on the way from `start` to `end`; ``SectionPartition/outside`` where there is none.
    public var left: Int32
    public var right: Int32
    /// The centre of an arc that turns anticlockwise from start to end; nil for a straight piece.
    public var arcCentre: SIMD2<Double>?
    /// The named boundaries of the mesh that it belongs to.
    public var names: [String]

    public init(
      start: Int, end: Int, left: Int32, right: Int32, arcCentre: SIMD2<Double>? = nil, names: [String] = []
    ) {
      self.start = start
      self.end = end
      self.left = left
      self.right = right
      self.arcCentre = arcCentre
      self.names = names
    }

    /// A point between two points of the edge.
    ///
    /// - Parameter fraction: of the way from `a` to `b`, along the arc where it is one.
    func point(from a: SIMD2<Double>, to b: SIMD2<Double>, fraction: Double) -> SIMD2<Double> {
      guard let centre = arcCentre else { return a + fraction * (b - a) }
      let (u, v) = (a - centre, b - centre)
      var angle = atan2(u.x * v.y - u.y * v.x, (u * v).sum())
      if angle <= 0 { angle += 2 * .pi }
      let (c, s) = (cos(fraction * angle), sin(fraction * angle))
      let turned = SIMD2(c * u.x - s * u.y, s * u.x + c * u.y)
      // Both ends lie on the circle but for rounding; the radius runs from one to the other.
      let (first, last) = ((u * u).sum().squareRoot(), (v * v).sum().squareRoot())
      return centre + (1 + fraction * (last / first - 1)) * turned
    }

    /// Its length between two of its points.
    func length(from a: SIMD2<Double>, to b: SIMD2<Double>) -> Double {
      let d = b - a
      let chord = (d * d).sum().squareRoot()
      guard let centre = arcCentre else { return chord }
      let (u, v) = (a - centre, b - centre)
      var angle = atan2(u.x * v.y - u.y * v.x, (u * v).sum())
      if angle <= 0 { angle += 2 * .pi }
      return angle * (u * u).sum().squareRoot()
    }
  }

  /// What lies on the outer side of the outline.
  public static let outside: Int32 = -1

  /// In metres, y up.
  public var points: [SIMD2<Double>]
  public var edges: [Edge]

  public init(points: [SIMD2<Double>], edges: [Edge]) {
    self.points = points
    self.edges = edges
  }

  /// The number of grains: one more than the highest number on any side.
  public var grainCount: Int {
    Int(edges.reduce(-1) { max($0, $1.left, $1.right) }) + 1
  }

  /// Area and centroid of each grain, in m² and metres, from its boundary by Green's theorem.
  public func areas() -> [(area: Double, centroid: SIMD2<Double>)] {
    var sums = [(area: Double, moment: SIMD2<Double>)](repeating: (0, .zero), count: grainCount)
    // Moments about the middle of the section: about a far origin they would cancel.
    let middle = points.reduce(SIMD2<Double>.zero, +) / Double(max(points.count, 1))
    for edge in edges {
      let (a, b) = (points[edge.start], points[edge.end])
      let (p, q) = (a - middle, b - middle)
      let cross = p.x * q.y - p.y * q.x
      var area = cross / 2
      var moment = cross / 6 * (p + q)
      if let centre = edge.arcCentre {
        // What lies between arc and chord: a segment of a circle.
        let radius = ((a - centre) * (a - centre)).sum().squareRoot()
        let angle = edge.length(from: a, to: b) / radius
        let segment = radius * radius / 2 * (angle - sin(angle))
        let direction = (edge.point(from: a, to: b, fraction: 0.5) - centre) / radius
        let half = sin(angle / 2)
        area += segment
        moment += segment * (centre - middle) + 2 / 3 * pow(radius * half, 3) * direction
      }
      for (region, sign) in [(edge.left, 1.0), (edge.right, -1.0)] where region >= 0 {
        sums[Int(region)].area += sign * area
        sums[Int(region)].moment += sign * moment
      }
    }
    return sums.map { ($0.area, $0.area > 0 ? middle + $0.moment / $0.area : middle) }
  }
}
