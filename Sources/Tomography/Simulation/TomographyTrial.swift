internal import ArrayMath
internal import Foundation
public import ImageAnalysis
public import Quantities

/// A simulated tomography analysed as a measured one, beside what is true of it.
public struct TomographyTrial: Sendable {
  /// What was found, what is true, and how uncertain the finding says to be.
  public struct Comparison: Sendable, Hashable {
    public var found: UncertainValue
    public var truth: Double

    public var relativeError: Double { found.value / truth - 1 }
    /// The error over the stated uncertainty.
    public var pull: Double { (found.value - truth) / found.uncertainty }
    /// Whether the truth lies in the stated interval of 95 %.
    public var isCovered: Bool { abs(pull) <= 1.959_964 }
  }

  public let tomogram: Tomogram
  public let particle: SegmentedParticle
  public let quantities: ParticleQuantities
  public let solidVolume: Comparison
  public let envelopeVolume: Comparison
  /// With the true density of the solid.
  public let massFromVolume: Comparison
  public let massFromElectrons: Comparison
  /// Root mean square by which the displacements of views that did not fail miss the truth, in pixels, what is free (a
  /// constant of the rows, a constant and a sine of the columns) taken off.
  public let shiftDeviation: ImageShift

  /// - Parameters:
  ///   - simulation: its pixel and wavelength are taken to be known exactly.
  ///   - recipe: how the volume is made.
  ///   - composition: of the solid.
  ///   - charge: that passed, in coulombs.
  ///   - threads: the result does not depend on it.
  public init(
    _ simulation: TomographySimulation, recipe: TomogramRecipe, composition: ElectronComposition,
    charge: UncertainValue? = nil, threads: Int, progress: (TomogramProgress) throws -> Void = { _ in }
  ) throws {
    let truth = simulation.particle
    tomogram = try recipe(
      simulation.projections(threads: threads), sense: simulation.sense, threads: threads, progress: progress)
    particle = try ParticleSegmentation(mount: truth.mount == nil ? .none : .neck)(tomogram.volume, threads: threads)
    let density = composition.massDensity(electronDensity: truth.meanElectronDensity)
    let medium = SurroundingMedium(
      name: "medium", electronDensity: UncertainValue(truth.mediumElectronDensity),
      pores: truth.isSoaked || truth.mediumElectronDensity == 0 ? .filled : .empty)
    quantities = try ParticleMeasurement(
      voxel: UncertainValue(simulation.pixel), wavelength: UncertainValue(simulation.wavelength), medium: medium,
      composition: composition,
      density: ParticleMeasurement.AssumedDensity(UncertainValue(density), basis: .solid), charge: charge
    )(tomogram.volume, particle, evidence: tomogram.evidence, threads: threads)
    let mass = truth.electrons * composition.massPerElectron
    func compare(_ found: BudgetedValue?, _ truth: Double) -> Comparison {
      Comparison(found: found?.uncertain ?? UncertainValue(.nan, uncertainty: .nan), truth: truth)
    }
    solidVolume = compare(quantities.solidVolume, truth.solidVolume)
    envelopeVolume = compare(quantities.envelopeVolume, truth.envelopeVolume)
    massFromVolume = compare(quantities.massFromVolume, mass)
    massFromElectrons = compare(quantities.massFromElectrons, mass)
    shiftDeviation = Self.deviation(of: tomogram, from: simulation.truth())
  }

  private static func deviation(of tomogram: Tomogram, from truth: TomographySimulation.Truth) -> ImageShift {
    let views = tomogram.kept.filter { truth.failures[$0] == nil }
    let found = tomogram.stack.geometry
    let differences = views.map { view -> ImageShift in
      let seen = tomogram.views[view].displacement
      let real = truth.geometry.displacements[view]
      return ImageShift(
        rows: seen.rows - real.rows,
        columns: seen.columns + found.axisColumn - real.columns - truth.geometry.axisColumn)
    }
    let mean = differences.reduce(0) { $0 + $1.rows } / Double(max(views.count, 1))
    let rows = differences.reduce(0) { $0 + ($1.rows - mean) * ($1.rows - mean) }
    let angles = views.map { found.sense.sign * truth.geometry.angles[$0] }
    let basis = angles.map { [1, cos($0), sin($0)] }
    guard let fit = LinearFit(basis, differences.map(\.columns)) else {
      return ImageShift(rows: .nan, columns: .nan)
    }
    var columns = 0.0
    for (terms, difference) in zip(basis, differences) {
      let rest = difference.columns - zip(terms, fit.coefficients).reduce(0) { $0 + $1.0 * $1.1 }
      columns += rest * rest
    }
    let count = Double(views.count)
    return ImageShift(rows: (rows / count).squareRoot(), columns: (columns / count).squareRoot())
  }
}

extension TomographySimulation {
  /// A seed's particle at a reduced size, with all faults: the particle has its true size and the pixel is larger, pores
  /// have as many pixels as at full size and are fewer, the density lies between 2.2 and 4.77 g/cm³ of NMC811 (3.7 to
  /// 8.1 rad) and the porosity between 3 and 8 %.
  public static func reducedSeed(_ seed: UInt64, reduction: Double = 6) -> TomographySimulation {
    var generator = SeededGenerator(seed: seed, item: -1)
    var character = PorousParticle.Character.seed(electronDensity: (0.6248 + 0.7299 * generator.uniform()) * 1e30)
    character.porosity = 0.03 + 0.05 * generator.uniform()
    character.poreRadii = 0.02 * reduction...0.04 * reduction
    character.grains = Int(300 / reduction)
    var simulation = TomographySimulation.seed(
      .random(character, using: &generator), reduction: reduction, margin: 20, seed: seed)
    simulation.faults.fading = 6
    return simulation
  }
}
