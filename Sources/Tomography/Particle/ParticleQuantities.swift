public import Quantities

/// What a tomogram says about one particle. SI units.
public struct ParticleQuantities: Sendable {
  /// Volumes by several ways of counting, for comparison: cubic metres.
  public struct VolumeMethods: Sendable, Hashable {
    /// The integral over the edge, which ``ParticleQuantities/solidVolume`` is.
    public var partialVolume: Double
    /// Voxels above the half level.
    public var halfLevelCount: Double
    /// Voxels above Otsu's threshold.
    public var otsuCount: Double
  }

  /// How the electrons were counted.
  public enum ElectronRoute: String, Sendable, Hashable, Codable {
    /// From the totals of the projections.
    case projections
    /// From the sum over the volume, as there were no projections.
    case volume
  }

  /// Matter alone, pores left out, in m³.
  public var solidVolume: BudgetedValue
  /// With pores and cracks, in m³.
  public var envelopeVolume: BudgetedValue
  public var methods: VolumeMethods
  /// (envelope − solid) / envelope.
  public var porosity: UncertainValue
  /// Of a sphere of the envelope's volume, in metres.
  public var radius: UncertainValue
  /// Of the envelope, in m².
  public var surfaceArea: Double
  /// Area of a sphere of the envelope's volume over that of the envelope: 1 for a sphere, less for all else.
  public var sphericity: Double
  /// Pores and cracks, the largest first.
  public var voids: [ParticleVoid]

  /// Contrast of the solid to the medium: the decrement of the refractive index; nil where the volume holds no phase.
  public var deltaContrast: UncertainValue?
  /// Of the solid, the medium's added, in electrons per cubic metre.
  public var electronDensity: UncertainValue?
  /// Of the solid, by its composition, in kg/m³.
  public var solidDensity: UncertainValue?
  /// Of the particle with its pores, from the electron count, in kg/m³.
  public var envelopeDensity: UncertainValue?

  /// Volume × density, in kg; nil where no density was given.
  public var massFromVolume: BudgetedValue?
  /// By counting electrons, in kg.
  public var massFromElectrons: BudgetedValue?
  /// Electrons of the particle.
  public var electronCount: UncertainValue?
  public var electronRoute: ElectronRoute?
  /// The first mass less the second over the uncertainty of the difference (what both share taken off).
  public var massDisagreement: Double?
  /// State of charge from each mass, where a charge was given.
  public var chargeFromVolume: ChargeState?
  public var chargeFromElectrons: ChargeState?

  public var projectedTotal: ProjectedTotal?
  /// Whether matter lies outside of the field of view or the volume.
  public var isTruncated: Bool
  public var notes: [String]
  public var warnings: [String]
}
