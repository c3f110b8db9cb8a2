import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct RadialTextureTests {
  let degree = Double.pi / 180

  @Test func randomAxesFillTheBinsAsTheSineSays() throws {
    let bins = try AngleBins(count: 9, kind: .inSpace)
    // The list of the field: cos t₁ − cos t₂ for bins of ten degrees.
    let listed = [0.01519, 0.04512, 0.07367, 0.09998, 0.12326, 0.14279, 0.15798, 0.16837, 0.17365]
    for (mine, theirs) in zip(bins.expectation, listed) { #expect(abs(mine - theirs) < 6e-6) }
    #expect(abs(bins.expectation.reduce(0, +) - 1) < 1e-15)
    let flat = try AngleBins(count: 9, kind: .inSection)
    #expect(flat.expectation.allSatisfy { abs($0 - 1 / 9.0) < 1e-15 })
    #expect(throws: TextureError.self) { try AngleBins(count: 1, kind: .inSpace) }
  }

  @Test(arguments: [2, 9, 18, 90, 180]) func aBinIsFoundAsByTheAngle(count: Int) throws {
    let bins = try AngleBins(count: count, kind: .inSpace)
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20_000 {
      let q = generator.uniform()
      let angle = acos(q.squareRoot())
      #expect(bins.bin(squaredCosine: q) == min(Int(angle / (.pi / 2) * Double(count)), count - 1))
    }
    #expect(bins.bin(squaredCosine: 0) == count - 1)
    #expect(bins.bin(squaredCosine: 1) == 0)
  }

  @Test func theAngleIsThatOfSpaceOrOfTheSection() {
    let axis = SIMD3(1 / 3.0.squareRoot(), 1 / 3.0.squareRoot(), 1 / 3.0.squareRoot())
    let place = SIMD2(3e-6, 1e-6)
    func angle(_ height: Double, _ kind: RadialAngleKind) -> Double {
      let geometry = RadialGeometry(centre: SIMD2(1e-6, 1e-6), height: height, kind: kind)
      return acos(geometry.squaredCosine(place, axis).squareRoot()) / degree
    }
    #expect(abs(angle(0, .inSpace) - acos(1 / 3.0.squareRoot()) / degree) < 1e-9)
    #expect(abs(angle(0, .inSection) - 45) < 1e-9)
    #expect(abs(angle(2e-6, .inSection) - 45) < 1e-9)
    #expect(abs(angle(2e-6, .inSpace) - acos((2.0 / 3).squareRoot()) / degree) < 1e-9)
    // On the other side, the radius is at right angles to x + z.
    #expect(abs(angle(-2e-6, .inSpace) - 90) < 1e-6)
  }

  @Test func theFrameOfTheEulerAnglesDoesNotMatter() throws {
    var phantom = coarsePhantom { $0.centreOffset = SIMD2(0.3e-6, -0.2e-6) }
    let plain = try phantom.make(seed: 3).angles()
    phantom.mapToSample = Rotation(bunge: BungeEuler(degrees: 33, 71, -20))
    let turned = try phantom.make(seed: 3).angles()
    for (a, b) in zip(plain.grainAngles, turned.grainAngles) { #expect(abs(a - b) < 1e-7) }
    for (a, b) in zip(plain.angles, turned.angles) { #expect(abs(a - b) < 1e-7 || (a.isNaN && b.isNaN)) }
  }

  @Test func aPerfectShellHasItsPlanesAlongTheRadius() throws {
    let phantom = coarsePhantom {
      $0.transitionRadius = 0
      $0.shellConcentration = -500
    }
    let texture = try RadialTexture(phantom.make(seed: 1).angles(), options: quick)
    // The radius turns within a grain, so that S stays a little above −1/2.
    #expect(texture.order.value < -0.4 && texture.order.value >= -0.5)
    #expect(texture.order.lower <= texture.order.value && texture.order.value <= texture.order.upper)
    let flux = try #require(texture.order.radialDiffusivity)
    #expect(flux.value > 0.93 && flux.value <= 1 && flux.lower < flux.value && flux.upper > flux.value)
    #expect(texture.distribution.multiplesOfRandom[8] > 3)
    #expect(texture.distribution.multiplesOfRandom[0] < 0.2)
    #expect(texture.distribution.upperIsHonest)
    #expect(texture.randomness.order < 0.01 && texture.randomness.chiSquare < 0.01)
    #expect(texture.randomness.cumulative < 0.01)
    #expect(try #require(texture.order.concentration).value < -8)
  }

  @Test(arguments: [RadialAngleKind.inSpace, .inSection])
  func randomParticlesLieInTheirBandAsOftenAsItSays(kind: RadialAngleKind) throws {
    var (inside, covered) = (0, 0)
    var probabilities = [Double]()
    let count = 60
    for seed in 1...count {
      let phantom = coarsePhantom {
        $0.shellConcentration = 0
        $0.grainCount = 100
      }
      let texture = try RadialTexture(phantom.make(seed: UInt64(seed)).angles(kind: kind), options: quick)
      if texture.distribution.randomSimultaneous.contains(texture.distribution.multiplesOfRandom) { inside += 1 }
      if texture.order.lower <= 0 && texture.order.upper >= 0 { covered += 1 }
      probabilities.append(texture.randomness.order)
    }
    #expect(isConsistent(inside, of: count, with: 0.95))
    #expect(isConsistent(covered, of: count, with: 0.95))
    let sorted = probabilities.sorted()
    let largest = sorted.enumerated().reduce(0) { max($0, abs($1.element - (Double($1.offset) + 0.5) / Double(count))) }
    // The critical value of Kolmogorov and Smirnov at 1 %.
    #expect(largest < 1.63 / Double(count).squareRoot() + 0.5 / Double(count))
  }

  @Test func theDensityOverTheSineIsNearTheExactOne() throws {
    let texture = try RadialTexture(coarsePhantom().make(seed: 1).angles(), options: quick)
    let over = try #require(texture.distribution.overSine)
    for (a, b) in zip(over, texture.distribution.multiplesOfRandom) { #expect(abs(a - b) <= 0.0013 * b + 1e-12) }
  }

  @Test func threadsChangeNothing() throws {
    let angles = try coarsePhantom { $0.orientationNoise = 0.01 }.make(seed: 1).angles()
    var options = quick
    let one = try RadialTexture(angles, options: options)
    options.threads = 3
    let three = try RadialTexture(angles, options: options)
    #expect(one.distribution == three.distribution && one.order == three.order && one.randomness == three.randomness)
  }

  @Test func anUncertainCentreWidensTheOrder() throws {
    let made = coarsePhantom { $0.transitionRadius = 0 }.make(seed: 1)
    let variance = 0.8e-6 * 0.8e-6
    let vague = try RadialAngles(
      of: made.map, labels: made.labels,
      section: ParticleSection(
        centre: made.centre, covariance: PlaneCovariance(xx: variance, xy: 0, yy: variance), radius: 5e-6))
    let known = try RadialTexture(made.angles(), options: quick)
    let unknown = try RadialTexture(vague, options: quick)
    #expect(known.order.value == unknown.order.value)
    #expect(unknown.order.uncertainty > 1.05 * known.order.uncertainty)
  }

  @Test func badInputIsRefused() throws {
    let made = coarsePhantom().make(seed: 1)
    let section = ParticleSection(centre: made.centre, radius: 5e-6)
    #expect(throws: TextureError.labelCount(found: 3, expected: 56 * 56)) {
      try RadialAngles(of: made.map, labels: GrainLabels([0, 1, 2]), section: section)
    }
    #expect(throws: TextureError.tooFewGrains(found: 0, expected: 2)) {
      try RadialAngles(
        of: made.map, labels: GrainLabels([Int](repeating: -1, count: 56 * 56)), section: section)
    }
    var options = quick
    options.replicates = 5
    #expect(throws: TextureError.self) { try RadialTexture(made.angles(), options: options) }
  }

  @Test func ringsSeeTheCoreAndTheShell() throws {
    let profile = try OrderProfile(coarsePhantom().make(seed: 1).angles(), rings: 5)
    #expect(profile.rings.count == 5)
    #expect(abs(profile.rings[1].value) < 4 * profile.rings[1].uncertainty)
    #expect(profile.rings[4].value < -0.35)
    #expect(throws: TextureError.self) { try OrderProfile(coarsePhantom().make(seed: 1).angles(), rings: 0) }
  }

  private var quick: RadialTexture.Options {
    var options = RadialTexture.Options()
    options.replicates = 400
    return options
  }
}

extension AngleDistribution {
  /// A bin without an axis still has an upper limit.
  fileprivate var upperIsHonest: Bool {
    zip(multiplesOfRandom, zip(pointwise.upper, simultaneous.upper)).allSatisfy { value, upper in
      upper.0 > value && upper.1 >= upper.0
    }
  }
}
