import Foundation

/// The amplitude that one unit cell scatters into a reflection, in electrons.
public struct StructureFactor: Sendable, Hashable {
  /// The parts of F = Σ o (f0 + f′ + i f″) T exp(2πi h·x).
  public var real, imaginary: Double

  /// |F|².
  public var squaredMagnitude: Double { real * real + imaginary * imaginary }

  /// |F|.
  public var magnitude: Double { squaredMagnitude.squareRoot() }

  /// The phase, in radians.
  public var phase: Double { atan2(imaginary, real) }
}

/// The share of a family of planes in the integrated intensity that depends on the angle alone.
public enum LorentzPolarisation: Sendable, Hashable {
  /// None: m |F|².
  case none
  /// The whole ring: (1 + cos² 2θ)/2 / sin θ.
  case wholeRing
  /// A piece of fixed length of the ring, as a pixel or a slit sees: (1 + cos² 2θ)/2 / (sin² θ cos θ).
  ///
  /// The mean of the polarisation factor over the ring's azimuth is (1 + cos² 2θ)/2 for any linear polarisation.
  case fixedArc

  /// The factor at a scattering angle in radians.
  public func factor(twoTheta: Double) -> Double {
    let polarisation = (1 + cos(twoTheta) * cos(twoTheta)) / 2
    let s = sin(twoTheta / 2)
    return switch self {
    case .none: 1
    case .wholeRing: polarisation / s
    case .fixedArc: polarisation / (s * s * cos(twoTheta / 2))
    }
  }
}

extension CrystalStructure {
  /// The X-ray structure factor of a reflection.
  ///
  ///     F(h) = Σ o (f0(s) + f′ + i f″) T exp(2πi h·x),  s = sin θ/λ = 1/(2d),
  ///     T = exp(−8π² U s²)  or  exp(−2π² Σ U_ij h_i h_j a*_i a*_j),
  ///
  /// over all atoms of the cell. f0, f′ and f″ are those of neutral atoms, from xraylib.
  ///
  /// - Parameters:
  ///   - indices: the reflection; 000 gives the number of electrons.
  ///   - wavelength: for the dispersion corrections, in metres; nil leaves them out.
  /// - Throws: ``CrystallographyError/atomicData(_:)`` beyond the library's tables.
  public func structureFactor(
    _ indices: MillerIndices, wavelength: Double? = nil
  ) throws(CrystallographyError) -> StructureFactor {
    try StructureFactorSum(self, wavelength: wavelength)(indices)
  }

  /// |F|² of a reflection as a powder shows it: the mean of both of Friedel's mates.
  public func squaredMagnitude(
    _ indices: MillerIndices, wavelength: Double? = nil
  ) throws(CrystallographyError) -> Double {
    let sum = try StructureFactorSum(self, wavelength: wavelength)
    return try sum.powder(indices)
  }

  /// The reflections of a powder with their intensities, by falling spacing.
  ///
  /// - Parameters:
  ///   - wavelength: in metres.
  ///   - minimumSpacing: the smallest spacing, in metres; never below λ/2, where reflections end.
  ///   - correction: the angular factor.
  /// - Returns: the reflections that the group allows with multiplicity · |F|² · factor in electrons², zero where the
  ///   places of the atoms extinguish them.
  /// - Throws: ``CrystallographyError``.
  public func powderReflections(
    wavelength: Double, minimumSpacing: Double, correction: LorentzPolarisation = .none
  ) throws(CrystallographyError) -> [(reflection: Reflection, squaredMagnitude: Double, intensity: Double)] {
    guard wavelength.isFinite, wavelength > 0 else {
      throw .outOfRange(name: "the wavelength", value: wavelength, expected: "a positive length in metres")
    }
    let sum = try StructureFactorSum(self, wavelength: wavelength)
    let reflections = try spaceGroup.reflections(
      cell: cell, minimumSpacing: max(minimumSpacing, wavelength / 2 * (1 + 1e-9)))
    var result: [(reflection: Reflection, squaredMagnitude: Double, intensity: Double)] = []
    for reflection in reflections {
      let square = try sum.powder(reflection.indices)
      let twoTheta = 2 * asin(wavelength / (2 * reflection.dSpacing))
      result.append(
        (reflection, square, Double(reflection.multiplicity) * square * correction.factor(twoTheta: twoTheta)))
    }
    return result
  }
}

