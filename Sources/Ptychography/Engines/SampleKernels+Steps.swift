internal import ArrayMath

extension SampleKernels {
  /// The normal equations of χ ≈ a_O ΔO P + a_P O ΔP for one pattern, summed over pixels and modes.
  struct NormalEquations {
    /// Σ |ΔO P|².
    var objectObject = 0.0
    /// Re Σ (ΔO P)* O ΔP.
    var objectProbe = 0.0
    /// Σ |O ΔP|².
    var probeProbe = 0.0
    /// Re Σ (ΔO P)* χ.
    var object = 0.0
    /// Re Σ (O ΔP)* χ.
    var probe = 0.0

    /// Keeps the two directions apart where they are nearly the same.
    private static let ridge = 1e-3

    /// a_O and a_P; a_P is 0 without the probe.
    func solution(withProbe: Bool) -> (object: Double, probe: Double) {
      let a = objectObject * (1 + Self.ridge)
      let d = probeProbe * (1 + Self.ridge)
      let determinant = a * d - objectProbe * objectProbe
      guard withProbe, determinant > 0 else { return (a > 0 ? object / a : 0, 0) }
      return ((object * d - probe * objectProbe) / determinant, (probe * a - object * objectProbe) / determinant)
    }
  }

  static func normalEquations(
    object: UnsafePointer<ComplexFloat>, objectChange: UnsafePointer<ComplexFloat>, stride: Int,
    probe: UnsafePointer<ComplexFloat>, probeChange: UnsafePointer<ComplexFloat>,
    waves: UnsafePointer<ComplexFloat>, window: FrameShape, modes: Int, scratch: UnsafeMutablePointer<Float>
  ) -> NormalEquations {
    let columns = window.columns
    let terms = (0..<5).map { scratch + $0 * columns }
    let (t0, t1, t2, t3, t4) = (terms[0], terms[1], terms[2], terms[3], terms[4])
    var result = NormalEquations()
    for mode in 0..<modes {
      for row in 0..<window.rows {
        let start = mode * window.count + row * columns
        let o = object + row * stride
        let dO = objectChange + row * stride
        let p = probe + start
        let dP = probeChange + start
        let wave = waves + start
        for c in 0..<columns {
          let x = dO[c] * p[c]
          let y = o[c] * dP[c]
          let chi = wave[c]
          t0[c] = x.squaredModulus
          t1[c] = x.real * y.real + x.imaginary * y.imaginary
          t2[c] = y.squaredModulus
          t3[c] = x.real * chi.real + x.imaginary * chi.imaginary
          t4[c] = y.real * chi.real + y.imaginary * chi.imaginary
        }
        result.objectObject += Double(DetectorKernels.sum(t0, size: columns))
        result.objectProbe += Double(DetectorKernels.sum(t1, size: columns))
        result.probeProbe += Double(DetectorKernels.sum(t2, size: columns))
        result.object += Double(DetectorKernels.sum(t3, size: columns))
        result.probe += Double(DetectorKernels.sum(t4, size: columns))
      }
    }
    return result
  }

  /// Adds `factor` Σ |P_k|² to a window of real numbers.
  static func addPower(
    probe: UnsafePointer<ComplexFloat>, factor: Float, to target: UnsafeMutablePointer<Float>, stride: Int,
    window: FrameShape, modes: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    let columns = window.columns
    for row in 0..<window.rows {
      power(probe + row * columns, modeStride: window.count, modes: modes, into: scratch, count: columns)
      let line = target + row * stride
      for c in 0..<columns { line[c] += factor * scratch[c] }
    }
  }
}
