import Foundation
public import Pipeline
public import Quantities

extension LatticeParametersStage {
  /// How lattice parameters are found, and what else than counting makes them uncertain.
  public struct Parameters: ExperimentDecodable {
    @Setting(
      "from what: peaks (the fitted positions), or the whole pattern by pawley or le-bail", default: .peaks)
    public var method: Method
    @Setting(
      "standard uncertainty of the sample's place along the beam, as a share of the detector's distance",
      default: Ratio(0, .percent), in: 0 * .percent...10 * .percent)
    public var displacementUncertainty: Ratio
    @Setting(
      "standard uncertainty of the wavelength, as a share of it", default: Ratio(0, .percent),
      in: 0 * .percent...10 * .percent)
    public var wavelengthUncertainty: Ratio
    @Setting(
      "spread between the few grains of a ring: first-pass (from the scatter between positions before the charge), or none",
      default: .firstPass)
    public var grains: Grains
    @Setting(
      "correlation of the grains' errors between passes at one position: 1 where the same grains reflect", default: 1,
      in: 0...1)
    public var grainCorrelation: Double
    @Section("the whole pattern, for pawley and le-bail")
    public var pattern: WholePatternSettings

    public init() {}
  }

  public enum Method: String, SettingChoice {
    case peaks, pawley
    case leBail = "le-bail"
  }

  /// Where the spread between grains is taken from.
  public enum Grains: String, SettingChoice {
    case firstPass = "first-pass"
    case none
  }

  /// What a whole pattern is made of beside the sample.
  public struct WholePatternSettings: ExperimentDecodable {
    @Setting("smallest 2theta; left out, a degree below the sample's first line", in: 0 * .degree...180 * .degree)
    public var minimumTwoTheta: Angle?
    @Setting("largest 2theta; left out, that of the patterns", in: 0 * .degree...180 * .degree)
    public var maximumTwoTheta: Angle?
    @Setting(
      "phases beside the sample: Al, W, Pt, Li, Cu; their apparent cells take up where they stand along the beam",
      default: [])
    public var neighbours: [NeighbourPhase]
    @Setting("terms of the background polynomial", default: 10, in: 1...40)
    public var background: Int
    @Setting(
      "full width of a sharp line, as a calibrant shows it", default: Angle(0.03, .degree),
      in: Angle(si: 1e-6)...Angle(si: 0.2))
    public var instrumentWidth: Angle
    @Setting("Lorentzian share of a sharp line", default: 0.2, in: 0...1)
    public var instrumentMixing: Double
    @Setting("whether the width of a sharp line is refined", default: true)
    public var refineWidth: Bool
    @Setting("what shifts all lines: none, zero (of the angle) or displacement (of the sample)", default: Shift.none)
    public var shift: Shift
    @Setting("ranges of 2theta that are left out, as pairs of angles", default: [])
    public var excluded: [[Angle]]

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if let minimumTwoTheta, let maximumTwoTheta, minimumTwoTheta.si >= maximumTwoTheta.si {
        found.append(
          SettingProblem(
            at: "maximum_two_theta", "the range of 2theta is empty", detail: "expected more than `minimum_two_theta`"))
      }
      for (index, pair) in excluded.enumerated() where pair.count != 2 || pair[0].si >= pair[1].si {
        found.append(
          SettingProblem(
            at: "excluded[\(index)]", "this is no range of angles",
            detail: "expected two rising ones such as [15 deg, 16 deg]"))
      }
      return found
    }
  }

  public enum Shift: String, SettingChoice {
    case none, zero, displacement
  }
}
