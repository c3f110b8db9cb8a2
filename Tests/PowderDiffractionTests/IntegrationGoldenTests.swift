import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport
import Testing

/// Patterns against those of pyFAI 2026.9.0, bin by bin; see Tests/Golden/make-integration-pyfai.
@Suite struct IntegrationGoldenTests {
  @Test(arguments: PixelSplitting.allCases)
  func simulatedFrameEqualsPyFAI(_ splitting: PixelSplitting) throws {
    let golden = try #require(
      try IntegrationFrames.golden().first { $0.name == "simulated" && $0.splitting == splitting })
    let (frame, mask) = IntegrationFrames.simulated
    let settings = IntegrationSettings(points: golden.points, splitting: splitting, mask: mask)
    let integrator = try AzimuthalIntegrator(IntegrationFrames.simulatedGeometry, settings, threads: 2)
    var scratch = IntegrationScratch()
    let pattern = try integrator.integrate(frame, scratch: &scratch)
    let seen = compare(pattern, golden)
    #expect(seen.positions < 1e-12)
    #expect(seen.intensity < (splitting == .none ? 1e-6 : 1e-5))
  }

  @Test func measuredFrameEqualsPyFAI() throws {
    guard let (frame, mask) = try IntegrationFrames.measured() else { return }
    for golden in try IntegrationFrames.golden() where golden.name == "measured" {
      let hasRange = golden.unit == .scatteringVector
      let settings = IntegrationSettings(
        points: golden.points, unit: golden.unit, range: hasRange ? 20e9...60e9 : nil, splitting: golden.splitting,
        mask: mask, polarisation: hasRange ? nil : BeamPolarisation(), errorModel: .poisson(floor: 1))
      let integrator = try AzimuthalIntegrator(IntegrationFrames.measuredGeometry, settings)
      var scratch = IntegrationScratch()
      let pattern = try integrator.integrate(frame, scratch: &scratch)
      let seen = compare(pattern, golden)
      #expect(seen.positions < 1e-12)
      #expect(seen.intensity < (golden.splitting == .none ? 1e-6 : 1e-5), "\(golden.points) \(golden.splitting)")
      if golden.sem != nil { #expect(seen.sem < 1e-5, "\(golden.points) \(golden.splitting)") }
    }
  }

  @Test func cakesOfTheMeasuredFrameEqualPyFAI() throws {
    guard let (frame, mask) = try IntegrationFrames.measured() else { return }
    for golden in try IntegrationFrames.goldenCakes() {
      let settings = IntegrationSettings(points: 200, splitting: golden.splitting, mask: mask)
      let integrator = try CakeIntegrator(IntegrationFrames.measuredGeometry, settings, azimuthalPoints: 36)
      var scratch = IntegrationScratch()
      let cake = try integrator.integrate(frame, scratch: &scratch)
      #expect(abs(cake.radii[0] / golden.firstRadius - 1) < 1e-12)
      #expect(abs(cake.radii[199] / golden.lastRadius - 1) < 1e-12)
      #expect(abs(cake.azimuths[0] - golden.firstAzimuth) < 1e-12)
      #expect(abs(cake.azimuths[35] - golden.lastAzimuth) < 1e-12)
      for (index, row) in golden.rows.enumerated() {
        // With full splitting pyFAI scatters pixels across χ = ±π, which the first row of the cake holds.
        if golden.splitting == .full, index == 0 { continue }
        let seen = cake.intensity[5 * index * 200..<(5 * index + 1) * 200]
        let worst = zip(seen, row).reduce(0) { max($0, $1.0 == $1.1 ? 0 : abs($1.0 / $1.1 - 1)) }
        #expect(worst < (golden.splitting == .none ? 1e-6 : 1e-5), "\(golden.splitting) \(index)")
      }
    }
  }

  @Test func measuredFrameCorrelatesWithThePublishedPattern() throws {
    guard let correlation = try IntegrationFrames.correlationWithThePublishedPattern() else { return }
    #expect(correlation > 0.9995)
  }

  private func compare(_ pattern: IntegratedPattern, _ golden: IntegrationFrames.Golden)
    -> (positions: Double, intensity: Double, sem: Double)
  {
    func worst(_ a: [Double], _ b: [Double]) -> Double {
      guard a.count == b.count else { return .infinity }
      return zip(a, b).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1) / max(abs(pair.1), 1e-300)
        return difference.isNaN ? .infinity : max(worst, pair.0 == pair.1 ? 0 : difference)
      }
    }
    let places = worst(
      [pattern.positions[0], pattern.positions[golden.points - 1]], [golden.first, golden.last])
    // Given a range, pyFAI counts in its first bin what lies up to a bin's width below the range as well, because it cuts
    // −0.5 to 0; here such pixels are left out.
    let start = golden.unit == .scatteringVector ? 1 : 0
    let intensity = worst(Array(pattern.intensity[start...]), Array(golden.intensity[start...]))
    let sem = golden.sem.map { worst(pattern.sem ?? [], $0) } ?? 0
    return (places, intensity, sem)
  }
}
