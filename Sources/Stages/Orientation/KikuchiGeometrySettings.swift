import ArrayMath
import ElectronDiffraction
import Foundation
public import Pipeline
public import Quantities

/// Where the screen stands and how the sample is tilted, as an experiment file states it.
///
/// What a file of patterns may state too (the pattern centre, tilts) is taken from there where it is left out here.
public struct KikuchiGeometrySettings: ExperimentDecodable {
  @Setting("which electrons make the patterns: reflection (EBSD) or transmission (TKD, t-EBSD)")
  public var mode: Mode
  @Setting("energy of the beam", default: 20 * .kiloelectronVolt, in: 1 * .kiloelectronVolt...400 * .kiloelectronVolt)
  public var energy: Energy
  @Setting(
    "tilt of the sample about the tilt axis: positive where the normal of the face that the beam enters leans towards the screen (70 deg in reflection), negative where the far face turns to it",
    in: -90 * .degree...90 * .degree, example: "-45 deg")
  public var sampleTilt: Angle?
  @Setting(
    "tilt of the screen's axis, from the sample to the screen, below the horizontal; 90 deg for a screen straight below",
    in: -90 * .degree...90 * .degree, example: "0 deg")
  public var screenTilt: Angle?
  @Setting(
    "the one angle that a protocol states of the set-up; `angle_is` says between what", in: 0 * .degree...90 * .degree,
    example: "45 deg")
  public var angle: Angle?
  @Setting(
    "which angle `angle` is: foil-tilt (foil against the horizontal, its far face turned to the screen), exit-screen (the far face's normal against the screen's axis, the screen upright) or beam-screen (the beam against the screen's axis, the foil flat)"
  )
  public var angleIs: StatedAngle?
  @Setting("turn of the screen about the vertical", default: 0 * .degree, in: -180 * .degree...180 * .degree)
  public var azimuth: Angle
  @Setting("turn of the screen about its own axis", default: 0 * .degree, in: -180 * .degree...180 * .degree)
  public var twist: Angle
  @Setting(
    "pattern centre, three numbers in the convention that `pattern_centre_convention` names; left out, what the file of patterns states",
    example: "[0.5, 0.3, 0.6]")
  public var patternCentre: [Double]?
  @Setting("convention of `pattern_centre`: bruker, tsl, oxford or emsoft", example: "bruker")
  public var patternCentreConvention: PatternCentreConvention?
  @Setting(
    "extent of a pixel of the screen, which the emsoft convention needs", in: Length(si: 1e-9)...Length(si: 1e-2),
    example: "70 um")
  public var pixel: Length?

  public init() {}

  /// Which electrons make the patterns.
  public enum Mode: String, SettingChoice {
    /// Those that leave through the face the beam enters.
    case reflection
    /// Those that leave a foil through its far face.
    case transmission
  }

  /// Between what the one stated angle of a set-up lies.
  public enum StatedAngle: String, SettingChoice {
    case foilTilt = "foil-tilt"
    case exitScreen = "exit-screen"
    case beamScreen = "beam-screen"
  }

