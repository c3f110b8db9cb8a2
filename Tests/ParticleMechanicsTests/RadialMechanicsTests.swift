import Foundation
import ParticleMechanics
import Testing

/// Stresses and displacements along the radius against closed forms and exact identities.
@Suite struct RadialMechanicsTests {
  let step = SmoothStep(position: 6e-6, width: 0.1e-6)
  /// Enough for seven digits; the tests run unoptimised.
  let quick = RadialParticle.Resolution(elements: 16, timeTolerance: 1e-7)

  func charge(_ times: [Double]) -> ProtocolLeg {
    ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: times.max() ?? 1, outputTimes: times)
  }

  @Test(arguments: ExpansionConvention.allCases, ParticleModel.AxialCondition.allCases)
  func agreesWithTheQuadratureOfTheCylinder(
    convention: ExpansionConvention, condition: ParticleModel.AxialCondition
  ) throws {
    // A wide step resolves well on the quadrature's even grid.
    let wide = SmoothStep(position: 5e-6, width: 2e-6, kind: .quintic)
    let model = ParticleModel(
      structure: .coreShell(wide), poissonRatio: 0.31, expansion: convention, referenceLithiation: 0.9,
      axialCondition: condition)
    func eigenstrain(_ r: Double) -> SIMD3<Double> {
      let weight = wide(r * 10e-6)
      let volumetric = 0.051 / 0.8 * (RadialClosedForms.cylinder(r, 0.08) - 0.9)
      return volumetric * ((1 - weight) * convention.core + weight * convention.shell)
    }
    let count = 4000
    let plane = CylinderQuadrature(poissonRatio: 0.31, axialStrain: 0, count: count, eigenstrain: eigenstrain)
    let quadrature =
      condition == .planeStrain
      ? plane
      : CylinderQuadrature(
        poissonRatio: 0.31, axialStrain: plane.meanAxial, count: count, eigenstrain: eigenstrain)
    let indices = stride(from: 40, through: count, by: 40)
    let radii = indices.map { min(Double($0) / Double(count) * 10e-6, 10e-6) }
    let profile = try RadialParticle(model: model, resolution: quick).solve(
      legs: [charge([800])], initialLithiation: 1, radii: radii)[0]
    #expect(abs(profile.axialStrain - quadrature.axialStrain) < 1e-9)
    var largest = 0.0
    var worst = 0.0
    for (n, index) in indices.enumerated() {
      let (displacement, stress) = quadrature.state(index)
      #expect(abs(profile.displacement[n] - displacement * 10e-6) < 1e-15)
      for (seen, expected) in zip(
        [profile.radialStress[n], profile.hoopStress[n], profile.axialStress[n]], [stress.x, stress.y, stress.z])
      {
        largest = max(largest, abs(expected) * 140e9)
        worst = max(worst, abs(seen - expected * 140e9))
      }
    }
    #expect(worst < 1e-6 * largest, "\(worst) of \(largest)")
  }

  @Test func obeysTheIdentitiesOfTheSurface() throws {
    // Section 5.2: exact for any step, diffusivity and convention; M[f] = 2 ∫ f s ds by Gauss's rule on the edges.
    for kind in SmoothStep.Kind.allCases {
      let model = ParticleModel(
        structure: .coreShell(SmoothStep(position: 6e-6, width: 0.4e-6, kind: kind)), coreDiffusivity: 4e-15,
        expansion: .isotropicCore)
      let particle = try RadialParticle(
        model: model, resolution: RadialParticle.Resolution(elements: 8, timeTolerance: 1e-6))
      let edges = particle.defaultRadii
      let gauss: [(Double, Double)] = [
        (-0.9061798459386640, 0.2369268850561891), (-0.5384693101056831, 0.4786286704993665), (0, 0.5688888888888889),
        (0.5384693101056831, 0.4786286704993665), (0.9061798459386640, 0.2369268850561891),
      ]
      var points: [(radius: Double, weight: Double)] = []
      for (left, right) in zip(edges, edges.dropFirst()) {
        let half = (right - left) / 2
        for (point, weight) in gauss { points.append((left + half * (1 + point), half * weight)) }
      }
      let profile = try particle.solve(
        legs: [charge([1000])], initialLithiation: 1, radii: points.map(\.radius) + [10e-6])[0]
      var (inPlane, axial, force) = (0.0, 0.0, 0.0)
      for (n, point) in points.enumerated() {
        let weight = model.shellWeight(atRadius: point.radius)
        let strain = model.volumetricStrainPerLithiation * (profile.lithiation[n] - 1)
        let volume = 2 * point.weight * point.radius * 1e10
        let core = (1 - weight) / 3
        inPlane += volume * strain * (2 * core + weight)
        axial += volume * strain * core
        force += volume * (profile.radialStress[n] + profile.hoopStress[n])
      }
      let surface = points.count
      let nu = 0.25
      let surfaceStrain = model.volumetricStrainPerLithiation * (0.2 - 1)
      let displacement = 10e-6 * (inPlane / 2 + nu * axial)
      #expect(abs(profile.surfaceDisplacement - displacement) < 1e-8 * abs(displacement), "\(kind)")
      #expect(profile.displacement[surface] == profile.surfaceDisplacement)
      let hoop = 140e9 / (1 - nu * nu) * (inPlane / 2 - surfaceStrain + nu * axial)
      #expect(abs(profile.hoopStress[surface] - hoop) < 1e-7 * abs(hoop), "\(kind)")
      #expect(abs(profile.radialStress[surface]) < 1e-7 * abs(hoop), "\(kind)")
      #expect(abs(force) < 1e-7 * abs(hoop), "\(kind)")
    }
  }

  @Test func theCentreIsStressedAlikeInTheSection() throws {
    let particle = try RadialParticle(model: ParticleModel(structure: .coreShell(step)))
    let profile = try particle.solve(legs: [charge([700])], initialLithiation: 1, radii: [0, 1e-12])[0]
    #expect(abs(profile.radialStress[0] - profile.hoopStress[0]) < 1)
    #expect(abs(profile.radialStress[0] - profile.radialStress[1]) < 1)
    #expect(profile.displacement[0] == 0)
  }

  @Test func aUniformCoreShellFollowsTheClosedForm() throws {
    let rho = 0.6
    let sharp = SmoothStep(position: 6e-6, width: 0)
    for convention in ExpansionConvention.allCases where convention != .isotropicCore {
      let model = ParticleModel(structure: .coreShell(sharp), expansion: convention)
      let profile = try RadialParticle(model: model).uniformProfile(
        lithiation: 0.2, radii: [0, 3e-6, 5.999e-6, 6.001e-6, 8e-6, 10e-6])
      let plane = 140e9 / (1 - 0.0625)
      let (core, shell) = (-0.051 * convention.core.x, -0.051 * convention.shell.y)
      let inner = plane / 2 * (-core * (1 - rho * rho) + shell * ((1 - rho * rho) / 2 + log(1 / rho)))
      for n in 0..<3 {
        #expect(abs(profile.radialStress[n] - inner) < 1e-7 * abs(inner))
        #expect(abs(profile.hoopStress[n] - inner) < 1e-7 * abs(inner))
      }
      let hoop = plane * ((core - shell / 2) * rho * rho - shell / 2)
      #expect(abs(profile.hoopStress[5] - hoop) < 1e-7 * hoop)
      #expect(
        abs(profile.surfaceDisplacement - 10e-6 * (core * rho * rho + shell * (1 - rho * rho) / 2)) < 1e-14)
      #expect(profile.time == .infinity && abs(profile.meanLithiation - 0.2) < 1e-14)
    }
  }

  @Test func anAllShellParticleIsLogarithmic() throws {
    let radii = [0, 1e-9, 10e-9, 50e-9, 1e-6, 4e-6, 10e-6]
    let profile = try RadialParticle(model: ParticleModel(structure: .allShell)).uniformProfile(
      lithiation: 0.2, radii: radii)
    let half = -3808e6
    #expect(profile.stressCutoff == 10e-9)
    for (n, radius) in radii.enumerated() {
      // Below the cut-off the stresses are those of the cut-off.
      let fall = log(10e-6 / max(radius, 10e-9))
      #expect(abs(profile.radialStress[n] - half * fall) < 1e-6 * abs(half * fall) + 100)
      #expect(abs(profile.hoopStress[n] - half * (fall - 1)) < 1e-6 * abs(half * fall) + 100)
    }
    let coreShell = try RadialParticle(model: ParticleModel(structure: .coreShell(step)))
    #expect(try coreShell.uniformProfile(lithiation: 0.2, radii: [0]).stressCutoff == nil)
  }

  @Test func aSphereGivesTheReferenceOfTheUniformCoreShell() throws {
    let model = ParticleModel(structure: .coreShell(SmoothStep(position: 6e-6, width: 0)))
    let particle = try RadialParticle(model: model, geometry: .sphere)
    let profile = try particle.uniformProfile(lithiation: 0.2, radii: [0, 4e-6, 10e-6])
    #expect(abs(profile.radialStress[0] + 1621.0200e6) < 100)
    #expect(abs(profile.hoopStress[1] + 1621.0200e6) < 100)
    #expect(abs(profile.hoopStress[2] - 1586.6667e6) < 100)
    #expect(profile.axialStress == profile.hoopStress)
    #expect(abs(profile.surfaceDisplacement + 170e-9) < 1e-14)
  }

  @Test func aSphereAgreesWithTheIntegralsOfChengAndVerbrugge() throws {
    // σ_r = 2e/(1−ν) [I(1) − I(r)/r³], σ_θ = e/(1−ν) [2 I(1) + I(r)/r³ − u], I = ∫ u s² ds; e = E B/3.
    let model = ParticleModel(structure: .random)
    let particle = try RadialParticle(model: model, geometry: .sphere)
    let count = 1000
    let radii = (0...count).map { min(Double($0) / Double(count), 1) * 10e-6 }
    let profile = try particle.solve(legs: [charge([600])], initialLithiation: 1, radii: radii)[0]
    func integrand(_ r: Double) -> Double { (RadialClosedForms.sphere(r, 0.06) - 1) * r * r }
    var integral = [0.0]
    for n in 0..<count {
      let (left, right) = (Double(n) / Double(count), Double(n + 1) / Double(count))
      integral.append(
        integral[n] + (right - left) / 6 * (integrand(left) + 4 * integrand((left + right) / 2) + integrand(right)))
    }
    let modulus = 140e9 * (0.051 / 0.8 / 3) / 0.75
    for n in stride(from: 50, through: count, by: 50) {
      let r = Double(n) / Double(count)
      let inner = integral[n] / (r * r * r)
      let radial = 2 * modulus * (integral[count] - inner)
      let hoop = modulus * (2 * integral[count] + inner - integrand(r) / (r * r))
      #expect(abs(profile.radialStress[n] - radial) < 1e-6 * 600e6)
      #expect(abs(profile.hoopStress[n] - hoop) < 1e-6 * 600e6)
    }
  }

  @Test func theCentreOfAnIsotropicParticlePeaksWhereTheSeriesDoes() throws {
    // Cheng and Verbrugge 2009 for the sphere; the same for a cylinder under plane strain.
    let peaks: [(RadialGeometry, Double, Double)] = [
      (.sphere, 0.057420, 0.38557381), (.cylinder, 0.076074, 0.23559733),
    ]
    for (geometry, tau, factor) in peaks {
      let model = ParticleModel(structure: .random, expansion: .isotropicCore)
      let times = [0.9, 0.99, 1, 1.01, 1.1].map { $0 * tau * 1e4 }
      let stresses = try RadialParticle(model: model, geometry: geometry).solve(
        legs: [charge(times)], initialLithiation: 1, radii: [0]
      ).map { -$0.radialStress[0] }
      let expected = factor * 140e9 * 0.051 / (3 * 0.75)
      #expect(abs(stresses[2] - expected) < 1e-6 * expected)
      #expect(stresses[0] < stresses[1] && stresses[1] < stresses[2])
      #expect(stresses[2] > stresses[3] && stresses[3] > stresses[4])
    }
  }

  @Test func dischargeIsTheEndOfChargeLessCharge() throws {
    let radii = (0...20).map { 0.5e-6 * Double($0) }
    let times = [500.0, 1000, 5000]
    for geometry in RadialGeometry.allCases {
      let particle = try RadialParticle(
        model: ParticleModel(structure: .coreShell(step)), geometry: geometry, resolution: quick)
      let end = try particle.uniformProfile(lithiation: 0.2, radii: radii)
      let charged = try particle.solve(legs: [charge(times)], initialLithiation: 1, radii: radii)
      let discharged = try particle.solve(
        legs: [ProtocolLeg(direction: .discharge, surfaceLithiation: 1, duration: 5000, outputTimes: times)],
        initialLithiation: 0.2, radii: radii)
      for (one, other) in zip(charged, discharged) {
        for n in radii.indices {
          #expect(abs(other.radialStress[n] - end.radialStress[n] + one.radialStress[n]) < 1e-8 * 5e9)
          #expect(abs(other.hoopStress[n] - end.hoopStress[n] + one.hoopStress[n]) < 1e-8 * 5e9)
          #expect(abs(other.displacement[n] - end.displacement[n] + one.displacement[n]) < 1e-15)
        }
      }
      if geometry == .cylinder {
        #expect(abs(discharged[1].radialStress[0] - 324.0315e6) < 1e3)
        #expect(abs(discharged[1].hoopStress[20] + 1501.0215e6) < 1e3)
      }
    }
  }

  @Test func aFreeParticleOfUniformExpansionIsFreeOfStress() throws {
    var model = ParticleModel(structure: .random, expansion: .isotropicCore, axialCondition: .generalisedPlaneStrain)
    let radii = [0, 2e-6, 10e-6]
    let free = try RadialParticle(model: model).uniformProfile(lithiation: 0.2, radii: radii)
    #expect((free.radialStress + free.hoopStress + free.axialStress).allSatisfy { abs($0) < 100 })
    #expect(abs(free.axialStrain + 0.017) < 1e-12)
    #expect(abs(free.surfaceDisplacement + 0.017 * 10e-6) < 1e-15)
    let sphere = try RadialParticle(model: model, geometry: .sphere).uniformProfile(lithiation: 0.2, radii: radii)
    #expect((sphere.radialStress + sphere.hoopStress + sphere.axialStress).allSatisfy { abs($0) < 100 })
    // Held along the axis, the same particle keeps E e.
    model.axialCondition = .planeStrain
    let held = try RadialParticle(model: model).uniformProfile(lithiation: 0.2, radii: radii)
    #expect(held.axialStress.allSatisfy { abs($0 - 140e9 * 0.017) < 100 })
  }
}
