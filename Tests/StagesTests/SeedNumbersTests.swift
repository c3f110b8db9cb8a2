import Electrochemistry
import Foundation
import Pipeline
import Quantities
import Stages
import Testing

/// The seed's own numbers through the stages.
@Suite struct SeedNumbersTests {
  func experiment(_ text: String) throws -> ExperimentSettings {
    let (settings, diagnostics) = ExperimentDocument(text: text, file: "experiment.yaml").decode(
      ExperimentSettings.self)
    #expect(diagnostics.isEmpty, "\(diagnostics)")
    return try #require(settings)
  }

  static let seed = """
    operando: 1
    title: the seed
    material: { name: NMC811, specific_capacity: 275.5 mAh/g }
    particle_mass:
      volume: 2.13e-15 m3
      density: 2.2 g/cm3
      crystal: { a: 2.8704 angstrom, c: 14.1918 angstrom }
    electrochemistry:
      - name: particle
        mass: 4.69e-12 kg
        protocol:
          current: 30 pA
          duration: 15500 s
          start_voltage: 3.0 V
          voltage_limit: 4.5 V
          planned_state_of_charge: 100 %
          ended_by: voltage-limit
    claims:
      particle.transferred_capacity: 28.3 mAh/g
      particle.state_of_charge: 10.3 %
      particle.c_rate: 0.025 C
    """

  func headline(_ summary: StageSummary, _ key: String) throws -> HeadlineValue {
    try #require(summary.headlines.first { $0.key == key })
  }

  @Test func chargeOfTheParticle() throws {
    let settings = try experiment(Self.seed)
    let parameters = settings.electrochemistry[0]
    let input = try Experiment.stateOfChargeInput(parameters, settings.material, particleMass: nil)
    let result = try StateOfChargeStage.run(input, parameters, RunContext())
    #expect(abs(try headline(result.summary, "particle.transferred_capacity").value - 27.541) < 0.001)
    #expect(abs(try headline(result.summary, "particle.state_of_charge").value - 9.9967) < 0.0005)
    #expect(abs(try headline(result.summary, "particle.c_rate").value - 0.023218) < 1e-6)
    #expect(result.summary.warnings.contains { $0.contains("stopped before") }, "\(result.summary.warnings)")
    let steps = try #require(result.summary.tables.first { $0.title == "Steps" })
    #expect(steps.rows[0].contains("voltage limit") && steps.rows[0].contains("4.5"))
  }

  @Test func theDensityIsPointedOutWithItsEffect() throws {
    let settings = try experiment(Self.seed)
    let mass = try #require(settings.particleMass)
    let result = try ParticleMassStage.run((), mass, RunContext())
    #expect(abs(try headline(result.summary, "particle_mass").value - 4.686) < 1e-3)
    let warning = try #require(result.summary.warnings.first)
    #expect(warning.contains("46 %") && warning.contains("10.2 ng") && warning.contains("2.18"), "\(warning)")
  }

  @Test func theClaimsAreHeldAgainstTheRecomputedValues() throws {
    let settings = try experiment(Self.seed)
    let parameters = settings.electrochemistry[0]
    let input = try Experiment.stateOfChargeInput(parameters, settings.material, particleMass: nil)
    let summary = try StateOfChargeStage.run(input, parameters, RunContext()).summary
    let claims = settings.claims.map { key, value in
      Claim(key: key, statedText: value.text, value: value.value, unit: value.unit.symbol)
    }
    let entries = ledger(claims: claims, headlines: summary.headlines) { value, unit, other in
      unit == other || (unit == "1/h" && other == "C") ? value : nil
    }
    #expect(entries.count == 3)
    #expect(entries.allSatisfy { $0.verdict == .differs }, "\(entries)")
    let rate = try #require(entries.first { $0.key == "particle.c_rate" })
    #expect(abs(try #require(rate.relativeDifference) + 0.0713) < 0.0005)
  }

  @Test func everyHeadlineHasAnUncertaintyOrSaysWhyNot() throws {
    let settings = try experiment(Self.seed)
    let mass = try ParticleMassStage.run((), try #require(settings.particleMass), RunContext()).summary
    let parameters = settings.electrochemistry[0]
    let input = try Experiment.stateOfChargeInput(parameters, settings.material, particleMass: nil)
    let charge = try StateOfChargeStage.run(input, parameters, RunContext()).summary
    for value in mass.headlines + charge.headlines {
      #expect(value.uncertainty != nil || !value.uncertaintyNote.isEmpty, "\(value.key)")
    }
  }
}