  /// Whose convention a pattern centre is in.
  public enum PatternCentreConvention: String, SettingChoice { case bruker, tsl, oxford, emsoft }

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    if angle != nil, angleIs == nil {
      found.append(
        SettingProblem(
          at: "angle", "which angle this is, is not known",
          detail: "give `angle_is`: foil-tilt, exit-screen or beam-screen"))
    }
    if angle == nil, angleIs != nil {
      found.append(SettingProblem(at: "angle_is", "there is no angle to name", detail: "give `angle` such as 45 deg"))
    }
    if angle != nil, sampleTilt != nil || screenTilt != nil {
      found.append(
        SettingProblem(
          at: "angle", "the tilts are given twice",
          detail: "keep `angle` with `angle_is`, or `sample_tilt` and `screen_tilt`"))
    }
    if angle != nil, mode == .reflection {
      found.append(
        SettingProblem(at: "angle", "a foil's angle in reflection", detail: "give `sample_tilt` such as 70 deg"))
    }
    if angle == nil, sampleTilt == nil {
      found.append(
        SettingProblem(
          at: "", "how the sample is tilted is not known",
          detail: "give `sample_tilt`, or `angle` with `angle_is`"))
    }
    if let patternCentre {
      if patternCentre.count != 3 || !patternCentre.allSatisfy(\.isFinite) {
        found.append(
          SettingProblem(
            at: "pattern_centre", "a pattern centre has three numbers",
            detail: "`\(patternCentre)`; expected some such as [0.5, 0.3, 0.6]"))
      } else if patternCentre[2] <= 0 {
        found.append(
          SettingProblem(
            at: "pattern_centre", "the screen stands in front of the sample",
            detail: "the distance is \(patternCentre[2]); expected more than 0"))
      }
      if patternCentreConvention == nil {
        found.append(
          SettingProblem(
            at: "pattern_centre", "whose convention the pattern centre is in, is not known",
            detail: "give `pattern_centre_convention`: bruker, tsl, oxford or emsoft"))
      }
    }
    if patternCentreConvention == .emsoft, pixel == nil {
      found.append(
        SettingProblem(
          at: "pattern_centre_convention", "a centre in EMsoft's convention needs the extent of a pixel",
          detail: "give `pixel` such as 70 um"))
    }
    return found
  }

  /// Tilt σ of the sample and tilt θ of the screen's axis, see ``ElectronDiffraction/KikuchiGeometry``, in radians.
  ///
  /// The angle between the far face's normal and the screen's axis is 90° + σ − θ, that between beam and screen's axis is
  /// 90° − θ.
  var tilts: (sample: Double, screen: Double) {
    guard let angle, let angleIs else { return (sampleTilt?.si ?? 0, screenTilt?.si ?? 0) }
    return switch angleIs {
    case .foilTilt: (-angle.si, 0)
    case .exitScreen: (angle.si - .pi / 2, 0)
    case .beamScreen: (0, .pi / 2 - angle.si)
    }
  }

  var emission: EmissionSide { mode == .transmission ? .exit : .entry }

  /// The stated pattern centre for a screen of an extent in pixels; nil where none is stated.
  func statedCentre(shape: FrameShape) -> PatternCentre? {
    guard let numbers = patternCentre, numbers.count == 3, let convention = patternCentreConvention else { return nil }
    let (x, y, z) = (numbers[0], numbers[1], numbers[2])
    switch convention {
    case .bruker: return PatternCentre(x: x, y: y, z: z)
    case .tsl: return PatternCentre(tsl: SIMD3(x, y, z), shape: shape)
    case .oxford: return PatternCentre(oxford: SIMD3(x, y, z), shape: shape)
    case .emsoft: return PatternCentre(emsoft: SIMD3(x, y, z), shape: shape, pixel: pixel?.si ?? .nan)
    }
  }

  /// The whole geometry with a pattern centre.
  func geometry(shape: FrameShape, centre: PatternCentre) -> KikuchiGeometry {
    let tilts = tilts
    return KikuchiGeometry(
      shape: shape, patternCentre: centre, sampleTilt: tilts.sample, screenTilt: tilts.screen, azimuth: azimuth.si,
      twist: twist.si, emission: emission)
  }

  /// The conventions in force, for `check` and the report.
  func conventions(of name: String) -> [Convention] {
    func degrees(_ angle: Double) -> String { String(format: "%g deg", (angle * 180 / .pi * 1e6).rounded() / 1e6) }
    let tilts = tilts
    var found = [
      Convention(
        subject: "geometry of \(name)",
        choice: "\(mode.rawValue), electrons leave by the "
          + (mode == .transmission ? "far face of the foil" : "face that the beam enters")),
      Convention(
        subject: "tilts of \(name)",
        choice: "sample \(degrees(tilts.sample)) (positive: entry face towards the screen), screen's axis "
          + "\(degrees(tilts.screen)) below the horizontal"),
    ]
    if let angle, let angleIs {
      found.append(Convention(subject: "stated angle of \(name)", choice: "\(angle), \(angleIs.words)"))
    }
    if let patternCentreConvention, let numbers = patternCentre {
      found.append(
        Convention(
          subject: "pattern centre of \(name)",
          choice: "\(numbers.map { String(format: "%g", $0) }.joined(separator: ", ")) in the convention of "
            + patternCentreConvention.rawValue))
    }
    return found
  }
}

extension KikuchiGeometrySettings.StatedAngle {
  var words: String {
    switch self {
    case .foilTilt: "between the foil and the horizontal"
    case .exitScreen: "between the normal of the foil's far face and the screen's axis"
    case .beamScreen: "between the beam and the screen's axis"
    }
  }
}
