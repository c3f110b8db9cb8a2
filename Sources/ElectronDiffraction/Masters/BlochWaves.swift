import COpenBLASSystem
import Foundation

/// The Bloch waves of one direction after another; the working memory of one thread.
///
/// The wave that leaves along k is, by reciprocity, the wave that enters against it (z along −k, counted from the face).
/// With the beams g that are excited,
///
///     Σ_h A_gh C_h = 2 k γ C_g,  A_gg = 2 k s_g + i U′(0),  A_gh = U(g − h) + i U′(g − h),
///     ψ(r) = Σ_j α_j Σ_g C_gj exp(2πi ((k + g)·r + γ_j z)),  Σ_j C_gj α_j = δ_g0,
///
/// and the intensity from sources S (see ``BlochCoefficients``) with the depth profile ρ(z)
///
///     I = Σ_gh S(h − g) Σ_jk C*_gj C_hk α*_j α_k ∫ ρ(z) exp(2πi (γ_k − γ*_j) z) dz.
///
/// (Callahan and De Graef, Microsc. Microanal. 19, 1255 (2013).) Weakly excited beams w change the strong ones by the
/// potentials of Bethe, A_gh − Σ_w A_gw A_wh/(2 k s_w), and follow them with amplitudes ψ_w = −Σ_g A_wg ψ_g/(2 k s_w), which
/// enter the intensity to first order. Without the latter the pattern converges slowly with the number of strong beams:
/// the sources are small, so beams far from Bragg's angle still tell where they are.
final class BlochWaves {
  let coefficients: BlochCoefficients
  private let selection: BeamSelection
  let depth: DepthProfile
  /// The places in the list of beams of those that are strong and weak along the direction in hand.
  private(set) var strong: [Int] = []
  private(set) var weak: [Int] = []
  /// 2 k s of each beam, in 1/m².
  private(set) var excitation: [Double]

  init(_ coefficients: BlochCoefficients, selection: BeamSelection, depth: DepthProfile) {
    (self.coefficients, self.selection, self.depth) = (coefficients, selection, depth)
    excitation = [Double](repeating: 0, count: coefficients.beams.count)
  }

  /// Sorts the beams for a unit direction of the crystal into strong and weak ones.
  func select(_ direction: SIMD3<Double>) {
    let wave = 2 * coefficients.wavenumber * direction
    strong.removeAll(keepingCapacity: true)
    weak.removeAll(keepingCapacity: true)
    let closest = selection.resonance * (coefficients.beams.count > 1 ? coefficients.beams[1].potential : 0)
    for (index, beam) in coefficients.beams.enumerated() {
      let e = -((wave * beam.vector).sum() + beam.squaredLength)
      excitation[index] = e
      let deviation = abs(e) / 2
      if index == 0 || deviation <= selection.strong * beam.potential || deviation <= closest {
        strong.append(index)
      } else if deviation <= selection.weak * beam.potential {
        weak.append(index)
      }
    }
  }

  /// The intensity along a unit direction of the crystal; 1 without diffraction and absorption.
  func intensity(_ direction: SIMD3<Double>) throws(BlochWaveError) -> Double {
    if coefficients.isReal, case .exponential(let mean) = depth,
      let intensity = try realIntensity(direction, meanDepth: mean)
    {
      return intensity
    }
    return try complexIntensity(direction)
  }

  /// The intensity along a unit direction of a crystal whose coefficients are real, for an exponential depth profile.
  ///
  /// In the basis of the Bloch waves without absorption, the mean over depth of ψ ψ† is the Hermitian matrix ρ with
  ///
  ///     (1 + d (q_j + q_k) − 2πi d (γ_j − γ_k)) ρ_jk + (π d/k) (W ρ + ρ W)_jk = c_j c_k,
  ///
  /// where W is U′ in that basis without its diagonal, q_j = π U′_jj/k, c_j = C_0j and d the mean depth. W is small, so ρ
  /// is found by iteration, from absorption as a perturbation of first order.
  ///
  /// - Returns: nil where the iteration does not end.
  func realIntensity(_ direction: SIMD3<Double>, meanDepth d: Double) throws(BlochWaveError) -> Double? {
    select(direction)
    let n = strong.count
    let (table, lossTable, sourceTable) = (coefficients.potential, coefficients.absorption, coefficients.source)
    let centre = coefficients.centre
    let offsets = strong.map { coefficients.beams[$0].offset }
    var matrix = [Double](repeating: 0, count: n * n)
    var loss = matrix
    var source = matrix
    for j in 0..<n {
      let base = centre - offsets[j]
      for i in 0..<n {
        let place = base + offsets[i]
        matrix[j * n + i] = table[place].real
        loss[j * n + i] = lossTable[place].real
        source[j * n + i] = sourceTable[place].real
      }
    }
    for i in 0..<n { matrix[i * n + i] = excitation[strong[i]] }
    addWeakBeams(offsets, &matrix, &loss, &source)

    let values = try Self.eigenvectors(of: &matrix, order: n)
    // The columns of `matrix` are now the Bloch waves.
    let overlap = Self.product(matrix, Self.product(source, matrix, n), n, firstTransposed: true)
    var coupling = Self.product(matrix, Self.product(loss, matrix, n), n, firstTransposed: true)
    let scale = .pi * d / coefficients.wavenumber
    let decay = (0..<n).map { scale * coupling[$0 * n + $0] }
    for j in 0..<n { coupling[j * n + j] = 0 }

    var real = [Double](repeating: 0, count: n * n)
    var imaginary = real
    var change = [real, imaginary]
    var previous = Double.infinity
    for _ in 0..<60 {
      var intensity = 0.0
      for k in 0..<n {
        for j in 0...k {
          let (forward, backward) = (k * n + j, j * n + k)
          let a = 1 + decay[j] + decay[k]
          let b = -scale * (values[j] - values[k])
          let x = matrix[j * n] * matrix[k * n] - scale * (change[0][forward] + change[0][backward])
          let y = -scale * (change[1][forward] - change[1][backward])
          let norm = 1 / (a * a + b * b)
          real[forward] = (x * a + y * b) * norm
          imaginary[forward] = (y * a - x * b) * norm
          real[backward] = real[forward]
          imaginary[backward] = -imaginary[forward]
          intensity += (j == k ? 1 : 2) * overlap[forward] * real[forward]
        }
      }
      if abs(intensity - previous) < 1e-5 { return intensity }
      previous = intensity
      change = [Self.product(coupling, real, n), Self.product(coupling, imaginary, n)]
    }
    return nil
  }

