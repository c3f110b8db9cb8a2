import Foundation
import PowderDiffraction
import Testing

@Suite struct RingPowerTests {
  @Test func aLineThatItsConeLeansOnStandsUpright() throws {
    // A Gaussian of power, spread along the cone: mean over the pixels is p / sin 2θ.
    let (centre, sigma) = (0.138, 1.2e-3)
    let positions = (0..<400).map { 0.128 + 5e-5 * (Double($0) + 0.5) }
    let power = positions.map { exp(-pow(($0 - centre) / sigma, 2) / 2) }
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: positions, frameCount: 1, intensities: zip(power, positions).map { $0 / sin($1) },
      sigmas: positions.map { 0.1 / sin($0) }, neighbourCovariances: (0..<399).map { _ in 1e-3 })
    func centroid(_ values: [Double]) -> Double {
      zip(values, positions).reduce(0) { $0 + $1.0 * $1.1 } / values.reduce(0, +)
    }
    let upright = try series.ringPower()
    // It leans by σ² / tan 2θ.
    #expect(abs(centroid(series.intensities) - centre + sigma * sigma / tan(centre)) < 1e-7)
    #expect(abs(centroid(upright.intensities) - centre) < 1e-9)
    #expect(try #require(upright.sigmas).allSatisfy { abs($0 - 0.1) < 1e-12 })
    let covariance = try #require(upright.neighbourCovariances)
    #expect(abs(covariance[7] - 1e-3 * sin(positions[7]) * sin(positions[8])) < 1e-15)
  }

  @Test func aPatternAgainstQNeedsItsWavelength() throws {
    let series = try PowderPatternSeries(
      axis: .scatteringVector, positions: [1e10, 2e10], frameCount: 1, intensities: [1, 1])
    #expect(throws: PatternError.needsWavelength) { try series.ringPower() }
  }
}
