import ArrayMath
import Testing

@testable import ParticleMechanics

@Suite struct TransportTests {
  static let coreShell = ParticleModel.Structure.coreShell(SmoothStep(position: 6e-6, width: 0.1e-6))

  /// A linear field with a constant full tensor has no divergence: the consistent stiffness must see none inside.
  @Test func passesThePatchTestWithAFullTensor() throws {
    let mesh = SectorMesh(ringRadii: [0, 1, 1.5, 3], angularElements: 3)
    let system = TransportSystem(mesh: mesh) { _, _ in SymmetricTensor(xx: 2, yy: 0.7, xy: 0.5) }
    let field = (0..<mesh.nodeCount).map { 3 + 0.4 * mesh.x[$0] - 1.1 * mesh.y[$0] }
    var pull = field
    system.stiffness.multiply(field, into: &pull)
    let edge = Set(mesh.bottomNodes + mesh.leftNodes + Array(mesh.arcNodes))
    for node in 0..<mesh.nodeCount where !edge.contains(node) { #expect(abs(pull[node]) < 1e-12) }
    // Through the arc and the edges as much enters as leaves.
    #expect(abs(pull.reduce(0, +)) < 1e-12)
    #expect(pull.contains { abs($0) > 0.1 })
  }

  @Test func weightsAddUpToTheArea() {
    let mesh = SectorMesh(ringRadii: [0, 1, 2], angularElements: 8)
    let system = TransportSystem(mesh: mesh) { _, _ in SymmetricTensor(xx: 1, yy: 1) }
    // Parabolas through three points of the circle: the area is short of the circle's by about (Δθ/2)⁴ / 45.
    #expect(abs(system.weights.reduce(0, +) - .pi) < 2e-5)
  }

  @Test func followsTheBesselSeries() throws {
    let model = ParticleModel(structure: Self.coreShell, tangentialDiffusivity: 0)
    let simulation = try ParticleSimulation(model: model)
    let times: [Double] = [10, 500, 1000, 2000]
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 2000, outputTimes: times)
    let result = try simulation.transport(leg: leg, from: simulation.uniform(1))
    #expect(result.states.map(\.time) == times)
    for state in result.states {
      let exact = SectorReference.lithiation(model: model, initial: 1, surface: 0.2, time: state.time)
      var largest = 0.0
      for node in 0..<simulation.mesh.nodeCount {
        let (x, y) = (simulation.mesh.x[node], simulation.mesh.y[node])
        largest = max(largest, abs(state.lithiation[node] - exact((x * x + y * y).squareRoot())))
      }
      #expect(largest < (state.time < 50 ? 1e-3 : 2e-5), "t = \(state.time) s")
    }
    // Section 5.1: (u₀ − ū)/(u₀ − u_s) is 0.8 times 1 − 4 Σ exp(−α²τ)/α²; the value at τ = 0.1.
    #expect(abs(result.states[2].meanLithiation - 0.51534064) < 1e-5)
  }

  @Test func closesTheLithiumBalanceAndStaysInBounds() throws {
    let model = ParticleModel(structure: Self.coreShell, coreDiffusivity: 0.4e-14, tangentialDiffusivity: 0.1e-14)
    let simulation = try ParticleSimulation(model: model)
    let leg = ProtocolLeg(
      direction: .charge, surfaceLithiation: 0.2, duration: 3000, outputTimes: [0.5, 7, 333, 1000, 3000])
    let result = try simulation.transport(leg: leg, from: simulation.uniform(1))
    let area = Double.pi / 4 * 1e-10
    for state in result.states {
      #expect(state.boundaryFluxIntegral < 0)
      #expect(abs(state.lithiumContentChange - state.boundaryFluxIntegral) < 1e-10 * area * state.meanLithiation)
    }
    #expect(result.statistics.smallestLithiation >= 0.2 - 1e-9)
    #expect(result.statistics.largestLithiation <= 1 + 1e-6)
    #expect(result.statistics.steps < 120)
    #expect(result.statistics.factorisations < 40)
  }

