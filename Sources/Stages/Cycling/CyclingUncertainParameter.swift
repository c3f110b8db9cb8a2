import Foundation
import Pipeline
import Quantities

/// A parameter whose value is not known exactly: stated with an uncertainty, or assumed from a published range.
struct CyclingUncertainParameter: Sendable {
  /// The path of its setting.
  var key: String
  /// In words with its value: "Young's modulus 140 GPa".
  var statement: String
  var source: String
  /// With its unit; empty where the file states the uncertainty.
  var range: String
  /// In SI units; zero where none is known.
  var standardUncertainty: Double

  /// Everything uncertain of a particle, in the order of the settings.
  static func all(of parameters: ParticleCyclingStage.Parameters) -> [CyclingUncertainParameter] {
    var found: [CyclingUncertainParameter] = []
    func add<Kind>(
      _ key: String, _ words: String, _ setting: Setting<UncertainQuantity<Kind>>, source: String,
      _ low: Quantity<Kind>, _ high: Quantity<Kind>, isUsed: Bool = true
    ) {
      guard isUsed else { return }
      let value = setting.wrappedValue
      if let spread = value.standardUncertainty, spread.si > 0 {
        found.append(
          CyclingUncertainParameter(
            key: key, statement: "\(words) \(value)", source: "the experiment file", range: "",
            standardUncertainty: spread.si))
      } else if !setting.isGiven {
        // Anything between the ends of the range is as likely: a rectangular distribution (JCGM 100, 4.3.7).
        found.append(
          CyclingUncertainParameter(
            key: key, statement: "\(words) \(value)", source: source, range: "\(low) to \(high)",
            standardUncertainty: (high.si - low.si) / 12.0.squareRoot()))
      }
    }
    let hasKinetics = parameters.surface.kinetics == .butlerVolmer
    add(
      "radius", "radius of the particle", parameters.$radius, source: "a particle of the usual size",
      3 * .micrometre, 8 * .micrometre, isUsed: parameters.shape != .mesh && parameters.grains?.source != .orientation)
    add(
      "material.diffusivity_factor", "factor on the diffusivity", parameters.material.$diffusivityFactor,
      source: "published diffusivities of NMC811 differ by more (Chen 2020: 4e-15 m2/s, O'Regan 2022: 3e-15 to 3e-14)",
      Ratio(si: 0.5), Ratio(si: 2))
    add(
      "material.exchange_current_factor", "factor on the exchange current", parameters.material.$exchangeCurrentFactor,
      source: "published exchange currents of NMC811 differ by about this", Ratio(si: 0.5), Ratio(si: 2),
      isUsed: hasKinetics)
    add(
      "surface.film_resistance", "resistance of a film on the surface", parameters.surface.$filmResistance,
      source: "no film; not stated", AreaResistance(si: 0), AreaResistance(si: 0.01), isUsed: hasKinetics)
    add(
      "expansion.factor", "factor on the strains", parameters.expansion.$factor,
      source:
        "the largest c of NMC811 differs by 0.1 % between samples, 5 % of its strain (Kondrakov 2017, Märker 2019)",
      Ratio(si: 0.95), Ratio(si: 1.05))
    add(
      "elasticity.youngs_modulus", "Young's modulus", parameters.elasticity.$youngsModulus,
      source: "nanoindentation of NMC532, 142.5 ± 11.3 GPa (Xu 2017)", 100 * .gigapascal, 200 * .gigapascal,
      isUsed: parameters.elasticity.kind == .isotropic)
    add(
      "cracking.flaw_length", "length of a flaw", parameters.cracking.$flawLength,
      source: "between a pore of the surface and a primary particle; not stated", 20 * .nanometre, 500 * .nanometre)
    add(
      "cracking.weibull_strength", "Weibull's strength", parameters.cracking.$weibullStrength,
      source: "models of grain boundaries use 50 to 200 MPa", 50 * .megapascal, 200 * .megapascal)
    if let asked = parameters.sensitivities.parameters {
      let known = found.filter { asked.contains($0.key) }
      return asked.map { key in
        known.first { $0.key == key }
          ?? CyclingUncertainParameter(
            key: key,
            statement:
              "\(key.replacing("_", with: " ").replacing(".", with: ": ")) \(parameters.settingText(key) ?? "")",
            source: "the experiment file states no uncertainty", range: "", standardUncertainty: 0)
      }
    }
    return found
  }
}
