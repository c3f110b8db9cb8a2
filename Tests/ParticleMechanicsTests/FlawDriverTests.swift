import Foundation
import ParticleMechanics
import Testing

@Suite struct FlawDriverTests {
  let driver: FlawDriver

  init() throws {
    driver = try FlawDriver(youngsModulus: 140e9, poissonRatio: 0.25)
  }

  /// K_I/(σ √(πa)) of an edge crack under σ (x/a)^n, from Gauss-Chebyshev collocation of the integral equation of
  /// Gupta and Erdogan (1974) at 400 points (NumPy 2.3), where n = 0 gives 1.12152.
  @Test(arguments: [(0, 1.12152), (1, 0.682863), (2, 0.525488), (3, 0.440977), (4, 0.386824), (5, 0.348499)])
  func anEdgeCrackUnderAPowerOfTheDepth(power: Int, expected: Double) throws {
    let depth = 0.7e-6
    let positions = (0...400).map { 1e-6 * Double($0) / 400 }
    let stress = try StressAlongLine(
      positions: positions, values: positions.map { 80e6 * pow($0 / depth, Double(power)) })
    let load = try driver.surfaceFlaw(depth: depth, stress: stress)
    let factor = load.modeI / (80e6 * (Double.pi * depth).squareRoot())
    #expect(abs(factor / expected - 1) < 0.003)
    let modulus = 140e9 / (1 - 0.0625)
    #expect(abs(load.energyRelease * modulus / (load.modeI * load.modeI) - 1) < 1e-14)
  }

  @Test func theRuleIsExactBetweenKnots() throws {
    // Uniform stress: 2 √(a/π) (1.3 π/2 − 0.3 B(9/8, 1/2)/2), with the beta function from the gamma function.
    let beta = 0.5 * exp(lgamma(1.125) + lgamma(0.5) - lgamma(1.625))
    let expected = 2 * (1e-6 / Double.pi).squareRoot() * (0.65 * Double.pi - 0.3 * beta)
    let stress = try StressAlongLine(positions: [0, 1e-6], values: [1, 1])
    #expect(abs(try driver.surfaceFlaw(depth: 1e-6, stress: stress).modeI / expected - 1) < 1e-5)
  }

  @Test func anInternalCrackUnderUniformAndLinearTraction() throws {
    let a = 0.3e-6
    let uniform = try StressAlongLine(positions: [-1e-6, 1e-6], values: [50e6, 50e6])
    let load = try driver.boundaryFlaw(halfLength: a, centre: 0.2e-6, normalTraction: uniform)
    #expect(abs(load.modeI / (50e6 * (Double.pi * a).squareRoot()) - 1) < 1e-12)
    // σ s/a adds half of it at the tip in front and takes half from the one behind.
    let sloped = try StressAlongLine(positions: [-1e-6, 1e-6], values: [50e6 * (1 - 1 / 0.3), 50e6 * (1 + 1 / 0.3)])
    let front = try driver.boundaryFlaw(halfLength: a, centre: 0, normalTraction: sloped)
    #expect(abs(front.modeI / (1.5 * 50e6 * (Double.pi * a).squareRoot()) - 1) < 1e-12)
    let sheared = try driver.boundaryFlaw(halfLength: a, centre: 0, normalTraction: uniform, shearTraction: sloped)
    #expect(abs(sheared.modeII / front.modeI - 1) < 1e-12)
    #expect(abs(sheared.energyRelease / (load.energyRelease + front.energyRelease) - 1) < 1e-12)
  }

  @Test func pressureClosesAFlaw() throws {
    let stress = try StressAlongLine(positions: [0, 1e-6], values: [-50e6, -50e6])
    let load = try driver.surfaceFlaw(depth: 1e-6, stress: stress)
    #expect(load.isClosed && load.modeI == 0 && load.energyRelease == 0 && load.signedModeI < 0)
  }

  @Test func aTensorLoadsTheFlawAcrossItsNormal() throws {
    let stress = SymmetricTensor3(xx: 100e6, yy: -20e6, xy: 30e6)
    let load = try driver.flaw(halfLength: 1e-6, normal: SIMD3(2, 0, 0), stress: stress)
    let factor = (Double.pi * 1e-6).squareRoot()
    #expect(abs(load.modeI / (100e6 * factor) - 1) < 1e-14)
    #expect(abs(load.modeII / (30e6 * factor) - 1) < 1e-14)
    #expect(abs(load.effectiveIntensity - (load.modeI * load.modeI + load.modeII * load.modeII).squareRoot()) < 1e-6)
  }

