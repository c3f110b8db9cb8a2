import Foundation
public import Pipeline
public import PowderDiffraction
public import Quantities

extension AzimuthalIntegrationStage {
  /// How frames become patterns.
  public struct Parameters: ExperimentDecodable {
    @Setting("number of radial bins", default: 2000, in: 10...65_000)
    public var points: Int
    @Setting("radial axis: 2theta, q or d", default: .twoTheta)
    public var unit: Axis
    @Setting("how a pixel is shared between bins: none, box or full", default: .box)
    public var splitting: Splitting
    @Setting("sectors of azimuth, for a cake instead of a pattern of each frame", in: 2...3600)
    public var sectors: Int?
    @Setting("smallest 2theta; left out, what the pixels cover", in: 0 * .degree...180 * .degree)
    public var minimumTwoTheta: Angle?
    @Setting("largest 2theta; left out, what the pixels cover", in: 0 * .degree...180 * .degree)
    public var maximumTwoTheta: Angle?
    @Setting(
      "ranges of 2theta with the rings of interest: other pixels are not read; left out, all are", default: [],
      example: "[[7.5 deg, 8.3 deg], [14 deg, 15 deg]]")
    public var bands: [[Angle]]
    @Setting(
      "photon energy, where the geometry states no wavelength or a wrong one",
      in: Energy(1, .kiloelectronVolt)...Energy(1000, .kiloelectronVolt))
    public var energy: Energy?
    @Setting("pixels to leave out, an image in which they are not 0")
    public var mask: FilePath?
    @Setting("image without beam, the mean of its frames is subtracted")
    public var dark: FilePath?
    @Setting("relative sensitivity of the pixels, which signals are normalised by")
    public var flat: FilePath?
    @Setting("degree of linear polarisation, horizontal positive", default: 0.99, in: -1...1)
    public var polarisation: Double
    @Setting("whether the polarisation is corrected for", default: true)
    public var correctPolarisation: Bool
    @Setting("whether the solid angle of the pixels is corrected for", default: true)
    public var correctSolidAngle: Bool
    @Setting("sensor whose absorption is corrected for, such as Si or CdTe; left out, none")
    public var sensorMaterial: String?
    @Setting(
      "density of the sensor; left out, that of the element", in: Density(si: 1)...Density(si: 30_000))
    public var sensorDensity: Density?
    @Setting("thickness of the sensor", in: Length(1, .micrometre)...Length(100, .millimetre))
    public var sensorThickness: Length?
    @Setting(
      "where uncertainties come from: poisson (counted photons), variance (gain and read-out noise), azimuthal (the spread of a bin's pixels) or none",
      default: .poisson)
    public var errors: Errors
    @Setting("counts that one photon adds, for `errors: variance`", default: 1, in: 1e-6...1e6)
    public var gain: Double
    @Setting(
      "standard deviation of a pixel without light, in counts, for `errors: variance`", default: 0, in: 0...1e9)
    public var readNoise: Double
    @Setting("what stands for the pixels of a bin: mean or median", default: .mean)
    public var average: Average
    @Setting(
      "standard deviations from the mean of its bin beyond which a pixel is left out; left out, none is. Not for spotty rings",
      in: 2...100)
    public var clip: Double?
    @Setting("counts from which a pixel is saturated and left out; left out, what the file states")
    public var saturation: Double?
    @Setting(
      "how the stored image lies on the detector, where the geometry does not know: none, vertical, horizontal, both")
    public var flip: Flip?

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if let minimumTwoTheta, let maximumTwoTheta, minimumTwoTheta.si >= maximumTwoTheta.si {
        found.append(
          SettingProblem(
            at: "maximum_two_theta", "the range of 2theta is empty", detail: "expected more than `minimum_two_theta`"))
      }
      if (sensorMaterial == nil) != (sensorThickness == nil) {
        found.append(
          SettingProblem(
            at: sensorMaterial == nil ? "sensor_thickness" : "sensor_material",
            "the absorption of a sensor needs its material and its thickness", detail: "give both, or neither"))
      }
      if unit == .latticeSpacing && bands.isEmpty && (minimumTwoTheta == nil || maximumTwoTheta == nil) {
        found.append(
          SettingProblem(
            at: "unit", "bins of equal width in d need a range",
            detail: "give `minimum_two_theta` and `maximum_two_theta`"))
      }
      return found + bandProblems + averageProblems
    }

    private var bandProblems: [SettingProblem] {
      bands.enumerated().compactMap { index, band in
        let isRange = band.count == 2 && band[0].si >= 0 && band[0].si < band[1].si && band[1].si <= .pi
        return isRange
          ? nil
          : SettingProblem(
            at: "bands[\(index)]", "the band is no range of 2theta",
            detail: "expected two angles from 0 to 180 deg, the smaller first, such as [7.5 deg, 8.3 deg]")
      }
    }

    private var averageProblems: [SettingProblem] {
      var found: [SettingProblem] = []
      if average == .median && clip != nil {
        found.append(
          SettingProblem(
            at: "clip", "a median needs no clipping", detail: "keep `clip` or `average: median`"))
      }
      if sectors != nil && (average == .median || clip != nil) {
        found.append(
          SettingProblem(
            at: "sectors", "a cake is made of means of all pixels",
            detail: "leave out `clip` and `average`, or `sectors`"))
      }
      if clip != nil && errors == .variance {
        found.append(
          SettingProblem(
            at: "clip", "pixels are clipped by counting statistics or by their spread",
            detail: "expected `errors: poisson` or `errors: azimuthal`"))
      }
      if errors != .variance && (gain != 1 || readNoise != 0) {
        found.append(
          SettingProblem(
            at: "errors", "a gain and a read-out noise belong to `errors: variance`",
            detail: "found `errors: \(errors.rawValue)`"))
      }
      return found
    }
  }

  /// What stands for the pixels of a bin.
  public enum Average: String, SettingChoice {
    case mean, median
  }

  /// What a pattern is a function of.
  public enum Axis: String, SettingChoice {
    case twoTheta = "2theta"
    case scatteringVector = "q"
    case latticeSpacing = "d"

    var technique: RadialUnit {
      switch self {
      case .twoTheta: .twoTheta
      case .scatteringVector: .scatteringVector
      case .latticeSpacing: .dSpacing
      }
    }

    /// The axis of patterns that are stored.
    public var pattern: PatternAxis { PatternAxis(technique) }
  }

  /// How a pixel is shared between bins.
  public enum Splitting: String, SettingChoice {
    case none, box, full

    var technique: PixelSplitting {
      switch self {
      case .none: .none
      case .box: .box
      case .full: .full
      }
    }
  }

  /// Where uncertainties come from.
  public enum Errors: String, SettingChoice {
    case poisson, variance, azimuthal, none

    var technique: ErrorModel {
      switch self {
      case .poisson: .poisson()
      case .variance: .variance
      case .azimuthal: .azimuthal
      case .none: .none
      }
    }
  }

  /// How a stored image is turned over before rows count along axis 1 and columns along axis 2.
  public enum Flip: String, SettingChoice {
    case none, vertical, horizontal, both

    var orientation: DetectorOrientation {
      switch self {
      case .none: .bottomRight
      case .vertical: .topRight
      case .horizontal: .bottomLeft
      case .both: .topLeft
      }
    }
  }
}
