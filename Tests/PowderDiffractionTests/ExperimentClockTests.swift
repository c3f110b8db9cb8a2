import PowderDiffraction
import TestSupport
import Testing

@Suite struct ExperimentClockTests {
  /// 10 % in 15 500 s.
  let record: ChargeRecord

  init() throws {
    record = try ChargeRecord(
      time: (0...155).map { 100 * Double($0) }, stateOfCharge: (0...155).map { 0.1 * Double($0) / 155 },
      sigma: (0...155).map { 0.001 * Double($0) / 155 }, scaleSigma: 0.1)
  }

  @Test func everyFrameHasItsStateOfChargeAndItsParts() throws {
    let clock = try ExperimentClock(offset: 1000, sigma: 31)
    let series = try clock.stateOfCharge(of: [Exposure(start: 6740, length: 20)], from: record)
    let frame = try #require(series.frames[0])
    #expect(abs(frame.middle - 0.05) < 1e-12)
    #expect(abs(frame.end - frame.start - 0.1 * 20 / 15_500) < 1e-12)
    // The seed: a frame of 20 s at 30 pA adds 0.013 % of charge.
    #expect(abs((frame.end - frame.start) * 100 - 0.0129) < 1e-4)
    #expect(abs(frame.chargeSigma - 0.0005) < 1e-12)
    #expect(abs(frame.scaleSigma - 0.005) < 1e-12)
    #expect(abs(frame.clockSigma - 31 * 0.1 / 15_500) < 1e-12)
    #expect(abs(frame.commonSigma * frame.commonSigma - 0.0005 * 0.0005 - 0.005 * 0.005) < 1e-15)
    #expect(abs(frame.covariance(with: frame) - frame.sigma * frame.sigma) < 1e-15)
  }

  @Test func absoluteTimesGiveTheOffset() throws {
    let clock = try ExperimentClock(detectorStart: 1_600_000_100, potentiostatStart: 1_600_000_000, sigma: 2)
    #expect(clock.offset == 100)
  }

