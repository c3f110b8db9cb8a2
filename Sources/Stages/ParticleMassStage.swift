public import Electrochemistry
import FileFormats
import Foundation
public import Pipeline
public import Quantities

/// The mass of one particle: its volume, stated or from outlines in the electron microscope, times a density.
public enum ParticleMassStage: Stage {
  public static let name = "particle-mass"
  public static let version = 1
  public static let citations = [Citation.gum2008, .marker2019]

  public struct Parameters: ExperimentDecodable {
    @Setting(
      "volume of the particle, where it is known; otherwise give `outlines`",
      in: Volume(1e-3, .cubicMicrometre)...Volume(1e9, .cubicMicrometre))
    public var volume: UncertainQuantity<VolumeKind>?
    @Setting("shape that the outlines are read as", default: .spheroidAboutLongAxis)
    public var shape: ParticleShape
    @SectionList("outlines of the particle in scanning-electron-microscope images, one a view")
    public var outlines: [OutlineParameters]
    @Setting(
      "density of the particle, pores included",
      in: Density(0.01, .gramPerCubicCentimetre)...Density(25, .gramPerCubicCentimetre))
    public var density: UncertainQuantity<DensityKind>
    @Section("cell of the crystal, for the density of a particle without pores")
    public var crystal: CrystalParameters?

    public init() {}

    public func validate() -> [SettingProblem] {
      if volume == nil && outlines.isEmpty {
        return [SettingProblem(at: "", "the volume is not known", detail: "give `volume` or `outlines`")]
      }
      if volume != nil && !outlines.isEmpty {
        return [SettingProblem(at: "volume", "both a volume and outlines are given", detail: "keep one of them")]
      }
      if shape == .ellipsoid && outlines.count < 2 && volume == nil {
        return [
          SettingProblem(
            at: "shape", "one outline does not tell an ellipsoid",
            detail: "give two outlines in different directions, or better three; or another shape")
        ]
      }
      return []
    }
  }

  public struct CrystalParameters: ExperimentDecodable {
    @Setting(
      "edge of the hexagonal cell", default: Length(2.8704, .angstrom),
      in: Length(0.5, .angstrom)...Length(100, .angstrom))
    public var a: Length
    @Setting(
      "height of the hexagonal cell", default: Length(14.1918, .angstrom),
      in: Length(0.5, .angstrom)...Length(1000, .angstrom))
    public var c: Length
    @Setting("formula units a cell", default: 3, in: 1...100)
    public var formulaUnits: Int
    @Setting(
      "mass of a mole of formula units", default: MolarMass(97.280, .gramPerMole),
      in: MolarMass(1, .gramPerMole)...MolarMass(1e5, .gramPerMole))
    public var molarMass: MolarMass

    public init() {}
  }

  public struct OutlineParameters: ExperimentDecodable {
    @Setting("longest diameter of the outline, in pixels", in: 0.1...1e6, example: "600")
    public var longDiameter: Double
    @Setting("diameter across the longest one, in pixels", in: 0.1...1e6, example: "580")
    public var shortDiameter: Double
    @Setting("angle of the longest diameter from the image's right towards its bottom", default: 0 * .degree)
    public var angle: Angle
    @Setting("standard uncertainty of where the edge lies, in pixels", default: 2, in: 0...1e5)
    public var edgeUncertainty: Double
    @Setting(
      "what the scale bar says", in: Length(1e-3, .micrometre)...Length(1e6, .micrometre), example: "10 um +- 1 %")
    public var scaleBar: UncertainQuantity<LengthKind>
    @Setting("length of the scale bar, in pixels", in: 1...1e6, example: "360")
    public var scaleBarPixels: Double
    @Setting("tilt of the stage", default: UncertainQuantity(0 * .degree), in: 0 * .degree...89 * .degree)
    public var tilt: UncertainQuantity<AngleKind>
    @Setting("direction across the tilt axis, from the image's right towards its bottom", default: 90 * .degree)
    public var tiltDirection: Angle
    @Setting("what the tilt did to the image", default: .silhouette)
    public var tiltCorrection: TiltCorrection
    @Setting("turn of the particle about the image's vertical since the first view", default: 0 * .degree)
    public var turn: Angle

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if shortDiameter > longDiameter {
        found.append(
          SettingProblem(
            at: "short_diameter", "the short diameter is longer than the long one",
            detail: "exchange them, and turn `angle` by 90 deg"))
      }
      if 2 * edgeUncertainty >= shortDiameter {
        found.append(
          SettingProblem(
            at: "edge_uncertainty", "the uncertainty of the edge is as large as the particle",
            detail:
              "`edge_uncertainty` is \(String(format: "%.6g", edgeUncertainty)) pixels; expected less than half of the short diameter"
          ))
      }
      return found
    }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    ResourceEstimate(seconds: 0.01, memory: 10e6, disk: 2e4)
  }

  public static func run(
    _ input: Void, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<ParticleMass> {
    let volume = try parameters.estimatedVolume()
    let density = parameters.density.uncertainValue
    let mass = try particleMass(volume: volume.value, density: density)
    let crystal = try parameters.crystal.map {
      try crystalDensity(a: $0.a.si, c: $0.c.si, formulaUnits: $0.formulaUnits, molarMass: $0.molarMass.si)
    }
    let value = ParticleMass(
      volume: volume.value, density: density, mass: mass, crystalDensity: crystal ?? .nan, source: volume.source)
    context.progress(1, 1)
    return StageResult(value: value, summary: value.summary(warnings: volume.warnings))
  }
}

extension ParticleMassStage.Parameters {
  /// The volume in m³, in words where it comes from, and what is odd about it.
  func estimatedVolume() throws -> (value: UncertainValue, source: String, warnings: [String]) {
    if let volume { return (volume.uncertainValue, "as stated in the experiment file", []) }
    let result = try particleVolume(from: outlines.map { try $0.outline }, as: shape)
    let views = outlines.count == 1 ? "one micrograph" : "\(outlines.count) micrographs"
    var warnings: [String] = []
    if result.isDetermined == false {
      warnings.append("Two views leave one axis of the ellipsoid open; a third view determines it.")
    }
    return (result.volume, "\(shape.rawValue) from \(views)", warnings)
  }
}

extension ParticleMassStage.OutlineParameters {
  /// The outline as the technique takes it.
  var outline: ParticleOutline {
    get throws {
      ParticleOutline(
        shape: .ellipse(semiAxes: SIMD2(longDiameter, shortDiameter) / 2, angle: angle.si),
        scaleBar: ScaleBar(length: scaleBar.uncertainValue, pixels: UncertainValue(scaleBarPixels)),
        edgeUncertainty: edgeUncertainty,
        tilt: StageTilt(angle: tilt.uncertainValue, direction: tiltDirection.si, correction: tiltCorrection),
        view: .turned(by: turn.si))
    }
  }
}

extension ParticleShape: SettingChoice {}
extension TiltCorrection: SettingChoice {}
