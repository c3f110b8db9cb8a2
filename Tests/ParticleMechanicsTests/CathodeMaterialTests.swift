import ParticleMechanics
import Testing

/// Against the parameter sets of PyBaMM 26.10.1.1 (electrolyte of 1000 mol/m³).
@Suite struct CathodeMaterialTests {
  struct Row: Sendable {
    var set: CathodeMaterial
    var temperature: Double
    var lithiation: Double
    var voltage: Double
    var exchange: Double
    var diffusivity: Double
  }

  static let rows = [
    Row(.chen2020, 298.15, 0.30, 4.20539440838, 3.12746632662, 4e-15),
    Row(.chen2020, 298.15, 0.62, 3.80177883516, 3.31261251312, 4e-15),
    Row(.chen2020, 313.15, 0.45, 4.03251900421, 4.78899411365, 4e-15),
    Row(.chen2020, 313.15, 0.90, 3.56820028164, 2.88787210876, 4e-15),
    Row(.oregan2022, 298.15, 0.30, 4.20539440838, 2.4449123334, 4.26668320944e-15),
    Row(.oregan2022, 298.15, 0.62, 3.80177883516, 2.35830702979, 6.02984136802e-15),
    Row(.oregan2022, 313.15, 0.45, 4.03251900421, 4.03431728769, 7.87279552809e-15),
    Row(.oregan2022, 313.15, 0.90, 3.56820028164, 2.05686702789, 4.54597337525e-15),
  ]

  @Test(arguments: rows) func agreesWithAPeer(row: Row) {
    let kinetics = row.set.kinetics(temperature: row.temperature)
    let diffusivity = row.set.diffusivity(temperature: row.temperature)(row.lithiation)
    #expect(abs(kinetics.openCircuitVoltage(row.lithiation) - row.voltage) < 1e-10)
    // The peer's gas constant has more digits in the exponent of Arrhenius.
    #expect(abs(kinetics.exchangeCurrentDensity(row.lithiation) / row.exchange - 1) < 1e-8)
    #expect(abs(diffusivity / row.diffusivity - 1) < 1e-8)
  }

  @Test func everyPublishedSetCanBeUsedAndFound() throws {
    for set in CathodeMaterial.published {
      try set.validate()
      #expect(try CathodeMaterial.named(set.name.uppercased()) == set)
      #expect(set.citation.contains("doi"))
    }
    #expect {
      try CathodeMaterial.named("marquis2019")
    } throws: {
      "\($0)".contains("chen2020")
    }
  }

  @Test func oneSetCollapsesTowardsFullLithiation() {
    let diffusivity = CathodeMaterial.mcclelland2023.diffusivity
    #expect(diffusivity(0.3) / diffusivity(0.95) > 400)
    let values = (0...100).map { diffusivity(0.65 + 0.003 * Double($0)) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
  }
}

extension CathodeMaterialTests.Row {
  init(_ set: CathodeMaterial, _ temperature: Double, _ u: Double, _ voltage: Double, _ i0: Double, _ d: Double) {
    self.init(set: set, temperature: temperature, lithiation: u, voltage: voltage, exchange: i0, diffusivity: d)
  }
}
