import Crystallography
import Foundation
public import Pipeline
public import Quantities
import Tomography

extension ParticleVolumeStage {
  /// What the particle is made of, what it lies in, and what is not the particle.
  public struct Parameters: ExperimentDecodable {
    @Setting(
      "what surrounds the particle, since contrast is against it: vacuum, air, or its electron density such as 0.44 1/angstrom3 (an ionic liquid)",
      example: "vacuum")
    public var medium: String
    @Setting("formula of the particle's matter, as it was measured", default: "LiNi0.8Mn0.1Co0.1O2")
    public var composition: String
    @Setting(
      "density of the particle's matter, for the mass from its volume",
      default: UncertainQuantity(Density(4.77, .gramPerCubicCentimetre)),
      in: Density(0.01, .gramPerCubicCentimetre)...Density(25, .gramPerCubicCentimetre))
    public var density: UncertainQuantity<DensityKind>
    @Setting(
      "what that density is of: solid (matter without pores) or envelope (pores included, such as a tapped powder)",
      default: .solid)
    public var densityOf: DensityBasis
    @Setting(
      "relative standard uncertainty of the edge of a voxel, from those of distance and energy",
      default: Ratio(0.1, .percent), in: Ratio(0, .percent)...Ratio(50, .percent))
    public var voxelUncertainty: Ratio
    @Setting(
      "how what holds the particle is cut off where it reaches a face: neck (at the smallest section), plane (at "
        + "`mount_height`) or none",
      default: .neck)
    public var mount: MountChoice
    @Setting(
      "height at which the mount is cut, from the middle of the volume, upwards positive",
      in: Length(si: -1)...Length(si: 1),
      example: "-6.2 um")
    public var mountHeight: Length?
    @Setting("what closed pores hold: filled (the medium has entered) or empty", default: .filled)
    public var pores: PoreContent
    @Setting("measurement of the potentiostat whose charge the particle took", example: "particle")
    public var charge: String?
    @Setting(
      "charge that the particle took, where no measurement is given; positive while lithium leaves it",
      in: Charge(si: -1e3)...Charge(si: 1e3), example: "0.256 nAh")
    public var transferredCharge: UncertainQuantity<ChargeKind>?
    @Setting("triangles of the surface at most", default: 40_000, in: 100...10_000_000)
    public var triangles: Int

    public init() {}

    public func validate() -> [SettingProblem] {
      var found: [SettingProblem] = []
      if surroundings == nil {
        found.append(
          SettingProblem(
            at: "medium", "the medium is not known",
            detail: "`\(medium)`; expected vacuum, air, or an electron density such as 0.44 1/angstrom3"))
      }
      if (try? Composition(formula: composition)) == nil {
        found.append(
          SettingProblem(
            at: "composition", "the formula cannot be read",
            detail: "`\(composition)`; expected one such as LiNi0.8Mn0.1Co0.1O2"))
      }
      if (mount == .plane) != (mountHeight != nil) {
        found.append(
          SettingProblem(
            at: mountHeight == nil ? "mount" : "mount_height", "a plane that cuts off the mount has a height",
            detail: "give both `mount: plane` and `mount_height`, or neither"))
      }
      if charge != nil, transferredCharge != nil {
        found.append(
          SettingProblem(
            at: "transferred_charge", "both a measurement and a charge are given", detail: "keep one of them"))
      }
      return found
    }

    /// The charge as it is stated; nil for none.
    public var statedCharge: PassedCharge? {
      transferredCharge.map { PassedCharge($0.uncertainValue, source: "as stated in the experiment file") }
    }

    /// Electrons per cubic metre of what surrounds the particle; nil where the word is not known.
    var surroundings: UncertainQuantity<NumberDensityKind>? {
      switch medium {
      case "vacuum": return UncertainQuantity(NumberDensity(si: 0))
      // Dry air at 20 degrees and 1013 hPa: 1.204 kg/m3 of half an electron a nucleon.
      case "air": return UncertainQuantity(NumberDensity(si: 1.204 / 1.660_539_066_60e-27 * 0.499))
      default:
        guard let density = try? UncertainQuantity<NumberDensityKind>(parsing: medium), density.value.si >= 0 else {
          return nil
        }
        return density
      }
    }
  }
}

/// What a density is of.
public enum DensityBasis: String, SettingChoice { case solid, envelope }

/// What closed pores hold.
public enum PoreContent: String, SettingChoice { case filled, empty }

/// How what holds the particle is cut off.
public enum MountChoice: String, SettingChoice { case none, neck, plane }
