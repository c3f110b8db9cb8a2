import ArrayMath
import Foundation
import ParticleMechanics
import TestData
import Testing

/// A bar along x of one row of squares, pulled at its right end and held at its left, free or held across.
private struct Bar {
  let mesh: ElementMesh
  let fracture: PhaseFieldFracture<LinearSolid>
  let length: Double
  let height: Double
  private let acrossCount: Int
  static let toughness = 2.0
  static let modulus = 140e9

  init(
    length: Double, elements: Int, settings: FractureSettings, broken: Int? = nil, isHeldAcross: Bool = false
  ) throws {
    let size = length / Double(elements)
    self.length = length
    height = size
    mesh = SampleMeshes.triangles(x: (0...elements).map { Double($0) * size }, y: [0, size])
    let mesh = mesh
    let ends = (0..<mesh.nodeCount).filter { mesh.points[2 * $0] == 0 || $0 % (elements + 1) == elements }
    let across = isHeldAcross ? Array(0..<mesh.nodeCount) : [0]
    let prescribed =
      ends.map { PrescribedDisplacement(node: $0, axis: 0) } + across.map { PrescribedDisplacement(node: $0, axis: 1) }
    acrossCount = across.count
    var damage = [Double](repeating: 0, count: mesh.nodeCount)
    if let broken { for row in 0...1 { damage[row * (elements + 1) + broken] = 1 } }
    fracture = try PhaseFieldFracture(
      mesh: mesh, material: LinearSolid(youngsModulus: Self.modulus, poissonRatio: 0), settings: settings,
      fractureEnergy: { _ in Self.toughness }, prescribed: prescribed, initialDamage: damage)
  }

  /// Pulls to a mean strain and gives the stress over the ends.
  func pull(_ strain: Double) throws -> (stress: Double, state: FractureState) {
    let state = try fracture.advance(
      prescribed: [0, strain * length, 0, strain * length] + [Double](repeating: 0, count: acrossCount))
    return ((state.reactions[1] + state.reactions[3]) / height, state)
  }
}

@Suite struct PhaseFieldFractureTests {
  let length = 0.1e-6

