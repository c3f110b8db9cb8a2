import Tomography

/// Corners and sides of a section's regions, each once.
struct SectionGraph {
  struct Edge: Hashable {
    /// From the first node to the second, region ``left`` is on the left; the outside is nil.
    var nodes: SIMD2<Int>
    var left: Int?
    var right: Int?
  }

  /// A closed walk along edges, counterclockwise around matter and clockwise around holes.
  struct Loop {
    var region: Int
    /// Numbers of edges and whether they are walked from their first node.
    var edges: [(edge: Int, isForward: Bool)]
    /// Corners, for areas and for what lies inside.
    var polygon: [SIMD2<Double>]
  }

  private(set) var nodes: [SIMD2<Double>] = []
  private(set) var edges: [Edge] = []
  private(set) var loops: [Loop] = []

  /// - Throws: ``MeshingError`` where a polygon has no area, or sides cross or overlap.
  init(_ geometry: SectionGeometry) throws(MeshingError) {
    let corners = geometry.regions.flatMap { $0.polygons.flatMap { $0 } }
    guard let first = corners.first else { throw .geometry("the section has no polygons") }
    guard corners.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else {
      throw .geometry("a corner of the section has a coordinate that is no number")
    }
    let extent = corners.reduce(first, pointwiseMax) - corners.reduce(first, pointwiseMin)
    let tolerance = 1e-7 * max(extent.x, extent.y)
    guard tolerance > 0, tolerance.isFinite else {
      throw .geometry("the section has no extent, or one beyond all measure")
    }
    var finder = NodeFinder(tolerance: tolerance)
    var walks: [(region: Int, nodes: [Int])] = []
    for (region, content) in geometry.regions.enumerated() {
      for polygon in content.polygons {
        var walk: [Int] = []
        for corner in polygon {
          let node = finder.node(corner)
          if walk.last != node { walk.append(node) }
        }
        while walk.count > 1, walk.first == walk.last { walk.removeLast() }
        guard walk.count >= 3 else { throw Self.refusal("has a polygon of fewer than 3 corners", polygon.first) }
        walks.append((region, walk))
      }
    }
    nodes = finder.nodes
    let splitter = EdgeSplitter(nodes, tolerance: tolerance)
    var known: [SIMD2<Int>: Int] = [:]
    for walk in walks {
      let full = splitter.split(walk.nodes)
      var loop = Loop(region: walk.region, edges: [], polygon: full.map { nodes[$0] })
      for (from, to) in zip(full, full.dropFirst() + full.prefix(1)) {
        let key = SIMD2(min(from, to), max(from, to))
        let number: Int
        if let existing = known[key] {
          number = existing
        } else {
          number = edges.count
          known[key] = number
          edges.append(Edge(nodes: SIMD2(from, to), left: nil, right: nil))
        }
        let isForward = edges[number].nodes == SIMD2(from, to)
        guard (isForward ? edges[number].left : edges[number].right) == nil else {
          throw Self.refusal("has polygons that overlap along a side", nodes[from])
        }
        if isForward { edges[number].left = walk.region } else { edges[number].right = walk.region }
        loop.edges.append((number, isForward))
      }
      loops.append(loop)
    }
    try refuseCrossings()
    for loop in loops {
      guard abs(SectionOutline.signedArea(loop.polygon)) > tolerance * tolerance else {
        throw Self.refusal("has a polygon without area", loop.polygon.first)
      }
      for (edge, _) in loop.edges where edges[edge].left == edges[edge].right {
        throw Self.refusal("has a region that touches itself along a side", nodes[edges[edge].nodes.x])
      }
    }
  }

  static func refusal(_ problem: String, _ place: SIMD2<Double>?) -> MeshingError {
    guard let place else { return .geometry("the section \(problem)") }
    return .geometry("the section \(problem), at (\(place.x * 1e6), \(place.y * 1e6)) um")
  }

