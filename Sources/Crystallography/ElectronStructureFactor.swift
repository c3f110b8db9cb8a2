import Foundation

/// The structure factors of a crystal for electrons of one energy: elastic and absorptive.
///
///     F(h)  = γ Σ o f(s) T exp(2πi h·x),      U(h)  = F(h) / (π V),
///     F′(h) = γ Σ o f′(s) T exp(2πi h·x),     U′(h) = F′(h) / (π V),
///
/// over all atoms of the cell, with γ the relativistic factor, V the volume of the cell, T the Debye-Waller factor and f
/// and f′ of ``ElectronScattering``. U + i U′ is the potential of the wave equation (∇² + 4π² (k² + U + i U′)) ψ = 0 in
/// 1/m², so the absorptive one takes intensity out with exp(−2π U′(0) z/k).
public struct ElectronStructureFactors: Sendable {
  /// Energy of the electrons, in keV.
  public let energy: Double

  private struct Site: Sendable {
    var scattering: ElectronScattering
    var occupancy: Double
    var displacement: AtomicDisplacement
    var images: [CrystalStructure.AtomImage]
    var absorption: [Double]
  }

  private let sites: [Site]
  private let reciprocalMetric: SymmetricMatrix3
  private let lorentzFactor: Double
  private let volume: Double
  /// The step of the tables of f′ in s, in 1/m.
  private static let step = 0.04e10
  /// The largest s that the tables reach.
  private let limit: Double

  /// - Parameters:
  ///   - structure: the crystal; atoms without displacement absorb nothing.
  ///   - energy: of the electrons, in keV.
  ///   - minimumSpacing: the smallest spacing that will be asked for the absorptive part, in metres; nil for none.
  /// - Throws: ``CrystallographyError/atomicData(_:)`` for an element that the library does not have.
  public init(
    _ structure: CrystalStructure, kiloelectronvolts energy: Double, minimumSpacing: Double? = nil
  ) throws(CrystallographyError) {
    self.energy = energy
    lorentzFactor = ElectronBeam.lorentzFactor(kiloelectronvolts: energy)
    reciprocalMetric = structure.cell.reciprocalMetric
    volume = structure.cell.volume
    limit = minimumSpacing.map { 1 / (2 * $0) } ?? 0
    let points = minimumSpacing == nil ? 0 : Int((limit / Self.step).rounded(.up)) + 3
    var sites: [Site] = []
    for (site, images) in zip(structure.sites, structure.images) where site.occupancy > 0 {
      let scattering = try ElectronScattering(site.element)
      let u = site.displacement.equivalent(structure.cell)
      let absorption = (0..<points).map {
        u > 0
          ? scattering.absorption(
            sinThetaOverWavelength: Double($0) * Self.step, displacement: u, kiloelectronvolts: energy) : 0
      }
      sites.append(
        Site(
          scattering: scattering, occupancy: site.occupancy, displacement: site.displacement, images: images,
          absorption: absorption))
    }
    self.sites = sites
  }

  /// F of a reflection, in metres.
  public func elastic(_ indices: MillerIndices) -> StructureFactor {
    sum(indices) { site, s in site.scattering.amplitude(sinThetaOverWavelength: s) }
  }

  /// F′ of a reflection, in metres.
  ///
  /// - Precondition: its spacing is not below the smallest one that was announced.
  public func absorptive(_ indices: MillerIndices) -> StructureFactor {
    sum(indices) { site, s in
      precondition(s <= limit * (1 + 1e-9), "the spacing of \(indices) is below the smallest one announced")
      return Self.interpolated(site.absorption, s / Self.step)
    }
  }

  /// Σ o Z² T exp(2πi h·x): how strongly the places of the atoms, weighted as they scatter backwards, follow the planes.
  public func source(_ indices: MillerIndices) -> StructureFactor {
    sum(indices) { site, _ in
      let charge = Double(site.scattering.element.atomicNumber)
      return charge * charge / lorentzFactor
    }
  }

  /// What turns a structure factor into a term of the potential U: 1/(πV), in 1/m³.
  public var potentialPerAmplitude: Double { 1 / (.pi * volume) }

  private func sum(_ indices: MillerIndices, _ amplitude: (Site, Double) -> Double) -> StructureFactor {
    let inverseSquare = reciprocalMetric.form(indices.vector)
    let s = inverseSquare.squareRoot() / 2
    var total = StructureFactor(real: 0, imaginary: 0)
    for site in sites {
      let scale = lorentzFactor * site.occupancy * amplitude(site, s)
      for image in site.images {
        let phase = 2 * Double.pi * (indices.vector * image.position).sum()
        let damped = scale * site.displacement.damping(indices, image.operation, reciprocalMetric, inverseSquare)
        total.real += damped * cos(phase)
        total.imaginary += damped * sin(phase)
      }
    }
    return total
  }

  /// The value of a table of an even function at a place, by the cubic through four points.
  private static func interpolated(_ table: [Double], _ place: Double) -> Double {
    let first = min(Int(place), table.count - 3)
    let t = place - Double(first)
    let p = [table[abs(first - 1)], table[first], table[first + 1], table[first + 2]]
    return -t * (t - 1) * (t - 2) / 6 * p[0] + (t + 1) * (t - 1) * (t - 2) / 2 * p[1]
      - (t + 1) * t * (t - 2) / 2 * p[2] + (t + 1) * t * (t - 1) / 6 * p[3]
  }
}

extension AtomicDisplacement {
  /// The mean of U over all directions, in m².
  func equivalent(_ cell: UnitCell) -> Double {
    switch self {
    case .isotropic(let u): return u
    case .anisotropic(let u):
      // U_eq = 1/3 Σ U_ij a*_i a*_j a_i·a_j (Trueblood et al., Acta Cryst. A52, 770 (1996)).
      let (m, r) = (cell.metric, cell.reciprocalMetric)
      let (a, b, c) = (r.xx.squareRoot(), r.yy.squareRoot(), r.zz.squareRoot())
      let diagonal = u.xx * a * a * m.xx + u.yy * b * b * m.yy + u.zz * c * c * m.zz
      return (diagonal + 2 * (u.yz * b * c * m.yz + u.xz * a * c * m.xz + u.xy * a * b * m.xy)) / 3
    }
  }
}
