import Foundation

extension ElementMesh {
  /// An octant of a sphere in tetrahedra of ten nodes whose sides and mid-side nodes follow the sphere.
  ///
  /// The tetrahedron between the centre and the three axes is cut into `layers`³ similar ones (H. Freudenthal, Ann. Math. 43
  /// (1942) 580), and each of its layers is drawn onto a sphere: elements are of one shape and size throughout, also at
  /// the centre. Nodes lie on a lattice (a, b, c) with 0 ≤ c ≤ b ≤ a ≤ 2 `layers`, odd numbers between corners; `a` gives the
  /// radius and (a − b, b − c, c) the direction, so that an arc between axes is cut evenly.
  ///
  /// Boundaries: ``BoundaryName/surface``, ``BoundaryName/symmetryX`` (x = 0), ``BoundaryName/symmetryY``,
  /// ``BoundaryName/symmetryZ``, each side's normal pointing away from its element. With a transition, region 0 is the core and
  /// region 1 the shell.
  ///
  /// - Parameters:
  ///   - radius: of the sphere, in metres.
  ///   - layers: elements along the radius, 1...200. There are (2 n + 1)(2 n + 2)(2 n + 3) / 6 nodes.
  ///   - transitionRadius: a sphere between core and shell that sides of elements follow, in metres; nil for one region.
  /// - Throws: ``ParticleModelError`` for a value out of range.
  public static func sphereOctant(
    radius: Double, layers: Int, transitionRadius: Double? = nil
  ) throws(ParticleModelError) -> ElementMesh {
    try ParticleModel.require(radius.isFinite && radius > 0, "the radius of the sphere", radius, "more than 0 m")
    try ParticleModel.require((1...200).contains(layers), "the number of layers", Double(layers), "1 to 200")
    if let transitionRadius {
      try ParticleModel.require(
        transitionRadius > 0 && transitionRadius < radius, "the transition radius", transitionRadius,
        "more than 0 and less than the radius, \(radius) m")
      try ParticleModel.require(layers >= 2, "the number of layers", Double(layers), "2 or more with a transition")
    }
    let lattice = OctantLattice(radius: radius, layers: layers, transitionRadius: transitionRadius)
    return lattice.mesh()
  }
}

/// The lattice of ``ElementMesh/sphereOctant(radius:layers:transitionRadius:)``.
private struct OctantLattice {
  typealias Node = SIMD3<Int>

  let radius: Double
  let layers: Int
  let transitionRadius: Double?
  /// The first layer of the shell.
  let transitionLayer: Int

  init(radius: Double, layers: Int, transitionRadius: Double?) {
    self.radius = radius
    self.layers = layers
    self.transitionRadius = transitionRadius
    let part = (transitionRadius ?? radius) / radius * Double(layers)
    transitionLayer = transitionRadius == nil ? layers : min(max(Int(part.rounded()), 1), layers - 1)
  }

  /// Nodes of smaller `a` first, then of smaller `b`.
  func number(_ node: Node) -> Int32 {
    Int32(node.x * (node.x + 1) * (node.x + 2) / 6 + node.y * (node.y + 1) / 2 + node.z)
  }

  func radius(of a: Int) -> Double {
    let layer = Double(a) / 2
    guard let transitionRadius else { return radius * layer / Double(layers) }
    let step = Double(transitionLayer)
    if layer <= step { return transitionRadius * layer / step }
    return transitionRadius + (radius - transitionRadius) * (layer - step) / (Double(layers) - step)
  }

  func position(_ node: Node) -> SIMD3<Double> {
    guard node.x > 0 else { return .zero }
    let quarter = Double.pi / 2 / Double(node.x)
    // Exactly zero on the planes of symmetry.
    let direction = SIMD3(
      sin(quarter * Double(node.x - node.y)), sin(quarter * Double(node.y - node.z)), sin(quarter * Double(node.z)))
    return radius(of: node.x) / (direction * direction).sum().squareRoot() * direction
  }

  func mesh() -> ElementMesh {
    let last = 2 * layers
    var points: [Double] = []
    points.reserveCapacity((last + 1) * (last + 2) * (last + 3) / 2)
    for a in 0...last {
      for b in 0...a {
        for c in 0...b {
          let place = position(SIMD3(a, b, c))
          points += [place.x, place.y, place.z]
        }
      }
    }
    var elements: [Int32] = []
    elements.reserveCapacity(10 * layers * layers * layers)
    var regions: [Int32] = []
    var boundaries: [String: [Int32]] = [:]
    // The ways from one corner of a cube to the opposite one along its edges: the six tetrahedra of each.
    let ways = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    for a in 0..<layers {
      for b in 0...a {
        for c in 0...b {
          for way in ways {
            var corners = [SIMD3(a, b, c)]
            for axis in way {
              var next = corners[corners.count - 1]
              next[axis] += 1
              corners.append(next)
            }
            // Those outside 0 ≤ c ≤ b ≤ a belong to another octant.
            guard corners.allSatisfy({ $0.z <= $0.y && $0.y <= $0.x }) else { continue }
            // An odd permutation of the axes makes a tetrahedron of negative volume.
            if [1, 2, 5].contains(ways.firstIndex(of: way)) { corners.swapAt(2, 3) }
            append(corners, &elements, &boundaries)
            regions.append(transitionRadius != nil && a >= transitionLayer ? 1 : 0)
          }
        }
      }
    }
    return ElementMesh(
      points: points, shape: .tetrahedron10, elements: elements, regions: regions,
      regionNames: transitionRadius == nil ? [:] : [0: "core", 1: "shell"], boundaries: boundaries)
  }

  private func append(_ corners: [Node], _ elements: inout [Int32], _ boundaries: inout [String: [Int32]]) {
    func middle(_ first: Int, _ second: Int) -> Int32 { number(corners[first] &+ corners[second]) }
    for corner in corners { elements.append(number(corner &+ corner)) }
    for (first, second) in [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)] { elements.append(middle(first, second)) }
    let names: [(String, (Node) -> Bool)] = [
      (ElementMesh.BoundaryName.surface, { $0.x == layers }), (ElementMesh.BoundaryName.symmetryX, { $0.x == $0.y }),
      (ElementMesh.BoundaryName.symmetryY, { $0.y == $0.z }), (ElementMesh.BoundaryName.symmetryZ, { $0.z == 0 }),
    ]
    // Anticlockwise as seen from outside the tetrahedron.
    for side in [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]] {
      for (name, isOn) in names where side.allSatisfy({ isOn(corners[$0]) }) {
        boundaries[name, default: []] += side.map { number(corners[$0] &+ corners[$0]) }
        for place in 0..<3 { boundaries[name, default: []].append(middle(side[place], side[(place + 1) % 3])) }
      }
    }
  }
}
