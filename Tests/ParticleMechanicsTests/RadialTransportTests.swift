import Foundation
import ParticleMechanics
import Testing

/// Diffusion along the radius against its series, its balance and its bounds.
@Suite struct RadialTransportTests {
  let charge = ProtocolLeg(
    direction: .charge, surfaceLithiation: 0.2, duration: 10_000, outputTimes: [1, 500, 1000, 2000, 5000, 10_000])
  /// τ, u(0), u(R/2), mean of a cylinder; u(0), mean of a sphere: the table of section 5.1.
  let table: [(tau: Double, cylinder: [Double], sphere: [Double])] = [
    (0.05, [0.98967938, 0.86843390, 0.63830320], [0.97279883, 0.51444819]),
    (0.1, [0.87868409, 0.68819743, 0.51534064], [0.76568028, 0.38361701]),
    (0.2, [0.60118949, 0.47037947, 0.37428196], [0.42166209, 0.26760355]),
    (0.5, [0.27111177, 0.24764006, 0.23070296], [0.21150701, 0.20349771]),
    (1, [0.20394584, 0.20264344, 0.20170364], [0.20008276, 0.20002516]),
  ]

  @Test func agreesWithTheTableOfTheSeries() throws {
    for geometry in RadialGeometry.allCases {
      let particle = try RadialParticle(model: ParticleModel(structure: .random), geometry: geometry)
      let profiles = try particle.solve(legs: [charge], initialLithiation: 1, radii: [0, 5e-6])
      #expect(profiles.map(\.time) == charge.outputTimes)
      for (profile, row) in zip(profiles.dropFirst(), table) {
        let seen = geometry == .cylinder ? profile.lithiation : [profile.lithiation[0]]
        for (value, expected) in zip(
          seen + [profile.meanLithiation], geometry == .cylinder ? row.cylinder : row.sphere)
        {
          #expect(abs(value - expected) < 2e-8, "\(geometry) at \(row.tau)")
        }
      }
    }
  }

  @Test func agreesWithTheSeriesAlongTheRadius() throws {
    let radii = (0...97).map { 10e-6 * Double($0) / 97 }
    for geometry in RadialGeometry.allCases {
      let particle = try RadialParticle(model: ParticleModel(structure: .random), geometry: geometry)
      for profile in try particle.solve(legs: [charge], initialLithiation: 1, radii: radii) {
        let tau = profile.time * 1e-4
        let closed = geometry == .cylinder ? RadialClosedForms.cylinder : RadialClosedForms.sphere
        let worst = zip(radii, profile.lithiation).map { abs(closed($0 * 1e5, tau, 1, 0.2) - $1) }.max() ?? 1
        #expect(worst < 5e-7, "\(geometry) at \(profile.time) s: \(worst)")
      }
    }
  }

  @Test func onlyTheRadialDiffusivityActs() throws {
    let step = SmoothStep(position: 6e-6, width: 0.1e-6)
    let radii = [0, 3e-6, 6e-6, 9e-6]
    func lithiation(_ model: ParticleModel) throws -> [Double] {
      try RadialParticle(model: model).solve(legs: [charge], initialLithiation: 1, radii: radii)[2].lithiation
    }
    let random = try lithiation(ParticleModel(structure: .random))
    for structure in [ParticleModel.Structure.coreShell(step), .allShell] {
      let other = try lithiation(ParticleModel(structure: structure, tangentialDiffusivity: 3e-14))
      #expect(zip(random, other).allSatisfy { abs($0 - $1) < 2e-8 })
    }
  }

  @Test func aSlowerCoreDelaysTheCentre() throws {
    // Section 1.2 d: D_core = D0/2, at 1000 s.
    let step = SmoothStep(position: 6e-6, width: 0.1e-6)
    let model = ParticleModel(structure: .coreShell(step), coreDiffusivity: 5e-15)
    let profile = try RadialParticle(model: model).solve(legs: [charge], initialLithiation: 1, radii: [0])[2]
    #expect(abs(profile.lithiation[0] - 0.962663) < 1e-6)
    #expect(abs(profile.meanLithiation - 0.520623) < 1e-6)
  }

