import Foundation
import Pipeline
import Quantities

/// What each uncertain parameter does to each headline value, by central differences, and what follows for the
/// uncertainty of the headline values (JCGM 100, 5.1.2).
struct CyclingSensitivities {
  struct Row: Sendable {
    var parameter: CyclingUncertainParameter
    /// In SI units.
    var value: Double
    /// Change of each headline value for a unit of the parameter, SI units; NaN where it could not be determined.
    var derivatives: [Double]

    /// Change of each headline value by one standard uncertainty of the parameter, SI units.
    var contributions: [Double] { derivatives.map { $0 * parameter.standardUncertainty } }

    /// Relative change of a headline value over the relative change of the parameter.
    func elasticity(of headline: Int, value base: Double) -> Double {
      base == 0 ? .nan : derivatives[headline] * value / base
    }
  }

  var rows: [Row] = []
  /// Difference of each headline value between the elements and steps of the run and the coarser ones, SI units; empty
  /// where nothing was varied.
  var numerical: [Double] = []
  /// What could not be determined, a sentence each.
  var warnings: [String] = []

  /// The standard uncertainty of a headline value; nil where nothing was varied.
  func uncertainty(of headline: Int) -> Double? {
    guard !numerical.isEmpty else { return nil }
    var variance = numerical[headline] * numerical[headline]
    for row in rows {
      let part = row.contributions[headline]
      if part.isFinite { variance += part * part }
    }
    return variance.squareRoot()
  }

  /// The settings that differences are taken with: larger elements and steps.
  static func coarse(_ parameters: ParticleCyclingStage.Parameters) -> ParticleCyclingStage.Parameters {
    var copy = parameters.model
    let factor = parameters.sensitivities.coarsening
    copy.mesh.elementSize = Ratio(si: min(parameters.mesh.elementSize.si * factor, 0.5))
    copy.mesh.radialElements = max(Int(Double(parameters.mesh.radialElements) / factor), 8)
    copy.protocol.tolerance = min(parameters.protocol.tolerance * factor * factor, 0.01)
    copy.cracking.phaseField = false
    return copy
  }

  /// A parameter with the texts of its two ends; one is nil where the declaration refuses it.
  struct Step {
    var parameter: CyclingUncertainParameter
    var value: Double
    var low: (value: Double, parameters: ParticleCyclingStage.Parameters)?
    var high: (value: Double, parameters: ParticleCyclingStage.Parameters)?
  }

  /// The ends of every uncertain parameter.
  ///
  /// - Throws: `SettingChangeError` for a key that is not there or whose value is no number.
  static func steps(of parameters: ParticleCyclingStage.Parameters) throws -> [Step] {
    let base = coarse(parameters)
    return try CyclingUncertainParameter.all(of: parameters).map { parameter in
      guard let text = base.settingText(parameter.key), let quantity = try? AnyQuantity(parsing: text) else {
        throw SettingChangeError(key: parameter.key, problem: "it has no number that could be varied")
      }
      let relative = parameters.sensitivities.step.si
      // A value of zero has no size of its own; its uncertainty does.
      let size = quantity.si == 0 ? parameter.standardUncertainty : abs(quantity.si)
      let step = relative * (size > 0 ? size : 1)
      func end(_ value: Double) -> (value: Double, parameters: ParticleCyclingStage.Parameters)? {
        let text = AnyQuantity(si: value, unit: quantity.unit).description
        return (try? base.varied(parameter.key, to: text)).map { (value, $0) }
      }
      let (low, high) = (end(quantity.si - step), end(quantity.si + step))
      return Step(parameter: parameter, value: quantity.si, low: low, high: high)
    }
  }

  /// - Parameters:
  ///   - steps: as ``steps(of:)`` made them.
  ///   - base: the outcome at the coarse settings.
  ///   - fine: the outcome of the run.
  ///   - outcomes: of the ends that are there, low before high, in the order of the steps.
  init(
    steps: [Step], base: CyclingOutcome, fine: CyclingOutcome,
    outcomes: [Result<CyclingOutcome, CyclingVariantError>]
  ) {
    numerical = zip(fine.headlines, base.headlines).map { $0.isFinite && $1.isFinite ? abs($0 - $1) : 0 }
    var rest = outcomes[...]
    for step in steps {
      var ends: [(value: Double, headlines: [Double])] = []
      for end in [step.low, step.high] {
        guard let end else { continue }
        switch rest.popFirst() {
        case .success(let outcome): ends.append((end.value, outcome.headlines))
        case .failure(let error):
          warnings.append("The effect of \(step.parameter.key) is told from one side: \(error).")
        case nil: break
        }
      }
      if ends.count == 1 { ends.append((step.value, base.headlines)) }
      guard ends.count == 2, ends[0].value != ends[1].value else {
        warnings.append("The effect of \(step.parameter.key) could not be determined.")
        continue
      }
      let width = ends[1].value - ends[0].value
      let derivatives = zip(ends[0].headlines, ends[1].headlines).map { ($1 - $0) / width }
      rows.append(Row(parameter: step.parameter, value: step.value, derivatives: derivatives))
    }
  }

  init() {}
}
