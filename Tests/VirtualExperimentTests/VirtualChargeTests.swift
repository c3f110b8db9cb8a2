import ArrayMath
import Electrochemistry
import FileFormats
import Foundation
import Testing
import VirtualExperiment

private func charge() -> VirtualCharge {
  var charge = VirtualCharge(
    current: 30e-12, duration: 15_500, voltageLimit: 4.5, mass: 4.69e-12, specificCapacity: 275.5 * 3600,
    initialLithiation: 1, gainUncertainty: 0, currentNoise: 0)
  charge.restBefore = 60
  charge.startDate = VirtualClocks(offset: 37).recordDate(start: 0)
  return charge
}

@Suite struct VirtualChargeTests {
  @Test func bothRecordsHoldTheTrueCharge() throws {
    var generator = SeededGenerator(seed: 1)
    let made = try charge().record(using: &generator)
    #expect(abs(made.truth.charge - 30e-12 * 15_500) < 1e-18)
    for (bytes, name) in [(made.mpr, "a.mpr"), (made.mpt, "a.mpt")] {
      let series = try PotentiostatFile.read(bytes, named: name)
      #expect(series.startDate?.hasPrefix("2020-01-01T10:00:37") == true, "\(series.startDate ?? "")")
      let last = try #require(series.instrumentCounterCharge?.last)
      #expect(abs(last / made.truth.charge - 1) < 1e-9, "\(name)")
      // The current flows from 60 s on.
      #expect(zip(series.time, series.current).allSatisfy { ($0 < 60) == ($1 == 0) })
      #expect(abs((series.time.last ?? 0) - 15_560) < 1e-6)
    }
  }

  @Test func anOvervoltageEndsTheChargeEarly() throws {
    var one = charge()
    one.overvoltage = 0.95
    var generator = SeededGenerator(seed: 1)
    let made = try one.record(using: &generator)
    #expect(made.truth.endReason == .voltageLimit)
    #expect(made.truth.stateOfChargeChange < 0.099 && made.truth.stateOfChargeChange > 0.01)
    let series = try PotentiostatFile.read(made.mpr, named: "a.mpr")
    #expect(abs((series.voltage.last ?? 0) - 4.5) < 1e-3)
  }

  @Test func aRecordMayStopBeforeTheCharge() throws {
    var one = charge()
    one.recordEnd = 5000
    var generator = SeededGenerator(seed: 1)
    let made = try one.record(using: &generator)
    let series = try PotentiostatFile.read(made.mpr, named: "a.mpr")
    #expect((series.time.last ?? 0) <= 5000 && (series.time.last ?? 0) > 4900)
    #expect(abs(made.truth.charge - 30e-12 * 15_500) < 1e-18)
  }

  @Test func theClocksDifferByTheOffset() {
    #expect(VirtualClocks().recordDate(start: 0) == "2020-01-01T10:00:00.000")
    #expect(VirtualClocks(offset: -3600.25).recordDate(start: 10) == "2020-01-01T09:00:09.750")
    #expect(VirtualClocks(detectorStart: 0, offset: 0.9996).recordDate(start: 0) == "1970-01-01T00:00:01.000")
  }
}
