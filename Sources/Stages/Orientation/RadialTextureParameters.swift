import ElectronDiffraction
public import Pipeline
public import Quantities

extension RadialTextureStage {
  /// Where the particle's centre is, and how its texture is told.
  public struct Parameters: ExperimentDecodable {
    @Setting("phase whose c axes are looked at; left out, the first of the map", example: "NMC811")
    public var phase: String?
    @Setting(
      "centre of the particle in the map, x and y from its first point; left out, found from the map by `centre_method`",
      example: "[3.2 um, 4.1 um]")
    public var centre: [Length]?
    @Setting(
      "standard uncertainty of a stated `centre` along x and along y", default: Length(0, .micrometre),
      in: Length(0, .micrometre)...Length(si: 1e-3))
    public var centreUncertainty: Length
    @Setting(
      "how the centre is found: automatic (circle where the outline is round, else arc), circle or ellipse (fitted to the outline), arc (the part of the outline that lies on one circle, for a cracked particle) or area (the middle of the filled outline)",
      default: .automatic)
    public var centreMethod: CentreMethod
    @Setting(
      "height of the section above (towards the viewer negative) the particle's centre; left out, `particle_radius` tells it, or it is taken as 0",
      example: "1.5 um")
    public var height: UncertainQuantity<LengthKind>?
    @Setting("radius of the particle, from which the height of the section follows", example: "6.2 um +- 0.2 um")
    public var particleRadius: UncertainQuantity<LengthKind>?
    @Setting("angle between c axis and radius: in-space, or in-section (between their projections)", default: .inSpace)
    public var angle: AngleKind
    @Setting("bins over 0 to 90 deg", default: 9, in: 2...180)
    public var bins: Int
    @Setting("rings of equal width in which the order is told", default: 8, in: 2...100)
    public var rings: Int
    @Setting("replicates of the bootstrap over grains, and of random axes", default: 2000, in: 100...1_000_000)
    public var replicates: Int
    @Setting("seed of the replicates", default: 1, in: 0...1_000_000_000)
    public var seed: Int
    @Setting("grains of fewer points are left out", default: 5, in: 1...1_000_000)
    public var leastPoints: Int
    @Setting(
      "whether points count whose pattern does not tell pseudo-symmetric orientations apart", default: false)
    public var usesUndecided: Bool
    @Setting("whether a core with one order and a shell with another are fitted", default: true)
    public var coreShell: Bool
    @Section("tensors of the grains for the particle model")
    public var tensors: TensorSettings

    public init() {}

    public enum CentreMethod: String, SettingChoice { case automatic, circle, ellipse, arc, area }

    public enum AngleKind: String, SettingChoice {
      case inSpace = "in-space"
      case inSection = "in-section"
    }

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if let centre, centre.count != 2 {
        found.append(
          SettingProblem(
            at: "centre", "a centre has two coordinates",
            detail: "found \(centre.count); expected x and y such as [3.2 um, 4.1 um]"))
      }
      if centre == nil, centreUncertainty.si > 0 {
        found.append(
          SettingProblem(
            at: "centre_uncertainty", "there is no stated centre", detail: "give `centre`, or leave this out"))
      }
      if height != nil, particleRadius != nil {
        found.append(
          SettingProblem(
            at: "particle_radius", "the height of the section is given twice",
            detail: "keep `height` or `particle_radius`"))
      }
      return found
    }

    var kind: RadialAngleKind { angle == .inSpace ? .inSpace : .inSection }
  }

  /// Properties of the crystal that grains hand over to the particle model, along its axes.
  public struct TensorSettings: ExperimentDecodable {
    @Setting(
      "diffusivity of lithium within the layers", default: Diffusivity(si: 1e-14), in: Diffusivity(si: 1e-30)...)
    public var diffusivity: Diffusivity
    @Setting("diffusivity of lithium across the layers", default: Diffusivity(si: 0), in: Diffusivity(si: 0)...)
    public var diffusivityAcross: Diffusivity
    @Setting(
      "relative change of a upon the charge the particle model spans, contraction negative; of NMC811 to a lithiation of 0.2",
      default: -2.0 * .percent,
      in: -50 * .percent...50 * .percent)
    public var strainA: Ratio
    @Setting(
      "relative change of c upon the same charge", default: 0.8 * .percent,
      in: -50 * .percent...50 * .percent)
    public var strainC: Ratio

    @Setting(
      "stiffness C11, C12, C13, C33 and C44 of the crystal, 3 along c", default: Self.stiffness(.layeredOxide),
      in: Pressure(si: -1e13)...Pressure(si: 1e13))
    public var stiffness: [Pressure]

    public init() {}

    private static func stiffness(_ moduli: TransverseStiffness) -> [Pressure] {
      [moduli.c11, moduli.c12, moduli.c13, moduli.c33, moduli.c44].map { Pressure($0 / 1e9, .gigapascal) }
    }

    public func validate() -> [SettingProblem] {
      guard stiffness.count == 5 else {
        return [
          SettingProblem(
            at: "stiffness", "a stiffness of this symmetry has five moduli",
            detail: "found \(stiffness.count); expected C11, C12, C13, C33 and C44")
        ]
      }
      return crystal.stiffness.isPositiveDefinite
        ? []
        : [
          SettingProblem(
            at: "stiffness", "some deformation would set energy free", detail: "expected moduli of a stable crystal")
        ]
    }

    var crystal: LayeredCrystal {
      let moduli = stiffness.map(\.si)
      return LayeredCrystal(
        diffusivityInPlane: diffusivity.si, diffusivityAlongC: diffusivityAcross.si, strainInPlane: strainA.si,
        strainAlongC: strainC.si,
        stiffness: TransverseStiffness(
          c11: moduli[0], c12: moduli[1], c13: moduli[2], c33: moduli[3], c44: moduli[4]))
    }
  }
}
