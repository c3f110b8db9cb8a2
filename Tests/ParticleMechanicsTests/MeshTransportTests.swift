import ArrayMath
import Foundation
import TestData
import Testing

@testable import ParticleMechanics

@Suite struct MeshTransportTests {
  /// A linear field with a constant full tensor has no divergence inside, on distorted, curved elements.
  @Test(arguments: ElementShapeTests.solids) func passesThePatchTest(shape: ElementShape) throws {
    let mesh = SampleMeshes.box(shape, count: 3, distortion: 0.3, bend: 0.1)
    let tensor = SymmetricTensor3(xx: 1, yy: 0.6, zz: 0.8, yz: 0.1, xz: 0.15, xy: 0.3)
    let material = SampleMaterial(diffusivity: { _, _ in (tensor, SymmetricTensor3()) })
    let system = try MeshTransportSystem(mesh: mesh, material: material)
    let field = (0..<mesh.nodeCount).map { 3 + (SIMD3(0.4, -1.1, 0.6) * mesh.position($0)).sum() }
    var pull = field
    system.stiffness(field).multiply(field, into: &pull)
    let outside = Set(ElementMesh.nodes(of: mesh.outerFacets()))
    var inside = 0
    for node in 0..<mesh.nodeCount where !outside.contains(node) {
      #expect(abs(pull[node]) < 1e-12)
      inside += 1
    }
    #expect(inside > 0 && pull.contains { abs($0) > 0.01 })
    // The loop over the points says the same as the matrix.
    var direct = [Double](repeating: 0, count: mesh.nodeCount)
    system.addDiffusion(field, potential: nil, weight: { _ in 0 }, to: &direct)
    #expect(zip(direct, pull).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test(arguments: [ElementShape.triangle3, .triangle6, .quadrilateral9, .tetrahedron10])
  func convergesToAManufacturedSolution(shape: ElementShape) throws {
    let counts = shape.dimension == 3 ? [2, 4] : [4, 8]
    let errors = try counts.map { try ManufacturedElements.transport(shape, count: $0) }
    let order = log2(errors[0] / errors[1])
    print("FIG transport \(shape) \(errors) order \(order)")
    #expect(order > (shape == .triangle3 ? 1.7 : 2.6))
  }

  @Test func theCoupledProblemConverges() throws {
    let errors = try [3, 6].map { try ManufacturedElements.transport(.triangle6, count: $0, beta: 0.5) }
    print("FIG coupled \(errors) order \(log2(errors[0] / errors[1]))")
    #expect(log2(errors[0] / errors[1]) > 1.7)
  }

  /// A charge of the seed's particle on its own mesh, against the radial twin.
  @Test func agreesWithTheRadialTwinAfterAJump() throws {
    let model = ParticleModel(
      structure: .coreShell(SmoothStep(position: 6e-6, width: 1e-6)), coreDiffusivity: 0.4e-14,
      tangentialDiffusivity: 0.1e-14)
    let sector = try SectorMesh(model: model)
    let transport = try MeshTransport(mesh: ElementMesh(sector), material: SampleMaterial(model))
    let state = try ManufacturedElements.follow(
      transport, from: transport.uniform(1), control: .lithiation(0.2), for: 1024, firstStep: 1.0 / 64, tolerance: 1e-5)
    #expect(transport.statistics.smallestLithiation > 0.2 - 1e-3)
    print("FIG bounds \(transport.statistics)")
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 1024, outputTimes: [1024])
    let exact = try RadialParticle(model: model).solve(
      legs: [leg], initialLithiation: 1, radii: sector.ringRadii)[0]
    var largest = 0.0
    for (ring, value) in exact.lithiation.enumerated() {
      for angle in [0, sector.angularElements, 2 * sector.angularElements] {
        largest = max(largest, abs(state.lithiation[sector.node(circle: 2 * ring, angle: angle)] - value))
      }
    }
    print("FIG jump \(largest)")
    #expect(largest < 1e-4)
    let mean = try transport.reading(of: state, control: .lithiation(0.2)).meanLithiation
    #expect(abs(mean - exact.meanLithiation) < 1e-4)
    #expect(abs(mean - 1 - state.passedLithiation) < 1e-12)
  }