  private func addWeakBeams(
    _ offsets: [Int], _ matrix: inout [Double], _ loss: inout [Double], _ source: inout [Double]
  ) {
    let (n, m) = (strong.count, weak.count)
    guard m > 0 else { return }
    let (table, lossTable, sourceTable) = (coefficients.potential, coefficients.absorption, coefficients.source)
    let centre = coefficients.centre
    var coupling = [Double](repeating: 0, count: n * m)
    var scaled = coupling
    var lossCoupling = coupling
    var sourceCoupling = coupling
    for (w, beam) in weak.enumerated() {
      let base = centre - coefficients.beams[beam].offset
      let inverse = 1 / excitation[beam]
      for i in 0..<n {
        let u = table[base + offsets[i]].real
        coupling[w * n + i] = u
        scaled[w * n + i] = u * inverse
        lossCoupling[w * n + i] = lossTable[base + offsets[i]].real
        sourceCoupling[w * n + i] = sourceTable[base + offsets[i]].real
      }
    }
    Self.subtractProduct(scaled, coupling, n, m, from: &matrix)
    Self.subtractProduct(scaled, lossCoupling, n, m, from: &loss)
    Self.subtractProduct(lossCoupling, scaled, n, m, from: &loss)
    Self.subtractProduct(scaled, sourceCoupling, n, m, from: &source)
    Self.subtractProduct(sourceCoupling, scaled, n, m, from: &source)
  }

  /// C −= A Bᵀ of n × m matrices by columns.
  private static func subtractProduct(
    _ a: [Double], _ b: [Double], _ n: Int, _ m: Int, from c: inout [Double]
  ) {
    var (order, inner, minusOne, one) = (Int32(n), Int32(m), -1.0, 1.0)
    dgemm_("N", "T", &order, &order, &inner, &minusOne, a, &order, b, &order, &one, &c, &order)
  }

  /// A B or Aᵀ B of square matrices by columns.
  private static func product(_ a: [Double], _ b: [Double], _ n: Int, firstTransposed: Bool = false) -> [Double] {
    var result = [Double](repeating: 0, count: n * n)
    var (order, one, zero) = (Int32(n), 1.0, 0.0)
    dgemm_(firstTransposed ? "T" : "N", "N", &order, &order, &order, &one, a, &order, b, &order, &zero, &result, &order)
    return result
  }

  /// Replaces a symmetric matrix by its eigenvectors, as columns, and returns its eigenvalues.
  private static func eigenvectors(of matrix: inout [Double], order n: Int) throws(BlochWaveError) -> [Double] {
    var values = [Double](repeating: 0, count: n)
    var order = Int32(n)
    var status: Int32 = 0
    var size = Int32(1 + 6 * n + 2 * n * n)
    var integerSize = Int32(3 + 5 * n)
    var work = [Double](repeating: 0, count: Int(size))
    var integerWork = [Int32](repeating: 0, count: Int(integerSize))
    dsyevd_("V", "L", &order, &matrix, &order, &values, &work, &size, &integerWork, &integerSize, &status)
    guard status == 0 else { throw .noEigenvectors(status: Int(status)) }
    return values
  }
}

/// Why a dynamical pattern cannot be computed.
public enum BlochWaveError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The library found no eigenvectors; its status.
  case noEigenvectors(status: Int)

  public var description: String {
    switch self {
    case .noEigenvectors(let status): "the eigenvalues of the Bloch waves did not converge (status \(status))"
    }
  }
}
