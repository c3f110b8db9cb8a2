import ParticleMechanics
public import Pipeline
public import Quantities

extension ParticleCyclingStage {
  /// What lithium does in the material.
  public struct MaterialSettings: ExperimentDecodable {
    @Setting(
      "published set that open-circuit voltage, exchange current and diffusivity come from: chen2020, oregan2022, or mcclelland2023 (whose diffusivity collapses towards full lithiation)",
      default: .oregan2022)
    public var set: MaterialSetName
    @Section("open-circuit voltage against lithium metal, instead of the set's")
    public var openCircuitVoltage: CyclingFunctionSettings<VoltageKind>?
    @Section("exchange current of the surface, instead of the set's")
    public var exchangeCurrent: CyclingFunctionSettings<CurrentDensityKind>?
    @Section("diffusivity along the layers, instead of the set's")
    public var diffusivity: CyclingFunctionSettings<DiffusivityKind>?
    @Setting(
      "factor on the diffusivity", default: UncertainQuantity(Ratio(si: 1)), in: Ratio(si: 1e-9)...Ratio(si: 1e9))
    public var diffusivityFactor: UncertainQuantity<RatioKind>
    @Setting(
      "factor on the exchange current", default: UncertainQuantity(Ratio(si: 1)), in: Ratio(si: 1e-9)...Ratio(si: 1e9))
    public var exchangeCurrentFactor: UncertainQuantity<RatioKind>
    @Setting(
      "diffusivity across the layers over that along them, in grains", default: Ratio(si: 1e-3),
      in: Ratio(si: 0)...Ratio(si: 1))
    public var diffusivityRatio: Ratio
    @Setting(
      "concentration of lithium at a lithiation of 1; left out, the set's",
      in: Concentration(si: 1)...Concentration(si: 1e6))
    public var maximumConcentration: Concentration?
    @Setting("temperature", default: Temperature(si: 298.15), in: Temperature(si: 200)...Temperature(si: 400))
    public var temperature: Temperature

    public init() {}
  }

  /// Published sets by name.
  public enum MaterialSetName: String, SettingChoice {
    case chen2020, oregan2022, mcclelland2023
  }

  /// What happens at the surface.
  public struct SurfaceSettings: ExperimentDecodable {
    @Setting(
      "butler-volmer (a voltage is needed for the current) or none (the current alone is told)", default: .butlerVolmer)
    public var kinetics: KineticsName
    @Setting(
      "resistance of a film on the surface", default: UncertainQuantity(AreaResistance(si: 0)),
      in: AreaResistance(si: 0)...AreaResistance(si: 1e6))
    public var filmResistance: UncertainQuantity<AreaResistanceKind>

    public init() {}
  }

  public enum KineticsName: String, SettingChoice {
    case butlerVolmer = "butler-volmer"
    case none
  }
}
