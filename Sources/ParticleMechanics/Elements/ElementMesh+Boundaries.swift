extension ElementMesh {
  /// The sides that belong to one element alone, in the order of the elements: the outside of the mesh, symmetry planes
  /// and cut edges included.
  public func outerFacets() -> [Int32] {
    let corners = shape.facet?.cornerCount ?? 0
    let sides = shape.facetNodes
    var owners: [SIMD4<Int32>: Int] = [:]
    func key(_ element: Int, _ side: [Int]) -> SIMD4<Int32> {
      var nodes = side[..<corners].map { elements[element * shape.nodeCount + $0] }
      nodes.sort()
      return SIMD4(nodes[0], nodes[1], corners == 3 ? nodes[2] : -1, -1)
    }
    for element in 0..<elementCount {
      for side in sides { owners[key(element, side), default: 0] += 1 }
    }
    var facets: [Int32] = []
    for element in 0..<elementCount {
      for side in sides {
        let key = key(element, side)
        // A side that a collapsed element has shrunk to a point is no side.
        guard owners[key] == 1, key.x != key.y, key.y != key.z else { continue }
        facets += side.map { elements[element * shape.nodeCount + $0] }
      }
    }
    return facets
  }

  /// The sides through which lithium passes: the boundary `wetted`, or `surface`, or the whole outside but for planes of
  /// symmetry.
  public func wettedFacets() -> [Int32] {
    boundaries[BoundaryName.wetted] ?? surfaceFacets()
  }

  /// The outside of the particle: the boundary `surface`, or the whole outside but for planes of symmetry.
  public func surfaceFacets() -> [Int32] {
    if let surface = boundaries[BoundaryName.surface] { return surface }
    guard let facet = shape.facet else { return [] }
    let outer = outerFacets()
    var symmetric: Set<[Int32]> = []
    let names = [BoundaryName.symmetryX, BoundaryName.symmetryY, BoundaryName.symmetryZ]
    func corners(_ nodes: [Int32], _ start: Int) -> [Int32] { nodes[start..<start + facet.cornerCount].sorted() }
    for nodes in names.compactMap({ boundaries[$0] }) {
      for start in stride(from: 0, to: nodes.count, by: facet.nodeCount) { symmetric.insert(corners(nodes, start)) }
    }
    var facets: [Int32] = []
    for start in stride(from: 0, to: outer.count, by: facet.nodeCount)
    where !symmetric.contains(corners(outer, start)) {
      facets += outer[start..<start + facet.nodeCount]
    }
    return facets
  }

  /// The nodes of some sides, each once, ascending.
  static func nodes(of facets: [Int32]) -> [Int] { Set(facets).map(Int.init).sorted() }
}
