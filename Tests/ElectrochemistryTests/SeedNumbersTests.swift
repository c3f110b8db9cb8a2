import Electrochemistry
import Quantities
import Testing

/// The single-particle charge of the seed, recomputed from what it states.
@Suite struct SeedNumbersTests {
  let material = ActiveMaterial(mass: UncertainValue(4.69e-12))
  let seed = DescribedProtocol(
    current: 30e-12, duration: 15500, startVoltage: 3.0, voltageLimit: 4.5, plannedStateOfChargeChange: 1,
    endReason: .voltageLimit)

  @Test func chargeCapacityAndRate() throws {
    let result = try accountForCharge(of: seed, in: material)
    #expect(abs(result.finalCharge.value - 4.650e-7) < 1e-19)
    #expect(abs(result.finalCapacity.value / 3600 - 27.541) < 0.0005)
    #expect(abs(result.finalStateOfCharge.value - 0.09997) < 0.000005)
    #expect(abs(result.cRate[50] * 3600 - 0.02322) < 0.000005)
    #expect(abs(result.finalLithiation.value - (1 - 0.09997)) < 0.000005)
  }

  @Test func densityBehindTheMass() throws {
    let volume = UncertainValue(2.13e-15)
    let crystal = try crystalDensity(a: 2.8704e-10, c: 14.1918e-10, formulaUnits: 3, molarMass: 0.097280)
    #expect(abs(4.69e-12 / 2.13e-15 - 2201.9) < 0.05)
    #expect(abs(crystal - 4786) < 1)
    let effects = try densityAlternatives(
      [("tap", UncertainValue(4.69e-12 / 2.13e-15)), ("crystal", UncertainValue(crystal))], volume: volume,
      charge: UncertainValue(4.65e-7), current: UncertainValue(30e-12))
    #expect(abs(effects[0].stateOfCharge.value - 0.09997) < 0.000005)
    #expect(abs(effects[1].stateOfCharge.value - 0.0460) < 0.00005)
    #expect(abs(effects[1].cRate.value * 3600 - 0.0107) < 0.00005)
    #expect(abs(effects[1].mass.value - 1.019e-11) < 0.001e-11)
  }

  @Test func theSupplierCapacityIsTheTheoreticalOne() throws {
    #expect(abs(try theoreticalSpecificCapacity(molarMass: 0.097280) / 3600 - 275.51) < 0.005)
  }

  @Test func prematureStopAtTheVoltageLimit() throws {
    // 10.3 % of a full charge at 30 pA, as the seed states it, whatever its other numbers say.
    let duration = 0.103 * material.referenceCharge.value / 30e-12
    var stopped = seed
    stopped.duration = duration
    let step = try #require(try accountForCharge(of: stopped, in: material).steps.first)
    #expect(step.endReason == .voltageLimit)
    #expect(step.isPremature == true)
    #expect(abs(try #require(step.reachedFraction).value - 0.103) < 1e-12)
    #expect(step.startVoltage == 3.0 && step.endVoltage == 4.5 && step.voltageLimit == 4.5)
    #expect(step.direction == .charge)
    #expect(try abs(#require(step.plannedCharge) - material.referenceCharge.value) < 1e-18)
  }

  @Test func nothingIsMadeUpBetweenTheStatedVoltages() throws {
    let voltage = try seed.series(samples: 5).voltage
    #expect(voltage[0] == 3 && voltage[4] == 4.5)
    #expect(voltage[1...3].allSatisfy { $0.isNaN })
  }

  @Test func ptychographyParticle() throws {
    // 49.0 mAh/g of 275.5, and 0.205 per hour for 3100 s.
    let material = ActiveMaterial(mass: UncertainValue(5.23e-12))
    let current = 0.205 / 3600 * material.referenceCharge.value
    let result = try accountForCharge(of: DescribedProtocol(current: current, duration: 3100), in: material)
    #expect(abs(result.finalStateOfCharge.value - 0.17653) < 0.000005)
    #expect(abs(current - 295.4e-12) < 0.2e-12)
  }
}
