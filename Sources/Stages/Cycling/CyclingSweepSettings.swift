public import Pipeline
public import Quantities

extension ParticleCyclingStage {
  /// A parameter that is run through values while all others stay as they are.
  public struct SweepSettings: ExperimentDecodable {
    @Setting("key of the parameter, from this section on", example: "elasticity.youngs_modulus")
    public var parameter: String
    @Setting("its values, as the file would have them", example: "[100 GPa, 140 GPa, 200 GPa]")
    public var values: [String]

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if values.isEmpty {
        found.append(
          SettingProblem(at: "values", "there is no value", detail: "expected some such as [100 GPa, 200 GPa]"))
      }
      if Set(values).count != values.count {
        found.append(SettingProblem(at: "values", "a value is given twice", detail: "keep one of them"))
      }
      if parameter.hasPrefix("sweep") || parameter.hasPrefix("sensitivities") {
        found.append(
          SettingProblem(
            at: "parameter", "this is no parameter of the model", detail: "`\(parameter)`; expected one such as radius")
        )
      }
      return found
    }
  }

  /// How much each uncertain parameter matters.
  public struct SensitivitySettings: ExperimentDecodable {
    @Setting(
      "parameters that are varied; left out, every one that has an uncertainty or had to be assumed",
      example: "[radius, elasticity.youngs_modulus]")
    public var parameters: [String]?
    @Setting("whether they are determined", default: true)
    public var enabled: Bool
    @Setting(
      "step of the differences, over the value of the parameter", default: Ratio(2, .percent),
      in: Ratio(0.01, .percent)...Ratio(20, .percent))
    public var step: Ratio
    @Setting("how much larger the elements are that differences are taken with", default: 1.5, in: 1...4)
    public var coarsening: Double

    public init() {}
  }
}
