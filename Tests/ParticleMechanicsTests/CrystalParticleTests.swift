import Foundation
import ParticleMechanics
import Testing

/// Stress along the radius from the crystal's own expansion and stiffness (mode X).
@Suite struct CrystalParticleTests {
  let sharp = SmoothStep(position: 6e-6, width: 0)
  /// ε_a and ε_c at u = 0.5, from a strain-free state at u = 1.
  let a = -0.01385
  let c = 0.01680

  func material(
    _ texture: TexturedMaterial.ShellTexture, structure: ParticleModel.Structure? = nil,
    elasticity: TexturedMaterial.Elasticity = .isotropic,
    condition: ParticleModel.AxialCondition = .generalisedPlaneStrain
  ) throws -> TexturedMaterial {
    let model = ParticleModel(structure: structure ?? .coreShell(sharp), axialCondition: condition)
    let lattice = CrystalExpansion.linear(aStrainPerLithiation: -2 * a, cStrainPerLithiation: -2 * c)
    return try TexturedMaterial(
      model: model, expansion: .crystal(lattice, shell: texture), elasticity: elasticity)
  }

  @Test func theSurfaceHoopStressIsThatOfTheIdentity() throws {
    // σ_θ(R) = E' {M[e_r + e_θ]/2 − e_θ(R) + ν (M[e_z] − e_z(R))}, M over the section: 0.36 core, 0.64 shell.
    let core = (2 * a + c) / 3
    let turned = (a + c) / 2
    for (texture, hoop, axis, figure) in [
      (TexturedMaterial.ShellTexture.hoop, c, a, -2425.8e6), (.tangentialPlane, turned, turned, -1075.6e6),
    ] {
      let inPlane = 0.36 * 2 * core + 0.64 * (a + hoop)
      let axial = 0.36 * core + 0.64 * axis
      let plane = 140e9 / (1 - 0.0625)
      let expected = plane * (inPlane / 2 - hoop + 0.25 * (axial - axis))
      let profile = try RadialParticle(material: material(texture)).uniformProfile(lithiation: 0.5, radii: [10e-6])
      #expect(abs(profile.hoopStress[0] - expected) < 1e-8 * abs(expected))
      #expect(abs(profile.hoopStress[0] - figure) < 0.05e6, "\(profile.hoopStress[0])")
      #expect(abs(profile.axialStrain - axial) < 1e-12)
    }
  }

  /// A cylinder whose axes of anisotropy are radius, hoop and axis: w = A r^β + B r, β = √(c_θθ/c_rr) (S. G. Lekhnitskii,
  /// Theory of Elasticity of an Anisotropic Body), with uniform eigenstrain, per unit radius.
  func orthotropic(
    _ s: Stiffness, _ strain: SIMD3<Double>, axialStrain: Double, at r: Double
  ) -> (displacement: Double, stress: SIMD3<Double>) {
    let beta = (s[1, 1] / s[0, 0]).squareRoot()
    let axial = axialStrain - strain.z
    let first = (s[0, 0] - s[0, 1]) * strain.x
    let second = (s[0, 1] - s[1, 1]) * strain.y
    let third = (s[0, 2] - s[1, 2]) * axial
    let b = (first + second - third) / (s[0, 0] - s[1, 1])
    let free = s[0, 0] * (b - strain.x) + s[0, 1] * (b - strain.y) + s[0, 2] * axial
    let amplitude = -free / (s[0, 0] * beta + s[0, 1])
    let power = amplitude * pow(r, beta - 1)
    let elastic = SIMD3(beta * power + b - strain.x, power + b - strain.y, axial)
    let stress = (0..<3).map { s[$0, 0] * elastic.x + s[$0, 1] * elastic.y + s[$0, 2] * elastic.z }
    return ((power + b) * r, SIMD3(stress[0], stress[1], stress[2]))
  }

