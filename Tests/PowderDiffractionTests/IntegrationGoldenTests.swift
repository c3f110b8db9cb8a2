import ArrayMath
import Foundation
import PowderDiffraction
import Testing

/// Patterns against those of pyFAI 2026.9.0, bin by bin; see Tests/Golden/make-integration-pyfai.
@Suite struct IntegrationGoldenTests {
  @Test(arguments: PixelSplitting.allCases)
  func simulatedFrameEqualsPyFAI(_ splitting: PixelSplitting) throws {
    let golden = try #require(try IntegrationFrames.golden().first { $0.name == "simulated" && $0.splitting == splitting })
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

  private func compare(_ pattern: IntegratedPattern, _ golden: IntegrationFrames.Golden)
    -> (positions: Double, intensity: Double, sem: Double)
  {
    func worst(_ a: [Double], _ b: [Double]) -> (Double, Int) {
      guard a.count == b.count else { return (.infinity, 0) }
      let differences = zip(a, b).map { abs($0 - $1) / max(abs($1), 1e-300) }
      return differences.enumerated().reduce((0, 0)) { $1.element > $0.0 || $0.0.isNaN ? ($1.element, $1.offset) : $0 }
    }
    let places = worst(
      [pattern.positions[0], pattern.positions[golden.points - 1]], [golden.first, golden.last])
    let start = golden.unit == .scatteringVector ? 1 : 0
    let intensity = worst(Array(pattern.intensity[start...]), Array(golden.intensity[start...]))
    let sem = golden.sem.map { worst(pattern.sem ?? [], $0) } ?? (0, 0)
    print(golden.name, golden.points, golden.splitting, places, intensity, sem, pattern.count[intensity.1])
    return (places.0, intensity.0, sem.0)
  }
}
