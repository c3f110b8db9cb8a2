import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct DynamicalMasterTests {
  static let directions: [SIMD3<Double>] = (0..<40).map { item in
    var generator = SeededGenerator(seed: 1, item: item)
    let v = SIMD3(generator.normal(), generator.normal(), generator.normal())
    return v / (v * v).sum().squareRoot()
  }

  @Test func iteratedAbsorptionIsThatOfTheEigenvalueProblem() throws {
    let coefficients = try BlochCoefficients(
      TestCrystals.nmc811(), kiloelectronvolts: 20, minimumSpacing: 0.7e-10)
    #expect(coefficients.isReal)
    // The three-fold axis and a two-fold one have waves of equal energy.
    let special = [SIMD3(0.0, 0, 1), SIMD3(1.0, 0, 0)]
    for mean in [5e-9, 20e-9, 80e-9] {
      let waves = BlochWaves(coefficients, selection: BeamSelection(), depth: .exponential(mean: mean))
      for direction in special + Self.directions {
        let fast = try #require(try waves.realIntensity(direction, meanDepth: mean))
        let full = try waves.complexIntensity(direction)
        // What is left comes from the loss by weak beams, which the fast one takes to first order.
        #expect(abs(fast - full) < 3e-3 * full)
      }
    }
  }

  @Test func aThinLayerIsUniformOrExponentialAlike() throws {
    // To second order in depth both profiles have the same mean where the layer is twice as thick as the mean depth.
    let coefficients = try BlochCoefficients(
      TestCrystals.nickel(), kiloelectronvolts: 20, minimumSpacing: 1e-10)
    let uniform = BlochWaves(coefficients, selection: BeamSelection(), depth: .uniform(thickness: 2e-12))
    let exponential = BlochWaves(coefficients, selection: BeamSelection(), depth: .exponential(mean: 1e-12))
    for direction in Self.directions.prefix(10) {
      #expect(abs(try uniform.intensity(direction) - exponential.intensity(direction)) < 1e-3)
    }
  }

  @Test func theOriginDoesNotMatter() throws {
    let crystal = try TestCrystals.nmc811()
    // The same atoms in a group without inversion, moved along its polar axis: all coefficients become complex.
    let polar = try CrystalStructure(
      name: "moved", cell: crystal.cell, spaceGroup: SpaceGroup(symbol: "R3m"),
      sites: crystal.sites.flatMap { site in
        (site.element.symbol == "O" ? [1.0, -1] : [1.0]).map { sign in
          var moved = site
          moved.position.z = sign * site.position.z + 0.0837
          return moved
        }
      })
    let there = try BlochCoefficients(crystal, kiloelectronvolts: 20, minimumSpacing: 0.8e-10)
    let here = try BlochCoefficients(polar, kiloelectronvolts: 20, minimumSpacing: 0.8e-10)
    #expect(!here.isReal)
    #expect(here.beams.count == there.beams.count)
    let depth = DepthProfile.exponential(mean: 15e-9)
    let first = BlochWaves(there, selection: BeamSelection(), depth: depth)
    let second = BlochWaves(here, selection: BeamSelection(), depth: depth)
    for direction in Self.directions {
      #expect(abs(try first.complexIntensity(direction) - second.intensity(direction)) < 1e-6)
    }
  }

  @Test func fewBeamsNearlyGiveWhatAllGive() throws {
    let coefficients = try BlochCoefficients(
      TestCrystals.nickel(), kiloelectronvolts: 20, minimumSpacing: 0.6e-10)
    let depth = DepthProfile.exponential(mean: 10e-9)
    let all = BlochWaves(
      coefficients, selection: BeamSelection(strong: .infinity, weak: .infinity, resonance: 0), depth: depth)
    let few = BlochWaves(coefficients, selection: BeamSelection(), depth: depth)
    let pairs = try Self.directions.map { (try all.intensity($0), try few.intensity($0)) }
    let mean = pairs.map(\.0).reduce(0, +) / Double(pairs.count)
    let spread = (pairs.map { ($0.0 - mean) * ($0.0 - mean) }.reduce(0, +) / Double(pairs.count)).squareRoot()
    let error = (pairs.map { ($0.0 - $0.1) * ($0.0 - $0.1) }.reduce(0, +) / Double(pairs.count)).squareRoot()
    #expect(error < 0.2 * spread)
  }

  @Test func withoutDiffractionOnlyAbsorptionIsLeft() throws {
    // Beams too far from Bragg's angle are left out; the direct one fades with its mean absorption.
    let coefficients = try BlochCoefficients(
      TestCrystals.nmc811(), kiloelectronvolts: 20, minimumSpacing: 1e-10)
    let depth = 30e-9
    let waves = BlochWaves(
      coefficients, selection: BeamSelection(strong: 0, weak: 0, resonance: 0), depth: .exponential(mean: depth))
    let absorption = 2 * .pi * coefficients.absorption[coefficients.centre].real / coefficients.wavenumber
    let intensity = try waves.intensity(Self.directions[0])
    #expect(abs(intensity * (1 + absorption * depth) - 1) < 1e-12)
  }

  @Test func twoBeamsAreThoseOfTheKinematicalBand() throws {
    // Nickel that does not absorb, 111 and the direct beam: the closed form of KinematicalMaster.
    let crystal = try TestCrystals.nickel(b: 0)
    let coefficients = try BlochCoefficients(crystal, kiloelectronvolts: 20, minimumSpacing: 1.9e-10)
    let (mean, k) = (12e-9, coefficients.wavenumber)
    let depth = DepthProfile.exponential(mean: mean)
    let beam = coefficients.beams[1]
    let normal = beam.vector / beam.squaredLength.squareRoot()
    let along = SIMD3(0.31, -0.57, 0.11)
    let flat = along - (along * normal).sum() * normal
    let plane = flat / (flat * flat).sum().squareRoot()
    let edge = -beam.squaredLength.squareRoot() / (2 * k)
    for offset in [-0.01, -0.005, 0, 0.004, 0.01] {
      let sine = edge + offset
      let direction = plane * (1 - sine * sine).squareRoot() + normal * sine
      let waves = BlochWaves(
        coefficients, selection: BeamSelection(strong: 1.5, weak: 0, resonance: 0), depth: depth)
      let intensity = try waves.intensity(direction)
      try #require(waves.strong.count == 2)
      let used = coefficients.beams[waves.strong[1]]
      let w = -(2 * k * (direction * used.vector).sum() + used.squaredLength) / (2 * used.potential)
      let phase = 2 * Double.pi * mean * used.potential / k
      let expected = 1 - w / (1 + w * w + 1 / (phase * phase))
      #expect(abs(intensity - expected) < 1e-6)
    }
  }

  @Test func symmetrySpreadsTheSector() throws {
    // A function with the symmetry of the class, computed in the sector alone.
    for laueClass in LaueClass.allCases {
      let group = RotationGroup(laueClass)
      func value(_ v: SIMD3<Double>) -> Double {
        group.rotations.reduce(0) { sum, rotation in
          let w = rotation(v)
          return sum + cos(3 * w.x + 2 * w.y * w.z) + w.z * w.z * w.x * w.y
        } / Double(group.rotations.count)
      }
      func even(_ v: SIMD3<Double>) -> Double { (value(v) + value(-v)) / 2 }
      let sector = LambertSector(size: 101, laueClass: laueClass)
      let pattern = sector.pattern(sector.points.map { Float(even(LambertSector.direction($0, size: 101))) })
      #expect(sector.points.count < 101 * 101 / group.rotations.count * 3 / 2 + 1000)
      // Both are interpolated, so only what the sector adds is left.
      let whole = MasterPattern(size: 101) { Float(even($0)) }
      let worst = zip(pattern.north + pattern.south, whole.north + whole.south).map { abs($0 - $1) }.max() ?? .nan
      #expect(worst < 5e-3, "\(laueClass)")
    }
  }

  @Test func blocksAndThreadsDoNotMatter() throws {
    let master = try DynamicalMaster(
      TestCrystals.nickel(), kiloelectronvolts: 20, size: 21, minimumSpacing: 0.8e-10)
    let whole = try master.intensities(0..<master.directionCount, threads: 1)
    let half = master.directionCount / 2
    let parts =
      try master.intensities(0..<half, threads: 2) + master.intensities(half..<master.directionCount, threads: 2)
    #expect(whole == parts)
  }
}
