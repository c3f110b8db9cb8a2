import Foundation
public import Pipeline
import PowderDiffraction
public import Quantities

extension DetectorCalibrationStage {
  /// What a calibration needs to know.
  public struct Parameters: ExperimentDecodable {
    @SectionList("images of the calibrant: one, or several at known distances or energies that are fitted jointly")
    public var frames: [FrameParameters]
    @Setting(
      "calibrant: LaB6, LaB6_SRM660a, LaB6_SRM660b, LaB6_SRM660c, CeO2, Si, Al2O3, AgBh, or a file NAME.cif",
      default: "LaB6", example: "LaB6")
    public var calibrant: String
    @Setting(
      "photon energy; left out, the wavelength or the file's",
      in: Energy(1, .kiloelectronVolt)...Energy(1000, .kiloelectronVolt))
    public var energy: Energy?
    @Setting("wavelength, instead of the energy", in: Length(0.01, .angstrom)...Length(12, .angstrom))
    public var wavelength: Length?
    @Setting(
      "extent of a pixel; left out, the file's", in: Length(0.1, .micrometre)...Length(10, .millimetre),
      example: "31 um")
    public var pixel: Length?
    @Setting(
      "distance from sample to detector, true to 20 %; left out, it is searched for",
      in: Length(1, .millimetre)...Length(100, .metre))
    public var distance: Length?
    @Setting("rough geometry as a .poni file, instead of the distance; needed where only arcs of rings are seen")
    public var start: FilePath?
    @Setting("pixels to leave out, an image in which they are not 0; bad pixels that show themselves are found")
    public var mask: FilePath?
    @Setting(
      "what is determined: distance, poni1, poni2, rotation1, rotation2, wavelength",
      default: [.distance, .poni1, .poni2, .rotation1, .rotation2])
    public var refine: [RefinedParameter]
    @Setting("degree of linear polarisation of the beam, horizontal positive", default: 0.99, in: -1...1)
    public var polarisation: Double

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if frames.isEmpty {
        found.append(
          SettingProblem(at: "", "there is no image of the calibrant", detail: "give `frames: [{ file: lab6.tif }]`"))
      }
      if energy != nil && wavelength != nil {
        found.append(
          SettingProblem(at: "wavelength", "both an energy and a wavelength are given", detail: "keep one of them"))
      }
      if start != nil && distance != nil {
        found.append(
          SettingProblem(at: "distance", "both a start and a distance are given", detail: "keep one of them"))
      }
      if refine.isEmpty {
        found.append(
          SettingProblem(at: "refine", "nothing is to be determined", detail: "name at least one parameter"))
      }
      if refine.contains(.wavelength), refine.contains(.distance), frames.count < 2 {
        found.append(
          SettingProblem(
            at: "refine", "one image does not tell the wavelength from the distance",
            detail: "leave one of them out, or give images at several known distances"))
      }
      return found
    }
  }

  /// One image of the calibrant.
  public struct FrameParameters: ExperimentDecodable {
    @Setting(
      "image, or HDF5 file whose frames are added up; FILE.h5::/path names the dataset", example: "lab6.tif")
    public var file: FilePath
    @Setting(
      "photon energy of this image, where it is another one",
      in: Energy(1, .kiloelectronVolt)...Energy(1000, .kiloelectronVolt))
    public var energy: Energy?
    @Setting(
      "how much farther the detector stood than for the first image", default: Length(0, .millimetre),
      in: Length(-100, .metre)...Length(100, .metre))
    public var distanceOffset: Length

    public init() {}
  }

  /// A parameter of the geometry that may be determined.
  public enum RefinedParameter: String, SettingChoice {
    case distance, poni1, poni2, rotation1, rotation2, wavelength

    var technique: CalibrationParameter {
      switch self {
      case .distance: .distance
      case .poni1: .poni1
      case .poni2: .poni2
      case .rotation1: .rotation1
      case .rotation2: .rotation2
      case .wavelength: .wavelength
      }
    }
  }
}
