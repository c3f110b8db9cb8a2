import Foundation
import TestData
import Testing

@testable import ParticleMechanics

@Suite struct MeshMechanicsTests {
  /// A crystal without symmetry, its outside moved by a linear displacement: the inside follows, on distorted, curved
  /// elements, to rounding.
  @Test(arguments: ElementShapeTests.solids) func passesThePatchTest(shape: ElementShape) throws {
    let mesh = SampleMeshes.box(shape, count: 3, distortion: 0.3, bend: 0.1)
    let material = SampleMaterial(stiffness: { _ in .triclinic })
    let mechanics = try MeshMechanics(
      mesh: mesh, material: material, warps: true, prescribed: ElementMesh.nodes(of: mesh.outerFacets()))
    #expect(mechanics.unknownCount > 0)
    let depth = mesh.dimension == 3 ? 1.0 : 0
    let rows = [SIMD3(0.3, -0.2, 0.4 * depth), SIMD3(0.1, 0.5, -0.3 * depth), SIMD3(0.6, 0.2, 0.7 * depth)]
    func exact(_ x: SIMD3<Double>) -> SIMD3<Double> {
      SIMD3((rows[0] * x).sum(), (rows[1] * x).sum(), (rows[2] * x).sum())
    }
    let zeros = [Double](repeating: 0, count: mesh.nodeCount)
    let solution = try mechanics.displacement(lithiation: zeros, prescribed: exact)
    for node in 0..<mesh.nodeCount {
      let error = solution[node] - exact(mesh.position(node))
      #expect((error * error).sum().squareRoot() < 1e-12)
    }
    let strain = (0..<3).reduce(SymmetricTensor3()) { sum, k in
      var direction = SIMD3<Double>.zero
      direction[k] = 1
      return sum + ManufacturedElements.dyad(direction, rows[k])
    }
    let expected = Stiffness.triclinic(strain)
    #expect(mechanics.stress(displacement: solution, lithiation: zeros).difference { _ in expected } < 1e-12)
  }

