import Electrochemistry
import Quantities
import Testing

@Suite struct GalvanostaticSimulationTests {
  @Test func openCircuitVoltageOfTheReference() {
    // PyBaMM 26.10.1.1, parameter set Chen2020, rounded to 0.1 mV.
    let reference = [
      0.27: 4.2730, 0.3: 4.2054, 0.4: 4.1047, 0.5: 3.9720, 0.6: 3.8245, 0.7: 3.7304, 0.8: 3.6491, 0.9: 3.5682,
    ]
    for (x, voltage) in reference { #expect(abs(OpenCircuitVoltage.chen2020(lithiation: x) - voltage) < 6e-5) }
    let values = (0...1000).map { OpenCircuitVoltage.chen2020(lithiation: Double($0) / 1000) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func aHighResistanceStopsTheChargeAtTheLimit() throws {
    // The resistance at which the limit of 4.5 V is met when a tenth of the lithium has left.
    let resistance = (4.5 - OpenCircuitVoltage.chen2020(lithiation: 0.9)) / 30e-12
    var generator = SplitMix64(seed: 1)
    let simulated = try simulateGalvanostatic(
      GalvanostaticSimulation(
        current: 30e-12, voltageLimit: 4.5, longestDuration: 155_000, mass: 4.69e-12,
        polarisationResistance: resistance, restBefore: 600, samplingInterval: 60),
      using: &generator)
    #expect(simulated.endReason == .voltageLimit)
    #expect(abs(simulated.stateOfChargeChange - 0.1) < 1e-9)
    var plan = simulated.plan
    plan.stateOfChargeChange = 1
    let result = try accountForCharge(
      of: simulated.series, in: ActiveMaterial(mass: UncertainValue(4.69e-12)), plans: [plan])
    #expect(result.steps.map(\.direction) == [.rest, .charge])
    let step = result.steps[1]
    #expect(step.endReason == .voltageLimit && step.isPremature == true)
    #expect(abs((step.reachedFraction?.value ?? 0) - 0.1) < 1e-9)
    #expect(abs(step.endVoltage - 4.5) < 1e-9)
    #expect(abs(result.finalCharge.value / simulated.charge - 1) < 1e-12)
    #expect(abs(try #require(result.counterDifference)) < 1e-12 * simulated.charge)
    #expect(result.halfCycle.last == 0)
  }

  @Test func withoutResistanceItEndsOnTime() throws {
    var generator = SplitMix64(seed: 1)
    let simulated = try simulateGalvanostatic(
      GalvanostaticSimulation(current: 30e-12, voltageLimit: 4.5, longestDuration: 15500, mass: 4.69e-12),
      using: &generator)
    #expect(simulated.endReason == .timeLimit)
    #expect(simulated.series.time.last == 15500)
    let result = try accountForCharge(
      of: simulated.series, in: ActiveMaterial(mass: UncertainValue(4.69e-12)), plans: [simulated.plan])
    #expect(result.steps.map(\.endReason) == [.timeLimit])
  }

  @Test func aDischargeStopsAtItsLowerLimitAndAFullParticleStops() throws {
    var simulation = GalvanostaticSimulation(
      current: -30e-12, voltageLimit: 3.7, longestDuration: 1e6, mass: 4.69e-12, initialLithiation: 0.5)
    #expect(simulation.end().reason == .voltageLimit)
    #expect(abs(simulation.voltage(afterCharging: simulation.end().time) - 3.7) < 1e-9)
    simulation.voltageLimit = nil
    #expect(simulation.end().reason == .chargeLimit)
    #expect(abs(simulation.end().time * 30e-12 / (4.69e-12 * 991_800) - 0.5) < 1e-12)
  }

  @Test func theSameSeedGivesTheSameRecord() throws {
    let simulation = GalvanostaticSimulation(
      current: 1e-9, longestDuration: 100, mass: 1e-9, samplingInterval: 1, samplingJitter: 0.3, currentNoise: 1e-11,
      voltageNoise: 1e-3)
    func record(_ seed: UInt64) throws -> PotentiostatSeries {
      var generator = SplitMix64(seed: seed)
      return try simulateGalvanostatic(simulation, using: &generator).series
    }
    #expect(try record(7) == record(7))
    #expect(try record(7) != record(8))
    let time = try record(7).time
    #expect(zip(time, time.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func refusesParametersOutOfRange() throws {
    let good = GalvanostaticSimulation(current: 1e-9, longestDuration: 100, mass: 1e-9)
    for change: (inout GalvanostaticSimulation) -> Void in [
      { $0.mass = 0 }, { $0.current = .nan }, { $0.longestDuration = -1 }, { $0.samplingInterval = 0 },
      { $0.initialLithiation = 1.1 }, { $0.samplingInterval = 1e-9 }, { $0.voltageLimit = .infinity },
      { $0.currentNoise = -1 }, { $0.polarisationResistance = .nan },
    ] {
      var bad = good
      change(&bad)
      #expect(throws: ElectrochemistryError.self) {
        var generator = SplitMix64(seed: 1)
        return try simulateGalvanostatic(bad, using: &generator)
      }
    }
  }
}
