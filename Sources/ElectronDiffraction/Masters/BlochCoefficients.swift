import Crystallography
import Foundation

/// A complex number.
struct Complex: Sendable, BitwiseCopyable {
  var real, imaginary: Double

  static let zero = Complex(real: 0, imaginary: 0)

  var conjugate: Complex { Complex(real: real, imaginary: -imaginary) }

  @inline(__always)
  static func + (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
  }

  @inline(__always)
  static func += (a: inout Complex, b: Complex) { a = a + b }

  @inline(__always)
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(
      real: a.real * b.real - a.imaginary * b.imaginary, imaginary: a.real * b.imaginary + a.imaginary * b.real)
  }

  @inline(__always)
  static func * (a: Double, b: Complex) -> Complex { Complex(real: a * b.real, imaginary: a * b.imaginary) }
}

/// The Fourier coefficients of a crystal that waves of electrons feel, for all reflections down to a spacing and all
/// differences of two of them.
///
/// U and U′ are the elastic and the absorptive potential (see ``ElectronStructureFactors``), S the places from which
/// electrons start: each atom by the square of its atomic number, smeared by its motion,
///
///     S(h) = Σ o Z² T exp(2πi h·x) / Σ o Z².
///
/// The potential is Σ U(h) exp(2πi h·r), so U and U′ are the complex conjugates of the structure factors over πV.
/// The origin is moved to an inversion centre where there is one, which makes all of them real.
struct BlochCoefficients: Sendable {
  /// A beam that may be excited.
  struct Beam: Sendable {
    var indices: MillerIndices
    /// The reciprocal vector in the crystal's Cartesian frame, in 1/m.
    var vector: SIMD3<Double>
    /// |g|², in 1/m².
    var squaredLength: Double
    /// |U|, in 1/m².
    var potential: Double
    /// Its place in the tables, from that of 000.
    var offset: Int
  }

  /// Wave number of the electrons 1/λ, in 1/m.
  let wavenumber: Double
  /// The beams down to the smallest spacing, 000 first, then by falling |U|.
  let beams: [Beam]
  /// U, U′ and S at ``centre`` + offset(g) − offset(h).
  let potential, absorption, source: [Complex]
  /// The place of 000.
  let centre: Int
  /// Whether all imaginary parts vanish.
  let isReal: Bool

  /// - Parameters:
  ///   - structure: the crystal.
  ///   - energy: of the electrons, in keV.
  ///   - minimumSpacing: of the beams, in metres.
  init(
    _ structure: CrystalStructure, kiloelectronvolts energy: Double, minimumSpacing: Double
  ) throws(CrystallographyError) {
    wavenumber = 1 / ElectronBeam.wavelength(kiloelectronvolts: energy)
    // Differences of two beams reach twice as far.
    let factors = try ElectronStructureFactors(
      structure, kiloelectronvolts: energy, minimumSpacing: minimumSpacing / 2)
    let cell = structure.cell
    let metric = cell.reciprocalMetric
    let bounds = [cell.a, cell.b, cell.c].map { 2 * Int(($0 / minimumSpacing).rounded(.down)) }
    let (rows, layers) = (2 * bounds[2] + 1, 2 * bounds[1] + 1)
    let count = (2 * bounds[0] + 1) * layers * rows
    guard count <= 4_000_000 else { throw .tooManyReflections(limit: 500_000) }
    centre = (count - 1) / 2
    let origin = Self.inversionCentre(structure.spaceGroup)
    let scale = factors.potentialPerAmplitude
    let limit = 4 * (1 + 1e-9) / (minimumSpacing * minimumSpacing)

    var potential = [Complex](repeating: .zero, count: count)
    var absorption = potential
    var source = potential
    var beams: [Beam] = []
    let total = factors.source(MillerIndices(0, 0, 0)).real
    let translations = structure.spaceGroup.centringTranslations
    for h in -bounds[0]...bounds[0] {
      for k in -bounds[1]...bounds[1] {
        for l in -bounds[2]...bounds[2] {
          let indices = MillerIndices(h, k, l)
          let square = metric.form(indices.vector)
          let present = translations.allSatisfy {
            let phase = ($0 * indices.vector).sum()
            return abs(phase - phase.rounded()) < 1e-6
          }
          guard square <= limit, present else { continue }
          let offset = (h * layers + k) * rows + l
          let phase = 2 * Double.pi * (indices.vector * origin).sum()
          func moved(_ factor: StructureFactor, _ scale: Double) -> Complex {
            let (c, s) = (cos(phase) * scale, -sin(phase) * scale)
            return Complex(
              real: factor.real * c - factor.imaginary * s, imaginary: factor.real * s + factor.imaginary * c)
          }
          let elastic = factors.elastic(indices)
          potential[centre + offset] = moved(elastic, scale).conjugate
          absorption[centre + offset] = moved(factors.absorptive(indices), scale).conjugate
          source[centre + offset] = moved(factors.source(indices), 1 / total)
          guard square <= limit / 4 else { continue }
          beams.append(
            Beam(
              indices: indices, vector: cell.planeNormal(indices) * square.squareRoot(), squaredLength: square,
              potential: elastic.magnitude * scale, offset: offset))
        }
      }
    }
    let direct = beams.filter { $0.offset == 0 }.map { beam in
      var beam = beam
      beam.vector = .zero
      return beam
    }
    self.beams =
      direct
      + beams.filter { $0.offset != 0 }.sorted {
        abs($0.potential - $1.potential) > 1e-9 * $0.potential ? $0.potential > $1.potential : $0.offset < $1.offset
      }
    let largest = self.beams.count > 1 ? self.beams[1].potential : 0
    let rest = 1e-9 * max(largest, potential[centre].real)
    isReal =
      potential.allSatisfy { abs($0.imaginary) <= rest } && absorption.allSatisfy { abs($0.imaginary) <= rest }
      && source.allSatisfy { abs($0.imaginary) <= 1e-9 }
    (self.potential, self.absorption, self.source) = (potential, absorption, source)
  }

  /// A place through which the group inverts; the origin where there is none.
  private static func inversionCentre(_ group: SpaceGroup) -> SIMD3<Double> {
    let inversions = group.operations.filter { $0.determinant == -1 && $0.trace == -3 }
    guard let first = inversions.first(where: { $0.translation == .zero }) ?? inversions.first else { return .zero }
    return first.translation / 2
  }
}
