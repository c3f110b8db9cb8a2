import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport

/// Patterns and cakes against pyFAI's, bin by bin, and the CPU time of a frame.
func integrationLines() throws -> [AcceptanceLine] {
  try publishedLines() + patternLines() + cakeLines() + timeLines()
}

private func publishedLines() throws -> [AcceptanceLine] {
  guard let correlation = try IntegrationFrames.correlationWithThePublishedPattern() else { return [] }
  return [
    AcceptanceLine("2", "measured frame, correlation with the published pattern", correlation, atLeast: 0.9995)
  ]
}

/// The largest relative difference; infinite where one is empty and the other is not.
private func largestDifference(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { $1.0 == $1.1 ? $0 : max($0, abs($1.0 - $1.1) / abs($1.1)) }
}

private func patternLines() throws -> [AcceptanceLine] {
  let measured = try IntegrationFrames.measured()
  return try IntegrationFrames.golden().compactMap { golden in
    var settings = IntegrationSettings(points: golden.points, unit: golden.unit, splitting: golden.splitting)
    var scratch = IntegrationScratch()
    let pattern: IntegratedPattern
    if golden.name == "simulated" {
      settings.mask = IntegrationFrames.simulated.mask
      pattern = try AzimuthalIntegrator(IntegrationFrames.simulatedGeometry, settings).integrate(
        IntegrationFrames.simulated.frame, scratch: &scratch)
    } else {
      guard let measured else { return nil }
      settings.mask = measured.mask
      if golden.unit == .scatteringVector {
        settings.range = 20e9...60e9
        settings.polarisation = nil
      }
      pattern = try AzimuthalIntegrator(IntegrationFrames.measuredGeometry, settings).integrate(
        measured.frame, scratch: &scratch)
    }
    // Given a range, pyFAI's first bin holds what lies up to a bin below it as well.
    let start = golden.unit == .scatteringVector ? 1 : 0
    let limit = golden.splitting == .none ? 1e-6 : 1e-5
    return AcceptanceLine(
      "2", "\(golden.name) frame, \(golden.unit.rawValue), splitting \(golden.splitting.rawValue), against pyFAI",
      largestDifference(pattern.intensity[start...], golden.intensity[start...]), atMost: limit)
  }
}

private func cakeLines() throws -> [AcceptanceLine] {
  guard let (frame, mask) = try IntegrationFrames.measured() else { return [] }
  return try IntegrationFrames.goldenCakes().map { golden in
    let settings = IntegrationSettings(points: 200, splitting: golden.splitting, mask: mask)
    let integrator = try CakeIntegrator(IntegrationFrames.measuredGeometry, settings, azimuthalPoints: 36)
    var scratch = IntegrationScratch()
    let cake = try integrator.integrate(frame, scratch: &scratch)
    // With full splitting pyFAI scatters the pixels across χ = ±π, which lie in the first row.
    let worst = golden.rows.enumerated().dropFirst(golden.splitting == .full ? 1 : 0).map { index, row in
      largestDifference(cake.intensity[5 * index * 200..<(5 * index + 1) * 200], row)
    }.max()
    return AcceptanceLine(
      "2", "measured frame, cake, splitting \(golden.splitting.rawValue), against pyFAI", worst ?? .infinity,
      atMost: golden.splitting == .none ? 1e-6 : 1e-5)
  }
}

private func cpuMilliseconds(_ count: Int, _ work: () throws -> Void) rethrows -> Double {
  var least = Double.infinity
  for _ in 0..<count {
    let start = clock()
    try work()
    least = min(least, Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e3)
  }
  return least
}

private func timeLines() throws -> [AcceptanceLine] {
  let frame = IntegrationFrames.simulated.frame
  let plate = IntegrationFrames.simulatedGeometry
  var scratch = IntegrationScratch()
  func time(_ splitting: PixelSplitting, _ model: ErrorModel) throws -> Double {
    let integrator = try AzimuthalIntegrator(
      plate, IntegrationSettings(points: 2000, splitting: splitting, errorModel: model))
    return try cpuMilliseconds(15) { _ = try integrator.integrate(frame, scratch: &scratch) }
  }
  let cake = try CakeIntegrator(plate, IntegrationSettings(points: 1000, splitting: .none), azimuthalPoints: 360)
  let setup = try PixelSplitting.allCases.map { splitting in
    try cpuMilliseconds(3) {
      _ = try AzimuthalIntegrator(plate, IntegrationSettings(points: 2000, splitting: splitting))
    }
  }
  return [
    AcceptanceLine("3", "a frame, no splitting", try time(.none, .none), atMost: 5, unit: "ms CPU"),
    AcceptanceLine("3", "a frame, box splitting", try time(.box, .none), atMost: 10, unit: "ms CPU"),
    AcceptanceLine("3", "a frame, full splitting", try time(.full, .none), atMost: 12, unit: "ms CPU"),
    AcceptanceLine("3", "a frame, box splitting, variance", try time(.box, .poisson()), atMost: 13, unit: "ms CPU"),
    AcceptanceLine(
      "3", "a cake of 360 x 1000", try cpuMilliseconds(15) { _ = try cake.integrate(frame, scratch: &scratch) },
      atMost: 14, unit: "ms CPU"),
    AcceptanceLine("3", "setting up, the slowest splitting", setup.max() ?? .infinity, atMost: 1000, unit: "ms CPU"),
  ]
}
