public import ArrayMath
internal import Foundation

/// The modes of a partially coherent illumination: how to begin with several, make them orthogonal and weigh them.
///
/// P. Thibault and A. Menzel, Nature 494 (2013) 68.
public enum ProbeModes {
  /// The share of each mode in Σ |P_k|², in the order given.
  public static func powers(_ probes: [ComplexImage]) -> [Double] {
    let sums = probes.map { probe in probe.pixels.reduce(0) { $0 + Double($1.squaredModulus) } }
    let total = sums.reduce(0, +)
    return total > 0 ? sums.map { $0 / total } : sums
  }

  /// Adds modes to those there are until there are `count`.
  ///
  /// A further mode is the first one times a smooth random modulation, made orthogonal to all before it: it is dark
  /// where the probe is dark. The sum of all powers stays.
  ///
  /// - Parameters:
  ///   - probes: at least one.
  ///   - count: modes wanted.
  ///   - share: power of each further mode in that of the whole, 0.01 to 0.10 as a rule.
  ///   - generator: gives the modulations.
  /// - Throws: ``PtychographyError`` without a first mode, or where the shares leave nothing to it.
  public static func extended(
    _ probes: [ComplexImage], to count: Int, share: Double = 0.05, generator: inout SeededGenerator
  ) throws -> [ComplexImage] {
    guard let first = probes.first, powers(probes).reduce(0, +) > 0 else {
      throw PtychographyError.invalid("further probe modes are made from a first one, and there is none with any light")
    }
    let further = max(count - probes.count, 0)
    guard share > 0, share * Double(further) < 1 else {
      throw PtychographyError.invalid(
        "\(further) further probe modes of \(share) of the power each leave nothing to the first; choose a share "
          + "between 0 and \(1 / Double(max(further, 1)))")
    }
    let total = power(probes)
    var modes = probes.map { scaled($0, by: (1 - share * Double(further)).squareRoot()) }
    while modes.count < count {
      var mode = modulated(first, generator: &generator)
      for other in modes { mode = removing(other, from: mode) }
      let present = power([mode])
      guard present > 1e-9 * total else {
        throw PtychographyError.invalid(
          "a probe of this shape has no room for \(count) orthogonal modes; ask for fewer")
      }
      modes.append(scaled(mode, by: (share * total / present).squareRoot()))
    }
    return modes
  }

  /// Orthogonal modes, by falling power, with the same sum of intensities behind any object.
  ///
  /// They are the eigenvectors of the Gram matrix <P_k, P_l> in terms of the old modes.
  ///
  /// - Returns: the modes and how they were mixed, for engines that keep exit waves or momenta
  ///   (``ReconstructionEngine/mixModes(_:)``).
  public static func orthogonalised(_ probes: [ComplexImage]) -> (probes: [ComplexImage], mixing: ModeMixing) {
    let count = probes.count
    var gram = [(real: Double, imaginary: Double)](repeating: (0, 0), count: count * count)
    for k in 0..<count {
      for l in k..<count { gram[k * count + l] = product(probes[k], probes[l]) }
    }
    let eigen = HermitianEigenvectors(gram, size: count)
    var coefficients: [ComplexFloat] = []
    for vector in eigen.vectors {
      // The phase is free: the old mode that weighs most keeps its own.
      let top = vector.max { hypot($0.real, $0.imaginary) < hypot($1.real, $1.imaginary) } ?? (1, 0)
      let modulus = max(hypot(top.real, top.imaginary), .leastNormalMagnitude)
      let (c, s) = (top.real / modulus, -top.imaginary / modulus)
      for z in vector {
        coefficients.append(
          ComplexFloat(Float(z.real * c - z.imaginary * s), Float(z.real * s + z.imaginary * c)))
      }
    }
    let mixing = ModeMixing(coefficients, count: count)
    guard let shape = probes.first?.shape else { return (probes, mixing) }
    var joined = probes.flatMap(\.pixels)
    joined.withUnsafeMutableBufferPointer {
      if let start = $0.baseAddress { mixing.apply(to: start, size: shape.count) }
    }
    let mixed = (0..<count).map {
      ComplexImage(Array(joined[$0 * shape.count..<($0 + 1) * shape.count]), shape: shape)
    }
    return (mixed, mixing)
  }

  /// Makes the modes of a reconstruction orthogonal; the object stays, since the sum of intensities does.
  @discardableResult public static func orthogonalise(_ state: inout Reconstruction) -> ModeMixing {
    let (probes, mixing) = orthogonalised(state.probes)
    state.probes = probes
    return mixing
  }

  /// <a, b> = Σ a* b.
  static func product(_ a: ComplexImage, _ b: ComplexImage) -> (real: Double, imaginary: Double) {
    var real = 0.0
    var imaginary = 0.0
    for (x, y) in zip(a.pixels, b.pixels) {
      let z = x.conjugate * y
      real += Double(z.real)
      imaginary += Double(z.imaginary)
    }
    return (real, imaginary)
  }

  private static func power(_ probes: [ComplexImage]) -> Double {
    probes.reduce(0) { $0 + product($1, $1).real }
  }

  private static func scaled(_ probe: ComplexImage, by factor: Double) -> ComplexImage {
    probe.map { Float(factor) * $0 }
  }

  private static func removing(_ other: ComplexImage, from mode: ComplexImage) -> ComplexImage {
    let overlap = product(other, mode)
    let norm = max(product(other, other).real, .leastNormalMagnitude)
    let part = ComplexFloat(Float(overlap.real / norm), Float(overlap.imaginary / norm))
    return ComplexImage(zip(mode.pixels, other.pixels).map { $0 - part * $1 }, shape: mode.shape)
  }

  /// A probe times a sum of plane waves of random phases that turn at most twice over the window.
  private static func modulated(_ probe: ComplexImage, generator: inout SeededGenerator) -> ComplexImage {
    let waves = (0..<6).map { _ in
      (
        rows: (4 * generator.uniform() - 2) / Double(probe.rows),
        columns: (4 * generator.uniform() - 2) / Double(probe.columns), offset: generator.uniform()
      )
    }
    var mode = probe
    for row in 0..<probe.rows {
      for column in 0..<probe.columns {
        var factor = ComplexFloat.zero
        for wave in waves {
          let turns = wave.rows * Double(row) + wave.columns * Double(column) + wave.offset
          factor += ComplexFloat(modulus: 1, phase: Float(2 * Double.pi * turns))
        }
        mode[row, column] *= factor
      }
    }
    return mode
  }
}