  /// A current on a whole disc of triangles ends in the quasi-steady parabola: u_s − u_c = (dū/dt) R²/(4D).
  @Test func aCurrentEndsInAParabola() throws {
    let mesh = SampleMeshes.disc(radius: 10e-6, rings: 8)
    let material = SampleMaterial(diffusivity: { _, _ in (SymmetricTensor3(isotropic: 1e-14), SymmetricTensor3()) })
    let transport = try MeshTransport(mesh: mesh, material: material)
    let rate = -0.05 / 10000.0
    let state = try ManufacturedElements.follow(
      transport, from: transport.uniform(0.8), control: .rate(rate), for: 16384, firstStep: 16, tolerance: 1e-7)
    let reading = try transport.reading(of: state, control: .rate(rate))
    let difference = reading.surfaceLithiation - state.lithiation[0]
    #expect(abs(difference / (rate * 1e-10 / 4e-14) - 1) < 1e-3)
    #expect(abs(reading.meanLithiation - 0.8 - rate * 16384) < 1e-12)
    #expect(abs(reading.passedLithiation - rate * 16384) < 1e-14)
    #expect(reading.voltage.isNaN && reading.rate == rate)
  }

  static func kinetics() throws -> SurfaceKinetics {
    SurfaceKinetics(
      openCircuitVoltage: try .formula("4.5 - 1.1*u + 0.3*u^2"), exchangeCurrentDensity: .constant(2),
      filmResistance: 0.001, maximumConcentration: 50000)
  }

  /// Fast diffusion: the whole particle is its surface, and the voltage that of one equation.
  @Test func fastDiffusionGivesTheVoltageOfOnePoint() throws {
    let mesh = SampleMeshes.disc(radius: 5e-6, rings: 3)
    let material = SampleMaterial(diffusivity: { _, _ in (SymmetricTensor3(isotropic: 1e-9), SymmetricTensor3()) })
    let kinetics = try Self.kinetics()
    let transport = try MeshTransport(mesh: mesh, material: material, kinetics: kinetics)
    let rate = -1 / 3600.0
    var state = transport.uniform(0.9)
    let density = -rate * transport.volume / transport.wettedArea * 96485.33212 * kinetics.maximumConcentration
    for _ in 0..<4 {
      let next = try transport.step(from: state, duration: 400, control: .rate(rate))
      state = next.state
      let mean = 0.9 + rate * state.time
      let expected = kinetics.voltage(currentDensity: density, surfaceLithiation: mean).value
      #expect(abs(next.reading.voltage - expected) < 1e-5)
      #expect(abs(next.reading.meanLithiation - mean) < 1e-12)
      #expect(next.error < 1e-6)
    }
    // Held at that voltage the same current flows on, and what passes is what is lost.
    let before = state
    let held = try transport.step(from: state, duration: 1e-3, control: .voltage(state.voltage))
    #expect(abs(held.reading.rate / rate - 1) < 1e-3)
    let relaxed = try transport.step(from: state, duration: 2000, control: .voltage(state.voltage))
    let lost = relaxed.reading.meanLithiation - 0.9
    #expect(abs(lost - relaxed.reading.passedLithiation) < 1e-12)
    #expect(relaxed.reading.rate < 0 && relaxed.reading.rate > rate)
    #expect(before.time == 1600 && relaxed.state.time == 3600)
    let reading = try transport.reading(of: state, control: .voltage(state.voltage))
    #expect(abs(reading.rate / rate - 1) < 1e-9)
  }