  @Test func aLegStartsWhereTheOneBeforeItEnded() throws {
    let simulation = try ParticleSimulation(model: ParticleModel(structure: .random), mesh: .coarse(.random))
    let charge = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 700, outputTimes: [700])
    let discharge = ProtocolLeg(direction: .discharge, surfaceLithiation: 1, duration: 500, outputTimes: [0, 500])
    let solution = try simulation.solve(legs: [charge, discharge], initialLithiation: 1)
    #expect(solution.states.map(\.legIndex) == [0, 1, 1])
    #expect(solution.states[1].lithiation == solution.states[0].lithiation)
    #expect(solution.states[2].meanLithiation > solution.states[0].meanLithiation)
    #expect(solution.states[2].boundaryFluxIntegral > 0)
    // Phase by phase gives the same bits as all at once.
    let first = try simulation.transport(leg: charge, from: simulation.uniform(1))
    let second = try simulation.transport(leg: discharge, index: 1, from: first.finalLithiation)
    let states = try simulation.mechanics(second.states).states
    #expect(states[1].lithiation == solution.states[2].lithiation)
  }

  /// Superposition: a charge that is turned round is the sum of two charges from the same start.
  @Test func aCycleObeysSuperposition() throws {
    let model = ParticleModel(structure: .random)
    let simulation = try ParticleSimulation(model: model)
    let legs = [
      ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 800, outputTimes: []),
      ProtocolLeg(direction: .discharge, surfaceLithiation: 1, duration: 600, outputTimes: [600]),
    ]
    var start = simulation.uniform(1)
    var last: ParticleState?
    for (index, leg) in legs.enumerated() {
      let result = try simulation.transport(leg: leg, index: index, from: start)
      start = result.finalLithiation
      last = result.states.last
    }
    let long = SectorReference.lithiation(model: model, initial: 1, surface: 0.2, time: 1400)
    let short = SectorReference.lithiation(model: model, initial: 1, surface: 0.2, time: 600)
    let state = try #require(last)
    for node in stride(from: 0, to: simulation.mesh.nodeCount, by: 17) {
      let radius =
        (simulation.mesh.x[node] * simulation.mesh.x[node] + simulation.mesh.y[node] * simulation.mesh.y[node])
        .squareRoot()
      #expect(abs(state.lithiation[node] - (1 + long(radius) - short(radius))) < 2e-5)
    }
  }

  @Test func nothingHappensWithoutAJump() throws {
    let simulation = try ParticleSimulation(model: ParticleModel(structure: .random), mesh: .coarse(.random))
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.6, duration: 100, outputTimes: [100])
    let result = try simulation.transport(leg: leg, from: simulation.uniform(0.6))
    #expect(result.states[0].lithiation.allSatisfy { abs($0 - 0.6) < 1e-12 })
    #expect(result.statistics.rejectedSteps == 0)
  }

  @Test func progressCanEndALeg() throws {
    struct Stop: Error {}
    let simulation = try ParticleSimulation(model: ParticleModel(structure: .random), mesh: .coarse(.random))
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 1000, outputTimes: [1000])
    var seen: [Double] = []
    #expect(throws: Stop.self) {
      try simulation.transport(leg: leg, from: simulation.uniform(1)) { progress in
        seen.append(progress.time)
        if seen.count == 3 { throw Stop() }
      }
    }
    #expect(seen == seen.sorted() && seen.count == 3)
  }

  /// Backward Euler is of first order: half the step, half the error; the lithium that entered is what is there.
  @Test func equalStepsConvergeInFirstOrder() throws {
    let model = ParticleModel(structure: Self.coreShell, tangentialDiffusivity: 0)
    let simulation = try ParticleSimulation(model: model)
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 2000, outputTimes: [1000, 2000])
    let exact = SectorReference.lithiation(model: model, initial: 1, surface: 0.2, time: 2000)
    let errors = try [20, 40, 80].map { count in
      let result = try simulation.transport(leg: leg, equalSteps: count, from: simulation.uniform(1))
      #expect(result.states.map(\.time) == [1000, 2000])
      #expect(result.statistics.steps == count && result.statistics.factorisations == 1)
      #expect(result.statistics.smallestLithiation >= 0.2 - 1e-12)
      for state in result.states {
        #expect(abs(state.lithiumContentChange - state.boundaryFluxIntegral) < 1e-10 * 8e-11)
      }
      return abs(result.finalLithiation[0] - exact(0))
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(abs(coarse / fine - 2) < 0.15, "\(errors)") }
    #expect(errors[2] < 0.01)
  }

  @Test func equalStepsEndAtTheOutputTimes() throws {
    let simulation = try ParticleSimulation(model: ParticleModel(structure: .random))
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 100, outputTimes: [35])
    let start = simulation.uniform(1)
    #expect(throws: ParticleModelError.self) { try simulation.transport(leg: leg, equalSteps: 10, from: start) }
    #expect(throws: ParticleModelError.self) { try simulation.transport(leg: leg, equalSteps: 0, from: start) }
    #expect(try simulation.transport(leg: leg, equalSteps: 20, from: start).states.count == 1)
  }
}

extension SectorMesh {
  /// A mesh for tests in which accuracy is not what is tested.
  static func coarse(_ structure: ParticleModel.Structure) throws -> SectorMesh {
    try SectorMesh(
      model: ParticleModel(structure: structure),
      resolution: MeshResolution(
        angularElements: 2, transitionElements: 5, relativeSurfaceElement: 0.02, relativeLargestElement: 0.15,
        surfaceGrowth: 1.6, transitionGrowth: 2))
  }
}