  @Test func aUniformBarHasTheClosedForm() throws {
    // AT2: d = 2 ψ l/(G_c + 2 ψ l), σ = (1 − d)² E ε; the stress is largest, 9/16 √(E G_c/(3 l)), at ε = √(G_c/(3 l E)).
    let settings = FractureSettings(lengthScale: length, tolerance: 1e-9, allowsForOpenRow: false)
    let bar = try Bar(length: 0.2e-6, elements: 8, settings: settings)
    let peak = (Bar.toughness / (3 * length * Bar.modulus)).squareRoot()
    for part in [0.25, 0.5, 0.75, 1, 1.25] {
      let strain = part * peak
      let (stress, state) = try bar.pull(strain)
      let energy = 0.5 * Bar.modulus * strain * strain
      let expected = 2 * energy * length / (Bar.toughness + 2 * energy * length)
      #expect(state.damage.allSatisfy { abs($0 - expected) < 2e-6 })
      #expect(abs(stress / ((1 - expected) * (1 - expected) * Bar.modulus * strain) - 1) < 1e-5)
      let area = bar.length * bar.height
      #expect(abs(state.elasticEnergy / (area * (1 - expected) * (1 - expected) * energy) - 1) < 1e-5)
      #expect(
        abs(state.surfaceEnergy / (area * 0.5 * Bar.toughness * expected * expected / length) - 1) < 1e-5)
      if part == 1 {
        #expect(abs(stress / (0.5625 * (Bar.modulus * Bar.toughness / (3 * length)).squareRoot()) - 1) < 1e-5)
      }
    }
  }

  @Test func anAT1BarIsElasticUpToItsThreshold() throws {
    let settings = FractureSettings(
      dissipation: .at1, lengthScale: length, tolerance: 1e-9, allowsForOpenRow: false)
    let bar = try Bar(length: 0.2e-6, elements: 8, settings: settings)
    let threshold = (3 * Bar.toughness / (8 * length * Bar.modulus)).squareRoot()
    let (stress, whole) = try bar.pull(0.999 * threshold)
    #expect(whole.damage.allSatisfy { $0 == 0 })
    #expect(abs(stress / (0.999 * threshold * Bar.modulus) - 1) < 1e-9)
    // Beyond it 2 (1 − d) ψ = 3 G_c/(8 l).
    let broken = try bar.pull(1.1 * threshold).state
    #expect(broken.damage.allSatisfy { abs($0 - (1 - 1 / 1.21)) < 1e-5 })
  }

  @Test(arguments: FractureSettings.Dissipation.allCases)
  func aBrokenBarPaysTheToughnessAsTheMeshIsRefined(dissipation: FractureSettings.Dissipation) throws {
    // AT2: cosh profiles and G_c tanh(L/l) for a half length L; AT1: parabolas over 2 l and G_c.
    let half = 4 * length
    let errors = try [4, 8, 16].map { fineness in
      let settings = FractureSettings(
        dissipation: dissipation, lengthScale: length, allowsForOpenRow: false)
      let bar = try Bar(length: 2 * half, elements: 8 * fineness, settings: settings, broken: 4 * fineness)
      let state = try bar.pull(0).state
      let expected = Bar.toughness * (dissipation == .at2 ? tanh(half / length) : 1)
      var profile = 0.0
      for node in 0..<bar.mesh.nodeCount {
        let distance = (bar.mesh.points[2 * node] - half).magnitude
        let rest = max(1 - distance / (2 * length), 0)
        let exact = dissipation == .at2 ? cosh((half - distance) / length) / cosh(half / length) : rest * rest
        profile = max(profile, (state.damage[node] - exact).magnitude)
      }
      #expect(profile < 0.6 / Double(fineness * fineness))
      return (state.surfaceEnergy / bar.height / expected - 1).magnitude
    }
    #expect(errors[0] < 0.02 && errors[2] < 0.25 * errors[1] * 1.2 && errors[1] < 0.25 * errors[0] * 1.2)
  }

  @Test func damageNeverDecreases() throws {
    let settings = FractureSettings(lengthScale: length)
    let bar = try Bar(length: 0.4e-6, elements: 16, settings: settings, broken: 3)
    let peak = (Bar.toughness / (3 * length * Bar.modulus)).squareRoot()
    var before = bar.fracture.state.damage
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<12 {
      let state = try bar.pull(1.2 * peak * Double.random(in: -1...1, using: &generator)).state
      #expect(zip(before, state.damage).allSatisfy { $0 <= $1 && $1 <= 1 })
      before = state.damage
    }
    #expect(before.contains { $0 > 0.01 && $0 < 0.99 })
  }

  @Test func aCrackClosesUnderPressureWhereTheEnergyIsSplit() throws {
    // Of a broken row under pressure only the bulk modulus is kept.
    for (split, carried) in [(FractureSettings.Split.volumetricDeviatoric, true), (.none, false)] {
      let settings = FractureSettings(split: split, lengthScale: length)
      let bar = try Bar(length: 0.4e-6, elements: 16, settings: settings, broken: 8, isHeldAcross: true)
      let peak = (Bar.toughness / (3 * length * Bar.modulus)).squareRoot()
      // One broken column of nodes is no open row: pulled far enough, the column beside it breaks.
      for step in 1..<12 { _ = try bar.pull(0.25 * Double(step) * peak) }
      let opened = try bar.pull(3 * peak).stress
      let closed = try bar.pull(-1e-4).stress
      #expect(opened.magnitude < 0.05 * 3 * peak * Bar.modulus)
      #expect((closed < -0.3 * 1e-4 * Bar.modulus) == carried)
    }
  }

  @Test func aSingleEdgeCrackReleasesItsToughness() throws {
    var experiment = SurfingCrack(lengthScale: 0.08e-6, elementsPerLengthScale: 4)
    experiment.tolerance = 1e-3
    let rows = try experiment.run(steps: 8)
    let (first, last) = (rows[4], rows[8])
    let moved = last.moved - first.moved
    #expect(rows.allSatisfy { $0.healed == 0 })
    #expect(abs((last.released - first.released) / moved / experiment.toughness - 1) < 0.05)
    #expect(abs((last.surface - first.surface) / (last.released - first.released) - 1) < 0.03)
  }

  @Test func lithiumLoadsASectionThatIsHeldAndNotAFreeOne() throws {
    let x = (0...8).map { 0.2e-6 * Double($0) / 8 }
    let mesh = SampleMeshes.triangles(x: x, y: x)
    // Nothing along z: in plane strain that alone would load it.
    let solid = LinearSolid(
      youngsModulus: 140e9, poissonRatio: 0.25, expansion: SymmetricTensor3(xx: -0.01, yy: -0.01))
    let settings = FractureSettings(lengthScale: length)
    let lithiation = [Double](repeating: 1, count: mesh.nodeCount)
    let free = try PhaseFieldFracture(mesh: mesh, material: solid, settings: settings, fractureEnergy: { _ in 2 })
    let relaxed = try free.advance(lithiation: lithiation)
    #expect(relaxed.damage.allSatisfy { $0 < 1e-12 })
    #expect(relaxed.stress.allSatisfy { abs($0.xx) + abs($0.yy) + abs($0.xy) < 1e-3 })
    let outside = (0..<mesh.nodeCount).filter { [0, 8].contains($0 % 9) || [0, 8].contains($0 / 9) }
    let held = try PhaseFieldFracture(
      mesh: mesh, material: solid, settings: settings, fractureEnergy: { _ in 2 },
      prescribed: outside.flatMap {
        [PrescribedDisplacement(node: $0, axis: 0), PrescribedDisplacement(node: $0, axis: 1)]
      })
    let strained = try held.advance(lithiation: lithiation)
    // ψ = (λ + μ) 2 · 0.01² in equibiaxial strain; the damage is uniform.
    let (lambda, mu) = (56e9, 56e9)
    let energy = 2 * (lambda + mu) * 1e-4
    let size = 0.2e-6 / 8
    let toughness = 2 / (1 + size / (2 * length))
    let expected = 2 * energy * length / (toughness + 2 * energy * length)
    #expect(strained.damage.allSatisfy { abs($0 - expected) < 1e-3 })
    #expect(strained.stress.allSatisfy { $0.xx > 0 })
  }

  @Test func aWholeCrystalIsElastic() throws {
    // Against the solver of whole bodies, for a crystal without symmetry whose eigenstrain varies.
    let x = (0...6).map { Double($0) / 6 }
    let mesh = SampleMeshes.triangles(x: x, y: x)
    let expansion = SymmetricTensor3(xx: 0.01, yy: -0.02, zz: 0.013, xy: 0.004)
    let crystal = SampleMaterial(
      eigenstrain: { _, u in (u * expansion, expansion) }, stiffness: { _ in .triclinic })
    let lithiation = (0..<mesh.nodeCount).map { node in
      let (x, y) = (mesh.points[2 * node], mesh.points[2 * node + 1])
      return x * x - 0.5 * y + x * y * y
    }
    let whole = try MeshMechanics(mesh: mesh, material: crystal)
    let expected = whole.stress(
      displacement: try whole.displacements(lithiations: [lithiation])[0], lithiation: lithiation)
    let fracture = try PhaseFieldFracture(
      mesh: mesh, material: crystal, settings: FractureSettings(lengthScale: 1), fractureEnergy: { _ in .infinity })
    let state = try fracture.advance(lithiation: lithiation)
    let largest = expected.values.reduce(0) { max($0, abs($1.xx), abs($1.yy), abs($1.xy)) }
    for (seen, wanted) in zip(state.stress, expected.values) {
      #expect(abs(seen.xx - wanted.xx) + abs(seen.yy - wanted.yy) + abs(seen.xy - wanted.xy) < 1e-9 * largest)
    }
    #expect(state.damage.allSatisfy { $0 == 0 } && state.surfaceEnergy == 0)
  }

  @Test func aCrackAlongAWeakBoundaryCostsTheBoundary() throws {
    let (fineness, half) = (16, 0.6e-6)
    let size = length / Double(fineness)
    let columns = Int((2 * half / size).rounded())
    var mesh = SampleMeshes.triangles(x: (0...columns).map { Double($0) * size }, y: [0, size])
    mesh.regions = (0..<mesh.elementCount).map { $0 / 2 < columns / 2 ? 0 : 1 }
    for halfWidth in [0.25 * length, 0.5 * length, length] {
      let energy = try WeakBoundaries(
        mesh: mesh, grain: 4, boundary: 0.8, halfWidth: halfWidth, lengthScale: length)
      #expect(energy.band < 0.8)
      let damage = (0..<mesh.nodeCount).map { $0 % (columns + 1) == columns / 2 ? 1.0 : 0 }
      let fracture = try PhaseFieldFracture(
        mesh: mesh, material: LinearSolid(youngsModulus: 140e9, poissonRatio: 0),
        settings: FractureSettings(lengthScale: length, allowsForOpenRow: false), fractureEnergy: { energy($0) },
        initialDamage: damage)
      let state = try fracture.advance()
      #expect(abs(state.surfaceEnergy / (0.8 * size) - 1) < 0.01)
    }
    #expect(throws: CrackingError.self) {
      try WeakBoundaries(mesh: mesh, grain: 1, boundary: 2, halfWidth: 1, lengthScale: 1)
    }
    #expect(throws: CrackingError.self) {
      try WeakBoundaries(mesh: mesh, grain: 1, boundary: 0.5, halfWidth: 0, lengthScale: 1)
    }
  }

  @Test func aNotchBesideAllTrianglesIsRefused() throws {
    let mesh = SampleMeshes.triangles(x: [0, 1, 2], y: [0, 1, 2])
    let cut = try PhaseFieldFracture<LinearSolid>.damage(from: SIMD2(0, 0.5), to: SIMD2(1, 0.5), on: mesh)
    #expect(cut == [1, 1, 0, 1, 1, 0, 0, 0, 0])
    let beside = #expect(throws: CrackingError.self) {
      try PhaseFieldFracture<LinearSolid>.damage(from: SIMD2(0, 1), to: SIMD2(1, 1), on: mesh)
    }
    #expect(beside?.description.contains("move it across") == true)
  }

  @Test func quadraticElementsAreCutUp() throws {
    let sector = SampleMeshes.disc(radius: 0.2e-6, rings: 5)
    let solid = LinearSolid(
      youngsModulus: 140e9, poissonRatio: 0.25, expansion: SymmetricTensor3(isotropic: 0.001))
    let fracture = try PhaseFieldFracture(
      mesh: sector, material: solid, settings: FractureSettings(lengthScale: 0.2e-6), fractureEnergy: { _ in 2 })
    let state = try fracture.advance(lithiation: [Double](repeating: 1, count: sector.nodeCount))
    #expect(state.damage.count == sector.nodeCount && state.stress.count == 4 * sector.elementCount)
    #expect(fracture.largestElement < 0.05e-6)
  }

  @Test func badInputIsNamed() throws {
    let x = (0...4).map { 0.2e-6 * Double($0) / 4 }
    let mesh = SampleMeshes.triangles(x: x, y: x)
    let solid = LinearSolid(youngsModulus: 140e9, poissonRatio: 0.25)
    func make(
      _ settings: FractureSettings, toughness: Double = 2, prescribed: [PrescribedDisplacement] = [],
      damage: [Double]? = nil
    ) throws {
      _ = try PhaseFieldFracture(
        mesh: mesh, material: solid, settings: settings, fractureEnergy: { _ in toughness }, prescribed: prescribed,
        initialDamage: damage)
    }
    let fine = FractureSettings(lengthScale: 0.2e-6)
    try make(fine)
    let coarse = #expect(throws: CrackingError.self) { try make(FractureSettings(lengthScale: 0.19e-6)) }
    #expect(coarse?.description.contains("more than a quarter of the crack's length scale") == true)
    try make(FractureSettings(lengthScale: 0.19e-6), toughness: .infinity)
    #expect(throws: CrackingError.self) { try make(FractureSettings(lengthScale: 0)) }
    #expect(throws: CrackingError.self) { try make(fine, toughness: 0) }
    #expect(throws: CrackingError.self) { try make(fine, damage: [0]) }
    #expect(throws: CrackingError.self) { try make(fine, prescribed: [PrescribedDisplacement(node: 99, axis: 0)]) }
    let floating = #expect(throws: CrackingError.self) {
      try make(fine, prescribed: [PrescribedDisplacement(node: 0, axis: 0), PrescribedDisplacement(node: 1, axis: 0)])
    }
    #expect(floating?.description.contains("can still move") == true)
    let line = ElementMesh(points: [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1], shape: .tetrahedron4, elements: [0, 1, 2, 3])
    #expect(throws: CrackingError.self) {
      try PhaseFieldFracture(mesh: line, material: solid, settings: fine, fractureEnergy: { _ in 1 })
    }
    let fracture = try PhaseFieldFracture(mesh: mesh, material: solid, settings: fine, fractureEnergy: { _ in 2 })
    #expect(throws: CrackingError.self) { try fracture.advance(lithiation: [1]) }
    #expect(throws: CrackingError.self) { try fracture.advance(prescribed: [1]) }
  }
}

