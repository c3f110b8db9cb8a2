internal import ArrayMath

/// The loops over pixels of the window in the sample's plane that the engines share.
///
/// A window of the object is given by its first pixel and the length of the object's rows; modes lie one after the
/// other. `power` means Σ |P_k|² over the modes.
enum SampleKernels {
  typealias Field = UnsafeMutablePointer<ComplexFloat>

  /// ψ_k = P_k O for all modes.
  static func exitWaves(
    probe: UnsafePointer<ComplexFloat>, object: UnsafePointer<ComplexFloat>, stride: Int, into fields: Field,
    window: FrameShape, modes: Int
  ) {
    let columns = window.columns
    for mode in 0..<modes {
      for row in 0..<window.rows {
        let start = mode * window.count + row * columns
        let p = probe + start
        let o = object + row * stride
        let target = fields + start
        for c in 0..<columns { target[c] = p[c] * o[c] }
      }
    }
  }

  /// max |O|² over the window.
  static func objectPeak(
    _ object: UnsafePointer<ComplexFloat>, stride: Int, window: FrameShape, scratch: UnsafeMutablePointer<Float>
  ) -> Float {
    var peak: Float = 0
    for row in 0..<window.rows {
      let o = object + row * stride
      for c in 0..<window.columns { scratch[c] = o[c].squaredModulus }
      peak = max(peak, DetectorKernels.largest(scratch, size: window.columns))
    }
    return peak
  }

  /// max Σ |P_k|².
  static func probePeak(
    _ probe: UnsafePointer<ComplexFloat>, window: FrameShape, modes: Int, scratch: UnsafeMutablePointer<Float>
  ) -> Float {
    var peak: Float = 0
    for row in 0..<window.rows {
      power(probe + row * window.columns, modeStride: window.count, modes: modes, into: scratch, count: window.columns)
      peak = max(peak, DetectorKernels.largest(scratch, size: window.columns))
    }
    return peak
  }

  /// Σ |P_k|² of `count` neighbouring pixels.
  static func power(
    _ probe: UnsafePointer<ComplexFloat>, modeStride: Int, modes: Int, into target: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    for c in 0..<count { target[c] = probe[c].squaredModulus }
    for mode in 1..<max(modes, 1) {
      let p = probe + mode * modeStride
      for c in 0..<count { target[c] += p[c].squaredModulus }
    }
  }

  /// How the PIE engines weigh the change of the exit waves.
  struct Weights {
    /// Step and share of the peak in the denominator, for the object.
    var objectStep: Float
    var objectShare: Float
    /// Step and share of the peak in the denominator, for the probe; a step of 0 leaves the probe as it is.
    var probeStep: Float
    var probeShare: Float
    /// max |O|² and max Σ |P_k|².
    var objectPeak: Float
    var probePeak: Float
  }

  /// One update of the PIE engines, with χ_k = ψ'_k − P_k O:
  /// O += α Σ P_k* χ_k / ((1 − a) Σ |P_k|² + a max Σ |P_k|²) and the like for P_k.
  ///
  /// - Parameters:
  ///   - probe: P_k where the object's window sees them.
  ///   - target: the probe's changes are added to it; it may be `probe`.
  ///   - waves: ψ'_k, replaced by χ_k.
  ///   - change: room for a row.
  ///   - scratch: room for 4 rows.
  /// - Returns: max Σ |P_k|² of `target` afterwards, or the old peak where the probe does not change.
  static func update(
    object: Field, stride: Int, probe: UnsafePointer<ComplexFloat>, target: Field,
    waves: Field, window: FrameShape, modes: Int, weights: Weights, change: Field,
    scratch: UnsafeMutablePointer<Float>
  ) -> Float {
    let columns = window.columns
    let power = scratch
    let objectWeight = scratch + columns
    let probeWeight = scratch + 2 * columns
    let newPower = scratch + 3 * columns
    let floor: Float = 1e-20
    var peak: Float = 0
    // One short loop after the other over a row that stays in the nearest cache: each is simple enough to be vectorised.
    for row in 0..<window.rows {
      let o = object + row * stride
      let start = row * columns
      Self.power(probe + start, modeStride: window.count, modes: modes, into: power, count: columns)
      for c in 0..<columns {
        let denominator = (1 - weights.objectShare) * power[c] + weights.objectShare * weights.probePeak
        objectWeight[c] = weights.objectStep / (denominator < floor ? floor : denominator)
      }
      for c in 0..<columns {
        let denominator =
          (1 - weights.probeShare) * o[c].squaredModulus + weights.probeShare * weights.objectPeak
        probeWeight[c] = weights.probeStep / (denominator < floor ? floor : denominator)
      }
      for mode in 0..<modes {
        let offset = mode * window.count + start
        let wave = waves + offset
        let p = probe + offset
        for c in 0..<columns { wave[c] -= p[c] * o[c] }
      }
      // The object's change waits in `change` until every mode has seen the old object.
      for c in 0..<columns { change[c] = .zero }
      for mode in 0..<modes {
        let offset = mode * window.count + start
        let wave = waves + offset
        let p = probe + offset
        let updated = target + offset
        for c in 0..<columns { change[c] += p[c].conjugate * wave[c] }
        if weights.probeStep != 0 {
          for c in 0..<columns { updated[c] += probeWeight[c] * (o[c].conjugate * wave[c]) }
        }
      }
      Self.power(target + start, modeStride: window.count, modes: modes, into: newPower, count: columns)
      for c in 0..<columns { o[c] += objectWeight[c] * change[c] }
      peak = max(peak, DetectorKernels.largest(newPower, size: columns))
    }
    return peak
  }
}
