import Electrochemistry
import Foundation
import Quantities
import Testing

@Suite struct ChargeIntegrationTests {
  let material = ActiveMaterial(mass: UncertainValue(2), specificCapacity: UncertainValue(5))

  func series(
    _ time: [Double], _ current: [Double], step: [Int]? = nil, mode: [PotentiostatSeries.Mode]? = nil,
    counter: [Double]? = nil, halfCycle: [Int]? = nil
  ) -> PotentiostatSeries {
    PotentiostatSeries(
      time: time, current: current, voltage: time.map { 3 + 0.01 * $0 }, step: step, halfCycle: halfCycle, mode: mode,
      instrumentCounterCharge: counter)
  }

  @Test func trapezoidIsExactForARampSampledIrregularly() throws {
    let time = [0, 0.5, 2, 2.25, 7, 10.0]
    let result = try accountForCharge(of: series(time, time.map { 1 + 3 * $0 }), in: material)
    for (t, charge) in zip(time, result.charge) { #expect(abs(charge - (t + 1.5 * t * t)) < 1e-12) }
    #expect(result.capacity[3] == result.charge[3] / 2)
    #expect(abs(result.stateOfCharge[5] - 160.0 / 10) < 1e-12)
    #expect(result.recording == .instantaneous)
  }

  @Test func trapezoidErrorFallsWithTheSquareOfTheInterval() throws {
    // I = exp(−t): the charge up to 1 is 1 − 1/e.
    func error(_ count: Int) throws -> Double {
      let time = (0...count).map { Double($0) / Double(count) }
      let result = try accountForCharge(of: series(time, time.map { exp(-$0) }), in: material)
      return abs(result.finalCharge.value - (1 - exp(-1)))
    }
    let ratio = try error(20) / error(40)
    #expect(abs(ratio - 4) < 0.01)
  }

  @Test func aStepIsNotSmearedOverTheIntervalBeforeIt() throws {
    // A rest of 30 s between samples, then 2 A recorded from the moment it starts.
    let result = try accountForCharge(
      of: series([0, 30, 60, 70, 80], [0, 0, 2, 2, 2], step: [0, 0, 1, 1, 1]), in: material)
    #expect(result.finalCharge.value == 40)
    #expect(result.steps.map(\.charge.value) == [0, 40])
    #expect(result.steps.map(\.duration) == [60, 20])
  }

  @Test func averagedCurrentsAreSummedWithTheirOwnInterval() throws {
    var settings = ChargeSettings()
    settings.recording = .averaged
    let result = try accountForCharge(
      of: series([0, 1, 3, 4], [9, 2, 3, -1], step: [0, 0, 0, 1]), in: material, settings: settings)
    #expect(result.charge == [0, 2, 8, 7])
    #expect(result.steps.map(\.charge.value) == [8, -1])
  }

  @Test func theCounterDecidesBetweenTheRules() throws {
    let time = (0...100).map { Double($0) + 0.4 * sin(Double($0)) }
    let current = time.map { 2 + sin($0 / 5) }
    var averaged = [0.0]
    var sampled = [0.0]
    for k in 1...100 {
      averaged.append(averaged[k - 1] + current[k] * (time[k] - time[k - 1]))
      sampled.append(sampled[k - 1] + (current[k] + current[k - 1]) / 2 * (time[k] - time[k - 1]))
    }
    let first = try accountForCharge(of: series(time, current, counter: averaged), in: material)
    let second = try accountForCharge(of: series(time, current, counter: sampled.map { $0 + 7 }), in: material)
    #expect(first.recording == .averaged && second.recording == .instantaneous)
    #expect(abs(try #require(first.counterDifference)) < 1e-10)
    #expect(abs(try #require(second.counterDifference)) < 1e-10)
    #expect(second.counterCharge?.first == 0)
    #expect(first.warnings.isEmpty)
  }

  @Test func aCounterThatDisagreesIsPointedOut() throws {
    let result = try accountForCharge(
      of: series([0, 1, 2], [1, 1, 1], counter: [0, 1, 2.1]), in: material)
    #expect(result.warnings.count == 1)
    #expect(abs(try #require(result.counterDifference) - 0.1) < 1e-12)
  }

  @Test func halfCyclesBeginWhereTheCurrentTurnsRound() throws {
    let time = (0..<10).map(Double.init)
    let current: [Double] = [0, 1, 1, 0, 1, -1, -1, 0, -1, 1]
    let recorded = [5, 5, 5, 5, 5, 7, 7, 7, 7, 8]
    let steps = [0, 1, 1, 2, 3, 4, 4, 5, 6, 7]
    let data = series(time, current, step: steps, halfCycle: recorded)
    #expect(try accountForCharge(of: data, in: material).halfCycle == [0, 0, 0, 0, 0, 1, 1, 1, 1, 2])
    var settings = ChargeSettings(halfCycleRule: .instrument)
    #expect(try accountForCharge(of: data, in: material, settings: settings).halfCycle == recorded)
    settings.halfCycleRule = .stepNumber
    #expect(try accountForCharge(of: data, in: material, settings: settings).halfCycle == steps)
  }

  @Test func noiseDuringARestBeginsNoHalfCycle() throws {
    let current = [1, 1, 1, 1e-5, -2e-5, 1e-5, 1, 1]
    let result = try accountForCharge(of: series((0..<8).map(Double.init), current), in: material)
    #expect(result.halfCycle.allSatisfy { $0 == 0 })
    #expect(result.steps.map(\.direction) == [.charge, .rest, .charge])
  }

  @Test func halfCyclesAndStepsAddUpToTheWhole() throws {
    let time = (0..<200).map { Double($0) + 0.3 * sin(Double($0)) }
    let current = (0..<200).map { $0 / 40 % 2 == 0 ? 1.5 : -0.7 }
    for recording in CurrentRecording.allCases {
      let result = try accountForCharge(
        of: series(time, current), in: material, settings: ChargeSettings(recording: recording))
      let steps = result.steps.reduce(0) { $0 + $1.charge.value }
      let halves = result.halfCycles.reduce(0) { $0 + $1.charge.value }
      #expect(result.steps.count == 5 && result.halfCycles.count == 5)
      #expect(abs(steps - result.finalCharge.value) < 1e-10)
      #expect(abs(halves - result.finalCharge.value) < 1e-10)
    }
  }

  @Test func repeatedTimesCarryNoCharge() throws {
    let result = try accountForCharge(of: series([0, 1, 1, 2], [1, 1, 1, 1]), in: material)
    #expect(result.charge == [0, 1, 1, 2])
  }

  @Test func aSeriesOfMeansSaysSo() throws {
    var data = series([0, 1, 3], [9, 2, 3])
    data.currentIsAverage = true
    let result = try accountForCharge(of: data, in: material)
    #expect(result.charge == [0, 2, 8])
    #expect(result.recordingReason.contains("As the record says"))
  }

  @Test func aStepAtEverySampleIsNoHang() throws {
    let time = (0..<20_000).map(Double.init)
    let result = try accountForCharge(
      of: series(time, time.map { $0.truncatingRemainder(dividingBy: 2) - 0.5 }, step: Array(0..<20_000)), in: material)
    #expect(result.steps.count == 20_000 && result.halfCycles.count == 20_000)
  }
}
