import ParticleMechanics
import Testing

@Suite struct ParticleModelErrorTests {
  private let changes: [(name: String, change: (inout ParticleModel) -> Void)] = [
    ("the radius", { $0.radius = -1e-6 }), ("the radius", { $0.radius = .nan }),
    ("the core diffusivity", { $0.coreDiffusivity = 0 }), ("the radial diffusivity", { $0.radialDiffusivity = -1 }),
    ("the tangential diffusivity", { $0.tangentialDiffusivity = -1e-20 }),
    ("Young's modulus", { $0.youngsModulus = .infinity }), ("Poisson's ratio", { $0.poissonRatio = 0.5 }),
    ("Poisson's ratio", { $0.poissonRatio = -1 }),
    ("the volumetric strain per unit of lithiation", { $0.volumetricStrainPerLithiation = 5.1 }),
    ("the reference lithiation", { $0.referenceLithiation = 1.2 }),
  ]

  @Test func refusesParametersOutOfRange() {
    for (name, change) in changes {
      var model = ParticleModel(structure: .random)
      change(&model)
      let error = #expect(throws: ParticleModelError.self) { try ParticleSimulation(model: model) }
      guard case .parameterOutOfRange(name, _, _) = error else {
        Issue.record("\(name): \(String(describing: error))")
        continue
      }
    }
  }

  @Test(arguments: [-0.1e-6, 10.1e-6]) func refusesATransitionOutsideTheParticle(position: Double) {
    let model = ParticleModel(structure: .coreShell(SmoothStep(position: position, width: 0.1e-6)))
    #expect(throws: ParticleModelError.transitionOutsideParticle(transitionRadius: position, radius: 10e-6)) {
      try SectorMesh(model: model)
    }
  }

  /// A transition that touches the centre or the surface, or is wider than the particle, is odd but meshable.
  @Test(arguments: [(0.0, 0.1e-6), (10e-6, 0.1e-6), (5e-6, 30e-6), (1e-9, 0.0)])
  func acceptsATransitionAtTheRim(position: Double, width: Double) throws {
    let model = ParticleModel(structure: .coreShell(SmoothStep(position: position, width: width)))
    let mesh = try SectorMesh(model: model)
    #expect(zip(mesh.ringRadii, mesh.ringRadii.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func refusesAnEmptyProtocol() throws {
    let simulation = try ParticleSimulation(model: ParticleModel(structure: .random))
    #expect(throws: ParticleModelError.noLegs) { try simulation.solve(legs: [], initialLithiation: 1) }
  }

  @Test(arguments: [
    (0.0, [Double]()), (-5, []), (.nan, []), (.infinity, []), (10, [11]), (10, [-1]), (10, [2, 2]), (10, [3, 1]),
    (10, [.nan]),
  ]) func refusesTimesThatCannotBeFollowed(duration: Double, times: [Double]) throws {
    let simulation = try ParticleSimulation(model: ParticleModel(structure: .random))
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: duration, outputTimes: times)
    let error = #expect(throws: ParticleModelError.self) {
      try simulation.solve(legs: [leg], initialLithiation: 1)
    }
    guard case .invalidLeg(0, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func refusesLithiationsOutOfRangeAndFieldsOfAnotherMesh() throws {
    let simulation = try ParticleSimulation(model: ParticleModel(structure: .random))
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 1, outputTimes: [])
    var above = leg
    above.surfaceLithiation = 1.1
    #expect(throws: ParticleModelError.self) { try simulation.solve(legs: [above], initialLithiation: 1) }
    #expect(throws: ParticleModelError.self) { try simulation.solve(legs: [leg], initialLithiation: -0.1) }
    #expect(throws: ParticleModelError.self) { try simulation.solve(legs: [leg], initialLithiation: 1, tolerance: 0) }
    #expect(throws: ParticleModelError.self) { try simulation.transport(leg: leg, from: [1, 1]) }
    #expect(throws: ParticleModelError.self) { try simulation.uniformState(.nan) }
    let other = try SectorMesh(model: ParticleModel(radius: 5e-6, structure: .random))
    #expect(throws: ParticleModelError.self) {
      try ParticleSimulation(model: ParticleModel(structure: .random), mesh: other)
    }
  }
}
