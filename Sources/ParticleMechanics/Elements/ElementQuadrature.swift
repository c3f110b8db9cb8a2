/// The integration points of the elements of a mesh: the loop under everything that is assembled.
///
/// Places, sizes and gradients are worked out element by element into buffers that are reused, so a pass over the mesh
/// allocates nothing and keeps nothing.
struct ElementQuadrature: Sendable {
  let mesh: ElementMesh
  let shapes: TabulatedShapes

  var pointCount: Int { shapes.pointCount }
  var nodeCount: Int { shapes.nodeCount }

  init(_ mesh: ElementMesh, _ accuracy: QuadratureRule.Accuracy = .standard) {
    self.mesh = mesh
    shapes = TabulatedShapes(mesh.shape, accuracy)
  }

  /// Calls `body` with the points of each element in turn; they are valid within the call only.
  func forEachElement(_ body: (_ points: ElementPoints) throws -> Void) rethrows {
    try forEachElement(in: 0..<mesh.elementCount, body)
  }

  /// Calls `body` with the points of some elements in turn; they are valid within the call only.
  func forEachElement(in range: Range<Int>, _ body: (_ points: ElementPoints) throws -> Void) rethrows {
    let (points, nodes) = (pointCount, nodeCount)
    try mesh.points.withUnsafeBufferPointer { coordinates in
      try mesh.elements.withUnsafeBufferPointer { connectivity in
        try shapes.values.withUnsafeBufferPointer { values in
          try shapes.slopes.withUnsafeBufferPointer { slopes in
            try withUnsafeTemporaryAllocation(of: SIMD3<Double>.self, capacity: points * (nodes + 1)) { vectors in
              try withUnsafeTemporaryAllocation(of: Double.self, capacity: points) { volumes in
                for element in range {
                  let current = ElementPoints(
                    element: element, region: mesh.regions[element], pointCount: points,
                    nodes: UnsafeBufferPointer(rebasing: connectivity[element * nodes..<(element + 1) * nodes]),
                    values: values, gradients: UnsafeBufferPointer(rebasing: vectors[points...]),
                    positions: UnsafeBufferPointer(rebasing: vectors[..<points]),
                    volumes: UnsafeBufferPointer(volumes))
                  for point in 0..<points {
                    locate(
                      point, nodes: current.nodes, coordinates: coordinates, values: values, slopes: slopes,
                      vectors: vectors, volumes: volumes)
                  }
                  try body(current)
                }
              }
            }
          }
        }
      }
    }
  }

  /// Place, size and gradients of one point.
  @inline(__always)
  private func locate(
    _ point: Int, nodes: UnsafeBufferPointer<Int32>, coordinates: UnsafeBufferPointer<Double>,
    values: UnsafeBufferPointer<Double>, slopes: UnsafeBufferPointer<SIMD3<Double>>,
    vectors: UnsafeMutableBufferPointer<SIMD3<Double>>, volumes: UnsafeMutableBufferPointer<Double>
  ) {
    let count = nodes.count
    let isSpace = mesh.shape.dimension == 3
    var place = SIMD3<Double>.zero
    var (alongXi, alongEta, alongZeta) = (SIMD3<Double>.zero, SIMD3<Double>.zero, SIMD3<Double>.zero)
    for local in 0..<count {
      let node = Int(nodes[local])
      let corner =
        isSpace
        ? SIMD3(coordinates[3 * node], coordinates[3 * node + 1], coordinates[3 * node + 2])
        : SIMD3(coordinates[2 * node], coordinates[2 * node + 1], 0)
      let slope = slopes[point * count + local]
      place += values[point * count + local] * corner
      alongXi += slope.x * corner
      alongEta += slope.y * corner
      alongZeta += slope.z * corner
    }
    // In a section the third axis stands across it, so that the formulas of space hold.
    if !isSpace { alongZeta = SIMD3(0, 0, 1) }
    let (a, b, c) = (cross(alongEta, alongZeta), cross(alongZeta, alongXi), cross(alongXi, alongEta))
    let determinant = (alongXi * a).sum()
    let inverse = 1 / determinant
    vectors[point] = place
    volumes[point] = determinant * shapes.weights[point]
    for local in 0..<count {
      let slope = slopes[point * count + local]
      vectors[pointCount + point * count + local] = inverse * (slope.x * a + slope.y * b + slope.z * c)
    }
  }
}

/// The integration points of one element.
struct ElementPoints {
  let element: Int
  /// The number of its grain.
  let region: Int32
  let pointCount: Int
  let nodes: UnsafeBufferPointer<Int32>
  /// Shape function of node `n` at point `p` at `nodes.count × p + n`.
  let values: UnsafeBufferPointer<Double>
  /// Its gradient in 1/m, in the same order; no z component in a section.
  let gradients: UnsafeBufferPointer<SIMD3<Double>>
  /// In metres.
  let positions: UnsafeBufferPointer<SIMD3<Double>>
  /// What each point stands for, in m³, or m² in a section.
  let volumes: UnsafeBufferPointer<Double>

  /// The place of a point in the material.
  func material(_ point: Int) -> MaterialPoint { MaterialPoint(position: positions[point], region: region) }

  /// A nodal field at a point.
  @inline(__always)
  func value(_ point: Int, of field: UnsafeBufferPointer<Double>) -> Double {
    var sum = 0.0
    for local in 0..<nodes.count { sum += values[point * nodes.count + local] * field[Int(nodes[local])] }
    return sum
  }

  /// The gradient of a nodal field at a point, per metre.
  @inline(__always)
  func gradient(_ point: Int, of field: UnsafeBufferPointer<Double>) -> SIMD3<Double> {
    var sum = SIMD3<Double>.zero
    for local in 0..<nodes.count { sum += field[Int(nodes[local])] * gradients[point * nodes.count + local] }
    return sum
  }
}

/// a × b.
@inline(__always)
func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}
