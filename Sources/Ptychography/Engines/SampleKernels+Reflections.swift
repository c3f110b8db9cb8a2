internal import ArrayMath

extension SampleKernels {
  /// fields ← 2 P_k O − ψ_k.
  static func reflected(
    probe: UnsafePointer<ComplexFloat>, object: UnsafePointer<ComplexFloat>, stride: Int,
    waves: UnsafePointer<ComplexFloat>, into fields: Field, window: FrameShape, modes: Int
  ) {
    let columns = window.columns
    for mode in 0..<modes {
      for row in 0..<window.rows {
        let start = mode * window.count + row * columns
        let p = probe + start
        let o = object + row * stride
        let wave = waves + start
        let target = fields + start
        for c in 0..<columns { target[c] = 2 * (p[c] * o[c]) - wave[c] }
      }
    }
  }

  /// ψ_k ← β (ψ_k + reflected) + (1 − 2 β) P_k O.
  static func average(
    probe: UnsafePointer<ComplexFloat>, object: UnsafePointer<ComplexFloat>, stride: Int,
    reflected: UnsafePointer<ComplexFloat>, waves: Field, relaxation: Float, window: FrameShape, modes: Int
  ) {
    let columns = window.columns
    let rest = 1 - 2 * relaxation
    for mode in 0..<modes {
      for row in 0..<window.rows {
        let start = mode * window.count + row * columns
        let p = probe + start
        let o = object + row * stride
        let other = reflected + start
        let wave = waves + start
        for c in 0..<columns { wave[c] = relaxation * (wave[c] + other[c]) + rest * (p[c] * o[c]) }
      }
    }
  }
}
