import COpenBLASSystem
import Foundation

extension BlochWaves {
  /// The intensity along a unit direction of any crystal, with absorption in the eigenvalue problem itself.
  ///
  /// Some ten times slower than with real coefficients: the matrix is neither real nor Hermitian.
  func complexIntensity(_ direction: SIMD3<Double>) throws(BlochWaveError) -> Double {
    select(direction)
    let n = strong.count
    let (centre, beams) = (coefficients.centre, coefficients.beams)
    func coupling(_ g: Int, _ h: Int) -> Complex {
      let place = centre + beams[g].offset - beams[h].offset
      let (u, loss) = (coefficients.potential[place], coefficients.absorption[place])
      return Complex(real: u.real - loss.imaginary, imaginary: u.imaginary + loss.real)
    }
    func sources(_ g: Int, _ h: Int) -> Complex { coefficients.source[centre + beams[h].offset - beams[g].offset] }

    // By columns: element (g, h) at h n + g.
    var matrix = [Complex](repeating: .zero, count: n * n)
    var source = matrix
    for (j, h) in strong.enumerated() {
      for (i, g) in strong.enumerated() {
        matrix[j * n + i] = coupling(g, h)
        source[j * n + i] = sources(g, h)
      }
      matrix[j * n + j] = Complex(real: excitation[h], imaginary: coefficients.absorption[centre].real)
    }
    for w in weak {
      let scale = -1 / excitation[w]
      let into = strong.map { scale * coupling($0, w) }
      let from = strong.map { coupling(w, $0) }
      let sourceInto = strong.map { sources($0, w) }
      for j in 0..<n {
        for i in 0..<n {
          matrix[j * n + i] += into[i] * from[j]
          source[j * n + i] += scale * (sourceInto[i] * from[j] + from[i].conjugate * sourceInto[j].conjugate)
        }
      }
    }
    let (values, waves, amplitudes) = try Self.complexWaves(matrix, order: n)

    let perWave = 1 / (2 * coefficients.wavenumber)
    // S C, then C† S C, both by columns.
    var sourceWaves = [Complex](repeating: .zero, count: n * n)
    for k in 0..<n {
      for h in 0..<n {
        let wave = waves[k * n + h]
        for g in 0..<n { sourceWaves[k * n + g] += source[h * n + g] * wave }
      }
    }
    var intensity = 0.0
    for k in 0..<n {
      for j in 0..<n {
        var overlap = Complex.zero
        for g in 0..<n { overlap += waves[j * n + g].conjugate * sourceWaves[k * n + g] }
        let mean = depth.mean(
          phase: (values[k].real - values[j].real) * perWave,
          decay: 2 * .pi * (values[k].imaginary + values[j].imaginary) * perWave)
        let weight = amplitudes[j].conjugate * amplitudes[k] * overlap
        intensity += (weight * Complex(real: mean.real, imaginary: mean.imaginary)).real
      }
    }
    return intensity
  }

  /// Eigenvalues, eigenvectors as columns, and the share of each in the wave that enters.
  private static func complexWaves(
    _ matrix: [Complex], order n: Int
  ) throws(BlochWaveError) -> (values: [Complex], waves: [Complex], amplitudes: [Complex]) {
    // Numbers as the library wants them: real and imaginary part in turn.
    var entries = matrix.flatMap { [$0.real, $0.imaginary] }
    var values = [Double](repeating: 0, count: 2 * n)
    var waves = [Double](repeating: 0, count: 2 * n * n)
    var order = Int32(n)
    var status: Int32 = 0
    var size = Int32(8 * n)
    var work = [Double](repeating: 0, count: 16 * n)
    var realWork = [Double](repeating: 0, count: 2 * n)
    var (one, none) = (Int32(1), [0.0])
    zgeev_(
      "N", "V", &order, &entries, &order, &values, &none, &one, &waves, &order, &work, &size, &realWork, &status)
    guard status == 0 else { throw .noEigenvectors(status: Int(status)) }
    var factors = waves
    var amplitudes = [Double](repeating: 0, count: 2 * n)
    amplitudes[0] = 1
    var pivots = [Int32](repeating: 0, count: n)
    zgesv_(&order, &one, &factors, &order, &pivots, &amplitudes, &order, &status)
    guard status == 0 else { throw .noEigenvectors(status: Int(status)) }
    func numbers(_ pairs: [Double]) -> [Complex] {
      (0..<pairs.count / 2).map { Complex(real: pairs[2 * $0], imaginary: pairs[2 * $0 + 1]) }
    }
    return (numbers(values), numbers(waves), numbers(amplitudes))
  }
}
