import Tomography

/// Sections as scripts of Gmsh (`.geo`), which its program opens too: `gmsh -2 particle.geo`.
///
/// Coordinates are in micrometres. Regions are the physical surfaces 1, 2 and so on, boundaries physical curves with names.
///
/// Reference: Gmsh 4 reference manual, "Gmsh scripting language".
public enum GmshScript {
  /// How polygons are followed.
  public enum Curves: Sendable, Hashable {
    /// Side by side: every corner becomes a node of the mesh.
    case straight
    /// By splines through the corners, which elements of the wanted size follow with curved sides; a turn of more than
    /// 40 degrees stays a corner.
    case smooth
  }

  /// The script of a section.
  ///
  /// - Parameters:
  ///   - order: 1 or 2, of the elements.
  ///   - boundaryNames: the boundaries that a side of the outside belongs to, by its middle in metres.
  /// - Throws: ``MeshingError`` where the section cannot be meshed.
  public static func text(
    _ geometry: SectionGeometry, sizes: MeshSizes, order: Int = 2, curves: Curves = .straight,
    boundaryNames: (SIMD2<Double>) -> [String] = { _ in ["surface"] }
  ) throws(MeshingError) -> String {
    try text(geometry, sizes: sizes, order: order, curves: curves, sampling: nil, boundaryNames: boundaryNames)
  }

  /// - Parameter sampling: the name of the option that tells how densely distances to curves are sampled, which differs
  ///   between versions.
  static func text(
    _ geometry: SectionGeometry, sizes: MeshSizes, order: Int, curves: Curves, sampling: String?,
    boundaryNames: (SIMD2<Double>) -> [String]
  ) throws(MeshingError) -> String {
    guard order == 1 || order == 2 else { throw .geometry("elements of order \(order); 1 and 2 are known") }
    for size in [sizes.surface, sizes.interior, sizes.transition] where !(size > 0 && size.isFinite) {
      throw .geometry("elements of size \(size) m; sizes are positive")
    }
    let graph = try SectionGraph(geometry)
    let expected = 2.5 * abs(geometry.area) / (sizes.smallest * sizes.smallest)
    guard expected <= largestMesh else {
      throw .geometry(
        "elements of \(sizes.smallest * 1e6) um would be up to \(expected); at most \(largestMesh) "
          + "are made, choose larger ones"
      )
    }
    let names = graph.edges.map { edge -> [String] in
      guard edge.left == nil || edge.right == nil else { return [SectionGeometry.interfaceName] }
      return boundaryNames((graph.nodes[edge.nodes.x] + graph.nodes[edge.nodes.y]) / 2).sorted()
    }
    for name in geometry.regions.compactMap(\.name) + names.flatMap({ $0 })
    where name.contains(where: { "\"\n\r".contains($0) }) {
      throw .geometry("the name \(name) has a quotation mark or a line break")
    }
    let chains = SectionChains(graph, names: names, isSmooth: curves == .smooth)
    var lines = header(order: order)
    // Curved sides may fold the elements behind them.
    if curves == .smooth { lines.append("Mesh.HighOrderOptimize = 1;") }
    for (index, node) in graph.nodes.enumerated() {
      lines.append("Point(\(index + 1)) = {\(node.x * 1e6), \(node.y * 1e6), 0};")
    }
    for (index, chain) in chains.chains.enumerated() {
      let kind = chain.count > 2 ? "Spline" : "Line"
      lines.append("\(kind)(\(index + 1)) = {\(list(chain.map { $0 + 1 }))};")
    }
    try lines.append(contentsOf: surfaces(geometry, graph, chains))
    var members: [String: [Int]] = [:]
    for (index, edge) in chains.firstEdges.enumerated() {
      for name in names[edge] { members[name, default: []].append(index + 1) }
    }
    for (index, (name, curves)) in members.sorted(by: { $0.key < $1.key }).enumerated() {
      lines.append("Physical Curve(\"\(name)\", \(index + 1)) = {\(list(curves))};")
    }
    let outside = chains.firstEdges.indices.filter {
      let edge = graph.edges[chains.firstEdges[$0]]
      return edge.left == nil || edge.right == nil
    }
    lines += field(sizes, outside: outside.map { $0 + 1 }, sampling: sampling, perimeter: graph.longestChain(chains))
    return lines.joined(separator: "\n") + "\n"
  }

