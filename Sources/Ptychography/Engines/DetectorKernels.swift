internal import ArrayMath

/// The loops over detector pixels that the engines share.
///
/// The real-valued arrays (counts, intensities, gains) are padded to whole vectors of ``lanes`` numbers; padding counts
/// as not measured.
enum DetectorKernels {
  static let lanes = 8
  private typealias Vector = SIMD8<Float>
  /// Single precision sums are handed over to double precision after so many vectors.
  private static let block = 256

  /// The number of pixels rounded up to whole vectors.
  static func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

  @inline(__always) private static func vector(_ pointer: UnsafePointer<Float>, _ index: Int) -> Vector {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: Vector.self)
  }

  @inline(__always) private static func put(_ value: Vector, _ pointer: UnsafeMutablePointer<Float>, _ index: Int) {
    UnsafeMutableRawPointer(pointer + index).storeBytes(of: value, as: Vector.self)
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
  ///   - size: numbers in each, whole vectors.
  static func compare(
    counts: UnsafePointer<Float>, model: UnsafePointer<Float>, gain: UnsafeMutablePointer<Float>, size: Int,
    noise: EngineSettings.NoiseModel
  ) -> Misfit {
    var misfit = Misfit()
    let zero = Vector(repeating: 0)
    let one = Vector(repeating: 1)
    let half = Vector(repeating: 0.5)
    let tiny = Vector(repeating: 1e-12)
    for first in stride(from: 0, to: size, by: block * lanes) {
      var squares = zero
      var total = zero
      var known = zero
      for i in stride(from: first, to: min(first + block * lanes, size), by: lanes) {
        let measured = vector(counts, i)
        let valid = measured .>= zero
        let intensity = measured.replacing(with: zero, where: .!valid)
        let modelled = vector(model, i)
        let amplitude = intensity.squareRoot()
        let modulus = modelled.squareRoot()
        let difference = (amplitude - modulus).replacing(with: zero, where: .!valid)
        squares += difference * difference
        total += intensity
        known += zero.replacing(with: one, where: valid)
        var factor = amplitude / modulus.replacing(with: tiny, where: modulus .< tiny)
        if noise == .poisson {
          let score = half * (intensity - modelled) / (modelled + half)
          let limit = 2 * (factor - one)
          // Below I = M the limit is below the score and does not apply.
          let limited = (limit .< score) .& (intensity .> modelled)
          factor = one + score.replacing(with: limit, where: limited)
        }
        put(factor.replacing(with: one, where: .!valid), gain, i)
      }
      misfit.squares += Double(squares.sum())
      misfit.counts += Double(total.sum())
      misfit.measured += Int(known.sum())
    }
    return misfit
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
