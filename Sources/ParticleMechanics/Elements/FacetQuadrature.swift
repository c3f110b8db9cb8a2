/// The integration points of the sides that make a boundary: a line around a section, a surface in space.
struct FacetQuadrature: Sendable {
  let mesh: ElementMesh
  /// ``ElementShape/nodeCount`` nodes a side.
  let facets: [Int32]
  private let shapes: TabulatedShapes

  var facetCount: Int { facets.count / shapes.nodeCount }
  var nodeCount: Int { shapes.nodeCount }
  var pointCount: Int { shapes.pointCount }

  /// - Precondition: the elements of the mesh have sides and `facets` holds whole ones.
  init(_ mesh: ElementMesh, facets: [Int32], _ accuracy: QuadratureRule.Accuracy = .standard) {
    guard let shape = mesh.shape.facet else { preconditionFailure("the elements of a mesh are no lines") }
    precondition(facets.count % shape.nodeCount == 0, "whole sides")
    self.mesh = mesh
    self.facets = facets
    shapes = TabulatedShapes(shape, accuracy)
  }

  /// A point of a side.
  struct Point {
    /// Its number among all points of the boundary.
    let index: Int
    /// In metres.
    let position: SIMD3<Double>
    /// Outward, of length 1.
    let normal: SIMD3<Double>
    /// What it stands for, in m², or m around a section.
    let area: Double
    /// The nodes of the side and their shape functions.
    let nodes: UnsafeBufferPointer<Int32>
    let values: UnsafeBufferPointer<Double>

    /// A nodal field at the point.
    func value(of field: UnsafeBufferPointer<Double>) -> Double {
      var sum = 0.0
      for local in 0..<nodes.count { sum += values[local] * field[Int(nodes[local])] }
      return sum
    }
  }

  /// Calls `body` with each point in turn; it is valid within the call only.
  func forEachPoint(_ body: (_ point: Point) throws -> Void) rethrows {
    let count = nodeCount
    let isSpace = mesh.dimension == 3
    try facets.withUnsafeBufferPointer { facets in
      try shapes.values.withUnsafeBufferPointer { values in
        for facet in 0..<facetCount {
          let nodes = UnsafeBufferPointer(rebasing: facets[facet * count..<(facet + 1) * count])
          for point in 0..<pointCount {
            var (place, alongXi, alongEta) = (SIMD3<Double>.zero, SIMD3<Double>.zero, SIMD3<Double>.zero)
            for local in 0..<count {
              let corner = mesh.position(Int(nodes[local]))
              let slope = shapes.slopes[point * count + local]
              place += values[point * count + local] * corner
              alongXi += slope.x * corner
              alongEta += slope.y * corner
            }
            // The element lies on the left of a line: the outside on its right.
            let across = isSpace ? cross(alongXi, alongEta) : SIMD3(alongXi.y, -alongXi.x, 0)
            let size = (across * across).sum().squareRoot()
            try body(
              Point(
                index: facet * pointCount + point, position: place, normal: (1 / size) * across,
                area: size * shapes.weights[point], nodes: nodes,
                values: UnsafeBufferPointer(rebasing: values[point * count..<(point + 1) * count])))
          }
        }
      }
    }
  }
}
