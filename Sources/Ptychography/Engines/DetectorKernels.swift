internal import ArrayMath
internal import CKernels

/// The loops over detector pixels that the engines share.
///
/// The real-valued arrays (counts, intensities, gains) are padded to whole vectors of ``lanes`` numbers; padding counts
/// as not measured.
enum DetectorKernels {
  static let lanes = 8
  private typealias Vector = SIMD8<Float>
  /// Single precision sums are handed over to double precision after so many pixels.
  private static let block = 1024

  /// The number of pixels rounded up to whole vectors.
  static func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

  @inline(__always) private static func vector(_ pointer: UnsafePointer<Float>, _ index: Int) -> Vector {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: Vector.self)
  }

  /// Σ w (√I − √M)² and Σ w I of a pattern.
  struct Misfit {
    var squares = 0.0
    var counts = 0.0
    var measured = 0

    static func += (sum: inout Misfit, term: Misfit) {
      sum.squares += term.squares
      sum.counts += term.counts
      sum.measured += term.measured
    }

    /// E.
    var error: Double { counts > 0 ? squares / counts : 0 }
  }

  /// Compares counts with modelled intensities and says by what the wave has to be multiplied.
  ///
  /// Amplitudes: √(I/M), the projection onto the measured modulus. Poisson: 1 + ½ (I − M)/(M + ½), half the gradient of
  /// Σ M − I ln M, which is the step of Fisher's scoring; ½ count keeps it finite in the dark, and where I > 9 M, as only
  /// a wrong model has it, twice the step of the amplitudes limits it. 1 where nothing was measured.
  ///
  /// - Parameters:
  ///   - counts: I, negative where nothing was measured.
  ///   - model: M.
  ///   - gain: overwritten.
  ///   - size: numbers in each.
  static func compare(
    counts: UnsafePointer<Float>, model: UnsafePointer<Float>, gain: UnsafeMutablePointer<Float>, size: Int,
    noise: EngineSettings.NoiseModel
  ) -> Misfit {
    var misfit = Misfit()
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 * block) { scratch in
      guard let amplitude = scratch.baseAddress else { return }
      let modulus = amplitude + block
      let known = amplitude + 2 * block
      let term = amplitude + 3 * block
      // Short loops over few arrays each: those the compiler vectorises.
      for first in stride(from: 0, to: size, by: block) {
        let length = min(block, size - first)
        let count = counts + first
        let modelled = model + first
        let factor = gain + first
        for i in 0..<length { known[i] = count[i] >= 0 ? 1 : 0 }
        for i in 0..<length { term[i] = count[i] >= 0 ? count[i] : 0 }
        misfit.measured += Int(sum(known, size: length))
        misfit.counts += Double(sum(term, size: length))
        operando_square_roots(term, amplitude, length)
        operando_square_roots(modelled, modulus, length)
        for i in 0..<length {
          let difference = known[i] * (amplitude[i] - modulus[i])
          term[i] = difference * difference
        }
        misfit.squares += Double(sum(term, size: length))
        for i in 0..<length {
          let ratio = amplitude[i] / (modulus[i] < 1e-12 ? 1e-12 : modulus[i])
          factor[i] = known[i] > 0 ? ratio : 1
        }
        if noise == .poisson { limitScore(counts: count, model: modelled, gain: factor, size: length) }
      }
    }
    return misfit
  }

  /// Turns the gain of the amplitudes into that of Poisson counts.
  private static func limitScore(
    counts: UnsafePointer<Float>, model: UnsafePointer<Float>, gain: UnsafeMutablePointer<Float>, size: Int
  ) {
    for i in 0..<size {
      let score = 0.5 * (counts[i] - model[i]) / (model[i] + 0.5)
      let limit = 2 * (gain[i] - 1)
      // Below I = M the limit is the lower of the two and does not apply.
      let limited = counts[i] > model[i] && limit < score ? limit : score
      gain[i] = counts[i] >= 0 ? 1 + limited : 1
    }
  }

  /// gain ← 1 + fraction (gain − 1).
  static func soften(gain: UnsafeMutablePointer<Float>, fraction: Float, size: Int) {
    for i in 0..<size { gain[i] = 1 + fraction * (gain[i] - 1) }
  }

  /// sum ← sum + |field|².
  static func addIntensity(
    _ field: UnsafePointer<ComplexFloat>, to sum: UnsafeMutablePointer<Float>, size: Int
  ) {
    for i in 0..<size { sum[i] += field[i].squaredModulus }
  }

  /// field ← gain field.
  static func multiply(_ field: UnsafeMutablePointer<ComplexFloat>, by gain: UnsafePointer<Float>, size: Int) {
    for i in 0..<size { field[i] = gain[i] * field[i] }
  }

  /// Adds I/M to `ratios` and 1 to `visits` wherever something was measured.
  static func addRatios(
    counts: UnsafePointer<Float>, model: UnsafePointer<Float>, ratios: UnsafeMutablePointer<Float>,
    visits: UnsafeMutablePointer<Float>, size: Int
  ) {
    for i in 0..<size {
      let measured = counts[i] >= 0
      ratios[i] += measured ? counts[i] / max(model[i], 1e-12) : 0
      visits[i] += measured ? 1 : 0
    }
  }

  /// The sum of a row.
  static func sum(_ values: UnsafePointer<Float>, size: Int) -> Float {
    var sums = Vector(repeating: 0)
    var i = 0
    while i + lanes <= size {
      sums += vector(values, i)
      i += lanes
    }
    var result = sums.sum()
    while i < size {
      result += values[i]
      i += 1
    }
    return result
  }

  /// The largest of non-negative numbers.
  static func largest(_ values: UnsafePointer<Float>, size: Int) -> Float {
    var top = Vector(repeating: 0)
    var i = 0
    while i + lanes <= size {
      top.replace(with: vector(values, i), where: vector(values, i) .> top)
      i += lanes
    }
    var result = top.max()
    while i < size {
      result = max(result, values[i])
      i += 1
    }
    return result
  }
}
