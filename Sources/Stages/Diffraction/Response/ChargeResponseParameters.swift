import FileFormats
import Foundation
public import Pipeline
import PowderDiffraction
public import Quantities

extension ChargeResponseStage {
  /// How a diffraction series and a charge belong together.
  public struct Parameters: ExperimentDecodable {
    @Setting("name of the electrochemistry measurement that charged the sample", example: "particle")
    public var charge: String
    @Setting(
      "where the offset of the clocks comes from: recorded (the start times are taken at their word), given, or fitted",
      default: .recorded)
    public var clock: ClockSource
    @Setting(
      "what the potentiostat's clock shows more than the detector's at the same instant; where no start times are "
        + "recorded, the record's time at the start of the first exposure",
      example: "37 s +- 5 s")
    public var clockOffset: UncertainQuantity<TimeKind>?
    @Setting(
      "how far the offset is searched to both sides when it is fitted", default: TimeSpan(600, .second),
      in: TimeSpan(1, .second)...TimeSpan(1e6, .second))
    public var clockRange: TimeSpan
    @Setting(
      "lattice parameters of the material against its charge: a text file with the columns Capacity / mAh/g or State of "
        + "Charge / 1, a / angstrom, c / angstrom", example: "full-cell.csv")
    public var curve: FilePath?
    @Setting("numbers of the columns of charge, a and c in a curve without a heading, from 1", example: "[1, 3, 5]")
    public var curveColumns: [Int]?
    @Setting("what the first of curve_columns counts: capacity (mAh/g) or state-of-charge", default: .capacity)
    public var curveScale: CurveScale
    @Setting("name of another diffraction measurement whose a and c against charge are the curve", example: "cell-scan")
    public var curveFrom: String?
    @Setting(
      "what lattices are compared with: first-pass (strain against the first pass at the same position, free of errors "
        + "of distance and displacement) or absolute; left out, first-pass for a line scan and absolute without one")
    public var reference: Reference?
    @Setting("phases of which the needle is made; their lines tell where it ends", default: ["W", "Al"])
    public var needle: [String]
    @Section("exposures that are left out of the local state of charge")
    public var exclude: Exclusion

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      switch (clock, clockOffset) {
      case (.given, nil):
        found.append(
          SettingProblem(
            at: "clock", "the offset of the clocks is not given", detail: "give `clock_offset` such as 37 s +- 5 s"))
      case (.recorded, .some):
        found.append(
          SettingProblem(
            at: "clock_offset", "an offset is given, but the recorded times are to be taken at their word",
            detail: "write `clock: given`, or `clock: fitted` to start from it"))
      default: break
      }
      if curve != nil, curveFrom != nil {
        found.append(
          SettingProblem(at: "curve_from", "both a file and a measurement give the curve", detail: "keep one of them"))
      }
      if let curveColumns {
        if curveColumns.count != 3 || Set(curveColumns).count != 3 || curveColumns.contains(where: { $0 < 1 }) {
          found.append(
            SettingProblem(
              at: "curve_columns", "these are not three columns", detail: "expected those of charge, a and c: [1, 2, 3]"
            )
          )
        }
        if curve == nil {
          found.append(
            SettingProblem(at: "curve_columns", "there is no file with these columns", detail: "give `curve`"))
        }
      }
      return found
    }
  }

  /// Where the offset of the clocks comes from.
  public enum ClockSource: String, SettingChoice {
    case recorded, given, fitted
  }

  /// What lattices are compared with.
  public enum Reference: String, SettingChoice {
    case firstPass = "first-pass"
    case absolute
  }

  /// What the charge of a curve counts.
  public enum CurveScale: String, SettingChoice {
    case capacity
    case stateOfCharge = "state-of-charge"

    var file: LatticeCurveFile.Scale { self == .capacity ? .capacity : .stateOfCharge }
  }

  /// Exposures that are left out.
  public struct Exclusion: ExperimentDecodable {
    @Setting("numbers of patterns, from 0", default: [])
    public var patterns: [Int]
    @Setting("numbers of passes, from 0", default: [])
    public var passes: [Int]
    @Setting("numbers of steps, from 0 at the needle", default: [])
    public var steps: [Int]
    @Setting("positions of which more than half lies outside of the particle's edges", default: true)
    public var outside: Bool

    public init() {}
  }
}