  /// Sides meet at their ends alone: a mesher does not come to an end with others.
  private func refuseCrossings() throws(MeshingError) {
    func cross(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double { a.x * b.y - a.y * b.x }
    let boxes = edges.map { edge in
      (
        lower: pointwiseMin(nodes[edge.nodes.x], nodes[edge.nodes.y]),
        upper: pointwiseMax(nodes[edge.nodes.x], nodes[edge.nodes.y])
      )
    }
    let order = edges.indices.sorted { boxes[$0].lower.x < boxes[$1].lower.x }
    for (place, first) in order.enumerated() {
      for second in order[(place + 1)...] {
        if boxes[second].lower.x > boxes[first].upper.x { break }
        guard boxes[second].lower.y <= boxes[first].upper.y, boxes[first].lower.y <= boxes[second].upper.y else {
          continue
        }
        let (a, b) = (edges[first].nodes, edges[second].nodes)
        guard a.x != b.x, a.x != b.y, a.y != b.x, a.y != b.y else { continue }
        let (p, q, r, s) = (nodes[a.x], nodes[a.y], nodes[b.x], nodes[b.y])
        if cross(q - p, r - p) * cross(q - p, s - p) < 0, cross(s - r, p - r) * cross(s - r, q - r) < 0 {
          throw Self.refusal("has sides that cross", p)
        }
      }
    }
  }
}

/// Gives places closer than a tolerance one number.
private struct NodeFinder {
  let tolerance: Double
  private(set) var nodes: [SIMD2<Double>] = []
  private var cells: [SIMD2<Int>: [Int]] = [:]

  init(tolerance: Double) { self.tolerance = tolerance }

  mutating func node(_ place: SIMD2<Double>) -> Int {
    // At most 1e7 cells of this size lie along the section, wherever its origin is.
    let origin = nodes.first ?? place
    let scaled = ((place - origin) / tolerance).rounded(.toNearestOrEven)
    let cell = SIMD2(Int(scaled.x), Int(scaled.y))
    for dx in -1...1 {
      for dy in -1...1 {
        for node in cells[cell &+ SIMD2(dx, dy)] ?? [] {
          let d = nodes[node] - place
          if (d * d).sum() <= tolerance * tolerance { return node }
        }
      }
    }
    nodes.append(place)
    cells[cell, default: []].append(nodes.count - 1)
    return nodes.count - 1
  }
}

/// Puts nodes that lie on a side between its ends.
private struct EdgeSplitter {
  private let nodes: [SIMD2<Double>]
  private let tolerance: Double
  private let order: [Int]

  init(_ nodes: [SIMD2<Double>], tolerance: Double) {
    self.nodes = nodes
    self.tolerance = tolerance
    order = nodes.indices.sorted { nodes[$0].x < nodes[$1].x }
  }

  /// The walk with all nodes that lie on its sides.
  func split(_ walk: [Int]) -> [Int] {
    var result: [Int] = []
    for (from, to) in zip(walk, walk.dropFirst() + walk.prefix(1)) {
      result.append(from)
      let (a, b) = (nodes[from], nodes[to])
      let length = ((b - a) * (b - a)).sum().squareRoot()
      let direction = (b - a) / length
      var between: [(distance: Double, node: Int)] = []
      var place = firstPlace(from: min(a.x, b.x) - tolerance)
      while place < order.count, nodes[order[place]].x <= max(a.x, b.x) + tolerance {
        let node = order[place]
        let offset = nodes[node] - a
        let along = (offset * direction).sum()
        let across = abs(offset.x * direction.y - offset.y * direction.x)
        if node != from, node != to, across <= tolerance, along > 0, along < length { between.append((along, node)) }
        place += 1
      }
      result += between.sorted { $0.distance < $1.distance }.map(\.node)
    }
    return result
  }

  /// The first place in the order whose node is not left of x.
  private func firstPlace(from x: Double) -> Int {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if nodes[order[middle]].x < x { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
