import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct KinematicalMasterTests {
  static func correlation(_ a: [Float], _ b: [Float]) -> Double {
    let n = Double(a.count)
    let (ma, mb) = (a.reduce(0.0) { $0 + Double($1) } / n, b.reduce(0.0) { $0 + Double($1) } / n)
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      let (u, v) = (Double(x) - ma, Double(y) - mb)
      ab += u * v
      aa += u * u
      bb += v * v
    }
    return ab / (aa * bb).squareRoot()
  }

  @Test func bandsAreBrightInsideTheBraggAngle() throws {
    let master = try KinematicalMaster.pattern(
      TestCrystals.nickel(), kiloelectronvolts: 20, size: 401, minimumSpacing: 1.7e-10)
    // Across the band of 200 (2.8 degrees), averaged along it where only 111 cross.
    func mean(_ angle: Double) -> Double {
      let z = sin(angle * .pi / 180)
      let values = stride(from: 3.0, to: 42, by: 0.25).map { along in
        let r = (1 - z * z).squareRoot()
        return master(SIMD3(r * cos(along * .pi / 180), r * sin(along * .pi / 180), z))
      }
      return values.reduce(0, +) / Double(values.count)
    }
    let (inside, outside) = (mean(0.7), mean(2.1))
    #expect(inside > outside + 0.3)
    #expect(abs(mean(0.7) - mean(-0.7)) < 0.02)
  }

  @Test func pseudoSymmetryIsDecidedOnDynamicalPatterns() throws {
    let crystal = try TestCrystals.nmc811()
    let bloch = try DynamicalMaster(crystal, kiloelectronvolts: 20, size: 101)
    let dynamical = bloch.pattern(try bloch.intensities(0..<bloch.directionCount, threads: 2))
    let kinematical = try KinematicalMaster.pattern(crystal, kiloelectronvolts: 20, size: 101)
    let alike = Self.correlation(dynamical.north, kinematical.north)
    #expect(alike > 0.55)
    let geometry = PatternSimulatorTests.geometry(rows: 60, columns: 60)
    let (truth, model) = (
      PatternSimulator(master: dynamical, geometry: geometry), PatternSimulator(master: kinematical, geometry: geometry)
    )
    let others = try crystal.pseudoSymmetries()
    for item in 0..<20 {
      let orientation = PatternSimulatorTests.orientation(item)
      let pattern = truth.recording(orientation, noise: .gaussian(signalToNoise: 1), item: item)
      let right = Self.correlation(pattern, model.pattern(orientation))
      for turn in others { #expect(right > Self.correlation(pattern, model.pattern(turn * orientation))) }
    }
  }
}
