import Foundation

/// Cuts an outline into grains along straight lines that are cut off at it.
struct PartitionBuilder {
  /// A piece of a straight line between two vertices, which need not lie inside.
  struct Line {
    var base: SIMD2<Double>
    /// Of unit length.
    var direction: SIMD2<Double>
    var from: SIMD2<Double>
    var to: SIMD2<Double>
    /// Lines that share an end name it with the same key.
    var startKey: Int
    var endKey: Int
    var left: Int32
    var right: Int32
  }

  private let outline: MeshOutline
  /// The corners of the outline come first.
  private var points: [SIMD2<Double>]
  private var edges: [SectionPartition.Edge] = []
  private var vertexOfKey: [Int: Int] = [:]
  private var breaks: [[(fraction: Double, vertex: Int)]]

  init(outline: MeshOutline) {
    self.outline = outline
    points = outline.sides.map(\.start)
    breaks = [[(fraction: Double, vertex: Int)]](repeating: [], count: outline.sides.count)
  }

  /// Adds the parts of a line that lie inside.
  mutating func add(_ line: Line) {
    let start = ((line.from - line.base) * line.direction).sum()
    let end = ((line.to - line.base) * line.direction).sum()
    guard end > start else { return }
    var stops: [(way: Double, side: Int, fraction: Double)] = []
    for side in outline.sides.indices {
      for crossing in crossings(of: line, side: side) where crossing.way > start && crossing.way < end {
        stops.append((crossing.way, side, crossing.fraction))
      }
    }
    stops.sort { ($0.way, $0.side) < ($1.way, $1.side) }
    var previous = start
    var previousVertex: Int?
    for index in 0...stops.count {
      let way = index < stops.count ? stops[index].way : end
      let isInside = way > previous && outline.contains(line.base + (previous + way) / 2 * line.direction)
      if isInside {
        let first = previousVertex ?? vertex(line.startKey, line.from)
        let last =
          index < stops.count
          ? breakVertex(side: stops[index].side, fraction: stops[index].fraction) : vertex(line.endKey, line.to)
        if first != last {
          edges.append(SectionPartition.Edge(start: first, end: last, left: line.left, right: line.right))
        }
        previousVertex = last
      } else if index < stops.count {
        previousVertex = breakVertex(side: stops[index].side, fraction: stops[index].fraction)
      }
      previous = way
    }
  }

  /// The partition, the pieces of the outline given the grain at their middles.
  func finish(grainAt: (SIMD2<Double>) -> Int32) -> SectionPartition {
    var all = edges
    for side in outline.sides.indices {
      let stops = breaks[side].sorted { ($0.fraction, $0.vertex) < ($1.fraction, $1.vertex) }
      var (previous, fraction) = (side, 0.0)
      let last = (fraction: 1.0, vertex: outline.following[side])
      for stop in stops + [last] where stop.vertex != previous {
        var edge = outline.edge(side)
        (edge.start, edge.end) = (previous, stop.vertex)
        edge.left = grainAt(outline.point(onSide: side, fraction: (fraction + stop.fraction) / 2))
        all.append(edge)
        (previous, fraction) = (stop.vertex, stop.fraction)
      }
    }
    return SectionPartition(points: points, edges: all)
  }

  private mutating func vertex(_ key: Int, _ place: SIMD2<Double>) -> Int {
    if let known = vertexOfKey[key] { return known }
    points.append(place)
    vertexOfKey[key] = points.count - 1
    return points.count - 1
  }

  /// The vertex where a line crosses a side: a corner where it is one.
  private mutating func breakVertex(side: Int, fraction: Double) -> Int {
    if fraction < 1e-9 { return side }
    if fraction > 1 - 1e-9 { return outline.following[side] }
    if let known = breaks[side].first(where: { abs($0.fraction - fraction) < 1e-12 }) { return known.vertex }
    points.append(outline.point(onSide: side, fraction: fraction))
    breaks[side].append((fraction, points.count - 1))
    return points.count - 1
  }

  /// Where a line crosses a side: the way along the line, and the fraction of the side.
  private func crossings(of line: Line, side: Int) -> [(way: Double, fraction: Double)] {
    let tolerance = 1e-12
    let (a, b) = (outline.sides[side].start, outline.end(ofSide: side))
    let d = line.direction
    guard let centre = outline.sides[side].arcCentre else {
      let (u, v) = (a - line.base, b - line.base)
      let (first, second) = (d.x * u.y - d.y * u.x, d.x * v.y - d.y * v.x)
      guard first != second else { return [] }
      let fraction = first / (first - second)
      guard fraction >= -tolerance, fraction <= 1 + tolerance else { return [] }
      let place = u + fraction * (v - u)
      return [((place * d).sum(), min(max(fraction, 0), 1))]
    }
    let offset = line.base - centre
    let along = (offset * d).sum()
    let u = a - centre
    let root = along * along - (offset * offset).sum() + (u * u).sum()
    guard root > 0 else { return [] }
    let span = outline.edge(side).length(from: a, to: b) / (u * u).sum().squareRoot()
    return [-along - root.squareRoot(), -along + root.squareRoot()].compactMap { way in
      let p = offset + way * d
      var angle = atan2(u.x * p.y - u.y * p.x, (u * p).sum())
      if angle < -tolerance { angle += 2 * .pi }
      let fraction = angle / span
      return fraction <= 1 + tolerance ? (way, min(max(fraction, 0), 1)) : nil
    }
  }
}