  @Test func timeScalesWithTheRadiusSquaredOverTheDiffusivity() throws {
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 1125, outputTimes: [1125])
    let model = ParticleModel(radius: 15e-6, structure: .random, coreDiffusivity: 2e-14)
    let profile = try RadialParticle(model: model).solve(legs: [leg], initialLithiation: 1, radii: [0, 7.5e-6])[0]
    #expect(abs(profile.lithiation[0] - 0.87868409) < 2e-8)
    #expect(abs(profile.lithiation[1] - 0.68819743) < 2e-8)
  }

  @Test func closesTheBalanceAndStaysWithinTheBounds() throws {
    let legs = [
      ProtocolLeg(
        direction: .charge, surfaceLithiation: 0.2, duration: 900, outputTimes: [0, 0.01, 0.1, 1, 10, 100, 900]),
      ProtocolLeg(direction: .discharge, surfaceLithiation: 1, duration: 400, outputTimes: [0, 0.1, 5, 400]),
      ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 300, outputTimes: [300]),
    ]
    for geometry in RadialGeometry.allCases {
      let step = SmoothStep(position: 6e-6, width: 0.1e-6)
      let model = ParticleModel(structure: .coreShell(step), coreDiffusivity: 3e-15)
      let particle = try RadialParticle(
        model: model, geometry: geometry, resolution: RadialParticle.Resolution(elements: 8, timeTolerance: 1e-6))
      let radii = particle.defaultRadii
      let profiles = try particle.solve(legs: legs, initialLithiation: 1, radii: radii)
      #expect(profiles.map(\.leg) == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2])
      for profile in profiles {
        #expect(abs(profile.lithiumBalanceDefect) < 1e-10)
        #expect(profile.lithiation.allSatisfy { $0 >= 0.2 - 1e-9 && $0 <= 1 + 1e-9 })
        // The content by the trapezoidal rule is that of the mean, to the rule's error.
        let power = geometry == .cylinder ? 2.0 : 3.0
        let volumes = zip(radii, radii.dropFirst()).map { pow($1 * 1e5, power) - pow($0 * 1e5, power) }
        let mean = zip(volumes, zip(profile.lithiation, profile.lithiation.dropFirst())).reduce(0) {
          $0 + $1.0 * ($1.1.0 + $1.1.1) / 2
        }
        #expect(abs(mean - profile.meanLithiation) < 3e-3)
      }
      #expect(profiles[0].lithiation.allSatisfy { abs($0 - 1) < 1e-14 })
      // At the start of a leg the state is that at the end of the one before.
      #expect(zip(profiles[6].lithiation, profiles[7].lithiation).allSatisfy { abs($0 - $1) < 1e-15 })
    }
  }

  @Test func shortTimesFollowTheHalfSpace() throws {
    // (u0 − mean)/(u0 − u_s) ≈ 4 √(τ/π) − τ for a cylinder, to the order τ^(3/2).
    let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 10, outputTimes: [0.1, 1, 10])
    let particle = try RadialParticle(model: ParticleModel(structure: .random))
    for profile in try particle.solve(legs: [leg], initialLithiation: 1, radii: []) {
      let tau = profile.time * 1e-4
      let lost = (1 - profile.meanLithiation) / 0.8
      #expect(abs(lost - (4 * (tau / Double.pi).squareRoot() - tau)) < 0.5 * tau * tau.squareRoot())
    }
  }

  @Test func dischargeMirrorsCharge() throws {
    let discharge = ProtocolLeg(
      direction: .discharge, surfaceLithiation: 1, duration: 10_000, outputTimes: charge.outputTimes)
    let radii = (0...20).map { 0.5e-6 * Double($0) }
    let particle = try RadialParticle(model: ParticleModel(structure: .random))
    let charged = try particle.solve(legs: [charge], initialLithiation: 1, radii: radii)
    let discharged = try particle.solve(legs: [discharge], initialLithiation: 0.2, radii: radii)
    for (one, other) in zip(charged, discharged) {
      #expect(zip(one.lithiation, other.lithiation).allSatisfy { abs($0 + $1 - 1.2) < 1e-9 })
    }
  }
}
