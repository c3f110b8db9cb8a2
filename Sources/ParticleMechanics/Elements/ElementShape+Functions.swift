extension ElementShape {
  /// Shape functions and their derivatives along the local axes at a place of the reference element, one a node in
  /// VTK's order. Axes that the shape does not have get 0.
  func functions(at place: SIMD3<Double>) -> (values: [Double], slopes: [SIMD3<Double>]) {
    switch self {
    case .line2:
      ([0.5 * (1 - place.x), 0.5 * (1 + place.x)], [SIMD3(-0.5, 0, 0), SIMD3(0.5, 0, 0)])
    case .line3: Self.line3(place.x)
    case .quadrilateral9: Self.quadrilateral9(place)
    case .triangle3, .tetrahedron4: (Self.corners(place, dimension), Self.cornerSlopes(dimension))
    case .triangle6: Self.quadratic(place, 2, [(0, 1), (1, 2), (2, 0)])
    case .tetrahedron10: Self.quadratic(place, 3, [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)])
    }
  }

  /// Local coordinates of the nodes.
  var nodePlaces: [SIMD3<Double>] {
    let corners = [SIMD3<Double>(0, 0, 0), SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
    func middle(_ a: Int, _ b: Int) -> SIMD3<Double> { 0.5 * (corners[a] + corners[b]) }
    switch self {
    case .line2: return [SIMD3(-1, 0, 0), SIMD3(1, 0, 0)]
    case .line3: return [SIMD3(-1, 0, 0), SIMD3(1, 0, 0), .zero]
    case .triangle3: return Array(corners[..<3])
    case .triangle6: return corners[..<3] + [middle(0, 1), middle(1, 2), middle(2, 0)]
    case .quadrilateral9:
      return BiquadraticElement.places.map { SIMD3(Double($0.xi - 1), Double($0.eta - 1), 0) }
    case .tetrahedron4: return corners
    case .tetrahedron10:
      return corners + [middle(0, 1), middle(1, 2), middle(2, 0), middle(0, 3), middle(1, 3), middle(2, 3)]
    }
  }

  /// The nodes of each side, in the order of the side's own shape, the element on their left (in a section) or behind
  /// them (in space); empty for lines.
  var facetNodes: [[Int]] {
    switch self {
    case .line2, .line3: []
    case .triangle3: [[0, 1], [1, 2], [2, 0]]
    case .triangle6: [[0, 1, 3], [1, 2, 4], [2, 0, 5]]
    case .quadrilateral9: [[0, 1, 4], [1, 2, 5], [2, 3, 6], [3, 0, 7]]
    case .tetrahedron4: [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]
    case .tetrahedron10:
      [[0, 2, 1, 6, 5, 4], [0, 1, 3, 4, 8, 7], [1, 2, 3, 5, 9, 8], [0, 3, 2, 7, 9, 6]]
    }
  }

  /// How many of the first nodes are corners.
  var cornerCount: Int {
    switch self {
    case .line2, .line3: 2
    case .triangle3, .triangle6: 3
    case .quadrilateral9, .tetrahedron4, .tetrahedron10: 4
    }
  }

  private static func line3(_ t: Double) -> (values: [Double], slopes: [SIMD3<Double>]) {
    let (value, slope) = BiquadraticElement.line(t)
    return (
      [value.x, value.z, value.y], [SIMD3(slope.x, 0, 0), SIMD3(slope.z, 0, 0), SIMD3(slope.y, 0, 0)]
    )
  }

  private static func quadrilateral9(_ place: SIMD3<Double>) -> (values: [Double], slopes: [SIMD3<Double>]) {
    let shape = BiquadraticElement.shape(xi: place.x, eta: place.y)
    return (
      (0..<9).map { shape.value[$0] }, (0..<9).map { SIMD3(shape.alongXi[$0], shape.alongEta[$0], 0) }
    )
  }

  private static func corners(_ place: SIMD3<Double>, _ dimension: Int) -> [Double] {
    let rest = 1 - place.x - place.y - place.z
    return dimension == 2 ? [rest, place.x, place.y] : [rest, place.x, place.y, place.z]
  }

  private static func cornerSlopes(_ dimension: Int) -> [SIMD3<Double>] {
    let slopes = [SIMD3<Double>(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)][..<dimension]
    return [slopes.reduce(.zero) { $0 - $1 }] + slopes
  }

  /// The quadratic simplex: L (2L − 1) at the corners, 4 L L' at the middles of the edges.
  private static func quadratic(
    _ place: SIMD3<Double>, _ dimension: Int, _ edges: [(Int, Int)]
  ) -> (values: [Double], slopes: [SIMD3<Double>]) {
    let corner = corners(place, dimension)
    let slope = cornerSlopes(dimension)
    let values = corner.map { $0 * (2 * $0 - 1) } + edges.map { 4 * corner[$0.0] * corner[$0.1] }
    let slopes =
      zip(corner, slope).map { (4 * $0 - 1) * $1 }
      + edges.map { 4 * (corner[$0.0] * slope[$0.1] + corner[$0.1] * slope[$0.0]) }
    return (values, slopes)
  }
}
