internal import Foundation

/// Eigenvalues and eigenvectors of a small Hermitian matrix, by Jacobi's rotations.
///
/// Meant for the Gram matrix of a few modes; the cost grows with the cube of the size, and the result depends on the
/// input alone. G. H. Golub and C. F. Van Loan, Matrix Computations, 4th edition, section 8.5.
struct HermitianEigenvectors {
  /// By falling size.
  let values: [Double]
  /// Each as real and imaginary parts, in the order of ``values``.
  let vectors: [[(real: Double, imaginary: Double)]]

  private typealias Complex = (real: Double, imaginary: Double)

  /// - Parameters:
  ///   - matrix: in C order; the upper triangle is used.
  ///   - size: rows and columns.
  init(_ matrix: [(real: Double, imaginary: Double)], size: Int) {
    precondition(matrix.count == size * size, "a square matrix")
    var a = matrix
    for row in 0..<size {
      a[row * size + row].imaginary = 0
      for column in 0..<row {
        let mirrored = a[column * size + row]
        a[row * size + column] = (mirrored.real, -mirrored.imaginary)
      }
    }
    var v = [Complex](repeating: (0, 0), count: size * size)
    for i in 0..<size { v[i * size + i] = (1, 0) }
    let scale = a.reduce(0) { $0 + $1.real * $1.real + $1.imaginary * $1.imaginary }
    for _ in 0..<60 {
      var off = 0.0
      for p in 0..<size {
        for q in p + 1..<max(size, p + 1) {
          let z = a[p * size + q]
          off += z.real * z.real + z.imaginary * z.imaginary
        }
      }
      if off <= 1e-30 * scale { break }
      for p in 0..<size {
        for q in p + 1..<max(size, p + 1) { Self.rotate(&a, &v, p, q, size) }
      }
    }
    let order = (0..<size).sorted { a[$0 * size + $0].real > a[$1 * size + $1].real }
    values = order.map { a[$0 * size + $0].real }
    vectors = order.map { column in (0..<size).map { v[$0 * size + column] } }
  }

  /// Makes the element (p, q) vanish: column q takes the phase that makes it real, then the two columns turn.
  private static func rotate(_ a: inout [Complex], _ v: inout [Complex], _ p: Int, _ q: Int, _ size: Int) {
    let element = a[p * size + q]
    let modulus = hypot(element.real, element.imaginary)
    guard modulus > 0 else { return }
    let phase: Complex = (element.real / modulus, -element.imaginary / modulus)
    let theta = (a[q * size + q].real - a[p * size + p].real) / (2 * modulus)
    let tangent = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    let sine = tangent * cosine
    func turnColumns(_ m: inout [Complex]) {
      for row in 0..<size {
        let x = m[row * size + p]
        let y = product(m[row * size + q], phase)
        m[row * size + p] = (cosine * x.real - sine * y.real, cosine * x.imaginary - sine * y.imaginary)
        m[row * size + q] = (sine * x.real + cosine * y.real, sine * x.imaginary + cosine * y.imaginary)
      }
    }
    turnColumns(&a)
    turnColumns(&v)
    for column in 0..<size {
      let x = a[p * size + column]
      let y = product(a[q * size + column], (phase.real, -phase.imaginary))
      a[p * size + column] = (cosine * x.real - sine * y.real, cosine * x.imaginary - sine * y.imaginary)
      a[q * size + column] = (sine * x.real + cosine * y.real, sine * x.imaginary + cosine * y.imaginary)
    }
  }

  private static func product(_ x: Complex, _ y: Complex) -> Complex {
    (x.real * y.real - x.imaginary * y.imaginary, x.real * y.imaginary + x.imaginary * y.real)
  }
}
