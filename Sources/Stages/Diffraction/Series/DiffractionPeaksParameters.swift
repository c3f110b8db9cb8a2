import Foundation
public import Pipeline
import PowderDiffraction
public import Quantities

extension DiffractionPeaksStage {
  /// Which lines are fitted, and how.
  public struct Parameters: ExperimentDecodable {
    @Setting("reflections of the sample that are fitted", default: ["003", "104"])
    public var reflections: [String]
    @Setting(
      "phases beside the sample whose lines are fitted along with its own: Al, W, Pt, Li, Cu", default: [])
    public var neighbours: [NeighbourPhase]
    @Setting("what moves: free (each line by itself) or cell (the edges of the sample's cell)", default: .free)
    public var positions: Positions
    @Setting(
      "half the width of the window about each reflection", default: Angle(0.6, .degree),
      in: Angle(si: 1e-5)...Angle(si: 0.5))
    public var halfWindow: Angle
    @Setting("order of the background polynomial in a window", default: 3, in: 0...8)
    public var background: Int
    @Setting(
      "full width of a sharp line, as a calibrant shows it; left out, widths are fitted freely",
      in: Angle(si: 1e-6)...Angle(si: 0.2))
    public var instrumentWidth: Angle?
    @Setting("Lorentzian share of a sharp line", default: 0.2, in: 0...1)
    public var instrumentMixing: Double
    @Setting(
      "where the uncertainty of intensities comes from: automatic (as the patterns state it), counts or scatter",
      default: .automatic)
    public var noise: Noise
    @Setting(
      "place of the sample along the beam: none (as the calibrant), or fitted on the neighbours' known cells",
      default: Displacement.none)
    public var displacement: Displacement
    @Setting("farthest a line may lie from where its cell puts it, relative", default: 0.03, in: 1e-4...0.2)
    public var searchRange: Double
    @Setting("chance that a window without a line shows one", default: 0.001, in: 1e-12...0.5)
    public var falseAlarm: Double

    @Setting(
      "reflections of which it is asked how many states they show: one, two or a distribution; needs instrument_width",
      default: [])
    public var states: [String]

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      for (index, text) in states.enumerated() where !reflections.contains(text) {
        found.append(
          SettingProblem(
            at: "states[\(index)]", "this reflection is not fitted",
            detail: "`\(text)`; expected one of \(reflections.joined(separator: ", "))"))
      }
      if !states.isEmpty && instrumentWidth == nil {
        found.append(
          SettingProblem(
            at: "states", "a broadened line cannot be told from a broad instrument",
            detail: "give `instrument_width`, as a calibrant shows it"))
      }
      if reflections.isEmpty {
        found.append(
          SettingProblem(at: "reflections", "there is no reflection to fit", detail: "expected some such as [003, 104]")
        )
      }
      for (index, text) in reflections.enumerated() where SamplePhase.indices(text) == nil {
        found.append(
          SettingProblem(
            at: "reflections[\(index)]", "these are not the indices of a reflection",
            detail: "`\(text)`; expected three digits such as 104, or three numbers such as \"0 0 12\""))
      }
      if Set(reflections.compactMap(SamplePhase.indices)).count < reflections.count && found.isEmpty {
        found.append(
          SettingProblem(at: "reflections", "a reflection is named twice", detail: "name each once"))
      }
      if Set(neighbours).count < neighbours.count {
        found.append(SettingProblem(at: "neighbours", "a phase is named twice", detail: "name each once"))
      }
      if displacement == .fitted && neighbours.isEmpty {
        found.append(
          SettingProblem(
            at: "displacement", "nothing tells where the sample stands",
            detail: "name a phase with a known cell under `neighbours`, such as W of the needle"))
      }
      return found
    }
  }

  /// What of the sample's lines moves.
  public enum Positions: String, SettingChoice {
    case free, cell
  }

  /// Where the uncertainty of intensities comes from.
  public enum Noise: String, SettingChoice {
    case automatic, counts, scatter

    var technique: PeakNoise? {
      switch self {
      case .automatic: nil
      case .counts: .counts
      case .scatter: .scatter
      }
    }
  }

  /// Where the sample stands along the beam.
  public enum Displacement: String, SettingChoice {
    case none, fitted
  }
}
