public import ParticleMechanics

/// Small meshes of every shape, with two regions and named boundaries, for tests of files.
public enum MeshSamples {
  public static let shapes: [ElementShape] = [
    .triangle3, .triangle6, .quadrilateral9, .tetrahedron4, .tetrahedron10,
  ]

  /// A square or cube of side 1 at the origin, cut into `cells` a side: region 0 below x = 1/2, region 1 above; the
  /// boundaries `surface`, all around, and `wetted`, where x = 1.
  ///
  /// - Parameters:
  ///   - cells: along a side, even.
  ///   - length: of a side, in metres.
  public static func box(_ shape: ElementShape, cells: Int = 2, length: Double = 1) -> ElementMesh {
    var lattice = Lattice(cells: cells, dimension: shape.dimension)
    var elements: [Int32] = []
    var regions: [Int32] = []
    for z in 0..<(shape.dimension == 3 ? cells : 1) {
      for y in 0..<cells {
        for x in 0..<cells {
          let origin = SIMD3(2 * x, 2 * y, 2 * z)
          for corners in Self.corners(shape) {
            elements += nodes(shape, corners.map { origin &+ 2 &* $0 }).map { lattice.node($0) }
            regions.append(2 * x < cells ? 0 : 1)
          }
        }
      }
    }
    var boundaries: [String: [Int32]] = ["surface": [], "wetted": []]
    let end = 2 * cells
    for element in 0..<(elements.count / shape.nodeCount) {
      let own = Array(elements[(element * shape.nodeCount)..<((element + 1) * shape.nodeCount)])
      for side in sides(shape) {
        let places = side.map { lattice.places[Int(own[$0])] }
        for axis in 0..<shape.dimension {
          for limit in [0, end] where places.allSatisfy({ $0[axis] == limit }) {
            boundaries["surface"]? += side.map { own[$0] }
            if axis == 0, limit == end { boundaries["wetted"]? += side.map { own[$0] } }
          }
        }
      }
    }
    let points = lattice.places.flatMap { place in
      (0..<shape.dimension).map { length * Double(place[$0]) / Double(end) }
    }
    return ElementMesh(
      points: points, shape: shape, elements: elements, regions: regions, regionNames: [0: "grain a", 1: "grain b"],
      boundaries: boundaries)
  }

  /// Corners of the elements in a cell, positively oriented.
  private static func corners(_ shape: ElementShape) -> [[SIMD3<Int>]] {
    let o = SIMD3(0, 0, 0), x = SIMD3(1, 0, 0), y = SIMD3(0, 1, 0), z = SIMD3(0, 0, 1)
    switch shape {
    case .line2, .line3: return [[o, x]]
    case .triangle3, .triangle6: return [[o, x, x &+ y], [o, x &+ y, y]]
    case .quadrilateral9: return [[o, x, x &+ y, y]]
    case .tetrahedron4, .tetrahedron10:
      // Kuhn's six tetrahedra along the diagonal; odd orders of the axes run the other way round.
      return [[x, y, z], [y, z, x], [z, x, y], [y, x, z], [x, z, y], [z, y, x]].enumerated().map { index, axes in
        let path = [o, axes[0], axes[0] &+ axes[1], axes[0] &+ axes[1] &+ axes[2]]
        return index < 3 ? path : [path[1], path[0], path[2], path[3]]
      }
    }
  }

  /// All nodes of an element of straight sides, in VTK's order.
  private static func nodes(_ shape: ElementShape, _ corners: [SIMD3<Int>]) -> [SIMD3<Int>] {
    func middle(_ a: Int, _ b: Int) -> SIMD3<Int> { (corners[a] &+ corners[b]) / 2 }
    switch shape {
    case .line2, .triangle3, .tetrahedron4: return corners
    case .line3: return corners + [middle(0, 1)]
    case .triangle6: return corners + [middle(0, 1), middle(1, 2), middle(2, 0)]
    case .quadrilateral9: return corners + [middle(0, 1), middle(1, 2), middle(2, 3), middle(3, 0), middle(0, 2)]
    case .tetrahedron10:
      return corners + [middle(0, 1), middle(1, 2), middle(2, 0), middle(0, 3), middle(1, 3), middle(2, 3)]
    }
  }

  private static func sides(_ shape: ElementShape) -> [[Int]] {
    switch shape {
    case .line2, .line3: []
    case .triangle3: [[0, 1], [1, 2], [2, 0]]
    case .triangle6: [[0, 1, 3], [1, 2, 4], [2, 0, 5]]
    case .quadrilateral9: [[0, 1, 4], [1, 2, 5], [2, 3, 6], [3, 0, 7]]
    case .tetrahedron4: [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]
    case .tetrahedron10: [[0, 2, 1, 6, 5, 4], [0, 1, 3, 4, 8, 7], [1, 2, 3, 5, 9, 8], [0, 3, 2, 7, 9, 6]]
    }
  }
}

/// Numbers the places of a lattice in the order in which they are asked for.
private struct Lattice {
  let cells: Int
  let dimension: Int
  private var numbers: [SIMD3<Int>: Int32] = [:]
  private(set) var places: [SIMD3<Int>] = []

  init(cells: Int, dimension: Int) {
    self.cells = cells
    self.dimension = dimension
  }

  mutating func node(_ place: SIMD3<Int>) -> Int32 {
    if let number = numbers[place] { return number }
    let number = Int32(places.count)
    numbers[place] = number
    places.append(place)
    return number
  }
}
