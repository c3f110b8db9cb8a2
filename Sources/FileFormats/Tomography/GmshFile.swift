public import Tomography

/// Meshes of Gmsh in text, MSH 4.1: surfaces of triangles and closed outlines of lines.
///
/// The format has no units; coordinates are in micrometres. Names are physical groups: the surface is `particle`, polygons
/// that run around matter are `outer` and those around holes are `hole`.
///
/// Reference: Gmsh 4 reference manual, "MSH file format".
public enum GmshFile {
  /// The names of the physical groups.
  public static let surfaceName = "particle"
  public static let outerName = "outer"
  public static let holeName = "hole"
  /// Gmsh's numbers of elements.
  static let line = 1
  static let triangle = 2

  /// A group of elements of one kind.
  private struct Entity {
    var dimension: Int
    var physical: Int
    /// In metres.
    var nodes: [SIMD3<Double>]
    /// Indices into ``nodes``.
    var elements: [[Int]]
    var elementType: Int
  }

  /// The text of a surface.
  ///
  /// - Parameter unit: of the coordinates in the file, in metres.
  public static func write(_ mesh: SurfaceMesh, unit: Double = 1e-6) -> String {
    let triangles = mesh.triangles.map { [Int($0.x), Int($0.y), Int($0.z)] }
    let surface = Entity(
      dimension: 2, physical: 1, nodes: mesh.vertices, elements: triangles, elementType: triangle)
    return text([surface], names: [(2, 1, surfaceName)], unit: unit)
  }

  /// The text of an outline, in the plane z = 0.
  public static func write(_ outline: SectionOutline, unit: Double = 1e-6) -> String {
    let curves = outline.polygons.map { polygon in
      Entity(
        dimension: 1, physical: SectionOutline.signedArea(polygon) < 0 ? 2 : 1,
        nodes: polygon.map { SIMD3($0.x, $0.y, 0) },
        elements: polygon.indices.map { [$0, ($0 + 1) % polygon.count] }, elementType: line)
    }
    let used = Set(curves.map(\.physical))
    let names = [(1, 1, outerName), (1, 2, holeName)].filter { used.contains($0.1) }
    return text(curves, names: names, unit: unit)
  }

  private static func text(
    _ entities: [Entity], names: [(dimension: Int, tag: Int, name: String)], unit: Double
  ) -> String {
    var lines = ["$MeshFormat", "4.1 0 8", "$EndMeshFormat", "$PhysicalNames", "\(names.count)"]
    lines += names.map { "\($0.dimension) \($0.tag) \"\($0.name)\"" }
    lines += ["$EndPhysicalNames", "$Entities"]
    lines.append("0 \(entities.count { $0.dimension == 1 }) \(entities.count { $0.dimension == 2 }) 0")
    for (index, entity) in entities.enumerated() {
      let first = entity.nodes.first ?? SIMD3(repeating: 0)
      let lower = entity.nodes.reduce(first, pointwiseMin) / unit
      let upper = entity.nodes.reduce(first, pointwiseMax) / unit
      lines.append("\(index + 1) \(place(lower)) \(place(upper)) 1 \(entity.physical) 0")
    }
    lines += ["$EndEntities", "$Nodes"]
    let nodeCount = entities.reduce(0) { $0 + $1.nodes.count }
    lines.append("\(entities.count) \(nodeCount) \(min(1, nodeCount)) \(nodeCount)")
    var next = 1
    for (index, entity) in entities.enumerated() {
      lines.append("\(entity.dimension) \(index + 1) 0 \(entity.nodes.count)")
      lines += entity.nodes.indices.map { "\(next + $0)" }
      lines += entity.nodes.map { place($0 / unit) }
      next += entity.nodes.count
    }
    lines += ["$EndNodes", "$Elements"]
    let elementCount = entities.reduce(0) { $0 + $1.elements.count }
    lines.append("\(entities.count) \(elementCount) \(min(1, elementCount)) \(elementCount)")
    var (element, firstNode) = (1, 1)
    for (index, entity) in entities.enumerated() {
      lines.append("\(entity.dimension) \(index + 1) \(entity.elementType) \(entity.elements.count)")
      for corners in entity.elements {
        lines.append("\(element) " + corners.map { "\(firstNode + $0)" }.joined(separator: " "))
        element += 1
      }
      firstNode += entity.nodes.count
    }
    lines.append("$EndElements")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Three numbers that read back to the same bits.
  private static func place(_ point: SIMD3<Double>) -> String { "\(point.x) \(point.y) \(point.z)" }
}
