public import ArrayMath
internal import Foundation

extension [ComplexImage] {
  /// Makes the modes of a probe orthogonal, by falling power, without changing any pattern.
  ///
  /// With the eigenvectors v of the matrix G_kl = Σ P_k* P_l the new modes are Σ_k v_k P_k: a unitary mixture, which
  /// keeps Σ_k |Ψ_k|² for every object (P. Thibault and A. Menzel, Nature 494 (2013) 68). The phase of each is chosen
  /// for the largest part of its own old mode to be positive, so that modes change steadily from pass to pass.
  public mutating func orthogonalise() {
    guard count > 1, let first else { return }
    let modes = count
    var gram = HermitianMatrix(size: modes)
    for k in 0..<modes {
      for l in k..<modes {
        var real = 0.0
        var imaginary = 0.0
        for (a, b) in zip(self[k].pixels, self[l].pixels) {
          let product = a.conjugate * b
          real += Double(product.real)
          imaginary += Double(product.imaginary)
        }
        gram.set(k, l, real, imaginary)
      }
    }
    let vectors = gram.eigenvectors()
    var mixed = [ComplexImage](repeating: ComplexImage(repeating: .zero, shape: first.shape), count: modes)
    for mode in 0..<modes {
      // The part of the vector that counts is the one that names the old mode at this place, where it is not small.
      let own = vectors[mode][mode]
      let anchor =
        hypot(own.real, own.imaginary) > 1e-3
        ? own : vectors[mode].max { hypot($0.real, $0.imaginary) < hypot($1.real, $1.imaginary) } ?? own
      let size = hypot(anchor.real, anchor.imaginary)
      for k in 0..<modes {
        let v = vectors[mode][k]
        let real = (v.real * anchor.real + v.imaginary * anchor.imaginary) / size
        let imaginary = (v.imaginary * anchor.real - v.real * anchor.imaginary) / size
        let factor = ComplexFloat(Float(real), Float(imaginary))
        for i in mixed[mode].pixels.indices { mixed[mode].pixels[i] += factor * self[k].pixels[i] }
      }
    }
    self = mixed
  }
}

/// A small Hermitian matrix in double precision.
struct HermitianMatrix {
  typealias Number = (real: Double, imaginary: Double)
  private let size: Int
  private var elements: [[Number]]

  init(size: Int) {
    self.size = size
    elements = [[Number]](repeating: [Number](repeating: (0, 0), count: size), count: size)
  }

  /// Sets an element and its mirror image.
  mutating func set(_ row: Int, _ column: Int, _ real: Double, _ imaginary: Double) {
    elements[row][column] = (real, row == column ? 0 : imaginary)
    elements[column][row] = (real, row == column ? 0 : -imaginary)
  }

  /// The eigenvectors by falling eigenvalue: `eigenvectors()[n][k]` is the k-th part of the n-th.
  ///
  /// By rotations of Jacobi: each makes one pair of elements off the diagonal vanish.
  func eigenvectors() -> [[Number]] {
    var a = elements
    var vectors = [[Number]](repeating: [Number](repeating: (0, 0), count: size), count: size)
    for n in 0..<size { vectors[n][n] = (1, 0) }
    func times(_ x: Number, _ y: Number) -> Number {
      (x.real * y.real - x.imaginary * y.imaginary, x.real * y.imaginary + x.imaginary * y.real)
    }
    let scale = (0..<size).reduce(0) { max($0, abs(a[$1][$1].real)) }
    for _ in 0..<60 {
      var off = 0.0
      for p in 0..<size {
        for q in p + 1..<size {
          let length = hypot(a[p][q].real, a[p][q].imaginary)
          off = max(off, length)
          guard length > 1e-14 * scale else { continue }
          // With a_pq = |a_pq| e^{iφ}, the rotation takes e_q e^{−iφ} and e_p through the angle of the real case.
          let phase: Number = (a[p][q].real / length, a[p][q].imaginary / length)
          let theta = 0.5 * atan2(2 * length, a[p][p].real - a[q][q].real)
          let c = cos(theta)
          let s = sin(theta)
          let back: Number = (phase.real, -phase.imaginary)
          for k in 0..<size {
            let (x, y) = (a[k][p], times(a[k][q], back))
            a[k][p] = (c * x.real + s * y.real, c * x.imaginary + s * y.imaginary)
            a[k][q] = (c * y.real - s * x.real, c * y.imaginary - s * x.imaginary)
            let (v, w) = (vectors[p][k], times(vectors[q][k], back))
            vectors[p][k] = (c * v.real + s * w.real, c * v.imaginary + s * w.imaginary)
            vectors[q][k] = (c * w.real - s * v.real, c * w.imaginary - s * v.imaginary)
          }
          for k in 0..<size {
            let (x, y) = (a[p][k], times(a[q][k], phase))
            a[p][k] = (c * x.real + s * y.real, c * x.imaginary + s * y.imaginary)
            a[q][k] = (c * y.real - s * x.real, c * y.imaginary - s * x.imaginary)
          }
        }
      }
      if off <= 1e-14 * scale { break }
    }
    let order = (0..<size).sorted { a[$0][$0].real > a[$1][$1].real }
    return order.map { vectors[$0] }
  }
}
