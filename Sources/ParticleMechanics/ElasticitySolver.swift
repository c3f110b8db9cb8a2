import ArrayMath

/// Linear elasticity of the sector with an eigenstrain: div C : (ε(v) − ε*) = 0, free of traction on the arc, no
/// normal displacement and no shear on the straight edges.
///
/// The particle is stiff along its axis as well: the axial strain is zero (plane strain), or uniform and such that the
/// net axial force vanishes (generalised plane strain). In the latter case the one extra unknown is eliminated with
/// the response to a unit axial strain. Integrated with 4 × 4 Gauss points an element.
struct ElasticitySolver {
  private let mesh: SectorMesh
  private let model: ParticleModel
  private let factor: CholeskyFactor
  /// Number of each displacement component among the unknowns, negative where symmetry holds it at zero.
  private let unknowns: [Int32]
  /// The displacements of a unit axial strain, the force they balance, and the axial stiffness left, ∫ σ_zz dA.
  private let axial: (force: [Double], response: [Double], stiffness: Double)?

  /// Number of unknown displacement components.
  var unknownCount: Int { factor.pattern.size }

  init(mesh: SectorMesh, model: ParticleModel) throws(CholeskyError) {
    self.mesh = mesh
    self.model = model
    var held = [Bool](repeating: false, count: 2 * mesh.nodeCount)
    for node in mesh.leftNodes { held[2 * node] = true }
    for node in mesh.bottomNodes { held[2 * node + 1] = true }
    var next: Int32 = 0
    unknowns = held.map { isHeld in
      guard !isHeld else { return -1 }
      next += 1
      return next - 1
    }
    var connectivity: [Int32] = []
    connectivity.reserveCapacity(2 * mesh.elements.count)
    for node in mesh.elements {
      connectivity.append(unknowns[2 * Int(node)])
      connectivity.append(unknowns[2 * Int(node) + 1])
    }
    let pattern = SparsityPattern(size: Int(next), unknownsPerElement: 18, connectivity: connectivity)
    var matrix = SymmetricSparseMatrix(pattern: pattern)
    var axialForce = [Double](repeating: 0, count: Int(next))
    var area = 0.0
    let (lambda, mu) = model.lame
    var local = [Double](repeating: 0, count: 324)
    for element in 0..<mesh.elementCount {
      for entry in local.indices { local[entry] = 0 }
      mesh.points(ofElement: element, rule: GaussRule.four) { _, point in
        area += point.area
        for a in 0..<9 {
          let (ax, ay) = (point.area * point.alongX[a], point.area * point.alongY[a])
          let first = connectivity[18 * element + 2 * a]
          let second = connectivity[18 * element + 2 * a + 1]
          if first >= 0 { axialForce[Int(first)] += lambda * ax }
          if second >= 0 { axialForce[Int(second)] += lambda * ay }
          for b in 0..<9 {
            let (bx, by) = (point.alongX[b], point.alongY[b])
            let start = 36 * a + 2 * b
            local[start] += (lambda + 2 * mu) * ax * bx + mu * ay * by
            local[start + 1] += lambda * ax * by + mu * ay * bx
            local[start + 18] += lambda * ay * bx + mu * ax * by
            local[start + 19] += (lambda + 2 * mu) * ay * by + mu * ax * bx
          }
        }
      }
      for a in 0..<18 {
        let row = Int(connectivity[18 * element + a])
        for b in 0..<18 {
          let column = Int(connectivity[18 * element + b])
          guard column >= 0, row >= column else { continue }
          matrix.add(local[18 * a + b], row: row, column: column)
        }
      }
    }
    factor = try CholeskyFactor(pattern: pattern)
    try factor.factorise(matrix.values)
    switch model.axialCondition {
    case .planeStrain: axial = nil
    case .generalisedPlaneStrain:
      let response = try factor.solve(axialForce)
      let coupling = zip(axialForce, response).reduce(0) { $0 + $1.0 * $1.1 }
      axial = (axialForce, response, (lambda + 2 * mu) * area - coupling)
    }
  }