  /// Wet on one side alone: the current is the same, its density twice, and lithium leaves on the wet side first.
  @Test func partialContactDrawsFromOneSide() throws {
    var mesh = SampleMeshes.disc(radius: 5e-6, rings: 6)
    let whole = mesh.surfaceFacets()
    var wet: [Int32] = []
    for start in stride(from: 0, to: whole.count, by: 3) where mesh.position(Int(whole[start + 2])).y < 0 {
      wet += whole[start..<start + 3]
    }
    mesh.boundaries[ElementMesh.BoundaryName.wetted] = wet
    // A plastic D(u), so that the iteration has something to do.
    let material = SampleMaterial(
      diffusivity: { _, u in
        (SymmetricTensor3(isotropic: 1e-14 * (0.2 + u)), SymmetricTensor3(isotropic: 1e-14))
      }, hasConstantDiffusivity: false)
    let transport = try MeshTransport(mesh: mesh, material: material, kinetics: Self.kinetics())
    #expect(abs(transport.wettedArea / (.pi * 5e-6) - 1) < 1e-4)
    let rate = -0.5 / 3600
    let state = try ManufacturedElements.follow(
      transport, from: transport.uniform(0.9), control: .rate(rate), for: 1024, firstStep: 1, tolerance: 1e-5)
    print("FIG contact \(transport.statistics)")
    let reading = try transport.reading(of: state, control: .rate(rate))
    #expect(abs(reading.meanLithiation - 0.9 - rate * 1024) < 1e-12)
    let bottom = state.lithiation[mesh.nearest(SIMD3(0, -5e-6, 0))]
    let top = state.lithiation[mesh.nearest(SIMD3(0, 5e-6, 0))]
    #expect(bottom < reading.meanLithiation - 0.1 && top > reading.meanLithiation + 0.1)
    // Mirror images about x = 0.
    let (left, right) = (mesh.nearest(SIMD3(-4.33e-6, -2.5e-6, 0)), mesh.nearest(SIMD3(4.33e-6, -2.5e-6, 0)))
    #expect(abs(state.lithiation[left] - state.lithiation[right]) < 1e-8)
    #expect(abs(reading.voltage - state.voltage) < 1e-8)
  }

  /// X. Zhang, W. Shyy, A. M. Sastry: in an isotropic cylinder of an ideal solution stress acts as a diffusivity of
  /// D (1 + θ u), θ = 2 (Ω c_max)² E / (9 (1 − ν) R T c_max).
  @Test func stressSpeedsDiffusionUpInACylinder() throws {
    let model = ParticleModel(structure: .random, expansion: .isotropicCore)
    let mesh = SampleMeshes.disc(radius: 10e-6, rings: 8)
    let material = SampleMaterial(model)
    let mechanics = try MeshMechanics(mesh: mesh, material: material)
    let law = MeshStressCoupling.idealSolution(maximumConcentration: 49195)
    let coupled = try MeshTransport(mesh: mesh, material: material, coupling: (law, mechanics))
    let strain = model.volumetricStrainPerLithiation
    let thermal = 8.314462618 * 298.15 * 49195
    let theta = 2 * strain * strain * model.youngsModulus / (9 * (1 - model.poissonRatio) * thermal)
    #expect(theta > 0.5)
    let faster = SampleMaterial(
      diffusivity: { _, u in
        (SymmetricTensor3(isotropic: 1e-14 * (1 + theta * u)), SymmetricTensor3(isotropic: 1e-14 * theta))
      }, hasConstantDiffusivity: false)
    let plain = try MeshTransport(mesh: mesh, material: faster)
    var largest = 0.0
    let rate = 0.3 / 3600
    var states = (coupled.uniform(0.2), plain.uniform(0.2))
    for _ in 0..<4 {
      states.0 = try coupled.step(from: states.0, duration: 500, control: .rate(rate)).state
      states.1 = try plain.step(from: states.1, duration: 500, control: .rate(rate)).state
      largest = max(largest, zip(states.0.lithiation, states.1.lithiation).reduce(0) { max($0, abs($1.0 - $1.1)) })
    }
    print("FIG zhang \(largest) \(theta) \(coupled.statistics) \(plain.statistics)")
    #expect(largest < 1e-3)
  }

