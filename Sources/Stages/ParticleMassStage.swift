public import Electrochemistry
public import FileFormats
import Foundation
public import Pipeline
public import Quantities

/// The mass of one particle: its volume, stated or from outlines in the electron microscope, times a density.
public enum ParticleMassStage: Stage {
  public static let name = "particle-mass"
  public static let version = 1
  public static let citations = [Citation.gum2008, .marker2019]

  public struct Parameters: ExperimentDecodable {
    @Setting("volume of the particle, where it is known; otherwise give `outlines`")
    public var volume: UncertainQuantity<VolumeKind>?
    @Setting("shape that the outlines are read as", default: .spheroid)
    public var shape: OutlineShape
    @SectionList("outlines of the particle in scanning-electron-microscope images, one a view")
    public var outlines: [OutlineParameters]
    @Setting("density of the particle, pores included")
    public var density: UncertainQuantity<DensityKind>
    @Section("cell of the crystal, for the density of a particle without pores")
    public var crystal: CrystalParameters?

    public init() {}

    public func validate() -> [SettingProblem] {
      guard volume == nil && outlines.isEmpty else { return [] }
      return [SettingProblem(at: "", "the volume is not known", detail: "give `volume` or `outlines`")]
    }
  }

  public struct CrystalParameters: ExperimentDecodable {
    @Setting("edge of the hexagonal cell", default: Length(2.8704, .angstrom))
    public var a: Length
    @Setting("height of the hexagonal cell", default: Length(14.1918, .angstrom))
    public var c: Length
    @Setting("formula units a cell", default: 3, in: 1...100)
    public var formulaUnits: Int
    @Setting("mass of a mole of formula units", default: MolarMass(97.280, .gramPerMole))
    public var molarMass: MolarMass

    public init() {}
  }

  public enum OutlineShape: String, SettingChoice {
    case sphere, spheroid, ellipsoid
  }

  public struct OutlineParameters: ExperimentDecodable {
    @Setting("longest diameter of the outline, in pixels", in: 0.1...1e6)
    public var major: Double
    @Setting("diameter across the longest one, in pixels", in: 0.1...1e6)
    public var minor: Double
    @Setting("angle from the tilt axis to the longest diameter", default: Angle(0, .degree))
    public var angle: Angle
    @Setting("standard uncertainty of a diameter, in pixels", default: 2, in: 0...1e5)
    public var edgeUncertainty: Double
    @Setting("what the scale bar says")
    public var scaleBar: UncertainQuantity<LengthKind>
    @Setting("length of the scale bar, in pixels", in: 1...1e6)
    public var scaleBarPixels: Double
    @Setting("tilt of the stage", default: Angle(0, .degree), in: Angle(0, .degree)...Angle(85, .degree))
    public var tilt: Angle
    @Setting("direction of the view around the particle's axis", default: Angle(0, .degree))
    public var azimuth: Angle

    public init() {}
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    ResourceEstimate(seconds: 0.01, memory: 10e6, disk: 2e4)
  }

  public static func run(
    _ input: Void, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<ParticleMass> {
    let volume = try parameters.estimatedVolume()
    let density = parameters.density.uncertainValue
    let relative = (pow(volume.value.relativeUncertainty, 2) + pow(density.relativeUncertainty, 2)).squareRoot()
    let product = volume.value.value * density.value
    let mass = UncertainValue(product, uncertainty: product * relative)
    let crystal = try parameters.crystal.map {
      try crystalDensity(a: $0.a.si, c: $0.c.si, formulaUnits: $0.formulaUnits, molarMass: $0.molarMass.si)
    }
    let value = ParticleMass(
      volume: volume.value, density: density, mass: mass, crystalDensity: crystal ?? .nan, source: volume.source)
    context.progress(1, 1)
    return StageResult(value: value, summary: value.summary(warnings: volume.warnings))
  }
}
