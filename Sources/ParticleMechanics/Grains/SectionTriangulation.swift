/// A partition of a section being triangulated: every boundary is a chain of edges of triangles.
///
/// J. Ruppert, J. Algorithms 18 (1995) 548.
struct SectionTriangulation {
  /// A piece of a boundary between two points of the triangulation, directed along its edge of the partition.
  struct Segment {
    var start: Int32
    var end: Int32
    var edge: Int
  }

  let partition: SectionPartition
  var triangulation = Triangulation()
  var segments: [Segment] = []
  /// Of each point, in metres; points of boundaries are exact, others are those of the grid.
  var positions: [SIMD2<Double>] = []
  /// The edge of the partition that a point lies on; -1 inside a grain, -2 for a vertex.
  var edgeOfPoint: [Int] = []
  /// Vertices at which two boundaries meet under an acute angle: pieces that end there are split on circles around it.
  var isAcute: [Bool] = []
  /// Metres a unit of the grid, and the middle of the section.
  let unit: Double
  let middle: SIMD2<Double>
  /// No piece shorter than this is split, in units of the grid.
  static let shortestPiece = 64

  /// Triangulates a partition without improving anything.
  ///
  /// - Parameter size: the wanted length of edges at a place, in metres.
  init(_ partition: SectionPartition, size: (SIMD2<Double>) -> Double) throws(SectionError) {
    self.partition = partition
    var (low, high) = (SIMD2(repeating: Double.infinity), SIMD2(repeating: -Double.infinity))
    for edge in partition.edges {
      let (a, b) = (partition.points[edge.start], partition.points[edge.end])
      for step in 0...4 {
        let p = edge.point(from: a, to: b, fraction: Double(step) / 4)
        (low, high) = (pointwiseMin(low, p), pointwiseMax(high, p))
      }
    }
    let half = (high - low).max() / 2
    guard half > 0, half.isFinite else { throw .invalidOutline(reason: "it has no extent") }
    middle = (low + high) / 2
    unit = half / (0.9 * Double(GridPoint.extent))
    positions = [SIMD2<Double>](repeating: .zero, count: 4)
    edgeOfPoint = [-2, -2, -2, -2]
    isAcute = [false, false, false, false]
    let vertices = try insertVertices()
    for (index, edge) in partition.edges.enumerated() {
      try divide(edge, number: index, vertices: vertices, size: size)
    }
    try recoverSegments()
    try fillRegions()
  }

  func grid(_ position: SIMD2<Double>) -> GridPoint {
    let p = ((position - middle) / unit).rounded(.toNearestOrEven)
    return GridPoint(x: Int(p.x), y: Int(p.y))
  }

  func position(_ p: GridPoint) -> SIMD2<Double> { middle + unit * SIMD2(Double(p.x), Double(p.y)) }

  // MARK: - Boundaries

  /// Inserts a point that lies on a boundary or is a vertex, and no existing one.
  private mutating func insert(_ position: SIMD2<Double>, edge: Int) throws(SectionError) -> Int32 {
    let count = triangulation.points.count
    guard let index = triangulation.insert(grid(position)), Int(index) == count else {
      throw .crossingBoundaries(x: position.x, y: position.y)
    }
    positions.append(position)
    edgeOfPoint.append(edge)
    isAcute.append(false)
    return index
  }

  private mutating func insertVertices() throws(SectionError) -> [Int32] {
    var vertices = [Int32](repeating: -1, count: partition.points.count)
    var directions = [[SIMD2<Double>]](repeating: [], count: partition.points.count)
    for edge in partition.edges {
      let (a, b) = (partition.points[edge.start], partition.points[edge.end])
      // A short way along the edge: the direction of an arc where it starts.
      directions[edge.start].append(edge.point(from: a, to: b, fraction: 1e-3) - a)
      directions[edge.end].append(edge.point(from: a, to: b, fraction: 1 - 1e-3) - b)
    }
    for (vertex, ways) in directions.enumerated() where !ways.isEmpty {
      let index = try insert(partition.points[vertex], edge: -2)
      vertices[vertex] = index
      for (first, u) in ways.enumerated() {
        for v in ways[(first + 1)...] {
          let cosine = (u * v).sum() / ((u * u).sum() * (v * v).sum()).squareRoot()
          if cosine > 0.2 { isAcute[Int(index)] = true }
        }
      }
    }
    return vertices
  }

