/// Meshes sections with triangles of six nodes: grain boundaries are sides of elements, the outline is curved where it is
/// an arc.
///
/// A Delaunay refinement on an integer grid, all of whose decisions are exact: the same input gives the same mesh. Every
/// angle is ``smallestAngle`` or more, but for those that boundaries make with each other.
public struct SectionMesher: Sendable, Hashable {
  /// Wanted length of the sides of elements, in metres.
  public var elementSize: Double
  /// Finer sizes along boundaries.
  public var refinement: BoundaryRefinement?
  /// In radians.
  public var smallestAngle: Double
  /// Passes of smoothing.
  public var smoothingPasses: Int
  /// More triangles than this are an error rather than a long wait.
  public var largestElementCount: Int

  /// - Parameters:
  ///   - elementSize: wanted length of the sides of elements, in metres.
  ///   - refinement: finer sizes along boundaries.
  ///   - smallestAngle: in radians, at most 30°.
  public init(
    elementSize: Double, refinement: BoundaryRefinement? = nil, smallestAngle: Double = 28 * .pi / 180,
    smoothingPasses: Int = 4, largestElementCount: Int = 2_000_000
  ) {
    self.elementSize = elementSize
    self.refinement = refinement
    self.smallestAngle = smallestAngle
    self.smoothingPasses = smoothingPasses
    self.largestElementCount = largestElementCount
  }

  /// The mesh of a section of one material.
  public func mesh(_ outline: MeshOutline) throws(SectionError) -> ElementMesh {
    try mesh(SectionPartition(outline))
  }

  /// The mesh of a section cut into grains; its regions are the grains.
  ///
  /// - Throws: ``SectionError`` for boundaries that cross, sizes out of range or too many elements.
  public func mesh(_ partition: SectionPartition) throws(SectionError) -> ElementMesh {
    try SectionError.require(
      elementSize > 0 && elementSize.isFinite, "the element size in metres", elementSize, "more than 0")
    try SectionError.require(
      smallestAngle >= 0 && smallestAngle <= 30.001 * .pi / 180, "the smallest angle in radians", smallestAngle,
      "0 to 30°")
    try refinement?.validate(elementSize: elementSize)
    let size: (SIMD2<Double>) -> Double
    if let refinement {
      let field = BoundaryDistanceField(partition)
      let elementSize = elementSize
      size = { refinement.size(at: $0, field, elementSize) }
    } else {
      let elementSize = elementSize
      size = { _ in elementSize }
    }
    var section = try SectionTriangulation(partition, size: size)
    try section.refine(
      RefinementGoal(size: size, smallestAngle: smallestAngle, largestTriangleCount: largestElementCount))
    section.smooth(passes: smoothingPasses)
    return section.quadraticMesh()
  }
}

extension SectionPartition {
  /// An outline with one grain in it.
  public init(_ outline: MeshOutline) {
    self.init(
      points: outline.sides.map(\.start),
      edges: outline.sides.indices.map { index in
        var edge = outline.edge(index)
        (edge.start, edge.end) = (index, outline.following[index])
        return edge
      })
  }
}

extension SectionTriangulation {
  /// The triangles of the section with nodes in the middles of their sides, those of arcs on the arc.
  func quadraticMesh() -> ElementMesh {
    var nodes = [Int32](repeating: -1, count: positions.count)
    var middles = [SIMD3<Int32>](repeating: SIMD3(repeating: -1), count: triangulation.triangles.count)
    var points: [Double] = []
    var (elements, regions): ([Int32], [Int32]) = ([], [])
    var boundaries: [String: [Int32]] = [:]
    func add(_ place: SIMD2<Double>) -> Int32 {
      points.append(place.x)
      points.append(place.y)
      return Int32(points.count / 2 - 1)
    }
    for (index, triangle) in triangulation.triangles.enumerated() where triangle.isAlive && triangle.region >= 0 {
      for corner in 0..<3 where nodes[Int(triangle.corners[corner])] < 0 {
        nodes[Int(triangle.corners[corner])] = add(positions[Int(triangle.corners[corner])])
      }
      for edge in 0..<3 {
        let (start, end) = (triangle.corners[(edge + 1) % 3], triangle.corners[(edge + 2) % 3])
        let other = triangle.neighbours[edge]
        let segment = triangle.segments[edge]
        if other >= 0 {
          let neighbours = triangulation.triangles[Int(other)].neighbours
          let side = neighbours.x == Int32(index) ? 0 : neighbours.y == Int32(index) ? 1 : 2
          middles[index][edge] = middles[Int(other)][side]
        }
        if middles[index][edge] < 0 {
          let (a, b) = (positions[Int(start)], positions[Int(end)])
          var place = (a + b) / 2
          if segment >= 0 {
            // Along the edge's own sense, in which its arc turns.
            let line = partition.edges[segments[Int(segment)].edge]
            let isForward = segments[Int(segment)].start == start
            place = line.point(from: isForward ? a : b, to: isForward ? b : a, fraction: 0.5)
          }
          middles[index][edge] = add(place)
        }
        guard segment >= 0, other < 0 || triangulation.triangles[Int(other)].region < 0 else { continue }
        for name in partition.edges[segments[Int(segment)].edge].names {
          boundaries[name, default: []] += [nodes[Int(start)], nodes[Int(end)], middles[index][edge]]
        }
      }
      let m = middles[index]
      elements += (0..<3).map { nodes[Int(triangle.corners[$0])] } + [m.z, m.x, m.y]
      regions.append(triangle.region)
    }
    return ElementMesh(points: points, shape: .triangle6, elements: elements, regions: regions, boundaries: boundaries)
  }
}
