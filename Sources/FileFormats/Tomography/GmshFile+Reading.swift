public import Tomography

extension GmshFile {
  /// Reads the triangles of a file as a surface.
  ///
  /// - Parameters:
  ///   - name: for messages.
  ///   - unit: of the coordinates in the file, in metres.
  /// - Throws: ``FormatError`` when it is no MSH 2.2 or 4.1, damaged, or without triangles.
  public static func readSurface(_ bytes: [UInt8], named name: String, unit: Double = 1e-6) throws -> SurfaceMesh {
    let content = try content(bytes, name)
    var triangles: [SIMD3<Int32>] = []
    for block in content.blocks where block.type == triangle {
      for start in stride(from: 0, to: block.nodes.count, by: 3) {
        triangles.append(SIMD3(block.nodes[start], block.nodes[start + 1], block.nodes[start + 2]))
      }
    }
    guard !triangles.isEmpty else { throw FormatError(name, "has no triangles") }
    return SurfaceMesh(vertices: content.points.map { $0 * unit }, triangles: triangles)
  }

  /// Reads the lines of a file as closed polygons, each from node to node until it is back at its start.
  ///
  /// - Throws: ``FormatError`` when it is no MSH 2.2 or 4.1, damaged, without lines, or where a polygon is not closed.
  public static func readOutline(_ bytes: [UInt8], named name: String, unit: Double = 1e-6) throws -> SectionOutline {
    let content = try content(bytes, name)
    var next: [Int: Int] = [:]
    var order: [Int] = []
    for block in content.blocks where block.type == line {
      for start in stride(from: 0, to: block.nodes.count, by: 2) {
        let from = Int(block.nodes[start])
        guard next.updateValue(Int(block.nodes[start + 1]), forKey: from) == nil else {
          throw FormatError(name, "has a node from which two lines begin; a closed outline has one")
        }
        order.append(from)
      }
    }
    guard !order.isEmpty else { throw FormatError(name, "has no lines") }
    var polygons: [[SIMD2<Double>]] = []
    for start in order where next[start] != nil {
      var polygon: [SIMD2<Double>] = []
      var node = start
      repeat {
        polygon.append(SIMD2(content.points[node].x * unit, content.points[node].y * unit))
        guard let following = next.removeValue(forKey: node) else {
          throw FormatError(name, "has a line that no other goes on from; an outline is closed")
        }
        node = following
      } while node != start
      polygons.append(polygon)
    }
    return SectionOutline(polygons: polygons)
  }

  private static func content(_ bytes: [UInt8], _ name: String) throws -> GmshContent {
    var content = GmshContent()
    var cursor = GmshCursor(bytes, name)
    try content.read(&cursor)
    return content
  }
}