  /// A protocol in words on the mesh: the voltages that end its steps are met, and charge passed is lithium lost.
  @Test func followsAProtocol() throws {
    let mesh = SampleMeshes.disc(radius: 5e-6, rings: 4)
    let material = SampleMaterial(
      diffusivity: { _, u in
        (SymmetricTensor3(isotropic: 1e-14 * (0.2 + u)), SymmetricTensor3(isotropic: 1e-14))
      }, hasConstantDiffusivity: false)
    let transport = try MeshTransport(mesh: mesh, material: material, kinetics: Self.kinetics())
    let cycling = try CyclingProtocol(words: "charge at 1 C until 4.2 V, hold until C/10, rest 600 s")
    let result = try CyclingDriver(protocol: cycling, tolerance: 1e-4).run(transport, initialLithiation: 0.9)
    print("FIG protocol \(transport.statistics)")
    let charged = try #require(result.samples.last { $0.step == 0 })
    #expect(abs(charged.reading.voltage - 4.2) < 1e-6)
    let held = try #require(result.samples.last { $0.step == 1 })
    #expect(abs(held.reading.rate * 3600 + 0.1) < 1e-6)
    for sample in result.samples {
      #expect(abs(sample.reading.meanLithiation - 0.9 - sample.reading.passedLithiation) < 1e-12)
    }
    // At rest it comes to its open-circuit voltage.
    let last = try #require(result.samples.last)
    let open = try Self.kinetics().openCircuitVoltage(last.reading.meanLithiation)
    #expect(abs(last.reading.voltage - open) < 0.02)
  }

  /// In space, and by conjugate gradients as by a factor.
  @Test func conjugateGradientsAgreeWithTheFactor() throws {
    let mesh = SampleMeshes.box(.tetrahedron10, count: 3, size: 2e-6, distortion: 0.1)
    let free = SymmetricTensor3(xx: 0.02, yy: 0.01, zz: -0.01)
    let material = SampleMaterial(
      diffusivity: { _, _ in (SymmetricTensor3(xx: 1e-14, yy: 2e-15, zz: 1e-14), SymmetricTensor3()) },
      eigenstrain: { _, u in (u * free, free) },
      stiffness: { _ in .isotropic(youngsModulus: 140e9, poissonRatio: 0.25) })
    let settings = ConjugateGradient.Settings(tolerance: 1e-12)
    let states = try [LinearSolverMethod.direct, .iterative(settings)].map { method in
      let transport = try MeshTransport(mesh: mesh, material: material, method: method)
      let first = try transport.step(from: transport.uniform(1), duration: 16, control: .lithiation(0.4)).state
      let state = try transport.step(from: first, duration: 32, control: .rate(-1e-4)).state
      let mechanics = try MeshMechanics(mesh: mesh, material: material, method: method)
      return (state.lithiation, try mechanics.displacements(lithiations: [state.lithiation])[0].values)
    }
    #expect(zip(states[0].0, states[1].0).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(zip(states[0].1, states[1].1).allSatisfy { abs($0 - $1) < 1e-9 * 1e-7 })
  }

  @Test func badInputIsRefused() throws {
    let mesh = SampleMeshes.box(.triangle3, count: 2)
    let transport = try MeshTransport(mesh: mesh, material: SampleMaterial())
    let state = transport.uniform(0.5)
    #expect(throws: MeshTransportError.noKinetics) {
      try transport.step(from: state, duration: 1, control: .voltage(4))
    }
    #expect(throws: MeshTransportError.invalidDuration(0)) {
      try transport.step(from: state, duration: 0, control: .rate(0))
    }
    #expect(throws: MeshTransportError.invalidControl(.rate(.infinity))) {
      try transport.reading(of: state, control: .rate(.infinity))
    }
    #expect(throws: MeshTransportError.wrongCount(count: 1, expected: 9)) {
      try transport.step(from: MeshState(lithiation: [1]), duration: 1, control: .rate(0))
    }
    var closed = mesh
    closed.boundaries[ElementMesh.BoundaryName.wetted] = []
    #expect(throws: MeshTransportError.noSurface) { try MeshTransport(mesh: closed, material: SampleMaterial()) }
    // A diffusivity that is no number.
    let broken = try MeshTransport(
      mesh: mesh,
      material: SampleMaterial(
        diffusivity: { _, _ in (SymmetricTensor3(isotropic: .nan), SymmetricTensor3()) }, hasConstantDiffusivity: false)
    )
    #expect(throws: (any Error).self) { try broken.step(from: state, duration: 1, control: .rate(0.1)) }
  }
}

extension ElementMesh {
  /// The node nearest to a place.
  func nearest(_ place: SIMD3<Double>) -> Int {
    func squared(_ node: Int) -> Double {
      let d = position(node) - place
      return (d * d).sum()
    }
    return (0..<nodeCount).min { squared($0) < squared($1) } ?? 0
  }
}