  @Test(arguments: ParticleModel.AxialCondition.allCases)
  func aTransverselyIsotropicShellFollowsLekhnitskii(condition: ParticleModel.AxialCondition) throws {
    let crystal = Stiffness.trigonal(c11: 270e9, c12: 90e9, c13: 65e9, c14: 0, c33: 185e9, c44: 50e9)
    let material = try material(
      .hoop, structure: .allShell, elasticity: .crystal(crystal, shell: .hoop), condition: condition)
    let radii = [0.5e-6, 2e-6, 5e-6, 8e-6, 10e-6]
    let profile = try RadialParticle(material: material).uniformProfile(lithiation: 0.5, radii: radii)
    let local = material.principalStiffness(atRadius: 5e-6)
    let strain = SIMD3(a, c, a)
    var axialStrain = 0.0
    if condition == .generalisedPlaneStrain {
      // The axial force is linear in ε_z; ∫ σ_z r dr of A r^β + B r in closed form through two points of the line.
      func force(_ value: Double) -> Double {
        let beta = (local[1, 1] / local[0, 0]).squareRoot()
        // σ_z = p r^(β−1) + q: from two radii.
        let (inner, outer) = (
          orthotropic(local, strain, axialStrain: value, at: 0.5).stress.z,
          orthotropic(local, strain, axialStrain: value, at: 1).stress.z
        )
        let p = (outer - inner) / (1 - pow(0.5, beta - 1))
        return p / (beta + 1) + (outer - p) / 2
      }
      axialStrain = -force(0) / (force(1) - force(0))
    }
    #expect(abs(profile.axialStrain - axialStrain) < 1e-8)
    for (n, radius) in radii.enumerated() {
      let (w, stress) = orthotropic(local, strain, axialStrain: axialStrain, at: radius * 1e5)
      #expect(abs(profile.displacement[n] - w * 10e-6) < 1e-13)
      for (seen, expected) in [
        (profile.radialStress[n], stress.x), (profile.hoopStress[n], stress.y), (profile.axialStress[n], stress.z),
      ] {
        #expect(abs(seen - expected) < 1e3, "\(condition) at \(radius): \(seen), \(expected)")
      }
    }
  }

  @Test func anIsotropicCrystalIsTheIsotropicParticle() throws {
    let isotropic = Stiffness.isotropic(youngsModulus: 140e9, poissonRatio: 0.25)
    let radii = [1e-6, 5.9e-6, 6.1e-6, 9e-6]
    for texture in TexturedMaterial.ShellTexture.allCases {
      let one = try RadialParticle(material: material(texture)).uniformProfile(lithiation: 0.4, radii: radii)
      let other = try RadialParticle(
        material: material(texture, elasticity: .crystal(isotropic, shell: texture))
      ).uniformProfile(lithiation: 0.4, radii: radii)
      for (first, second) in zip(one.hoopStress + one.axialStress, other.hoopStress + other.axialStress) {
        #expect(abs(first - second) < 100)
      }
    }
  }

  @Test func aSphereWithCInTheTangentialPlaneFollowsItsIdentity() throws {
    // σ_θ(R) = E/(1 − ν) (N[tr]/3 − e_θ(R)): the trace is 2 ε_a + ε_c everywhere.
    let lattice = CrystalExpansion.marker2019
    let material = try TexturedMaterial(
      model: ParticleModel(structure: .coreShell(sharp)), geometry: .sphere,
      expansion: .crystal(lattice, shell: .tangentialPlane))
    let profile = try RadialParticle(material: material).uniformProfile(lithiation: 0.5, radii: [10e-6])
    let strain = lattice(0.5).strain
    let trace = 2 * strain.a + strain.c
    let expected = 140e9 / 0.75 * (trace / 3 - (strain.a + strain.c) / 2)
    #expect(abs(profile.hoopStress[0] - expected) < 1e-8 * abs(expected))
  }

  @Test func aVariableDiffusivityIsRefused() throws {
    let material = try TexturedMaterial(
      model: ParticleModel(structure: .random), diffusivityFactor: .formula("1 + u"))
    #expect(throws: RadialParticleError.variableDiffusivity) { try RadialParticle(material: material) }
  }
}
