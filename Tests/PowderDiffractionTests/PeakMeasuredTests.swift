import Crystallography
import Foundation
import PowderDiffraction
import TestSupport
import Testing

/// The measured map of one secondary particle; its README gives the angles.
@Suite struct PeakMeasuredTests {
  private static let degree = Double.pi / 180

  @Test func theMeasuredParticleAgreesWithItsDescription() throws {
    guard let series = try SecondaryParticleMap.series() else { return }
    let result = try SecondaryParticleMap.model.fit(series, settings: SecondaryParticleMap.settings, chains: [])
    for (index, angle, sigma) in [(0, 5.9878, 0.0002), (2, 13.9592, 0.0005)] {
      let usable = result.fits.map { $0.peaks[index] }.filter { $0.status == .fitted }.map(\.twoTheta.value)
      let mean = usable.reduce(0, +) / Double(usable.count)
      let scatter = usable.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) } / Double(usable.count - 1)
      let own = (scatter / Double(usable.count)).squareRoot() / Self.degree
      #expect(abs(mean / Self.degree - angle) < 3 * (own * own + sigma * sigma).squareRoot())
    }
    let ratio = SecondaryParticleMap.axialRatio(result)
    #expect(abs(ratio.value - 4.9535) < 0.0015 && ratio.sigma < 0.001)
    // 101 does not fit the cell of 003 and 104; the disagreement is many sigmas.
    let odd = SecondaryParticleMap.disagreement(result)
    #expect(odd.value / Self.degree < -0.003 && abs(odd.value) > 5 * odd.sigma)
  }
}
