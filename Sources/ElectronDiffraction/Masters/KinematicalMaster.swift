public import Crystallography
import Foundation

/// A master pattern of bands that do not feel each other.
///
/// Each pair ±g of reflections adds, by the theory of two beams,
///
///     I(k) = 1 + Σ_g Re(S(g) U(g) / |U(g)|) P(w),  P(w) = −w / (1 + w² + 1/Q),  Q = (2π d/ξ)²,  w = s ξ,
///
/// with s the excitation error of g along k, ξ = k/|U(g)| the extinction distance, d the mean depth from which electrons
/// start, U and S as in ``DynamicalMaster``: 2 Re ψ0* ψg averaged over depth. It is bright on that side of the Bragg
/// angle where electrons dwell on the atoms, which is the inside of the band unless S and U have opposite signs.
/// (Reimer, "Scanning Electron Microscopy", 1998; Winkelmann, in "Electron Backscatter Diffraction in Materials
/// Science", 2009.) Quick to make; good for finding bands, not for telling pseudo-symmetric orientations apart.
public enum KinematicalMaster {
  /// The pattern of a crystal.
  ///
  /// - Parameters:
  ///   - structure: the crystal.
  ///   - energy: of the electrons, in keV.
  ///   - size: points along an edge of the master pattern, odd.
  ///   - minimumSpacing: of the planes, in metres.
  ///   - meanDepth: from which electrons start, in metres.
  /// - Throws: ``CrystallographyError``.
  public static func pattern(
    _ structure: CrystalStructure, kiloelectronvolts energy: Double, size: Int, minimumSpacing: Double = 0.8e-10,
    meanDepth: Double = 10e-9
  ) throws(CrystallographyError) -> MasterPattern {
    let coefficients = try BlochCoefficients(
      structure, kiloelectronvolts: energy, minimumSpacing: minimumSpacing)
    let k = coefficients.wavenumber
    let bands: [Band] = coefficients.beams.dropFirst().compactMap { beam in
      let u = coefficients.potential[coefficients.centre + beam.offset]
      let s = coefficients.source[coefficients.centre + beam.offset]
      guard beam.potential > 1e-6 * coefficients.beams[1].potential else { return nil }
      let depthInExtinctions = 2 * .pi * meanDepth * beam.potential / k
      return Band(
        vector: beam.vector, squaredLength: beam.squaredLength,
        weight: (s * u).real / beam.potential,
        excitationScale: 1 / (2 * beam.potential), damping: 1 + 1 / (depthInExtinctions * depthInExtinctions))
    }
    return MasterPattern(size: size) { direction in
      let wave = direction * k
      let sum = bands.reduce(0.0) { $0 + $1.intensity(wave) }
      return Float(1 + sum)
    }
  }

  private struct Band {
    var vector: SIMD3<Double>
    var squaredLength: Double
    var weight: Double
    /// w = (2 k s) / (2 |U|).
    var excitationScale: Double
    var damping: Double

    func intensity(_ wave: SIMD3<Double>) -> Double {
      let w = -(2 * (wave * vector).sum() + squaredLength) * excitationScale
      return -weight * w / (damping + w * w)
    }
  }
}
