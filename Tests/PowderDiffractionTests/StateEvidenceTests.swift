import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct StateEvidenceTests {
  private static let indices = MillerIndices(1, 0, 4)
  private static let instrument = OperandoPeaks.instrument
  private static let spacing = OperandoPeaks.pristine.dSpacing(indices)
  private static let angle = OperandoPeaks.twoTheta(OperandoPeaks.pristine, indices)

  private static let analysis = StateAnalysis(
    window: PeakWindow(angle - 0.4 * OperandoPeaks.degree...angle + 0.4 * OperandoPeaks.degree),
    cell: OperandoPeaks.pristine, reflection: indices, instrument: instrument, wavelength: OperandoPeaks.wavelength)

  /// States of given relative spacing and share, and the standard deviation of spacings in each.
  private static func evidence(
    _ states: [(spacing: Double, share: Double)], spread: Double = 0, seed: Int, analysis: StateAnalysis = analysis
  ) throws -> StateEvidence {
    let lines = states.map { state -> SimulatedPeaks.Line in
      let place = 2 * asin(OperandoPeaks.wavelength / (2 * spacing * (1 + state.spacing)))
      let sharp = instrument.gaussian(twoTheta: place)
      let added = spread * 2 * tan(place / 2) * 2.3548200450309493
      let profile = PeakProfile(
        gaussian: (sharp * sharp + added * added).squareRoot(), lorentzian: instrument.lorentzian(twoTheta: place))
      return SimulatedPeaks.Line(
        twoTheta: place, area: 60 * 0.026 * OperandoPeaks.degree * state.share, fwhm: profile.fwhm,
        mixing: profile.mixing)
    }
    var generator = SeededGenerator(seed: UInt64(seed))
    let pattern = try SimulatedPeaks(
      from: angle - 0.5 * OperandoPeaks.degree, to: angle + 0.5 * OperandoPeaks.degree, bins: 80, lines: lines,
      background: 20, pixels: 100, shared: 0.3
    ).pattern(&generator)
    return try analysis.evidence(pattern)
  }

  private static func verdicts(
    _ states: [(spacing: Double, share: Double)], spread: Double = 0, seeds: Int = 40
  ) throws -> [StateEvidence.Verdict: Int] {
    try (1...seeds).reduce(into: [:]) { counts, seed in
      counts[try evidence(states, spread: spread, seed: seed).verdict, default: 0] += 1
    }
  }

  @Test func twoStatesAndOneBroadenedAreToldApart() throws {
    #expect(try Self.verdicts([(0.00075, 0.5), (-0.00075, 0.5)])[.twoStates] == 40)
    // The same variance, evenly spread.
    #expect(try Self.verdicts([(0, 1)], spread: 0.00075)[.broadened, default: 0] >= 38)
    #expect(try Self.verdicts([(0, 1)])[.oneState, default: 0] >= 38)
  }

  @Test func theLimitsHoldOnBothSides() throws {
    let limits = try #require(try Self.evidence([(0, 1)], seed: 1).limits)
    let far = try Self.verdicts([(limits.separation.seen / 2, 0.5), (-limits.separation.seen / 2, 0.5)])
    let near = try Self.verdicts([(limits.separation.missed / 2, 0.5), (-limits.separation.missed / 2, 0.5)])
    #expect(PeakPulls.interval(of: 40, 0.95).lowerBound <= far[.twoStates, default: 0], "\(far)")
    #expect(near[.twoStates, default: 0] <= PeakPulls.interval(of: 40, 0.05).upperBound, "\(near)")
    let wide = try Self.verdicts([(0, 1)], spread: limits.spread.seen)
    let narrow = try Self.verdicts([(0, 1)], spread: limits.spread.missed)
    #expect(wide[.oneState, default: 0] <= PeakPulls.interval(of: 40, 0.05).upperBound, "\(wide)")
    #expect(PeakPulls.interval(of: 40, 0.95).lowerBound <= narrow[.oneState, default: 0], "\(narrow)")
  }

  @Test func twoStatesAreMeasured() throws {
    var (separation, share) = (PeakPulls(), PeakPulls())
    for seed in 1...60 {
      let two = try #require(try Self.evidence([(0.001, 0.3), (-0.001, 0.7)], seed: seed).two)
      separation.add(two.separation.value, two.separation.sigma, truth: 0.002)
      share.add(two.share.value, two.share.sigma, truth: 0.3)
    }
    #expect(separation.passes, "\(separation.text)")
    #expect(share.passes, "\(share.text)")
  }

  @Test func aFlatDistributionIsRecovered() throws {
    let states = (0..<13).map { (spacing: 0.003 * Double($0 - 6) / 6, share: 1.0 / 13) }
    let evidence = try Self.evidence(states, seed: 1)
    #expect(evidence.verdict == .distribution)
    let found = try #require(evidence.distribution)
    // Evenly spaced from −0.003 to 0.003, 13 of them: 0.003 √(14/36). Regularisation broadens by a tenth or so.
    let truth = 0.003 * (14.0 / 36).squareRoot()
    #expect(abs(found.deviation.value / found.mean.value / truth - 1) < 0.12)
    #expect(abs(found.mean.value / Self.spacing - 1) < 1e-4)
    #expect(found.intensities.allSatisfy { $0 >= 0 })
  }

  @Test func withoutTheInstrumentNothingIsSaidOfTheWidth() throws {
    var blind = Self.analysis
    blind.instrument = nil
    #expect(try Self.evidence([(0, 1)], spread: 0.001, seed: 1, analysis: blind).verdict == .instrumentUnknown)
  }

  @Test func noLineIsNoVerdict() throws {
    #expect(try Self.evidence([], seed: 1).verdict == .noPeak)
  }
}