  /// More elements than any solver here takes in a section.
  private static let largestMesh = 4e6

  static func header(order: Int) -> [String] {
    [
      "Mesh.MshFileVersion = 4.1;", "Mesh.Binary = 1;", "Mesh.SaveAll = 0;", "Mesh.ElementOrder = \(order);",
      "Mesh.SecondOrderIncomplete = 0;", "Mesh.MeshSizeFromPoints = 0;", "Mesh.MeshSizeFromCurvature = 0;",
    ]
  }

  private static func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }

  /// Surfaces: each loop around matter with the holes inside it.
  private static func surfaces(
    _ geometry: SectionGeometry, _ graph: SectionGraph, _ chains: SectionChains
  ) throws(MeshingError) -> [String] {
    var lines: [String] = []
    for (index, loop) in graph.loops.enumerated() {
      lines.append("Curve Loop(\(index + 1)) = {\(list(chains.curves(of: loop)))};")
    }
    let areas = graph.loops.map { SectionOutline.signedArea($0.polygon) }
    var holes: [Int: [Int]] = [:]
    for (index, loop) in graph.loops.enumerated() where areas[index] < 0 {
      let around = graph.loops.indices.filter { other in
        graph.loops[other].region == loop.region && areas[other] > 0
          && Self.contains(graph.loops[other].polygon, (loop.polygon[0] + loop.polygon[1]) / 2)
      }
      guard let outer = around.min(by: { areas[$0] < areas[$1] }) else {
        throw SectionGraph.refusal(
          "has a polygon that runs clockwise, around a hole, with no matter around it", loop.polygon[0])
      }
      holes[outer, default: []].append(index + 1)
    }
    var surfacesOfRegions: [Int: [Int]] = [:]
    for (index, loop) in graph.loops.enumerated() where areas[index] > 0 {
      lines.append("Plane Surface(\(index + 1)) = {\(list([index + 1] + (holes[index] ?? [])))};")
      surfacesOfRegions[loop.region, default: []].append(index + 1)
    }
    for (region, content) in geometry.regions.enumerated() {
      guard let surfaces = surfacesOfRegions[region] else { throw .geometry("the region \(region) has no matter") }
      let name = content.name.map { "\"\($0)\", " } ?? ""
      lines.append("Physical Surface(\(name)\(region + 1)) = {\(list(surfaces))};")
    }
    return lines
  }

  /// Whether a place is inside a polygon, by counting the sides to its right.
  private static func contains(_ polygon: [SIMD2<Double>], _ place: SIMD2<Double>) -> Bool {
    var isInside = false
    for (a, b) in zip(polygon, polygon.dropFirst() + polygon.prefix(1)) where (a.y > place.y) != (b.y > place.y) {
      if place.x < a.x + (b.x - a.x) * (place.y - a.y) / (b.y - a.y) { isInside.toggle() }
    }
    return isInside
  }

  /// The size of elements by their distance from the outside.
  private static func field(_ sizes: MeshSizes, outside: [Int], sampling: String?, perimeter: Double) -> [String] {
    var lines = [
      "Mesh.MeshSizeMin = \(sizes.smallest * 1e6);", "Mesh.MeshSizeMax = \(max(sizes.surface, sizes.interior) * 1e6);",
    ]
    guard sizes.surface != sizes.interior else { return lines + ["Mesh.MeshSizeExtendFromBoundary = 1;"] }
    lines += [
      "Mesh.MeshSizeExtendFromBoundary = 0;", "Field[1] = Distance;", "Field[1].CurvesList = {\(list(outside))};",
    ]
    if let sampling {
      let count = min(max(20, (2 * perimeter / sizes.smallest).rounded(.up)), 10_000)
      lines.append("Field[1].\(sampling) = \(Int(count));")
    }
    return lines + [
      "Field[2] = Threshold;", "Field[2].InField = 1;", "Field[2].SizeMin = \(sizes.surface * 1e6);",
      "Field[2].SizeMax = \(sizes.interior * 1e6);", "Field[2].DistMin = 0;",
      "Field[2].DistMax = \(sizes.transition * 1e6);", "Background Field = 2;",
    ]
  }
}