  /// The displacements for several distributions of lithium, all solved at once.
  ///
  /// - Parameter lithiations: a value for each node, one array a distribution.
  /// - Returns: x and y component of each node in turn, in metres, and the axial strain, for each distribution.
  func displacements(
    lithiations: [[Double]]
  ) throws(CholeskyError) -> [(displacement: [Double], axialStrain: Double)] {
    guard !lithiations.isEmpty else { return [] }
    let size = unknownCount
    var vectors = [Double](repeating: 0, count: size * lithiations.count)
    var axialLoads = [Double](repeating: 0, count: lithiations.count)
    let (lambda, mu) = model.lame
    for element in 0..<mesh.elementCount {
      mesh.points(ofElement: element, rule: GaussRule.four) { _, point in
        let expansion = model.expansionTensor(x: point.x, y: point.y)
        let volumetric = lambda * (expansion.xx + expansion.yy + expansion.zz)
        let xx = volumetric + 2 * mu * expansion.xx
        let yy = volumetric + 2 * mu * expansion.yy
        let zz = volumetric + 2 * mu * expansion.zz
        let xy = 2 * mu * expansion.xy
        for (state, lithiation) in lithiations.enumerated() {
          var value = 0.0
          for a in 0..<9 { value += point.value[a] * lithiation[Int(mesh.elements[9 * element + a])] }
          let strain = point.area * model.volumetricStrain(lithiation: value)
          axialLoads[state] += strain * zz
          for a in 0..<9 {
            let node = Int(mesh.elements[9 * element + a])
            let (first, second) = (unknowns[2 * node], unknowns[2 * node + 1])
            if first >= 0 {
              vectors[state * size + Int(first)] += strain * (point.alongX[a] * xx + point.alongY[a] * xy)
            }
            if second >= 0 {
              vectors[state * size + Int(second)] += strain * (point.alongX[a] * xy + point.alongY[a] * yy)
            }
          }
        }
      }
    }
    return try solve(forces: vectors, axialLoads: axialLoads)
  }

  /// The displacements under given nodal forces, one vector of unknowns after the other.
  private func solve(
    forces: [Double], axialLoads: [Double]
  ) throws(CholeskyError) -> [(displacement: [Double], axialStrain: Double)] {
    let size = unknownCount
    let solution = try factor.solve(forces, count: axialLoads.count)
    return axialLoads.indices.map { state in
      let offset = state * size
      var axialStrain = 0.0
      if let axial {
        var coupled = 0.0
        for unknown in 0..<size { coupled += axial.force[unknown] * solution[offset + unknown] }
        axialStrain = (axialLoads[state] - coupled) / axial.stiffness
      }
      let displacement = unknowns.map { unknown in
        guard unknown >= 0 else { return 0.0 }
        let free = solution[offset + Int(unknown)]
        return axial.map { free - axialStrain * $0.response[Int(unknown)] } ?? free
      }
      return (displacement, axialStrain)
    }
  }

  /// The displacements under a body force and a traction on the arc, without eigenstrain and axial strain.
  ///
  /// - Parameters:
  ///   - bodyForce: force per volume at a point in metres, in N/m³.
  ///   - traction: force per area at a point of the arc, in pascals.
  func displacement(
    bodyForce: (_ x: Double, _ y: Double) -> SIMD2<Double>, traction: (_ x: Double, _ y: Double) -> SIMD2<Double>
  ) throws(CholeskyError) -> [Double] {
    var force = [Double](repeating: 0, count: unknownCount)
    func add(_ value: SIMD2<Double>, node: Int) {
      if unknowns[2 * node] >= 0 { force[Int(unknowns[2 * node])] += value.x }
      if unknowns[2 * node + 1] >= 0 { force[Int(unknowns[2 * node + 1])] += value.y }
    }
    for element in 0..<mesh.elementCount {
      mesh.points(ofElement: element, rule: GaussRule.four) { _, point in
        let value = point.area * bodyForce(point.x, point.y)
        for a in 0..<9 { add(point.value[a] * value, node: Int(mesh.elements[9 * element + a])) }
      }
    }
    for sector in 0..<mesh.angularElements {
      let nodes = (0..<3).map { mesh.node(circle: 2 * mesh.ringCount, angle: 2 * sector + $0) }
      for gauss in GaussRule.four {
        let (shape, slope) = BiquadraticElement.line(gauss.place)
        var (place, tangent) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
        for a in 0..<3 {
          let corner = SIMD2(mesh.x[nodes[a]], mesh.y[nodes[a]])
          place += shape[a] * corner
          tangent += slope[a] * corner
        }
        let length = gauss.weight * (tangent * tangent).sum().squareRoot()
        for a in 0..<3 { add(length * shape[a] * traction(place.x, place.y), node: nodes[a]) }
      }
    }
    return try solve(forces: force, axialLoads: [0])[0].displacement
  }
}