/// The sum over the atoms of a cell with what does not depend on the reflection worked out once.
struct StructureFactorSum {
  private struct Site {
    var element: Int
    var occupancy: Double
    var displacement: AtomicDisplacement
    var images: [CrystalStructure.AtomImage]
  }

  private let elements: [ChemicalElement]
  private let dispersion: [(real: Double, imaginary: Double)]
  private let sites: [Site]
  private let reciprocalMetric: SymmetricMatrix3

  init(_ structure: CrystalStructure, wavelength: Double?) throws(CrystallographyError) {
    let elements = Set(structure.sites.map(\.element)).sorted()
    var dispersion: [(real: Double, imaginary: Double)] = []
    for element in elements {
      if let wavelength {
        dispersion.append(try AtomicScattering.dispersion(element, wavelength: wavelength))
      } else {
        dispersion.append((0, 0))
      }
    }
    self.elements = elements
    self.dispersion = dispersion
    reciprocalMetric = structure.cell.reciprocalMetric
    sites = zip(structure.sites, structure.images).map { site, images in
      Site(
        element: elements.firstIndex(of: site.element) ?? 0, occupancy: site.occupancy,
        displacement: site.displacement, images: images)
    }
  }

  func callAsFunction(_ indices: MillerIndices) throws(CrystallographyError) -> StructureFactor {
    let inverseSquare = reciprocalMetric.form(indices.vector)
    var formFactors: [Double] = []
    for element in elements {
      formFactors.append(
        try AtomicScattering.formFactor(element, sinThetaOverWavelength: inverseSquare.squareRoot() / 2))
    }
    let h = indices.vector
    var total = StructureFactor(real: 0, imaginary: 0)
    for site in sites {
      var (c, s) = (0.0, 0.0)
      for image in site.images {
        let phase = 2 * Double.pi * (h * image.position).sum()
        let damping = site.displacement.damping(indices, image.operation, reciprocalMetric, inverseSquare)
        c += damping * cos(phase)
        s += damping * sin(phase)
      }
      let real = site.occupancy * (formFactors[site.element] + dispersion[site.element].real)
      let imaginary = site.occupancy * dispersion[site.element].imaginary
      total.real += real * c - imaginary * s
      total.imaginary += real * s + imaginary * c
    }
    return total
  }

  /// |F|² averaged over Friedel's mates.
  func powder(_ indices: MillerIndices) throws(CrystallographyError) -> Double {
    try (self(indices).squaredMagnitude + self(-indices).squaredMagnitude) / 2
  }
}

extension AtomicDisplacement {
  /// The Debye-Waller factor of an image of a site; its tensor seen along h is the site's own seen along h W.
  ///
  /// - Parameters:
  ///   - indices: the reflection h.
  ///   - operation: the operation that brings the site to the image, with the rotation W.
  ///   - reciprocalMetric: of the cell, in 1/m².
  ///   - inverseSquare: 1/d², in 1/m².
  func damping(
    _ indices: MillerIndices, _ operation: SymmetryOperation, _ reciprocalMetric: SymmetricMatrix3,
    _ inverseSquare: Double
  ) -> Double {
    switch self {
    case .isotropic(let u): return exp(-2 * .pi * .pi * u * inverseSquare)
    case .anisotropic(let u):
      let g = reciprocalMetric
      let edges = SIMD3(g.xx.squareRoot(), g.yy.squareRoot(), g.zz.squareRoot())
      return exp(-2 * .pi * .pi * u.form(operation(indices).vector * edges))
    }
  }
}
