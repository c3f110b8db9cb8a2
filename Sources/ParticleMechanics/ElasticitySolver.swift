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
    let unknowns = held.map { isHeld in
      guard !isHeld else { return Int32(-1) }
      next += 1
      return next - 1
    }
    self.unknowns = unknowns
    var connectivity: [Int32] = []
    connectivity.reserveCapacity(2 * mesh.elements.count)
    for node in mesh.elements {
      connectivity.append(unknowns[2 * Int(node)])
      connectivity.append(unknowns[2 * Int(node) + 1])
    }
    let pattern = SparsityPattern(size: Int(next), unknownsPerElement: 18, connectivity: connectivity)
    let (matrix, axialForce, area) = Self.assembled(mesh, model, pattern, connectivity)
    let order = mesh.eliminationOrder.flatMap { [unknowns[2 * Int($0)], unknowns[2 * Int($0) + 1]] }
    factor = try CholeskyFactor(pattern: pattern, order: .given(order.filter { $0 >= 0 }))
    try factor.factorise(matrix.values)
    switch model.axialCondition {
    case .planeStrain: axial = nil
    case .generalisedPlaneStrain:
      let response = try factor.solve(axialForce)
      let coupling = zip(axialForce, response).reduce(0) { $0 + $1.0 * $1.1 }
      axial = (axialForce, response, (model.lame.lambda + 2 * model.lame.mu) * area - coupling)
    }
  }

  /// The stiffness matrix, ∫ λ div v dA of each unknown, and the area.
  private static func assembled(
    _ mesh: SectorMesh, _ model: ParticleModel, _ pattern: SparsityPattern, _ connectivity: [Int32]
  ) -> (matrix: SymmetricSparseMatrix, axialForce: [Double], area: Double) {
    var matrix = SymmetricSparseMatrix(pattern: pattern)
    var axialForce = [Double](repeating: 0, count: pattern.size)
    var area = 0.0
    let (lambda, mu) = model.lame
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 324) { local in
      connectivity.withUnsafeBufferPointer { all in
        mesh.forEachElement { element, points in
          area += points.area.sum()
          let unknowns = UnsafeBufferPointer(rebasing: all[18 * element..<18 * element + 18])
          for a in 0..<9 {
            let (ax, ay) = (points.area * points.alongX[a], points.area * points.alongY[a])
            if unknowns[2 * a] >= 0 { axialForce[Int(unknowns[2 * a])] += lambda * ax.sum() }
            if unknowns[2 * a + 1] >= 0 { axialForce[Int(unknowns[2 * a + 1])] += lambda * ay.sum() }
            for b in 0...a {
              let (xx, xy) = ((ax * points.alongX[b]).sum(), (ax * points.alongY[b]).sum())
              let (yx, yy) = ((ay * points.alongX[b]).sum(), (ay * points.alongY[b]).sum())
              let block = (
                (lambda + 2 * mu) * xx + mu * yy, lambda * xy + mu * yx, lambda * yx + mu * xy,
                (lambda + 2 * mu) * yy + mu * xx
              )
              (local[36 * a + 2 * b], local[36 * b + 2 * a]) = (block.0, block.0)
              (local[36 * a + 2 * b + 1], local[36 * b + 18 + 2 * a]) = (block.1, block.1)
              (local[36 * a + 18 + 2 * b], local[36 * b + 2 * a + 1]) = (block.2, block.2)
              (local[36 * a + 19 + 2 * b], local[36 * b + 19 + 2 * a]) = (block.3, block.3)
            }
          }
          matrix.add(element: UnsafeBufferPointer(local), unknowns: unknowns)
        }
      }
    }
    return (matrix, axialForce, area)
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
    mesh.forEachElement { element, points in
      let axial = makeForceCoefficients(&points)
      for (state, lithiation) in lithiations.enumerated() {
        addForces(
          ofElement: element, lithiation: lithiation, points, axial, to: &vectors, offset: state * size,
          axialLoad: &axialLoads[state])
      }
    }
    return try solve(forces: vectors, axialLoads: axialLoads)
  }

  /// Turns the derivatives of the shape functions into what a unit of volumetric strain at each point contributes to the
  /// forces on the nodes along x and y; gives back what it contributes to the axial load.
  @inline(__always)
  private func makeForceCoefficients(_ points: inout SixteenPoints) -> SIMD16<Double> {
    let (lambda, mu) = model.lame
    var (xx, yy, zz, xy) = (
      SIMD16<Double>.zero, SIMD16<Double>.zero, SIMD16<Double>.zero, SIMD16<Double>.zero
    )
    for point in 0..<16 {
      let expansion = model.expansionTensor(x: points.x[point], y: points.y[point])
      let volumetric = lambda * (expansion.xx + expansion.yy + expansion.zz)
      xx[point] = volumetric + 2 * mu * expansion.xx
      yy[point] = volumetric + 2 * mu * expansion.yy
      zz[point] = volumetric + 2 * mu * expansion.zz
      xy[point] = 2 * mu * expansion.xy
    }
    for a in 0..<9 {
      let (alongX, alongY) = (points.alongX[a], points.alongY[a])
      points.alongX[a] = points.area * (alongX * xx + alongY * xy)
      points.alongY[a] = points.area * (alongX * xy + alongY * yy)
    }
    return points.area * zz
  }

  /// Adds the forces of an element's eigenstrain in one state, and its axial load.
  @inline(__always)
  private func addForces(
    ofElement element: Int, lithiation: [Double], _ coefficients: borrowing SixteenPoints, _ axial: SIMD16<Double>,
    to vectors: inout [Double], offset: Int, axialLoad: inout Double
  ) {
    let value = ShapeTable.four.value
    var strain = SIMD16<Double>.zero
    for a in 0..<9 { strain += value[a] * lithiation[Int(mesh.elements[9 * element + a])] }
    for point in 0..<16 { strain[point] = model.volumetricStrain(lithiation: strain[point]) }
    axialLoad += (strain * axial).sum()
    for a in 0..<9 {
      let node = Int(mesh.elements[9 * element + a])
      let (first, second) = (unknowns[2 * node], unknowns[2 * node + 1])
      if first >= 0 { vectors[offset + Int(first)] += (strain * coefficients.alongX[a]).sum() }
      if second >= 0 { vectors[offset + Int(second)] += (strain * coefficients.alongY[a]).sum() }
    }
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
      mesh.points(ofElement: element) { _, point in
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