  /// A free body that expands alike everywhere has no stress, neither moves nor turns.
  @Test(arguments: ElementShapeTests.solids) func uniformExpansionOfAFreeBodyGivesNoStress(shape: ElementShape) throws {
    let mesh = SampleMeshes.box(shape, count: 3, size: 1e-6, distortion: 0.3, bend: 0.1)
    let free = SymmetricTensor3(xx: 0.02, yy: -0.01, zz: 0.03, xy: 0.004)
    let material = SampleMaterial(
      eigenstrain: { _, u in (u * free, free) },
      stiffness: { _ in Stiffness(Stiffness.triclinic.values.map { 1e11 * $0 }) })
    let mechanics = try MeshMechanics(
      mesh: mesh, material: material, axialCondition: .generalisedPlaneStrain, warps: true)
    let lithiations = [0.5, 1].map { [Double](repeating: $0, count: mesh.nodeCount) }
    let solutions = try mechanics.displacements(lithiations: lithiations)
    for (solution, lithiation) in zip(solutions, lithiations) {
      let stress = mechanics.stress(displacement: solution, lithiation: lithiation)
      #expect(stress.difference { _ in SymmetricTensor3() } < 1e-12 * 1e11 * 2)
      if mesh.dimension == 2 { #expect(abs(solution.axialStrain - lithiation[0] * 0.03) < 1e-14) }
    }
    // Twice the lithium, twice the displacement.
    let pairs = zip(solutions[0].values, solutions[1].values)
    #expect(pairs.allSatisfy { abs($1 - 2 * $0) < 1e-18 })
  }

  /// Where nothing holds a body, what is left of its motion is the strain alone.
  @Test func aFreeDiscNeitherMovesNorTurns() throws {
    let mesh = SampleMeshes.disc(radius: 1e-6, rings: 5)
    let free = SymmetricTensor3(xx: 0.02, yy: -0.01, xy: 0.004)
    let mechanics = try MeshMechanics(mesh: mesh, material: SampleMaterial(eigenstrain: { _, u in (u * free, free) }))
    let ones = [Double](repeating: 1, count: mesh.nodeCount)
    let solution = try mechanics.displacements(lithiations: [ones])[0]
    for node in 0..<mesh.nodeCount {
      let error = solution[node] - free(mesh.position(node))
      #expect((error * error).sum().squareRoot() < 1e-18)
    }
  }

  @Test(arguments: [ElementShape.triangle3, .triangle6, .quadrilateral9, .tetrahedron10])
  func convergesToAManufacturedSolution(shape: ElementShape) throws {
    let counts = shape.dimension == 3 ? [2, 4] : [4, 8]
    let errors = try counts.map { try ManufacturedElements.mechanics(shape, count: $0) }
    let displacement = log2(errors[0].displacement / errors[1].displacement)
    let stress = log2(errors[0].stress / errors[1].stress)
    print("FIG \(shape) \(errors) orders \(displacement) \(stress)")
    let degree = shape == .triangle3 ? 1.0 : 2
    #expect(displacement > degree + 0.7)
    #expect(stress > degree - 0.3)
  }

  /// The quarter disc of the seed's model, element for element against its own solver.
  @Test(arguments: [ParticleModel.AxialCondition.planeStrain, .generalisedPlaneStrain])
  func agreesWithTheSectorSolver(condition: ParticleModel.AxialCondition) throws {
    let model = ParticleModel(
      structure: .coreShell(SmoothStep(position: 6e-6, width: 1e-6)), expansion: .isotropicCore,
      axialCondition: condition)
    let simulation = try ParticleSimulation(model: model)
    let state = try simulation.uniformState(0.2)
    let sector = simulation.mesh
    let mechanics = try MeshMechanics(
      mesh: ElementMesh(sector), material: SampleMaterial(model), axialCondition: condition)
    let lithiation = [Double](repeating: 0.2, count: sector.nodeCount)
    let solution = try mechanics.displacements(lithiations: [lithiation])[0]
    let largest = solution.values.reduce(0) { max($0, $1.magnitude) }
    let difference = zip(solution.values, state.displacement).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(difference < 2e-6 * largest)
    #expect(abs(solution.axialStrain - state.axialStrain) < 1e-7)
    let stress = mechanics.stress(displacement: solution, lithiation: lithiation)
    let field = try simulation.stress(state)
    for element in 0..<sector.elementCount {
      let place = stress.positions()[4 * element]
      let seen = stress.values[4 * element].component(SIMD3(place.x, place.y, 0), SIMD3(place.x, place.y, 0))
      let squared = (place * place).sum()
      #expect(abs(seen / squared - field.values[16 * element]) < 1e6)
    }
  }

  /// A whole disc of triangles, held nowhere, against the radial twin.
  @Test func agreesWithTheRadialTwinOnAFreeDisc() throws {
    let model = ParticleModel(structure: .random, expansion: .isotropicCore)
    let mesh = SampleMeshes.disc(radius: 10e-6, rings: 12)
    let mechanics = try MeshMechanics(mesh: mesh, material: SampleMaterial(model))
    // u = 1 − 0.8 (r/R)²: of a sphere's shape, exact in the elements.
    func lithiation(_ r: Double) -> Double { 1 - 0.8 * r * r / 1e-10 }
    let nodal = (0..<mesh.nodeCount).map { node in
      let place = mesh.position(node)
      return lithiation((place * place).sum().squareRoot())
    }
    let solution = try mechanics.displacements(lithiations: [nodal])[0]
    let stress = mechanics.stress(displacement: solution, lithiation: nodal)
    let reference = SectorReference(model: model, lithiation: lithiation)
    let scale = model.youngsModulus * 0.051
    var largest = 0.0
    for (place, value) in zip(stress.positions(), stress.values) {
      let r = (place * place).sum().squareRoot()
      let exact = reference(r)
      let along = (1 / r) * place
      let across = SIMD3(-along.y, along.x, 0)
      largest = max(
        largest, abs(value.component(along, along) - exact.radial), abs(value.component(across, across) - exact.hoop),
        abs(value.zz - exact.axial))
    }
    #expect(largest < 0.001 * scale)
    for node in mesh.boundaries["surface"] ?? [] {
      let (place, moved) = (mesh.position(Int(node)), solution[Int(node)])
      let outward = (place * moved).sum() / (place * place).sum()
      #expect(abs(outward / reference(10e-6).stretch - 1) < 1e-4)
    }
  }

  /// A core that does not follow its shell: the stress jumps, and nodal values keep to their region.
  @Test func nodalStressKeepsToItsRegion() throws {
    let model = ParticleModel(structure: .coreShell(SmoothStep(position: 6e-6, width: 0)))
    let sector = try SectorMesh(model: model)
    let mechanics = try MeshMechanics(mesh: ElementMesh(sector), material: SampleMaterial(model))
    let lithiation = [Double](repeating: 0.2, count: sector.nodeCount)
    let solution = try mechanics.displacements(lithiations: [lithiation])[0]
    let stress = mechanics.stress(displacement: solution, lithiation: lithiation)
    let split = RegionNodes(mechanics.mesh)
    #expect(split.count == sector.nodeCount + sector.nodesPerCircle)
    let nodal = stress.nodalValues(split)
    let scale = 140e9 / 0.9375 / 2 * -0.051
    for (entry, value) in nodal.enumerated() {
      let place = mechanics.mesh.position(Int(split.nodes[entry]))
      let r = (place * place).sum().squareRoot()
      guard abs(r - 6e-6) < 1e-12 else { continue }
      let across = SIMD3(-place.y / r, place.x / r, 0)
      let expected = split.regions[entry] == 0 ? scale * log(1 / 0.6) : scale * (log(1 / 0.6) - 1)
      // Of second order in the 11 degrees that an element spans; the jump is 3808 MPa.
      #expect(abs(value.component(across, across) - expected) < 4e7)
    }
    #expect(split.mesh(mechanics.mesh).nodeCount == split.count)
    #expect(split.values(lithiation).count == split.count)
    let means = stress.elementMeans()
    #expect(means.count == sector.elementCount)
  }

  @Test func badInputIsRefused() throws {
    let mesh = SampleMeshes.box(.triangle6, count: 2)
    let mechanics = try MeshMechanics(mesh: mesh, material: SampleMaterial())
    #expect(throws: ElementMeshError.wrongCount(name: "the lithiation", count: 3, expected: "25, one a node")) {
      try mechanics.displacements(lithiations: [[1, 1, 1]])
    }
    #expect(try mechanics.displacements(lithiations: []).isEmpty)
    var inverted = mesh
    inverted.elements.swapAt(0, 1)
    #expect(throws: ElementMeshError.self) { try MeshMechanics(mesh: inverted, material: SampleMaterial()) }
    // A stiffness that is not positive.
    let unstable = SampleMaterial(stiffness: { _ in .isotropic(youngsModulus: -1, poissonRatio: 0.3) })
    #expect(throws: (any Error).self) { try MeshMechanics(mesh: mesh, material: unstable) }
  }
}
