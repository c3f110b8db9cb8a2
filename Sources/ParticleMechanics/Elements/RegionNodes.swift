/// The nodes of a mesh, those on the border of regions once for each region: a field that jumps there has one value an
/// entry.
public struct RegionNodes: Sendable, Hashable {
  /// The node of the mesh that an entry stands for.
  public let nodes: [Int32]
  /// Its region.
  public let regions: [Int32]
  /// The entries of each element, in the order of its nodes.
  public let elements: [Int32]

  public var count: Int { nodes.count }

  public init(_ mesh: ElementMesh) {
    let perElement = mesh.shape.nodeCount
    // The entries of a node, chained: most nodes have one.
    var first = [Int32](repeating: -1, count: mesh.nodeCount)
    var next: [Int32] = []
    var (nodes, regions): ([Int32], [Int32]) = ([], [])
    elements = mesh.elements.enumerated().map { index, node in
      let region = mesh.regions[index / perElement]
      var entry = first[Int(node)]
      while entry >= 0, regions[Int(entry)] != region { entry = next[Int(entry)] }
      if entry < 0 {
        entry = Int32(nodes.count)
        nodes.append(node)
        regions.append(region)
        next.append(first[Int(node)])
        first[Int(node)] = entry
      }
      return entry
    }
    self.nodes = nodes
    self.regions = regions
  }

  /// A field of the mesh's nodes at the entries.
  public func values(_ field: [Double]) -> [Double] { nodes.map { field[Int($0)] } }

  /// The mesh with these nodes: regions that touch and do not hold together, for writing fields that jump. It names no
  /// boundaries.
  public func mesh(_ mesh: ElementMesh) -> ElementMesh {
    let dimension = mesh.dimension
    return ElementMesh(
      points: nodes.flatMap { node in (0..<dimension).map { mesh.points[dimension * Int(node) + $0] } },
      shape: mesh.shape, elements: elements, regions: mesh.regions, regionNames: mesh.regionNames)
  }
}
