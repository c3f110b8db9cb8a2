public import ArrayMath

/// Linear elasticity with an eigenstrain on any mesh: div C : (ε(v) − ε*(u)) = 0, the outside free of traction.
///
/// Planes of symmetry keep the displacement along their normal at zero. Whatever motion they leave free is held at as many
/// nodes as it takes, which strains nothing since the loads balance, and taken out of the result, so that a displacement
/// is the smallest of all that differ by a rigid motion. A section is in plane strain, or its axial strain is uniform and
/// such that no axial force acts; crystals whose axes are tilted shear it across its plane, which it may follow where it
/// warps. The matrix is factorised once; any number of distributions of lithium are solved for at once.
public struct MeshMechanics<Material: ParticleMaterial> {
  public let mesh: ElementMesh
  public let material: Material
  /// Displacement components of a node.
  public let components: Int

  let solver: any LinearSolver
  /// Number of each component among the unknowns, negative where it is held.
  let unknowns: [Int32]
  private let motions: RigidMotions
  private let nodeWeights: [Double]
  /// The forces that a unit axial strain exerts, the response to them, and the axial stiffness left, ∫ σ_zz dA.
  private let axial: (force: [Double], response: [Double], stiffness: Double)?

  /// Number of unknown displacement components.
  public var unknownCount: Int { solver.pattern.size }

  /// Assembles and factorises.
  ///
  /// - Parameters:
  ///   - mesh: the boundaries `symmetry-x`, `symmetry-y` and `symmetry-z` are planes of symmetry with that normal.
  ///   - axialCondition: across a section; no matter in space.
  ///   - warps: whether points of a section may move across it, each as it must.
  ///   - method: of the linear equations; conjugate gradients where a factor in space does not fit into memory.
  /// - Throws: ``ElementMeshError`` for a mesh that cannot be solved on, `CholeskyError` or `ConjugateGradientError`
  ///   where the material is not stable or memory does not suffice.
  public init(
    mesh: ElementMesh, material: Material, axialCondition: ParticleModel.AxialCondition = .planeStrain,
    warps: Bool = false, method: LinearSolverMethod = .direct
  ) throws {
    try self.init(
      mesh: mesh, material: material, axialCondition: axialCondition, warps: warps, method: method, prescribed: [])
  }

  /// - Parameter prescribed: nodes whose displacement is given; see ``displacement(lithiation:prescribed:bodyForce:)``.
  package init(
    mesh: ElementMesh, material: Material, axialCondition: ParticleModel.AxialCondition = .planeStrain,
    warps: Bool = false, method: LinearSolverMethod = .direct, prescribed: [Int]
  ) throws {
    try mesh.validate()
    self.mesh = mesh
    self.material = material
    let components = mesh.dimension == 3 || warps ? 3 : 2
    self.components = components
    var isHeld = [Bool](repeating: false, count: components * mesh.nodeCount)
    let names = [
      ElementMesh.BoundaryName.symmetryX, ElementMesh.BoundaryName.symmetryY, ElementMesh.BoundaryName.symmetryZ,
    ]
    for (axis, name) in names[..<mesh.dimension].enumerated() {
      for node in mesh.boundaries[name] ?? [] { isHeld[components * Int(node) + axis] = true }
    }
    for node in prescribed {
      for component in 0..<components { isHeld[components * node + component] = true }
    }
    motions = RigidMotions(mesh: mesh, components: components, isHeld: isHeld)
    for pin in motions.pins { isHeld[components * pin.node + pin.component] = true }
    var next: Int32 = 0
    unknowns = isHeld.map { isHeld in
      guard !isHeld else { return -1 }
      next += 1
      return next - 1
    }
    let matrix = Self.assemble(
      mesh: mesh, material: material, components: components, unknowns: unknowns, size: Int(next))
    nodeWeights = matrix.nodeWeights
    solver = try Self.solver(
      method, mesh: mesh, components: components, unknowns: unknowns, pattern: matrix.stiffness.pattern)
    try solver.factorise(matrix.stiffness.values)
    if mesh.dimension == 2, axialCondition == .generalisedPlaneStrain {
      let response = try solver.solve(matrix.axialForce)
      let coupling = zip(matrix.axialForce, response).reduce(0) { $0 + $1.0 * $1.1 }
      axial = (matrix.axialForce, response, matrix.axialStiffness - coupling)
    } else {
      axial = nil
    }
  }

