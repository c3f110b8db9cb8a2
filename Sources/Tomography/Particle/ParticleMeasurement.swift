public import ArrayMath
internal import Foundation
internal import ImageAnalysis
public import Quantities

/// Measures a particle that was found in a volume: volumes, densities, mass two ways, state of charge, shape.
///
/// The volume is the integral of the density over the particle and its blurred edge, (f − ρ_out) / (ρ_in − ρ_out), with ρ_in
/// read inside, away from all edges, and ρ_out in a shell about the particle, away from its edge. Blur moves matter across
/// the edge but does not change the integral, whereas a count of voxels above a threshold shrinks convex bodies.
public struct ParticleMeasurement: Sendable {
  /// A density by which the volume is multiplied.
  public struct AssumedDensity: Sendable, Hashable {
    /// Which volume a density goes with.
    public enum Basis: String, Sendable, Hashable, Codable, CaseIterable {
      /// The material itself, as from its crystal lattice.
      case solid
      /// The particle with its pores, as from a pycnometer that does not enter them.
      case envelope
    }

    /// In kg/m³.
    public var density: UncertainValue
    public var basis: Basis

    public init(_ density: UncertainValue, basis: Basis) {
      self.density = density
      self.basis = basis
    }
  }

  /// What else is known about the tomogram.
  public struct Evidence: Sendable {
    /// Volumes of the odd and the even views.
    public var halves: (first: ScalarVolume, second: ScalarVolume)?
    /// The projections of the volume, aligned.
    public var projections: ProjectionStack?
    /// Half period of the resolution, in voxels.
    public var resolution: Double?
    /// Standard uncertainty of the alignment of a view, in voxels.
    public var shiftUncertainty: Double?

    public init(
      halves: (first: ScalarVolume, second: ScalarVolume)? = nil, projections: ProjectionStack? = nil,
      resolution: Double? = nil, shiftUncertainty: Double? = nil
    ) {
      self.halves = halves
      self.projections = projections
      self.resolution = resolution
      self.shiftUncertainty = shiftUncertainty
    }
  }

  /// Edge of a voxel, in metres.
  public var voxel: UncertainValue
  /// In metres.
  public var wavelength: UncertainValue
  /// What surrounds the particle.
  public var medium: SurroundingMedium
  /// Of the solid; nil where the volume holds no phase or the particle is not known: then there is no electron count.
  public var composition: ElectronComposition?
  /// Relative standard uncertainty of the mass of an electron of that composition. Tables of f₁ differ by 0.2 % of NMC811's
  /// Z + f₁ at 9.7 keV, where nickel's edge is near.
  public var compositionUncertainty: Double
  public var density: AssumedDensity?
  /// Charge passed since the start, in coulombs.
  public var charge: UncertainValue?
  /// In C/kg.
  public var specificCapacity: UncertainValue

  public init(
    voxel: UncertainValue, wavelength: UncertainValue, medium: SurroundingMedium,
    composition: ElectronComposition?, compositionUncertainty: Double = 0.002, density: AssumedDensity? = nil,
    charge: UncertainValue? = nil, specificCapacity: UncertainValue = ChargeState.specificCapacity
  ) {
    self.voxel = voxel
    self.wavelength = wavelength
    self.medium = medium
    self.composition = composition
    self.compositionUncertainty = compositionUncertainty
    self.density = density
    self.charge = charge
    self.specificCapacity = specificCapacity
  }

