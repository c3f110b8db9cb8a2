/// The linear triangles on which damage and displacement live: those of a mesh, or the pieces of its quadratic elements
/// between the same nodes.
struct FractureMesh: Sendable {
  /// Coordinates of the nodes, in metres.
  let points: [SIMD2<Double>]
  /// Three nodes a triangle, anticlockwise.
  let triangles: [Int32]
  /// The region of each triangle.
  let regions: [Int32]
  /// In m².
  let areas: [Double]
  /// Gradients of the three shape functions of each triangle, in 1/m.
  let gradients: [SIMD2<Double>]

  var nodeCount: Int { points.count }
  var count: Int { areas.count }

  /// - Throws: ``CrackingError/invalidField(name:reason:)`` for a mesh that is no section or has a triangle turned over.
  init(_ mesh: ElementMesh) throws(CrackingError) {
    let pieces: [[Int]]
    switch mesh.shape {
    case .triangle3: pieces = [[0, 1, 2]]
    case .triangle6: pieces = [[0, 3, 5], [3, 1, 4], [5, 4, 2], [3, 4, 5]]
    case .quadrilateral9:
      pieces = [
        [0, 4, 8], [0, 8, 7], [4, 1, 8], [1, 5, 8], [5, 2, 8], [2, 6, 8], [6, 3, 8], [3, 7, 8],
      ]
    case .tetrahedron4, .tetrahedron10, .line2, .line3:
      throw .invalidField(
        name: "the mesh for fracture",
        reason: "its elements are \(mesh.shape.rawValue); expected the triangles or quadrilaterals of a section")
    }
    do { try mesh.validate() } catch { throw .invalidField(name: "the mesh for fracture", reason: "\(error)") }
    let width = mesh.shape.nodeCount
    let points = (0..<mesh.nodeCount).map { SIMD2(mesh.points[2 * $0], mesh.points[2 * $0 + 1]) }
    var (triangles, regions, areas, gradients) = ([Int32](), [Int32](), [Double](), [SIMD2<Double>]())
    for element in 0..<mesh.elementCount {
      for piece in pieces {
        let nodes = piece.map { mesh.elements[width * element + $0] }
        let corners = nodes.map { points[Int($0)] }
        let (first, second) = (corners[1] - corners[0], corners[2] - corners[0])
        let double = first.x * second.y - first.y * second.x
        guard double > 0 else {
          throw .invalidField(
            name: "the mesh for fracture", reason: "element \(element) is turned over or has no area between its nodes")
        }
        triangles += nodes
        regions.append(mesh.regions[element])
        areas.append(0.5 * double)
        for corner in 0..<3 {
          let opposite = corners[(corner + 2) % 3] - corners[(corner + 1) % 3]
          gradients.append(SIMD2(-opposite.y, opposite.x) / double)
        }
      }
    }
    self.points = points
    self.triangles = triangles
    self.regions = regions
    self.areas = areas
    self.gradients = gradients
  }

  /// The longest side over √2, in metres: of a square cut in two, the side of the square.
  func size(of triangle: Int) -> Double {
    let corners = (0..<3).map { points[Int(triangles[3 * triangle + $0])] }
    let squares = (0..<3).map { corner in
      let side = corners[(corner + 1) % 3] - corners[corner]
      return (side * side).sum()
    }
    return ((squares.max() ?? 0) / 2).squareRoot()
  }

  /// The mean of a nodal field over a triangle.
  func mean(_ field: [Double], _ triangle: Int) -> Double {
    let first = 3 * triangle
    return (field[Int(triangles[first])] + field[Int(triangles[first + 1])] + field[Int(triangles[first + 2])]) / 3
  }

  /// The middle of a triangle as a place in the material.
  func material(_ triangle: Int) -> MaterialPoint {
    let middle = (0..<3).reduce(SIMD2<Double>.zero) { $0 + points[Int(triangles[3 * triangle + $1])] } / 3
    return MaterialPoint(position: SIMD3(middle.x, middle.y, 0), region: regions[triangle])
  }
}