  private static func solver(
    _ method: LinearSolverMethod, mesh: ElementMesh, components: Int, unknowns: [Int32], pattern: SparsityPattern
  ) throws -> any LinearSolver {
    switch method {
    case .direct:
      // In space nested dissection leaves the smaller factor.
      return try CholeskyFactor(pattern: pattern, order: mesh.dimension == 3 ? .nestedDissection : .minimumDegree)
    case .iterative:
      // A section that warps counts as a body in space whose nodes lie in a plane.
      let points =
        components == mesh.dimension
        ? mesh.points
        : (0..<mesh.nodeCount).flatMap { node in
          [mesh.points[2 * node], mesh.points[2 * node + 1], 0]
        }
      return try method.solver(
        pattern: pattern, nearNullSpace: .rigidBody(dimension: components, points: points, unknowns: unknowns))
    }
  }

  /// The displacements that several distributions of lithium cause.
  ///
  /// - Parameter lithiations: a value a node, one array a distribution.
  /// - Throws: ``ElementMeshError/wrongCount(name:count:expected:)``, or `CholeskyError` or
  ///   `ConjugateGradientError` from the solver.
  public func displacements(lithiations: [[Double]]) throws -> [MeshDisplacement] {
    guard !lithiations.isEmpty else { return [] }
    for lithiation in lithiations where lithiation.count != mesh.nodeCount {
      throw ElementMeshError.wrongCount(
        name: "the lithiation", count: lithiation.count, expected: "\(mesh.nodeCount), one a node")
    }
    var loads = eigenstrainLoads(lithiations)
    return try solve(&loads.forces, axialLoads: loads.axial)
  }

  /// Solves for nodal forces, one vector of unknowns after the other, and what pulls along the axis.
  func solve(_ forces: inout [Double], axialLoads: [Double]) throws -> [MeshDisplacement] {
    let size = unknownCount
    try solver.solve(inPlace: &forces, count: axialLoads.count, guess: nil)
    return axialLoads.indices.map { state in
      let offset = state * size
      var axialStrain = 0.0
      if let axial {
        var coupled = 0.0
        for unknown in 0..<size { coupled += axial.force[unknown] * forces[offset + unknown] }
        axialStrain = (axialLoads[state] - coupled) / axial.stiffness
      }
      var displacement = unknowns.map { unknown in
        guard unknown >= 0 else { return 0.0 }
        let free = forces[offset + Int(unknown)]
        return axial.map { free - axialStrain * $0.response[Int(unknown)] } ?? free
      }
      motions.remove(from: &displacement, weights: nodeWeights)
      return MeshDisplacement(components: components, values: displacement, axialStrain: axialStrain)
    }
  }

  /// The stress of a state: σ = C : (ε(v) − ε*(u)).
  ///
  /// - Precondition: the displacement is one of these mechanics, the lithiation has a value a node.
  public func stress(displacement: MeshDisplacement, lithiation: [Double]) -> MeshStress {
    precondition(displacement.components == components, "a displacement of the same mechanics")
    precondition(lithiation.count == mesh.nodeCount, "a lithiation for each node")
    let quadrature = ElementQuadrature(mesh, .stress)
    var values: [SymmetricTensor3] = []
    values.reserveCapacity(quadrature.pointCount * mesh.elementCount)
    lithiation.withUnsafeBufferPointer { lithiation in
      displacement.values.withUnsafeBufferPointer { moved in
        quadrature.forEachElement { points in
          for point in 0..<points.pointCount {
            let place = points.material(point)
            let total = points.strain(
              point, of: moved, components: components, axialStrain: displacement.axialStrain)
            let free = material.eigenstrain(at: place, lithiation: points.value(point, of: lithiation)).value
            values.append(material.stiffness(at: place)(total - free))
          }
        }
      }
    }
    return MeshStress(mesh: mesh, values: values, axialStrain: displacement.axialStrain)
  }
}