  @Test func aRecordThatStopsEarlyLeavesTheRest() throws {
    let clock = try ExperimentClock(offset: 0, sigma: 1)
    let exposures = (0..<20).map { Exposure(start: 1000 * Double($0), length: 20) }
    let series = try clock.stateOfCharge(of: exposures, from: record)
    #expect(series.frames.filter { $0 == nil }.count == 4)
    #expect(series.frames[15] != nil && series.frames[16] == nil)
    #expect(series.statements == [.recordStopsEarly(at: 15_500, frames: [16, 17, 18, 19])])
    #expect(
      series.statements[0].description
        == "the potentiostat's record stops at 15500.0 s: frames 16 to 19 after it have no state of charge")
  }

  @Test func aFrameAcrossTheEndHasNone() throws {
    let series = try ExperimentClock(offset: 0, sigma: 1).stateOfCharge(
      of: [Exposure(start: 15_490, length: 20), Exposure(start: -10, length: 20), Exposure(start: 5, length: 20)],
      from: record)
    #expect(series.frames[0] == nil && series.frames[1] == nil && series.frames[2] != nil)
    #expect(series.statements.count == 2)
  }

  @Test func clocksThatDoNotOverlapAreStated() throws {
    let series = try ExperimentClock(offset: 1e6, sigma: 1).stateOfCharge(
      of: [Exposure(start: 0, length: 20)], from: record)
    #expect(series.frames == [nil])
    #expect(series.statements == [.clocksDoNotOverlap(frames: 1e6...1_000_020, record: 0...15_500)])
    #expect(try ExperimentClock(offset: 0, sigma: 1).stateOfCharge(of: [], from: record).frames.isEmpty)
  }

  @Test func aRestKeepsItsStateAndNeedsNoClock() throws {
    let record = try ChargeRecord(time: [0, 100, 100, 200], stateOfCharge: [0, 0.1, 0.1, 0.1], sigma: [0, 0, 0, 0])
    let series = try ExperimentClock(offset: 0, sigma: 10).stateOfCharge(
      of: [Exposure(start: 140, length: 20), Exposure(start: 40, length: 20)], from: record)
    #expect(series.frames[0]?.middle == 0.1 && series.frames[0]?.clockSigma == 0)
    #expect(abs((series.frames[1]?.clockSigma ?? 0) - 0.01) < 1e-12)
  }

  @Test func theOffsetIsFoundFromTheLattice() throws {
    let pulls = try SeriesSimulation.clocks(seeds: 1...40, curve: LatticeCurveTests.analytic())
    #expect(pulls.isUnbiased, "\(pulls.text)")
    #expect(pulls.coversOneSigma, "\(pulls.text)")
  }

  @Test func theOffsetIsFoundWithAKnownCurve() throws {
    let curve = try LatticeCurveTests.analytic()
    let (samples, record) = try SeriesSimulation.clockSamples(seed: 1, offset: 240, curve: curve, groups: 1)
    let fit = try ClockFit(samples, record: record, response: .curveC(curve), range: -1500...1500)
    #expect(abs(fit.clock.offset - 240) < 4 * fit.clock.sigma)
    #expect(fit.clock.sigma < 100)
    #expect(abs(fit.chargeFactor - 1) < 0.02)
    #expect(fit.statements.isEmpty)
    #expect(abs(fit.chiSquared / Double(fit.degreesOfFreedom) - 1) < 0.2)
  }

  @Test func noChargeNoOffset() throws {
    let curve = try LatticeCurveTests.analytic()
    var (samples, record) = try SeriesSimulation.clockSamples(seed: 1, offset: 0, curve: curve)
    let c = curve.c(at: 0)
    for index in samples.indices { samples[index].value = c * (1 + 5e-5 * (index % 2 == 0 ? 1 : -1)) }
    let fit = try ClockFit(samples, record: record, range: -500...500)
    guard case .clockNotDetermined = fit.statements.first else {
      Issue.record("\(fit)")
      return
    }
    // What is known already stays.
    let prior = try ClockFit(
      samples, record: record, range: -500...500, prior: ExperimentClock(offset: 30, sigma: 5))
    #expect(abs(prior.clock.offset - 30) < 3)
    #expect(abs(prior.clock.sigma - 5) < 1)
    samples.removeAll()
    #expect(throws: LineScanError.self) { try ClockFit(samples, record: record, range: -500...500) }
  }

  @Test func samplesThatLeaveTheRecordAreLeftOut() throws {
    let curve = try LatticeCurveTests.analytic()
    let (samples, record) = try SeriesSimulation.clockSamples(seed: 2, offset: 0, curve: curve)
    let fit = try ClockFit(samples, record: record, response: .polynomial(degree: 2), range: -500...4000)
    #expect(fit.leftOut == samples.filter { $0.exposure.start + 20 + 4000 > 20_000 }.count)
    #expect(fit.leftOut > 0)
  }

  @Test func badInputIsRefused() throws {
    #expect(throws: LineScanError.notRising(what: "time of sample", index: 2, from: 10, to: 5)) {
      try ChargeRecord(time: [0, 10, 5], stateOfCharge: [0, 1, 2], sigma: [0, 0, 0])
    }
    #expect(throws: LineScanError.self) { try ChargeRecord(time: [0], stateOfCharge: [0], sigma: [0]) }
    #expect(throws: LineScanError.self) { try ChargeRecord(time: [5, 5], stateOfCharge: [0, 0], sigma: [0, 0]) }
    #expect(throws: LineScanError.self) { try ChargeRecord(time: [0, 1], stateOfCharge: [0, .nan], sigma: [0, 0]) }
    #expect(throws: LineScanError.self) { try ChargeRecord(time: [0, 1], stateOfCharge: [0, 1], sigma: [0, -1]) }
    #expect(throws: LineScanError.self) { try ChargeRecord(time: [0, 1], stateOfCharge: [0], sigma: [0, 0]) }
    #expect(throws: LineScanError.self) {
      try ChargeRecord(time: [0, 1], stateOfCharge: [0, 1], sigma: [0, 0], scaleSigma: -1)
    }
    #expect(throws: LineScanError.self) { try ExperimentClock(offset: .nan, sigma: 0) }
    #expect(throws: LineScanError.self) { try ExperimentClock(offset: 0, sigma: -1) }
    #expect(throws: LineScanError.self) {
      try ExperimentClock(offset: 0, sigma: 0).stateOfCharge(of: [Exposure(start: .nan, length: 1)], from: record)
    }
    let sample = ClockSample(exposure: Exposure(start: 0, length: 1), value: 1, sigma: 0)
    #expect(throws: LineScanError.self) { try ClockFit([sample], record: record, range: 0...1) }
    let good = ClockSample(exposure: Exposure(start: 0, length: 1), value: 1, sigma: 1)
    #expect(throws: LineScanError.self) {
      try ClockFit([good], record: record, response: .polynomial(degree: 9), range: 0...1)
    }
    #expect(throws: LineScanError.self) { try ClockFit([good], record: record, range: 1...1) }
  }
}
