import Foundation
import Testing

@testable import ParticleMechanics

@Suite struct ElasticityTests {
  static let angles: [Double] = [0, 0.4, 0.8, 1.3, Double.pi / 2]
  static let coreShell = ParticleModel.Structure.coreShell(SmoothStep(position: 6e-6, width: 0.1e-6))

  private func solution(_ model: ParticleModel, time: Double) throws -> ParticleSolution {
    let simulation = try ParticleSimulation(model: model)
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: time, outputTimes: [time])
    let charged = try simulation.solve(legs: [leg], initialLithiation: 1)
    return ParticleSolution(
      model: model, mesh: simulation.mesh, states: charged.states + [try simulation.uniformState(0.2)],
      transportStatistics: charged.transportStatistics, mechanicsUnknowns: charged.mechanicsUnknowns)
  }

  /// A uniform pressure on the arc strains the whole sector alike, on any mesh.
  @Test func passesThePatchTest() throws {
    let model = ParticleModel(radius: 3, structure: .random, youngsModulus: 7, poissonRatio: 0.3)
    let mesh = SectorMesh(ringRadii: [0, 1, 1.2, 3], angularElements: 6)
    let simulation = try ParticleSimulation(model: model, mesh: mesh)
    let displacement = try simulation.displacement(
      lithiation: simulation.uniform(1), bodyForce: { _, _ in .zero }, traction: { x, y in 0.1 * SIMD2(x, y) / 3 })
    let state = ParticleState(
      legIndex: 0, time: 0, lithiation: simulation.uniform(1), meanLithiation: 1, lithiumContentChange: 0,
      boundaryFluxIntegral: 0, displacement: displacement)
    let values = try simulation.stress(state).values
    for start in stride(from: 0, to: values.count, by: 4) {
      // Near the arc the load's parabola differs from the circle by (Δθ/2)⁴.
      #expect(abs(values[start] - 0.1) < 2e-5 && abs(values[start + 1] - 0.1) < 2e-5)
      #expect(abs(values[start + 2] - 0.06) < 2e-5 && abs(values[start + 3]) < 2e-5)
    }
  }

  @Test func uniformIsotropicExpansionOfAFreeParticleGivesNoStress() throws {
    let model = ParticleModel(
      structure: .random, expansion: .isotropicCore, axialCondition: .generalisedPlaneStrain)
    let simulation = try ParticleSimulation(model: model)
    let state = try simulation.uniformState(0.2)
    #expect(abs(state.axialStrain - -0.051 / 3) < 1e-12)
    let largest = try simulation.stress(state).values.reduce(0) { max($0, $1.magnitude) }
    #expect(largest < 1e-9 * model.youngsModulus * 0.051)
  }

  @Test func planeStrainHoldsAnIsotropicParticleAlongItsAxis() throws {
    let model = ParticleModel(structure: .random, expansion: .isotropicCore)
    let simulation = try ParticleSimulation(model: model)
    let values = try simulation.stress(simulation.uniformState(0.2)).values
    for start in stride(from: 0, to: values.count, by: 4) {
      #expect(abs(values[start]) < 1 && abs(values[start + 1]) < 1)
      #expect(abs(values[start + 2] - 140e9 * 0.051 / 3) < 1)
    }
  }

  static let cases: [(ParticleModel.Structure, ExpansionConvention, AxialCondition)] = [
    (coreShell, .equalArea, .planeStrain), (coreShell, .isotropicCore, .planeStrain),
    (coreShell, .equalLinear, .planeStrain), (coreShell, .isotropicCore, .generalisedPlaneStrain),
    (.random, .isotropicCore, .generalisedPlaneStrain), (.allShell, .equalArea, .planeStrain),
  ]
  typealias AxialCondition = ParticleModel.AxialCondition

  /// At a time of a charge and in the relaxed state, at several angles, against the quadrature of equilibrium.
  @Test(arguments: cases) func agreesWithTheClosedForm(
    structure: ParticleModel.Structure, expansion: ExpansionConvention, axialCondition: AxialCondition
  ) throws {
    let model = ParticleModel(
      structure: structure, poissonRatio: 0.28, expansion: expansion, axialCondition: axialCondition)
    let solution = try solution(model, time: 1000)
    let radii = [1.5e-6, 3e-6, 5.8e-6, 6.2e-6, 8e-6, 9.5e-6, 10e-6]
    for state in solution.states {
      let exact = SectorReference(
        model: model,
        lithiation: state.time == .infinity
          ? { _ in 0.2 } : SectorReference.lithiation(model: model, initial: 1, surface: 0.2, time: state.time))
      #expect(abs(state.axialStrain - exact.axialStrain) < 1e-7)
      let expected = radii.map { exact($0) }
      let largest = expected.reduce(0) { max($0, $1.radial.magnitude, $1.hoop.magnitude, $1.axial.magnitude) }
      for angle in Self.angles {
        let profile = solution.radialProfile(state, angle: angle, radii: radii)
        for (index, value) in expected.enumerated() {
          #expect(abs(profile.lithiation[index] - value.lithiation) < 2e-5)
          // A stress-free particle is judged by the stress it could have.
          let limit = 0.002 * max(largest, 1e-3 * model.youngsModulus)
          #expect(abs(profile.radialStress[index] - value.radial) < limit, "r = \(radii[index])")
          #expect(abs(profile.hoopStress[index] - value.hoop) < limit, "r = \(radii[index])")
          #expect(abs(profile.axialStress[index] - value.axial) < limit, "r = \(radii[index])")
        }
        let surface = profile.radialDisplacement[radii.count - 1] / model.radius
        #expect(abs(surface / expected[radii.count - 1].stretch - 1) < 1e-4)
      }
    }
  }

  /// An axisymmetric particle has the same stress along every radius.
  @Test func stressDoesNotDependOnTheAngle() throws {
    let solution = try solution(ParticleModel(structure: Self.coreShell), time: 500)
    let field = solution.stressField(solution.states[0])
    for radius in stride(from: 1e-6, through: 10e-6, by: 0.3e-6) {
      let middle = field.polar(radius: radius, angle: 0.6)
      for angle in Self.angles {
        let other = field.polar(radius: radius, angle: angle)
        #expect(abs(other.radial - middle.radial) < 2e6 && abs(other.hoop - middle.hoop) < 2e6)
        #expect(abs(other.shear) < 1e6)
      }
    }
  }

  /// Section 5.2: a sharp transition in the relaxed state, convention A: core (E'/2) e_s ln(1/ρ), shell
  /// σ_θ = (E'/2) e_s (ln(R/r) − 1). Stress jumps at the interface and must not be averaged there.
  @Test func keepsTheJumpAtASharpTransition() throws {
    let model = ParticleModel(structure: .coreShell(SmoothStep(position: 6e-6, width: 0)))
    let simulation = try ParticleSimulation(model: model)
    let field = try simulation.stress(simulation.uniformState(0.2))
    let scale = model.youngsModulus / (1 - 0.0625) / 2 * -0.051
    let core = scale * log(1 / 0.6)
    let inside = field.polar(radius: 5.999e-6, angle: 0.5)
    let outside = field.polar(radius: 6.001e-6, angle: 0.5)
    #expect(abs(inside.radial - core) < 3e6 && abs(inside.hoop - core) < 3e6)
    #expect(abs(outside.radial - core) < 6e6)
    #expect(abs(outside.hoop - scale * (log(10 / 6.001) - 1)) < 1e7)
    let nodal = field.nodalValues(.hoop)
    let ring = try #require(simulation.mesh.firstShellRing)
    #expect(abs(nodal[simulation.mesh.node(circle: 2 * ring, angle: 3)] - scale * (log(1 / 0.6) - 1)) < 1e7)
  }

  @Test func extremaLeaveTheSingularCentreOut() throws {
    let solution = try solution(ParticleModel(structure: .allShell), time: 1000)
    #expect(abs(solution.singularityCutOff - 1e-6) < 1e-15)
    let field = solution.stressField(solution.states[1])
    let cut = field.extrema(.radial, singularityCutOff: solution.singularityCutOff)
    let all = field.extrema(.radial)
    #expect(cut.smallest.radius >= 1e-6 * (1 - 1e-9) && all.smallest.radius < 1e-6)
    let closed = 140e9 / 0.9375 / 2 * -0.051 * log(10e-6 / cut.smallest.radius)
    #expect(abs(cut.smallest.value / closed - 1) < 0.01)
  }
}