  /// Divides an edge of the partition into pieces of the wanted length.
  private mutating func divide(
    _ edge: SectionPartition.Edge, number: Int, vertices: [Int32], size: (SIMD2<Double>) -> Double
  ) throws(SectionError) {
    let (a, b) = (partition.points[edge.start], partition.points[edge.end])
    let length = edge.length(from: a, to: b)
    // The integral of 1 / size counts the pieces; equal shares of it place their ends.
    let samples = 64
    var counts = [0.0]
    for sample in 0..<samples {
      let place = edge.point(from: a, to: b, fraction: (Double(sample) + 0.5) / Double(samples))
      counts.append(counts[sample] + length / Double(samples) / size(place))
    }
    guard counts[samples] < 1e6 else { throw .tooManyElements(limit: 1_000_000) }
    // Arcs of more than a quarter of a turn are not followed by one side of an element.
    var pieces = max(1, Int((counts[samples] - 0.25).rounded(.up)))
    if let centre = edge.arcCentre {
      let radius = ((a - centre) * (a - centre)).sum().squareRoot()
      pieces = max(pieces, Int((length / radius * 4 / .pi).rounded(.up)))
    }
    var previous = vertices[edge.start]
    var sample = 0
    for piece in 1..<max(pieces, 1) {
      let wanted = counts[samples] * Double(piece) / Double(pieces)
      while sample < samples - 1, counts[sample + 1] < wanted { sample += 1 }
      let part = (wanted - counts[sample]) / (counts[sample + 1] - counts[sample])
      let fraction = (Double(sample) + part) / Double(samples)
      let point = try insert(edge.point(from: a, to: b, fraction: fraction), edge: number)
      segments.append(Segment(start: previous, end: point, edge: number))
      previous = point
    }
    segments.append(Segment(start: previous, end: vertices[edge.end], edge: number))
  }

  /// Makes every segment an edge of the triangulation: those that are not are split until their parts are.
  private mutating func recoverSegments() throws(SectionError) {
    var open = Array(segments.indices.reversed())
    while let index = open.popLast() {
      let segment = segments[index]
      if let found = triangulation.edge(from: segment.start, to: segment.end) {
        triangulation.constrain(found.triangle, found.edge, to: Int32(index))
        continue
      }
      let (place, length) = splitPoint(of: segment)
      guard length >= Self.shortestPiece else { throw .crossingBoundaries(x: place.x, y: place.y) }
      let point = try insert(place, edge: segment.edge)
      segments[index].end = point
      open.append(segments.count)
      segments.append(Segment(start: point, end: segment.end, edge: segment.edge))
      open.append(index)
    }
  }

  /// Where a segment is split: in the middle, or on a circle around an acute vertex, so that the pieces of all boundaries
  /// that meet there end at the same distances.
  ///
  /// - Returns: the place in metres, and the length of the segment in units of the grid.
  func splitPoint(of segment: Segment) -> (place: SIMD2<Double>, length: Int) {
    let (a, b) = (positions[Int(segment.start)], positions[Int(segment.end)])
    let d = triangulation.point(segment.end) - triangulation.point(segment.start)
    let length = Double(d.squaredLength).squareRoot()
    var fraction = 0.5
    let (atStart, atEnd) = (isAcute[Int(segment.start)], isAcute[Int(segment.end)])
    if atStart != atEnd, length > 4 {
      // The power of two between a third and two thirds of the length.
      var distance = 1.0
      while 3 * distance < length { distance *= 2 }
      fraction = atStart ? distance / length : 1 - distance / length
    }
    return (partition.edges[segment.edge].point(from: a, to: b, fraction: fraction), Int(length))
  }

  // MARK: - Grains

  /// Gives every triangle the grain that its boundaries name.
  private mutating func fillRegions() throws(SectionError) {
    let unknown = Int32.min
    for index in triangulation.triangles.indices { triangulation.triangles[index].region = unknown }
    var open: [Int32] = []
    for index in triangulation.triangles.indices where triangulation.triangles[index].isAlive {
      let triangle = triangulation.triangles[index]
      for edge in 0..<3 {
        let region: Int32
        if triangle.neighbours[edge] < 0 {
          region = SectionPartition.outside
        } else if triangle.segments[edge] >= 0 {
          let segment = segments[Int(triangle.segments[edge])]
          let line = partition.edges[segment.edge]
          region = triangle.corners[(edge + 1) % 3] == segment.start ? line.left : line.right
        } else {
          continue
        }
        try assign(region, to: Int32(index), open: &open)
      }
    }
    while let index = open.popLast() {
      let triangle = triangulation.triangles[Int(index)]
      for edge in 0..<3 where triangle.segments[edge] < 0 && triangle.neighbours[edge] >= 0 {
        try assign(triangle.region, to: triangle.neighbours[edge], open: &open)
      }
    }
  }

  private mutating func assign(_ region: Int32, to triangle: Int32, open: inout [Int32]) throws(SectionError) {
    let known = triangulation.triangles[Int(triangle)].region
    if known == region { return }
    guard known == Int32.min else {
      let (a, b, c) = triangulation.corners(triangle)
      let place = (position(a) + position(b) + position(c)) / 3
      throw .inconsistentRegions(x: place.x, y: place.y)
    }
    triangulation.triangles[Int(triangle)].region = region
    open.append(triangle)
  }
}
