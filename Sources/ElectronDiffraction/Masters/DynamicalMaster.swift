import ArrayMath
import COpenBLASSystem
public import Crystallography

/// Which beams take part in the waves of a direction.
///
/// With s the excitation error, k the wave number and U the potential of a beam, it is strong where k |s|/|U| is at most
/// ``strong``, weak up to ``weak``, and left out beyond. A beam with k |s| below ``resonance`` times the largest |U| is
/// strong in any case, for other beams may feed it.
public struct BeamSelection: Sendable, Hashable {
  public var strong, weak, resonance: Double

  public init(strong: Double = 20, weak: Double = 500, resonance: Double = 2) {
    (self.strong, self.weak, self.resonance) = (strong, weak, resonance)
  }
}

/// The master pattern of a crystal by the dynamical theory: Bloch waves of many beams.
///
/// Directions that symmetry does not give are computed one by one, in blocks if wanted, and spread over the sphere:
///
///     let master = try DynamicalMaster(structure, kiloelectronvolts: 20, size: 121)
///     let values = try master.intensities(0..<master.directionCount, threads: 2)
///     let pattern = master.pattern(values)
///
/// The pattern is that of electrons of one energy which start at the atoms, with Z² as weights, at depths of a
/// ``DepthProfile`` below the face through which they leave. 1 is the intensity without diffraction and absorption.
public struct DynamicalMaster: Sendable {
  /// Directions to compute.
  public var directionCount: Int { sector.points.count }

  private let coefficients: BlochCoefficients
  private let sector: LambertSector
  private let selection: BeamSelection
  private let depth: DepthProfile

  /// - Parameters:
  ///   - structure: the crystal; atoms without displacement absorb nothing.
  ///   - energy: of the electrons, in keV.
  ///   - size: points along an edge of the master pattern, odd.
  ///   - depth: where the electrons start: 5 to 10 nm suit backscattered electrons of small loss at 20 keV, 10 to 40 nm
  ///     those that pass a foil.
  ///   - minimumSpacing: of the planes of the beams, in metres.
  ///   - selection: of the beams.
  /// - Throws: ``CrystallographyError``.
  public init(
    _ structure: CrystalStructure, kiloelectronvolts energy: Double, size: Int,
    depth: DepthProfile = .exponential(mean: 20e-9), minimumSpacing: Double = 0.5e-10,
    selection: BeamSelection = BeamSelection()
  ) throws(CrystallographyError) {
    coefficients = try BlochCoefficients(structure, kiloelectronvolts: energy, minimumSpacing: minimumSpacing)
    sector = LambertSector(size: size, laueClass: structure.spaceGroup.laueClass)
    (self.depth, self.selection) = (depth, selection)
  }

  /// The intensities along some of the directions, in their order.
  ///
  /// - Throws: ``BlochWaveError``.
  /// - Precondition: the range lies in 0..<``directionCount``.
  public func intensities(_ range: Range<Int>, threads: Int) throws -> [Float] {
    // Each thread has its own directions; the library's threads would only get in their way.
    openblas_set_num_threads(1)
    let grain = 16
    let chunks = try parallelMap(count: (range.count + grain - 1) / grain, threads: threads) { chunk in
      let waves = BlochWaves(coefficients, selection: selection, depth: depth)
      let first = range.lowerBound + chunk * grain
      return try (first..<min(first + grain, range.upperBound)).map { index in
        Float(try waves.intensity(LambertSector.direction(sector.points[index], size: sector.size)))
      }
    }
    return chunks.flatMap(\.self)
  }

  /// The master pattern of the intensities of all directions.
  public func pattern(_ intensities: [Float]) -> MasterPattern { sector.pattern(intensities) }
}
