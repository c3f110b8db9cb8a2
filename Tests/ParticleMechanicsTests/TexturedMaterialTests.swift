import Foundation
import ParticleMechanics
import Testing

/// The core-shell particle as a material: tensors in the particle's frame and averages over orientations.
@Suite struct TexturedMaterialTests {
  let step = SmoothStep(position: 6e-6, width: 0.4e-6)

  func point(_ x: Double, _ y: Double, _ z: Double = 0) -> MaterialPoint {
    MaterialPoint(position: SIMD3(x, y, z) * 1e-6, region: 0)
  }

  @Test func agreesWithTheFieldsOfTheModel() throws {
    for convention in ExpansionConvention.allCases {
      let model = ParticleModel(structure: .coreShell(step), tangentialDiffusivity: 2e-15, expansion: convention)
      let material = try TexturedMaterial(model: model)
      #expect(material.hasConstantDiffusivity)
      for (x, y) in [(1.0, 2.0), (-4, 4.5), (3, -8), (0, 0)] {
        let (value, slope) = material.diffusivity(at: point(x, y), lithiation: 0.4)
        let expected = model.diffusivity(x: x * 1e-6, y: y * 1e-6)
        #expect(abs(value.xx - expected.xx) < 1e-28 && abs(value.yy - expected.yy) < 1e-28)
        #expect(abs(value.xy - expected.xy) < 1e-28 && slope == SymmetricTensor3())
        let strain = material.eigenstrain(at: point(x, y), lithiation: 0.4).value
        let seen = model.eigenstrain(x: x * 1e-6, y: y * 1e-6, lithiation: 0.4)
        #expect(abs(strain.xx - seen.xx) < 1e-15 && abs(strain.yy - seen.yy) < 1e-15)
        #expect(abs(strain.zz - seen.zz) < 1e-15 && abs(strain.xy - seen.xy) < 1e-15)
      }
    }
  }

  @Test func theCrystalStrainsStandInTheirDirections() throws {
    let lattice = CrystalExpansion.linear(aStrainPerLithiation: 0.03, cStrainPerLithiation: -0.02)
    let model = ParticleModel(structure: .coreShell(step))
    let (a, c) = (0.03 * -0.5, -0.02 * -0.5)
    for (texture, hoop, axis) in [
      (TexturedMaterial.ShellTexture.hoop, c, a), (.tangentialPlane, (a + c) / 2, (a + c) / 2),
    ] {
      let material = try TexturedMaterial(model: model, expansion: .crystal(lattice, shell: texture))
      let radius = SIMD3(0.6, 0.8, 0)
      let tangent = SIMD3(-0.8, 0.6, 0)
      let strain = material.eigenstrain(at: point(4.8, 6.4), lithiation: 0.5).value
      #expect(abs(strain.component(radius, radius) - a) < 1e-15)
      #expect(abs(strain.component(tangent, tangent) - hoop) < 1e-15)
      #expect(abs(strain.component(radius, tangent)) < 1e-15 && abs(strain.zz - axis) < 1e-15)
      let inside = material.eigenstrain(at: point(1, 2), lithiation: 0.5)
      #expect(abs(inside.value.xx - (2 * a + c) / 3) < 1e-15 && abs(inside.value.xy) < 1e-18)
      #expect(abs(inside.slope.yy - (0.06 - 0.02) / 3) < 1e-15)
    }
    let ball = try TexturedMaterial(
      model: model, geometry: .sphere, expansion: .crystal(lattice, shell: .tangentialPlane))
    let radius = SIMD3(2.0, 3, 6) / 7
    let strain = ball.eigenstrain(at: point(16 / 7.0, 24 / 7.0, 48 / 7.0), lithiation: 0.5).value
    #expect(abs(strain.component(radius, radius) - a) < 1e-15 && abs(strain.trace - 2 * a - c) < 1e-15)
  }

  @Test func theFactorScalesTheDiffusivity() throws {
    let material = try TexturedMaterial(
      model: ParticleModel(structure: .random), diffusivityFactor: .formula("0.5 + u"))
    #expect(!material.hasConstantDiffusivity)
    let (value, slope) = material.diffusivity(at: point(1, 1), lithiation: 0.3)
    #expect(abs(value.xx - 0.8e-14) < 1e-28 && abs(slope.yy - 1e-14) < 1e-28)
    let radial = material.radialDiffusivity(atRadius: 3e-6, lithiation: 0.3)
    #expect(radial.value == value.xx && radial.slope == slope.xx)
  }

