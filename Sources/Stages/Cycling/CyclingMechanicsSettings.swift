public import ParticleMechanics
public import Pipeline
public import Quantities

extension ParticleCyclingStage {
  /// How lithium changes the particle's shape.
  public struct ExpansionSettings: ExperimentDecodable {
    @Setting(
      "crystal (a and c against lithiation, in the frame of the crystal), or by a volume contraction: equal-area (A), isotropic-core (B), equal-linear (C)",
      default: .crystal)
    public var convention: ExpansionName
    @Setting(
      "rows of lithiation, a and c in angstrom, ascending in lithiation; left out, those of NMC811 measured by Märker 2019",
      example: "[[0.2, 2.815, 14.318], [1, 2.870, 14.192]]")
    public var table: [[Double]]?
    @Setting(
      "diffraction measurement with a section `response` whose a and c are taken instead", example: "cell-scan")
    public var from: String?
    @Setting(
      "direction of c in the shell of a particle without `grains`: hoop (a cylinder or section), or tangential-plane (random within it)",
      default: .tangentialPlane)
    public var axis: TexturedMaterial.ShellTexture
    @Setting(
      "volume contraction of a unit of lithiation, for conventions A, B and C", default: Ratio(6.375, .percent),
      in: 0 * .percent...50 * .percent)
    public var volumetricContraction: Ratio
    @Setting("factor on the strains", default: UncertainQuantity(Ratio(si: 1)), in: Ratio(si: 0)...Ratio(si: 10))
    public var factor: UncertainQuantity<RatioKind>
    @Setting(
      "lithiation at which the particle is free of stress; left out, that of the start",
      in: Ratio(0, .percent)...Ratio(100, .percent))
    public var referenceLithiation: Ratio?

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if table != nil, from != nil {
        found.append(SettingProblem(at: "from", "a and c are given twice", detail: "keep `table` or `from`"))
      }
      if let table {
        let isFit =
          table.count >= 2 && table.allSatisfy { $0.count == 3 && $0[1] > 0 && $0[2] > 0 }
          && zip(table, table.dropFirst()).allSatisfy { $0[0] < $1[0] }
        if !isFit {
          found.append(
            SettingProblem(
              at: "table", "the table is none of a and c",
              detail: "expected at least two rows of lithiation, a and c in angstrom, ascending in lithiation"))
        }
      }
      if convention != .crystal, table != nil || from != nil {
        found.append(
          SettingProblem(at: "convention", "a and c are given and not used", detail: "write `convention: crystal`"))
      }
      return found
    }
  }

  public enum ExpansionName: String, SettingChoice {
    case crystal
    case equalArea = "equal-area"
    case isotropicCore = "isotropic-core"
    case equalLinear = "equal-linear"
  }

  /// How stiff the particle is.
  public struct ElasticitySettings: ExperimentDecodable {
    @Setting(
      "isotropic (`youngs_modulus`, `poisson_ratio`) or crystal (`stiffness`, in the frame of each crystal)",
      default: .isotropic)
    public var kind: StiffnessName
    @Setting(
      "Young's modulus", default: UncertainQuantity(140 * .gigapascal), in: 0.001 * .gigapascal...10000 * .gigapascal)
    public var youngsModulus: UncertainQuantity<PressureKind>
    @Setting("Poisson's ratio", default: 0.25, in: 0...0.49)
    public var poissonRatio: Double
    @Setting(
      "C11, C12, C13, C14, C33 and C44 of the crystal, 3 along c",
      default: [270, 90, 65, -7, 185, 50].map { $0 * .gigapascal })
    public var stiffness: [Pressure]
    @Setting("what holds the particle along its axis", default: .generalisedPlaneStrain)
    public var axialCondition: ParticleModel.AxialCondition
    @Setting("whether stress acts back on lithium", default: false)
    public var coupling: Bool

    public init() {}

    public func validate() -> [SettingProblem] {
      guard stiffness.count == 6 else {
        return [
          SettingProblem(
            at: "stiffness", "a trigonal crystal has six moduli",
            detail: "found \(stiffness.count); expected C11, C12, C13, C14, C33 and C44")
        ]
      }
      let c = stiffness.map(\.si)
      // Born's conditions of a crystal of class 32, 3m or -3m.
      let isStable =
        c[0] > abs(c[1]) && c[5] > 0 && c[2] * c[2] < 0.5 * c[4] * (c[0] + c[1])
        && c[3] * c[3] < 0.5 * c[5] * (c[0] - c[1])
      return isStable
        ? []
        : [
          SettingProblem(
            at: "stiffness", "some deformation would set energy free", detail: "expected moduli of a stable crystal")
        ]
    }
  }

  public enum StiffnessName: String, SettingChoice {
    case isotropic, crystal
  }

  /// The grains of a section.
  public struct GrainSettings: ExperimentDecodable {
    @Setting(
      "where they come from: voronoi (cells of random nuclei), nanorods (long along the radius, around a core of cells), or orientation (the grains of a map)",
      default: .voronoi)
    public var source: GrainSource
    @Setting("orientation measurement whose map it is, for source orientation", example: "tebsd")
    public var orientation: String?
    @Setting("number of grains, for voronoi", default: 60, in: 2...5000)
    public var count: Int
    @Setting(
      "width of rods and of the core's grains over the radius, for nanorods", default: Ratio(12, .percent),
      in: Ratio(1, .percent)...Ratio(80, .percent))
    public var rodWidth: Ratio
    @Setting("seed of the nuclei and frames", default: 1, in: 0...1_000_000_000)
    public var seed: Int
    @Setting(
      "c axes of grains that are generated: random in space, across the radius in the shell (and random in the core), or in-plane (random within the section)",
      default: .acrossRadius)
    public var texture: TextureName

    public init() {}

    public func validate() -> [SettingProblem] {
      if source == .orientation, orientation == nil {
        return [
          SettingProblem(
            at: "orientation", "it is not told which map", detail: "give the name of an orientation measurement")
        ]
      }
      if source != .orientation, orientation != nil {
        return [
          SettingProblem(at: "source", "there is a map and it is not used", detail: "write `source: orientation`")
        ]
      }
      return []
    }
  }

  public enum GrainSource: String, SettingChoice {
    case voronoi, nanorods, orientation
  }

  public enum TextureName: String, SettingChoice {
    case random
    case acrossRadius = "across-radius"
    case inPlane = "in-plane"
  }

  /// Elements.
  public struct MeshSettings: ExperimentDecodable {
    @Setting(
      "corners of a section that is no disc, counter-clockwise about the origin, in micrometres; for shape section",
      example: "[[4, 0], [0, 5], [-4, 0], [0, -5]]")
    public var outline: [[Double]]?
    @Setting("Gmsh mesh of 2.2 or 4.1, for shape mesh", example: "particle.msh")
    public var file: FilePath?
    @Setting(
      "length that the unit of the file stands for", default: 1 * .micrometre, in: Length(si: 1e-12)...Length(si: 1))
    public var fileUnit: Length
    @Setting(
      "edge of an element over the radius, for shape section", default: Ratio(6, .percent),
      in: Ratio(0.1, .percent)...Ratio(50, .percent))
    public var elementSize: Ratio
    @Setting("elements of degree four along the radius, for spheres and cylinders", default: 24, in: 4...5000)
    public var radialElements: Int

    public init() {}
  }

  /// What drives cracks and what resists them.
  public struct CrackingSettings: ExperimentDecodable {
    @Setting(
      "range of fracture toughness of the crystal, lower end first",
      default: [FractureToughness(si: 0.1e6), FractureToughness(si: 1.3e6)])
    public var toughness: [FractureToughness]
    @Setting(
      "range of fracture toughness of a boundary between grains",
      default: [FractureToughness(si: 0.1e6), FractureToughness(si: 0.55e6)])
    public var boundaryToughness: [FractureToughness]
    @Setting(
      "length of a flaw at the surface, and half of one in a boundary", default: UncertainQuantity(100 * .nanometre),
      in: 0.1 * .nanometre...100 * .micrometre)
    public var flawLength: UncertainQuantity<LengthKind>
    @Setting("Weibull's modulus of the strength", default: 10, in: 1...100)
    public var weibullModulus: Double
    @Setting(
      "stress at which 63 % of specimens of `weibull_volume` break", default: UncertainQuantity(150 * .megapascal),
      in: 0.1 * .megapascal...100 * .gigapascal)
    public var weibullStrength: UncertainQuantity<PressureKind>
    @Setting(
      "volume of the specimens of `weibull_strength`", default: Volume(1, .cubicMicrometre),
      in: Volume(1e-9, .cubicMicrometre)...Volume(1e12, .cubicMicrometre))
    public var weibullVolume: Volume
    @Setting(
      "strength above which stresses are read as drivers of cracks, not as stresses that are there",
      default: 200 * .megapascal, in: 0.1 * .megapascal...100 * .gigapascal)
    public var strength: Pressure
    @Setting("whether cracks are followed by a phase field through the kept states", default: false)
    public var phaseField: Bool
    @Setting(
      "length over which the phase field smears a crack, over the radius; at least 2.5 times `mesh.element_size`",
      default: Ratio(15, .percent),
      in: Ratio(0.1, .percent)...Ratio(50, .percent))
    public var phaseFieldWidth: Ratio

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      for (key, range) in [("toughness", toughness), ("boundary_toughness", boundaryToughness)] {
        if range.count == 2, range[0].si > 0, range[1].si >= range[0].si { continue }
        found.append(
          SettingProblem(
            at: key, "this is no range",
            detail: "expected two toughnesses, the lower one first, such as [0.1 MPa*m^0.5, 1.3 MPa*m^0.5]"))
      }
      return found
    }
  }
}

extension TexturedMaterial.ShellTexture: SettingChoice {}
