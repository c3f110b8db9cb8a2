import Electrochemistry
import Quantities
import Testing

@Suite struct ElectrochemistryErrorTests {
  let material = ActiveMaterial(mass: UncertainValue(1), specificCapacity: UncertainValue(100))

  func series(_ time: [Double], _ current: [Double], counter: [Double]? = nil) -> PotentiostatSeries {
    PotentiostatSeries(
      time: time, current: current, voltage: time.map { _ in 3 }, instrumentCounterCharge: counter)
  }

  @Test func tooFewSamples() {
    #expect(throws: ElectrochemistryError.tooFewSamples(found: 0)) {
      try accountForCharge(of: series([], []), in: material)
    }
    #expect(throws: ElectrochemistryError.tooFewSamples(found: 1)) {
      try accountForCharge(of: series([0], [1]), in: material)
    }
    #expect(throws: ElectrochemistryError.tooFewSamples(found: 1)) {
      try DescribedProtocol(current: 1, duration: 1).series(samples: 1)
    }
  }

  @Test func valuesThatAreNotFinite() {
    #expect(throws: ElectrochemistryError.notFinite(quantity: "time", sample: 1)) {
      try accountForCharge(of: series([0, .nan, 2], [1, 1, 1]), in: material)
    }
    #expect(throws: ElectrochemistryError.notFinite(quantity: "current", sample: 2)) {
      try accountForCharge(of: series([0, 1, 2], [1, 1, .infinity]), in: material)
    }
    #expect(throws: ElectrochemistryError.notFinite(quantity: "counter charge", sample: 0)) {
      try accountForCharge(of: series([0, 1], [1, 1], counter: [.nan, 1]), in: material)
    }
  }

  @Test func aChargeThatOverflows() {
    #expect(throws: ElectrochemistryError.notFinite(quantity: "charge", sample: 1)) {
      try accountForCharge(of: series([0, 1e300, 2e300], [1e300, 1e300, 1]), in: material)
    }
  }

  @Test func timeThatRunsBackwards() {
    #expect(throws: ElectrochemistryError.timeReversed(sample: 2, from: 1, to: 0.5)) {
      try accountForCharge(of: series([0, 1, 0.5], [1, 1, 1]), in: material)
    }
  }

  @Test(arguments: [0, -1, .nan, .infinity]) func massesThatAreNone(mass: Double) {
    let material = ActiveMaterial(mass: UncertainValue(mass))
    #expect(throws: ElectrochemistryError.self) { try accountForCharge(of: series([0, 1], [1, 1]), in: material) }
    #expect(throws: ElectrochemistryError.self) {
      try particleMass(volume: UncertainValue(1), density: UncertainValue(mass))
    }
    #expect(throws: ElectrochemistryError.self) { try theoreticalSpecificCapacity(molarMass: mass) }
    #expect(throws: ElectrochemistryError.self) {
      try crystalDensity(a: 1e-10, c: mass, formulaUnits: 3, molarMass: 0.1)
    }
  }

  @Test func parametersOutOfRange() {
    let good = series([0, 1], [1, 1])
    #expect(throws: ElectrochemistryError.self) {
      try accountForCharge(of: good, in: material, instrument: .init(currentGain: -0.1))
    }
    #expect(throws: ElectrochemistryError.self) {
      try accountForCharge(of: good, in: material, settings: ChargeSettings(restThreshold: .nan))
    }
    #expect(throws: ElectrochemistryError.self) {
      try accountForCharge(of: good, in: material, plans: [StepPlan(duration: 0)])
    }
    #expect(throws: ElectrochemistryError.self) {
      try accountForCharge(of: DescribedProtocol(current: 1, duration: -3), in: material)
    }
    var full = material
    full.initialLithiation = UncertainValue(1.2)
    #expect(throws: ElectrochemistryError.self) { try accountForCharge(of: good, in: full) }
  }

  @Test func messagesNameWhatWasFound() {
    #expect("\(ElectrochemistryError.timeReversed(sample: 2, from: 1, to: 0.5))".contains("sample 2"))
    let error = ElectrochemistryError.invalidParameter(name: "mass", value: -1, expected: "a finite number above zero")
    #expect("\(error)" == "the mass is -1.0; expected a finite number above zero")
  }
}