  /// - Parameters:
  ///   - volume: in radians a voxel, positive for matter: what ``ParticleSegmentation`` was given.
  ///   - particle: what it found.
  ///   - evidence: what else is known.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where extents differ or there is no void about the particle to compare with.
  public func callAsFunction(
    _ volume: ScalarVolume, _ particle: SegmentedParticle, evidence: Evidence = Evidence(), threads: Int = 1
  ) throws -> ParticleQuantities {
    try check(volume, particle, evidence)
    let scale = ContrastScale(wavelength: wavelength.value, voxel: voxel.value)
    let mediumContrast = medium.electronDensity.value / scale.electronDensity
    let integral = try PartialVolume(
      volume, particle, resolution: evidence.resolution, emptyPores: medium.pores == .empty ? mediumContrast : 0,
      threads: threads)
    let budgets = VolumeBudgets(
      integral, particle, halves: evidence.halves, shiftUncertainty: evidence.shiftUncertainty)
    let cube = pow(voxel.value, 3)
    func metres(_ value: Double, _ budget: ErrorBudget) -> BudgetedValue {
      var result = BudgetedValue(value * cube, budget.scaled(by: cube))
      result.budget.add(.pixelSize, 3 * voxel.relativeUncertainty * value * cube)
      return result
    }
    let solid = metres(integral.solid, budgets.solid)
    let envelope = metres(integral.envelope, budgets.envelope)
    let shape = try ParticleShape(volume, particle, integral, voxel: voxel.value, threads: threads)
    let radius = pow(3 * envelope.value / (4 * .pi), 1 / 3)
    var result = ParticleQuantities(
      solidVolume: solid, envelopeVolume: envelope,
      methods: .init(
        partialVolume: solid.value, halfLevelCount: Double(particle.solidCount) * cube,
        otsuCount: Double(integral.otsuCount) * cube),
      porosity: UncertainValue(
        1 - integral.solid / integral.envelope, uncertainty: budgets.porosity.uncertainty),
      radius: UncertainValue(radius, uncertainty: radius * envelope.uncertain.relativeUncertainty / 3),
      // Smoothing takes as much off the surface's area as off the volume in it; their ratio is the shape.
      surfaceArea: shape.area * pow(envelope.value / shape.volume, 2 / 3),
      sphericity: pow(.pi, 1 / 3) * pow(6 * shape.volume, 2 / 3) / shape.area, voids: shape.voids,
      isTruncated: particle.isTruncated, notes: particle.notes + integral.notes, warnings: [])
    if let density {
      result.massFromVolume = (density.basis == .solid ? solid : envelope).times(density.density, .massDensity)
    }
    try countElectrons(
      volume, particle, integral, budgets, evidence: evidence, scale: scale, into: &result)
    if let first = result.massFromVolume, let second = result.massFromElectrons {
      let spread = ErrorBudget.uncertaintyOfDifference(first.budget, second.budget)
      result.massDisagreement = spread > 0 ? (first.value - second.value) / spread : nil
    }
    if let charge {
      let state = { (mass: BudgetedValue) in
        ChargeState(charge: charge, mass: mass, specificCapacity: specificCapacity)
      }
      result.chargeFromVolume = result.massFromVolume.map(state)
      result.chargeFromElectrons = result.massFromElectrons.map(state)
    }
    if result.isTruncated {
      result.warnings.append(
        "what counts as the particle reaches beyond the field of view: if that is the particle, its volume and mass are "
          + "lower limits; if it is what holds it, cut it off with `neck` or, where it does not narrow, `plane` as the mount"
      )
    }
    if evidence.halves == nil {
      result.warnings.append(
        "there are no volumes of odd and even views: the noise is estimated from the void about the particle")
    }
    return result
  }

  private func check(_ volume: ScalarVolume, _ particle: SegmentedParticle, _ evidence: Evidence) throws {
    for (shape, name) in [
      (volume.shape, "volume"), (evidence.halves?.first.shape ?? volume.shape, "volume of odd views"),
      (evidence.halves?.second.shape ?? volume.shape, "volume of even views"),
    ] where shape != particle.volumeShape {
      throw TomographyError.invalid(
        """
        the \(name) has \(shape.slices) x \(shape.rows) x \(shape.columns) voxels, the particle was found in \
        \(particle.volumeShape.slices) x \(particle.volumeShape.rows) x \(particle.volumeShape.columns); give the same
        """)
    }
    for (value, name) in [(voxel, "edge of a voxel"), (wavelength, "wavelength")]
    where !(value.value > 0 && value.value.isFinite && value.uncertainty >= 0) {
      throw TomographyError.invalid("the \(name) is \(value.value) m; give a positive length")
    }
  }
}
