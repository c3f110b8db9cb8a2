import ArrayMath
import Foundation
import ParticleMechanics
import Testing

@Suite struct WeibullSurvivalTests {
  let law: WeibullSurvival

  init() throws {
    law = try WeibullSurvival(modulus: 7, characteristicStrength: 150e6, referenceVolume: 1e-18)
  }

  @Test func uniformTensionHasTheClosedForm() throws {
    // In two unequal pieces, along an axis that is not one of the frame.
    let axis = SIMD3(0.6, 0.0, 0.8)
    let stress = SymmetricTensor3(axis: axis, along: 120e6, across: 0)
    let outcome = try law.outcome(stresses: [stress, stress], volumes: [1.5e-18, 0.5e-18])
    let risk: Double = 2 * pow(0.8, 7.0)
    #expect(abs(outcome.risk / risk - 1) < 1e-12)
    #expect(abs(outcome.survival - exp(-risk)) < 1e-12)
    #expect(abs(outcome.survival + outcome.failure - 1) < 1e-15)
    #expect(abs(outcome.largestEquivalentStress / 120e6 - 1) < 1e-12)
    #expect(abs(outcome.effectiveVolume / 2e-18 - 1) < 1e-12)
  }

  @Test func tensionsActIndependently() throws {
    let three = SymmetricTensor3(isotropic: 90e6)
    let outcome = try law.outcome(stresses: [three], volumes: [1e-18])
    #expect(abs(outcome.risk / (3 * pow(0.6, 7.0)) - 1) < 1e-12)
    #expect(abs(law.equivalentStress(principal: SIMD3(3, 4, -5)) - pow(pow(3.0, 7.0) + pow(4.0, 7.0), 1 / 7.0)) < 1e-12)
  }

  @Test func pressureBreaksNothing() throws {
    let outcome = try law.outcome(stresses: [SymmetricTensor3(isotropic: -1e9)], volumes: [1])
    #expect(outcome.survival == 1 && outcome.failure == 0)
  }

  @Test func bendingHasTheClosedForm() throws {
    // σ from −s to s over a height: the volume integral is 1/(2(m + 1)) of that of tension.
    let count = 2000
    let stresses = (0..<count).map { SymmetricTensor3(xx: 150e6 * (2 * (Double($0) + 0.5) / Double(count) - 1)) }
    let outcome = try law.outcome(stresses: stresses, volumes: [Double](repeating: 1e-18 / Double(count), count: count))
    #expect(abs(outcome.risk * 16 - 1) < 1e-5)
  }

  @Test func aHollowTensionAlongTheRadius() throws {
    // σ_θ = s r/R in a sphere, twice: 2 · 4π ∫ (s r/R)^m r² dr = 8π R³ s^m/(m + 3).
    let radii = (0...4000).map { 1e-6 * Double($0) / 4000 }
    let tension = radii.map { 150e6 * $0 / 1e-6 }
    let zeros = [Double](repeating: 0, count: radii.count)
    let profile = RadialProfile(
      leg: 0, time: 0, radius: radii, lithiation: zeros, radialStress: zeros, hoopStress: tension,
      axialStress: tension, displacement: zeros, meanLithiation: 0, surfaceDisplacement: 0, axialStrain: 0,
      lithiumBalanceDefect: 0, stressCutoff: nil)
    let sphere = try law.outcome(profile: profile, geometry: .sphere)
    #expect(abs(sphere.risk / (0.8 * Double.pi) - 1) < 1e-5)
    let cylinder = try law.outcome(profile: profile, geometry: .cylinder, length: 1e-6)
    #expect(abs(cylinder.risk / (4 * Double.pi / 9) - 1) < 1e-5)
  }

  @Test func aTinyFailureKeepsItsDigits() throws {
    let outcome = try law.outcome(stresses: [SymmetricTensor3(xx: 0.15e6)], volumes: [1e-18])
    #expect(abs(outcome.failure / 1e-21 - 1) < 1e-9)
  }

  @Test func badInputIsNamed() {
    #expect(throws: CrackingError.self) {
      try WeibullSurvival(modulus: 0, characteristicStrength: 1, referenceVolume: 1)
    }
    #expect(throws: CrackingError.self) { try law.outcome(stresses: [SymmetricTensor3()], volumes: []) }
    #expect(throws: CrackingError.self) { try law.outcome(stresses: [SymmetricTensor3(xx: .nan)], volumes: [1]) }
    #expect(throws: CrackingError.self) { try law.outcome(stresses: [SymmetricTensor3()], volumes: [-1]) }
  }
}

@Suite struct PrincipalValuesTests {
  @Test(arguments: 1...20) func valuesAndDirectionsRebuildTheTensor(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    func number() -> Double { Double.random(in: -1...1, using: &generator) }
    let tensor = SymmetricTensor3(xx: number(), yy: number(), zz: number(), yz: number(), xz: number(), xy: number())
    let (values, directions) = tensor.principal
    #expect(values.x >= values.y && values.y >= values.z)
    #expect(abs(values.sum() - tensor.trace) < 1e-14)
    for (value, direction) in zip([values.x, values.y, values.z], [directions.0, directions.1, directions.2]) {
      let defect = tensor(direction) - value * direction
      #expect((defect * defect).sum().squareRoot() < 1e-14)
      #expect(abs((direction * direction).sum() - 1) < 1e-14)
    }
  }

  @Test func nearlyEqualValuesKeepTheirDigits() {
    let axis = SIMD3(1.0, 2, 2) / 3
    let values = SymmetricTensor3(axis: axis, along: 1 + 1e-12, across: 1).principalValues
    #expect(abs(values.x - 1 - 1e-12) < 2e-15 && abs(values.z - 1) < 2e-15)
    #expect(SymmetricTensor3(xx: .nan).principalValues.x.isNaN)
  }
}
