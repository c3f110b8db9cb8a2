import Foundation
public import Pipeline
import PowderDiffraction
public import Quantities

extension DiffractionSpotsStage {
  /// Which rings are searched for spots, and how spots are found and followed.
  public struct Parameters: ExperimentDecodable {
    @Setting("reflections of the sample whose rings are searched for spots", default: ["003", "104"])
    public var reflections: [String]
    @Setting("half the width of the band about each ring", default: 0.3 * .degree, in: Angle(si: 1e-4)...Angle(si: 0.2))
    public var halfWidth: Angle
    @Setting(
      "sectors of azimuth in which the rings are searched: half as wide as a spot is long, but not much less than a pixel",
      default: 1440, in: 36...3600)
    public var sectors: Int
    @Setting(
      "width of a bin across the rings; left out, the angle that a pixel spans", in: Angle(si: 1e-6)...Angle(si: 0.05))
    public var radialStep: Angle?
    @Setting(
      "standard deviations by which a bin of a spot stands above the background of its ring, and by which its intensity exceeds its uncertainty",
      default: 5, in: 3...100)
    public var threshold: Double
    @Setting(
      "full width of a spot in 2theta, to find weak spots by; left out, bins are looked at one by one",
      in: Angle(si: 1e-6)...Angle(si: 0.1), example: "0.03 deg")
    public var spotWidth: Angle?
    @Setting(
      "full width of a spot along the azimuth, to find weak spots by", in: Angle(si: 1e-5)...Angle(si: 0.5),
      example: "0.5 deg")
    public var spotLength: Angle?
    @Setting(
      "standard deviations from where a grain is expected within which a spot may be its own", default: 3, in: 0.5...10)
    public var gate: Double
    @Setting(
      "how far the 2theta of a grain may wander from one pass to the next, as a standard deviation",
      default: 0.01 * .degree, in: Angle(si: 0)...Angle(si: 0.05))
    public var twoThetaWander: Angle
    @Setting(
      "how far the azimuth of a grain may wander from one pass to the next, as a standard deviation",
      default: 0.1 * .degree, in: Angle(si: 0)...Angle(si: 0.5))
    public var azimuthWander: Angle
    @Setting("passes that a grain may miss in a row and still be followed", default: 1, in: 0...1000)
    public var longestGap: Int

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if reflections.isEmpty {
        found.append(
          SettingProblem(
            at: "reflections", "there is no ring to search", detail: "expected some such as [003, 104]"))
      }
      for (index, text) in reflections.enumerated() where SamplePhase.indices(text) == nil {
        found.append(
          SettingProblem(
            at: "reflections[\(index)]", "these are not the indices of a reflection",
            detail: "`\(text)`; expected three digits such as 104, or three numbers such as \"0 0 12\""))
      }
      if Set(reflections.compactMap(SamplePhase.indices)).count < reflections.count && found.isEmpty {
        found.append(SettingProblem(at: "reflections", "a reflection is named twice", detail: "name each once"))
      }
      if let radialStep, 2 * halfWidth.si < 5 * radialStep.si {
        found.append(
          SettingProblem(
            at: "radial_step", "a ring has fewer than five bins across",
            detail: "expected at most 2/5 of `half_width`"))
      }
      if (spotWidth == nil) != (spotLength == nil) {
        found.append(
          SettingProblem(
            at: spotWidth == nil ? "spot_width" : "spot_length",
            "a spot has a width in 2theta and one along the azimuth",
            detail: "give both `spot_width` and `spot_length`, or neither"))
      }
      return found
    }
  }
}
