import Electrochemistry
import Quantities
import Testing

@Suite struct StepEndTests {
  let material = ActiveMaterial(mass: UncertainValue(1), specificCapacity: UncertainValue(100))

  func step(
    voltage: [Double], current: [Double] = [1, 1, 1], mode: PotentiostatSeries.Mode = .galvanostatic, plan: StepPlan
  ) throws -> StepRecord {
    let series = PotentiostatSeries(
      time: voltage.indices.map { 10 * Double($0) }, current: current, voltage: voltage,
      mode: .init(repeating: mode, count: voltage.count))
    return try #require(try accountForCharge(of: series, in: material, plans: [plan]).steps.first)
  }

  @Test func endsAtTheVoltageLimit() throws {
    let record = try step(voltage: [3, 3.8, 4.498], plan: StepPlan(voltageLimit: 4.5, charge: 40))
    #expect(record.endReason == .voltageLimit && record.isPremature == true)
    #expect(record.reachedFraction?.value == 0.5)
  }

  @Test func aDischargeEndsAtItsLowerLimit() throws {
    let plan = StepPlan(direction: .discharge, voltageLimit: 3)
    #expect(try step(voltage: [4, 3.5, 3.002], current: [-1, -1, -1], plan: plan).endReason == .voltageLimit)
    #expect(try step(voltage: [4, 3.5, 3.2], current: [-1, -1, -1], plan: plan).endReason == .stopped)
    #expect(try step(voltage: [4, 3.5, 3.2], plan: plan).endReason == .unknown)
  }

  @Test func endsAfterItsTime() throws {
    let plan = StepPlan(voltageLimit: 4.5, duration: 20, current: 1)
    let record = try step(voltage: [3, 3.5, 4], plan: plan)
    #expect(record.endReason == .timeLimit && record.isPremature == false)
    #expect(record.plannedCharge == 20)
  }

  @Test func isStoppedBeforeAnyLimit() throws {
    let record = try step(voltage: [3, 3.5, 4], plan: StepPlan(voltageLimit: 4.5, duration: 200, current: 1))
    #expect(record.endReason == .stopped && record.isPremature == true)
    #expect(abs((record.reachedFraction?.value ?? 0) - 0.1) < 1e-12)
  }

  @Test func endsWithItsCharge() throws {
    let record = try step(voltage: [3, 3.5, 4], plan: StepPlan(stateOfChargeChange: 0.2))
    #expect(record.endReason == .chargeLimit && record.isPremature == false)
  }

  @Test func aHoldEndsAtItsCutOffAndNotAtItsVoltage() throws {
    let plan = StepPlan(voltageLimit: 4.2, currentCutOff: 0.05)
    let held = [4.2, 4.2, 4.2]
    #expect(
      try step(voltage: held, current: [1, 0.2, 0.05], mode: .potentiostatic, plan: plan).endReason == .currentCutOff)
    #expect(try step(voltage: held, current: [1, 0.5, 0.2], mode: .potentiostatic, plan: plan).endReason == .stopped)
  }

  @Test func anUnknownVoltageReachedNoLimit() throws {
    #expect(try step(voltage: [3, .nan, .nan], plan: StepPlan(voltageLimit: 4.5)).endReason == .stopped)
  }

  @Test func withoutAPlanNothingIsClaimed() throws {
    let record = try step(voltage: [3, 3.5, 4.5], plan: StepPlan(step: 3, voltageLimit: 4.5))
    #expect(record.endReason == .unknown && record.isPremature == nil && record.plannedCharge == nil)
    #expect(record.voltageLimit == nil)
  }

  @Test func whatSomebodyStatedIsBelieved() throws {
    let plan = StepPlan(voltageLimit: 4.5, endReason: .stopped)
    #expect(try step(voltage: [3, 4, 4.5], plan: plan).endReason == .stopped)
  }

  /// Charges and discharges in turn, each ending at a voltage and after a time of its own.
  func cycles(_ ends: [(voltage: Double, duration: Double)]) throws -> [StepRecord] {
    var series = PotentiostatSeries(time: [], current: [], voltage: [])
    var start = 0.0
    for (k, end) in ends.enumerated() {
      for part in [0.0, 0.5, 0.999] {
        series.time.append(start + part * end.duration)
        series.current.append(k % 2 == 0 ? 1 : -1)
        series.voltage.append(3 + part / 0.999 * (end.voltage - 3))
        series.step.append(k % 2)
      }
      start += end.duration
    }
    return try accountForCharge(of: series, in: material).steps
  }

  @Test func repeatedEndsTellTheLimitWhereThereIsNoPlan() throws {
    let byVoltage = try cycles([(4.2, 100), (2.5, 80), (4.201, 90), (2.5, 70), (4.199, 85), (3.4, 20)])
    #expect(byVoltage[0...4].allSatisfy { $0.endReason == .voltageLimit && $0.endIsInferred })
    #expect(abs((byVoltage[0].voltageLimit ?? 0) - 4.2) < 1e-9)
    #expect(byVoltage[5].endReason == .unknown && byVoltage[5].voltageLimit == nil)
    let byTime = try cycles([(4.1, 100), (2.5, 100), (4.2, 100), (2.7, 100), (4.25, 40)])
    #expect(byTime[0...3].allSatisfy { $0.endReason == .timeLimit && $0.endIsInferred })
    #expect(byTime[4].endReason == .unknown)
    let byBoth = try cycles([(4.2, 100), (2.5, 100), (4.2, 100), (2.5, 100), (4.2, 100)])
    #expect(byBoth.allSatisfy { $0.endReason == .unknown })
  }
}