  @Test func theSmallestGrowingFlawHasTheToughness() throws {
    let stress = try StressAlongLine(positions: [0, 0.5e-6, 2e-6], values: [400e6, 100e6, -300e6])
    let depth = try #require(
      try driver.smallestGrowingSurfaceFlaw(toughness: 0.2e6, stress: stress, limit: 1.5e-6))
    #expect(abs(try driver.surfaceFlaw(depth: depth, stress: stress).modeI / 0.2e6 - 1) < 1e-9)
    #expect(try driver.surfaceFlaw(depth: 0.9 * depth, stress: stress).modeI < 0.2e6)
    #expect(try driver.smallestGrowingSurfaceFlaw(toughness: 5e6, stress: stress, limit: 1.5e-6) == nil)
  }

  @Test func aProfileIsReadFromTheSurfaceInwards() throws {
    let profile = RadialProfile(
      leg: 0, time: 0, radius: [0, 4e-6, 5e-6], lithiation: [1, 1, 1], radialStress: [0, 0, 0],
      hoopStress: [1, 2, 7], axialStress: [0, 0, 0], displacement: [0, 0, 0], meanLithiation: 1,
      surfaceDisplacement: 0, axialStrain: 0, lithiumBalanceDefect: 0, stressCutoff: nil)
    let stress = try StressAlongLine(hoopStressBelowSurface: profile)
    #expect(stress(0) == 7 && abs(stress(1e-6) - 2) < 1e-9 && stress(5e-6) == 1)
    #expect(abs(stress(0.5e-6) - 4.5) < 1e-9)
  }

  @Test func badInputIsNamed() throws {
    #expect(throws: CrackingError.self) { try FlawDriver(youngsModulus: -1, poissonRatio: 0.2) }
    #expect(throws: CrackingError.self) { try FlawDriver(youngsModulus: 1, poissonRatio: 0.5) }
    #expect(throws: CrackingError.self) { try StressAlongLine(positions: [0, 0], values: [1, 1]) }
    #expect(throws: CrackingError.self) { try StressAlongLine(positions: [0, 1], values: [1, .nan]) }
    #expect(throws: CrackingError.self) { try StressAlongLine(positions: [0, 1], values: [1]) }
    let stress = try StressAlongLine(positions: [0, 1e-6], values: [1, 1])
    #expect(throws: CrackingError.self) { try driver.surfaceFlaw(depth: 0, stress: stress) }
    let error = #expect(throws: CrackingError.self) { try driver.surfaceFlaw(depth: 2e-6, stress: stress) }
    #expect(error?.description.contains("use a smaller flaw") == true)
    #expect(throws: CrackingError.self) {
      try driver.boundaryFlaw(halfLength: 1e-6, centre: 0.2e-6, normalTraction: stress)
    }
  }
}

@Suite struct ToughnessTests {
  @Test func wordsFollowTheRange() throws {
    let toughness = try Toughness("bulk", range: 0.2e6...0.8e6)
    #expect(abs(toughness.median - 0.4e6) < 1e-3)
    #expect(abs(toughness.growthProbability(intensity: 0.4e6) - 0.5) < 1e-12)
    #expect(abs(toughness.growthProbability(intensity: 0.8e6) - 0.975) < 1e-9)
    #expect(abs(toughness.growthProbability(intensity: 0.2e6) - 0.025) < 1e-9)
    #expect(toughness.verdict(intensity: 0.19e6) == .stays)
    #expect(toughness.verdict(intensity: 0.5e6) == .uncertain)
    #expect(toughness.verdict(intensity: 0.81e6) == .grows)
    #expect(toughness.verdict(intensity: 0) == .stays)
    // An uncertain load says less.
    #expect(toughness.verdict(intensity: 0.81e6, relativeUncertainty: 0.3) == .uncertain)
    #expect(GrowthVerdict.uncertain.rawValue == "may grow")
  }

  @Test func aSharpToughnessIsAThreshold() throws {
    let toughness = try Toughness("bulk", range: 1e6...1e6)
    #expect(toughness.verdict(intensity: 0.999e6) == .stays && toughness.verdict(intensity: 1e6) == .grows)
  }

  @Test func nothingWithoutToughness() {
    #expect(throws: CrackingError.self) { try Toughness("bulk", range: 0...1) }
  }
}
