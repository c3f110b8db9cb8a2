import Foundation
import ParticleMechanics
import Testing

/// What the radial twin refuses, and the odd particles it accepts.
@Suite struct RadialInputTests {
  let step = SmoothStep(position: 6e-6, width: 0.1e-6)
  let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 100, outputTimes: [100])

  @Test func refusesAModelOutOfRange() {
    let changes: [(String, (inout ParticleModel) -> Void)] = [
      ("radius", { $0.radius = 0 }),
      ("radius", { $0.radius = .infinity }),
      ("core diffusivity", { $0.coreDiffusivity = -1e-14 }),
      ("core diffusivity", { $0.coreDiffusivity = .nan }),
      ("radial diffusivity", { $0.radialDiffusivity = 0 }),
      ("Young's modulus", { $0.youngsModulus = 0 }),
      ("Young's modulus", { $0.youngsModulus = .nan }),
      ("Poisson's ratio", { $0.poissonRatio = 0.5 }),
      ("Poisson's ratio", { $0.poissonRatio = -1 }),
      ("volumetric strain per lithiation", { $0.volumetricStrainPerLithiation = .nan }),
      ("reference lithiation", { $0.referenceLithiation = .infinity }),
    ]
    for (property, change) in changes {
      var model = ParticleModel(structure: .coreShell(step))
      change(&model)
      let error = #expect(throws: RadialParticleError.self) { try RadialParticle(model: model) }
      guard case .invalidModel(let found, _, let expected) = error else {
        Issue.record("\(property): \(String(describing: error))")
        continue
      }
      #expect(found == property && !expected.isEmpty)
      #expect(error?.description.contains(property) == true)
    }
  }

  @Test func refusesProtocolsItCannotFollow() throws {
    let particle = try RadialParticle(model: ParticleModel(structure: .random))
    func error(_ change: (inout ProtocolLeg) -> Void) -> RadialParticleError? {
      var bad = leg
      change(&bad)
      return #expect(throws: RadialParticleError.self) {
        try particle.solve(legs: [leg, bad], initialLithiation: 1, radii: [0])
      }
    }
    let changes: [(inout ProtocolLeg) -> Void] = [
      { $0.surfaceLithiation = -0.1 }, { $0.surfaceLithiation = 1.1 }, { $0.surfaceLithiation = .nan },
      { $0.duration = 0 }, { $0.duration = .infinity }, { $0.duration = .nan }, { $0.outputTimes = [-1] },
      { $0.outputTimes = [101] }, { $0.outputTimes = [.nan] }, { $0.outputTimes = [2, 1] },
      { $0.outputTimes = [1, 1] },
    ]
    for change in changes {
      guard case .invalidLeg(let index, let reason) = error(change) else {
        Issue.record("not refused as a leg")
        continue
      }
      #expect(index == 1 && !reason.isEmpty)
    }
    #expect(throws: RadialParticleError.noLegs) { try particle.solve(legs: [], initialLithiation: 1, radii: [0]) }
  }

  @Test func refusesLithiationsAndRadiiOutOfRange() throws {
    let particle = try RadialParticle(model: ParticleModel(structure: .random))
    for value in [-0.01, 1.01, Double.infinity] {
      #expect(throws: RadialParticleError.invalidLithiation(value)) {
        try particle.solve(legs: [leg], initialLithiation: value, radii: [0])
      }
      #expect(throws: RadialParticleError.invalidLithiation(value)) { try particle.uniformProfile(lithiation: value) }
    }
    for radius in [-1e-9, 10.001e-6] {
      #expect(throws: RadialParticleError.invalidRadius(radius, limit: 10e-6)) {
        try particle.solve(legs: [leg], initialLithiation: 1, radii: [0, radius])
      }
    }
    #expect(throws: RadialParticleError.self) { try particle.uniformProfile(lithiation: 0.5, radii: [.nan]) }
  }

  @Test func refusesAResolutionOutOfRange() {
    let model = ParticleModel(structure: .random)
    for resolution in [
      RadialParticle.Resolution(elements: 0), RadialParticle.Resolution(elements: 1_000_000),
      RadialParticle.Resolution(timeTolerance: 0), RadialParticle.Resolution(timeTolerance: .nan),
    ] {
      #expect(throws: RadialParticleError.self) { try RadialParticle(model: model, resolution: resolution) }
    }
  }

  @Test func unusedDiffusivitiesMayBeAnything() throws {
    _ = try RadialParticle(model: ParticleModel(structure: .random, radialDiffusivity: 0))
    _ = try RadialParticle(model: ParticleModel(structure: .allShell, coreDiffusivity: 0))
  }

  @Test func solvesWithTheTransitionAnywhere() throws {
    // Beyond the surface, on it, around the centre, at negative radii, as narrow as an atom, as wide as the particle.
    for (position, width) in [
      (20e-6, 1e-6), (10e-6, 1e-6), (0, 1e-6), (-5e-6, 1e-6), (6e-6, 1e-10), (5e-6, 10e-6), (1e-8, 1e-9),
    ] {
      for kind in SmoothStep.Kind.allCases {
        let model = ParticleModel(structure: .coreShell(SmoothStep(position: position, width: width, kind: kind)))
        let profile = try RadialParticle(model: model).uniformProfile(lithiation: 0.2)
        #expect((profile.radialStress + profile.hoopStress + profile.axialStress).allSatisfy { $0.isFinite })
        // Convention A keeps the area: w(R)/R = ε_V/2 for every transition.
        #expect(abs(profile.surfaceDisplacement + 255e-9) < 1e-13, "\(kind) at \(position), \(width) wide")
      }
    }
  }
}