  @Test func rotationKeepsTheStoredEnergy() {
    // A rotated crystal under a rotated strain stores what it did before.
    let crystal = Stiffness.nmc811Estimate
    let (x, y, z) = (SIMD3(2.0, 3, 6) / 7, SIMD3(3.0, -6, 2) / 7, SIMD3(6.0, 2, -3) / 7)
    let strain = SymmetricTensor3(xx: 0.3, yy: -0.2, zz: 0.5, yz: 0.1, xz: -0.4, xy: 0.25)
    func turned(_ t: SymmetricTensor3) -> SymmetricTensor3 {
      // T' = Σ T_ij a_i ⊗ a_j by its components along the coordinate axes.
      func entry(_ p: SIMD3<Double>, _ q: SIMD3<Double>) -> Double {
        let row = SIMD3((p * x).sum(), (p * y).sum(), (p * z).sum())
        let column = SIMD3((q * x).sum(), (q * y).sum(), (q * z).sum())
        return t.component(row, column)
      }
      let (i, j, k) = (SIMD3(1.0, 0, 0), SIMD3(0.0, 1, 0), SIMD3(0.0, 0, 1))
      return SymmetricTensor3(
        xx: entry(i, i), yy: entry(j, j), zz: entry(k, k), yz: entry(j, k), xz: entry(i, k), xy: entry(i, j))
    }
    let expected = turned(crystal(strain))
    let seen = crystal.rotated(x: x, y: y, z: z)(turned(strain))
    for (one, other) in zip(
      [expected.xx, expected.yy, expected.zz, expected.yz, expected.xz, expected.xy],
      [seen.xx, seen.yy, seen.zz, seen.yz, seen.xz, seen.xy])
    {
      #expect(abs(one - other) < 1e-2)
    }
  }

  @Test func averagesAreThoseOfTheAggregate() throws {
    // Reference page, section 2.6: Hill's E = 174.3 GPa, ν = 0.270.
    let isotropic = Stiffness.nmc811Estimate.isotropicAverage
    let ratio = isotropic[0, 1] / (isotropic[0, 0] + isotropic[0, 1])
    let modulus = (isotropic[0, 0] - isotropic[0, 1]) * (1 + ratio)
    #expect(abs(modulus - 174.3e9) < 0.1e9 && abs(ratio - 0.270) < 1e-3)
    let model = ParticleModel(structure: .allShell)
    let transverse = Stiffness.trigonal(c11: 270e9, c12: 90e9, c13: 65e9, c14: 0, c33: 185e9, c44: 50e9)
    let hoop = try TexturedMaterial(model: model, elasticity: .crystal(transverse, shell: .hoop))
    let local = hoop.principalStiffness(atRadius: 5e-6)
    // c along the hoop: a transversely isotropic crystal is met unchanged, its z along the second axis.
    for (row, column, value) in [
      (0, 0, 270e9), (2, 2, 270e9), (1, 1, 185e9), (0, 2, 90e9), (0, 1, 65e9), (1, 2, 65e9), (3, 3, 50e9),
      (4, 4, 90e9), (5, 5, 50e9),
    ] {
      #expect(abs(local[row, column] - value) < 1)
    }
    // On the y axis the hoop points along -x.
    let above = hoop.stiffness(at: point(0, 5))
    #expect(abs(above[0, 0] - 185e9) < 1 && abs(above[1, 1] - 270e9) < 1 && abs(above[2, 2] - 270e9) < 1)
    let plane = try TexturedMaterial(
      model: model, elasticity: .crystal(.nmc811Estimate, shell: .tangentialPlane)
    ).principalStiffness(atRadius: 5e-6)
    #expect(abs(plane[1, 1] - plane[2, 2]) < 1e-3 * 1e9 && abs(plane[0, 1] - plane[0, 2]) < 1e-3 * 1e9)
    #expect(abs(plane[3, 3] - (plane[1, 1] - plane[1, 2]) / 2) < 1e-3 * 1e9)
  }

  @Test func refusesAHoopInASphere() {
    #expect(throws: TexturedMaterialError.hoopInASphere) {
      try TexturedMaterial(
        model: ParticleModel(structure: .allShell), geometry: .sphere, expansion: .crystal(.marker2019, shell: .hoop))
    }
    #expect(throws: TexturedMaterialError.hoopInASphere) {
      try TexturedMaterial(
        model: ParticleModel(structure: .allShell), geometry: .sphere,
        elasticity: .crystal(.nmc811Estimate, shell: .hoop))
    }
  }
}