@Suite struct DamagedMaterialTests {
  let x = (0...10).map { 1e-6 * Double($0) / 10 }
  let solid = LinearSolid(
    youngsModulus: 140e9, poissonRatio: 0.25, diffusion: SymmetricTensor3(xx: 3, yy: 2, zz: 1, xy: 0.5))

  @Test func aLinearDamageIsReadAnywhere() throws {
    let mesh = SampleMeshes.triangles(x: x, y: x)
    let damage = (0..<mesh.nodeCount).map { 0.9e6 * mesh.points[2 * $0] }
    let all = try DamagedMaterial(base: solid, mesh: mesh, damage: damage)
    let across = try DamagedMaterial(base: solid, mesh: mesh, damage: damage, barrier: .acrossCrack)
    for place in [SIMD3(0.512e-6, 0.033e-6, 0), SIMD3(0.999e-6, 0.999e-6, 0), SIMD3(0.25e-6, 0.5e-6, 0)] {
      let point = MaterialPoint(position: place, region: 0)
      let whole = 1 - 0.9e6 * place.x
      let g = 1e-4 + (1 - 1e-4) * whole * whole
      let lowered = all.diffusivity(at: point, lithiation: 0.5).value
      #expect(abs(lowered.xx / (3 * g) - 1) < 1e-9 && abs(lowered.xy / (0.5 * g) - 1) < 1e-9)
      let crossing = across.diffusivity(at: point, lithiation: 0.5).value
      #expect(abs(crossing.xx / (3 * g) - 1) < 1e-9 && abs(crossing.yy / 2 - 1) < 1e-9)
      #expect(abs(crossing.xy / (0.5 * g.squareRoot()) - 1) < 1e-9 && abs(crossing.zz - 1) < 1e-9)
      let stiff = all.stiffness(at: point)[0, 0] / solid.stiffness(at: point)[0, 0]
      #expect(abs(stiff / (1e-6 + (1 - 1e-6) * whole * whole) - 1) < 1e-9)
    }
    let far = MaterialPoint(position: SIMD3(5e-6, 0, 0), region: 0)
    #expect(all.diffusivity(at: far, lithiation: 0.5).value == solid.diffusion)
  }

  @Test func noDamageChangesNothing() throws {
    let mesh = SampleMeshes.triangles(x: x, y: x)
    let whole = try DamagedMaterial(base: solid, mesh: mesh, damage: [Double](repeating: 0, count: mesh.nodeCount))
    let point = MaterialPoint(position: SIMD3(0.3e-6, 0.3e-6, 0), region: 0)
    #expect(whole.diffusivity(at: point, lithiation: 1).value == solid.diffusion)
    #expect(whole.stiffness(at: point) == solid.stiffness(at: point))
    #expect(throws: CrackingError.self) { try DamagedMaterial(base: solid, mesh: mesh, damage: [0]) }
    #expect(throws: CrackingError.self) {
      try DamagedMaterial(
        base: solid, mesh: mesh, damage: [Double](repeating: 0, count: mesh.nodeCount), residualDiffusivity: 0)
    }
  }
}
