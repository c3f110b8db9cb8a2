extension PhaseFieldFracture {
  /// The damage of a notch: 1 at the nodes of all triangles that a straight cut goes through, 0 elsewhere.
  ///
  /// - Throws: ``CrackingError/invalidField(name:reason:)`` where the cut goes through none.
  public static func damage(
    from start: SIMD2<Double>, to end: SIMD2<Double>, on mesh: ElementMesh
  ) throws(CrackingError) -> [Double] {
    let pieces = try FractureMesh(mesh)
    var damage = [Double](repeating: 0, count: pieces.nodeCount)
    for triangle in 0..<pieces.count {
      let nodes = (0..<3).map { Int(pieces.triangles[3 * triangle + $0]) }
      if cuts(nodes.map { pieces.points[$0] }, start, end) { for node in nodes { damage[node] = 1 } }
    }
    guard damage.contains(1) else {
      throw .invalidField(
        name: "the notch",
        reason: "it cuts no triangle; where it runs along their sides, move it across by a part of a triangle")
    }
    return damage
  }

  /// Whether a segment and a triangle share more than a boundary point: no side of either separates them.
  private static func cuts(_ corners: [SIMD2<Double>], _ start: SIMD2<Double>, _ end: SIMD2<Double>) -> Bool {
    var sides = (0..<3).map { corners[($0 + 1) % 3] - corners[$0] }
    sides.append(end - start)
    sides.append(SIMD2(start.y - end.y, end.x - start.x))
    for side in sides {
      let across = SIMD2(-side.y, side.x)
      let own = corners.map { ($0 * across).sum() }
      let cut = [(start * across).sum(), (end * across).sum()]
      let rounding = 1e-9 * ((own.max() ?? 0) - (own.min() ?? 0))
      if (own.max() ?? 0) <= (cut.min() ?? 0) + rounding || (own.min() ?? 0) >= (cut.max() ?? 0) - rounding {
        return false
      }
    }
    return true
  }

  /// The components that no equation is solved for.
  static func heldComponents(
    _ mesh: ElementMesh, _ pieces: FractureMesh, _ prescribed: [PrescribedDisplacement]
  ) throws(CrackingError) -> Set<Int> {
    for item in prescribed where !(0..<pieces.nodeCount).contains(item.node) || !(0...1).contains(item.axis) {
      throw .invalidField(
        name: "the prescribed displacements",
        reason: """
          component \(item.axis) of node \(item.node); expected component 0 or 1 of nodes 0 to \(pieces.nodeCount - 1)
          """)
    }
    var held = Set(prescribed.map { 2 * $0.node + $0.axis })
    for node in mesh.boundaries[ElementMesh.BoundaryName.symmetryX] ?? [] { held.insert(2 * Int(node)) }
    for node in mesh.boundaries[ElementMesh.BoundaryName.symmetryY] ?? [] { held.insert(2 * Int(node) + 1) }
    guard held.isEmpty else {
      guard try restrainsRigidMotion(held, pieces) else {
        throw .invalidField(
          name: "the prescribed displacements", reason: "the section can still move as a whole; prescribe more")
      }
      return held
    }
    let middle = pieces.points.reduce(SIMD2<Double>.zero, +) / Double(pieces.nodeCount)
    func distance(_ node: Int) -> Double {
      let arm = pieces.points[node] - middle
      return (arm * arm).sum()
    }
    let centre = (0..<pieces.nodeCount).min { distance($0) < distance($1) } ?? 0
    let far = (0..<pieces.nodeCount).max { distance($0) < distance($1) } ?? 0
    let arm = pieces.points[far] - pieces.points[centre]
    return [2 * centre, 2 * centre + 1, 2 * far + (arm.x.magnitude > arm.y.magnitude ? 1 : 0)]
  }

  /// Whether no translation or rotation leaves the held components where they are.
  private static func restrainsRigidMotion(_ held: Set<Int>, _ mesh: FractureMesh) throws(CrackingError) -> Bool {
    let (low, high) = mesh.points.reduce((mesh.points[0], mesh.points[0])) {
      (pointwiseMin($0.0, $1), pointwiseMax($0.1, $1))
    }
    let (middle, size) = (0.5 * (low + high), (high - low).max())
    var gram = SymmetricTensor3()
    for component in held {
      let arm = (mesh.points[component / 2] - middle) / size
      let mode = component % 2 == 0 ? SIMD3(1, 0, -arm.y) : SIMD3(0, 1, arm.x)
      gram = gram + SymmetricTensor3(axis: mode, along: 1, across: 0)
    }
    return gram.principalValues.z > 1e-9 * gram.principalValues.x
  }
}
