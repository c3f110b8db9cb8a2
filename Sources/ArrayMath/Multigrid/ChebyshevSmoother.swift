/// Damps the upper part of a matrix's spectrum by the polynomial of Chebyshev in D⁻¹ A that is smallest there.
///
/// Unlike the method of Gauss and Seidel it is made of products with the matrix, which threads share, and it is symmetric.
///
/// M. Adams, M. Brezina, J. Hu, R. Tuminaro, J. Comput. Phys. 188 (2003) 593.
struct ChebyshevSmoother: Sendable {
  let inverseDiagonal: [Double]
  /// Of D⁻¹ A, estimated from below by Lanczos's method and raised by a tenth.
  let largestEigenvalue: Double
  private let degree: Int
  private let lower: Double

  init(
    matrix: CompressedRows, inverseDiagonal: [Double], degree: Int, smoothedSpectrum: Double, threads: Int
  ) throws {
    self.inverseDiagonal = inverseDiagonal
    self.degree = max(degree, 1)
    largestEigenvalue =
      1.1 * (try Self.largestEigenvalue(of: matrix, inverseDiagonal: inverseDiagonal, threads: threads))
    lower = largestEigenvalue / smoothedSpectrum
  }

  /// Improves a solution of A x = b.
  ///
  /// - Parameters:
  ///   - solution: x; overwritten where it starts from zero.
  ///   - residual: workspace; after a start from zero, b − A x.
  ///   - fromZero: whether x is taken as zero.
  func smooth(
    _ matrix: CompressedRows, _ right: [Double], solution: inout [Double], residual: inout [Double], fromZero: Bool,
    threads: Int
  ) throws {
    if fromZero {
      residual = right
      for index in solution.indices { solution[index] = 0 }
    } else {
      try matrix.residual(of: right, minus: solution, into: &residual, threads: threads)
    }
    let middle = (largestEigenvalue + lower) / 2
    let half = (largestEigenvalue - lower) / 2
    let sigma = middle / half
    var rho = 1 / sigma
    var update = [Double](repeating: 0, count: solution.count)
    try VectorKernels.addScaled(1 / middle, residual, by: inverseDiagonal, 0, to: &update, threads: threads)
    for step in 1...degree {
      try VectorKernels.combine(1, update, 1, into: &solution, threads: threads)
      // The residual after the last update is wanted before the coarser level alone.
      guard step < degree || fromZero else { break }
      try matrix.subtractProduct(update, from: &residual, threads: threads)
      guard step < degree else { break }
      let next = 1 / (2 * sigma - rho)
      try VectorKernels.addScaled(
        2 * next / half, residual, by: inverseDiagonal, next * rho, to: &update, threads: threads)
      rho = next
    }
  }

  /// The largest eigenvalue of D⁻½ A D⁻½ by twelve steps of Lanczos's method from a vector of seeded noise.
  private static func largestEigenvalue(
    of matrix: CompressedRows, inverseDiagonal: [Double], threads: Int
  ) throws -> Double {
    let size = matrix.rowCount
    guard size > 0 else { return 1 }
    let root = inverseDiagonal.map { $0.squareRoot() }
    var generator = SeededGenerator(seed: 1)
    var vector = (0..<size).map { _ in generator.uniform() - 0.5 }
    var before = [Double](repeating: 0, count: size)
    var scaled = before
    var product = before
    var (diagonal, side): ([Double], [Double]) = ([], [])
    var norm = try VectorKernels.dot(vector, vector, threads: threads).squareRoot()
    for _ in 0..<min(12, size) {
      for index in 0..<size { vector[index] /= norm }
      try VectorKernels.scale(vector, by: root, into: &scaled, threads: threads)
      try matrix.multiply(scaled, into: &product, threads: threads)
      for index in 0..<size { product[index] *= root[index] }
      if let last = side.last {
        for index in 0..<size { product[index] -= last * before[index] }
      }
      let alpha = try VectorKernels.dot(product, vector, threads: threads)
      for index in 0..<size { product[index] -= alpha * vector[index] }
      diagonal.append(alpha)
      norm = try VectorKernels.dot(product, product, threads: threads).squareRoot()
      guard norm > 1e-12 * abs(alpha) else { break }
      side.append(norm)
      swap(&before, &vector)
      swap(&vector, &product)
    }
    return largestOfTridiagonal(diagonal, side)
  }

  /// By bisection with Sturm's count of negative pivots of T − x I.
  private static func largestOfTridiagonal(_ diagonal: [Double], _ side: [Double]) -> Double {
    func countAbove(_ x: Double) -> Int {
      var count = 0
      var pivot = 1.0
      for index in diagonal.indices {
        let left = index > 0 ? side[index - 1] : 0
        pivot = diagonal[index] - x - left * left / (pivot == 0 ? 1e-300 : pivot)
        if pivot > 0 { count += 1 }
      }
      return count
    }
    var bound = 0.0
    for index in diagonal.indices {
      let left = index > 0 ? side[index - 1] : 0
      let right = index + 1 < diagonal.count ? side[index] : 0
      bound = max(bound, abs(diagonal[index]) + left + right)
    }
    var (low, high) = (0.0, bound)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if countAbove(middle) > 0 { low = middle } else { high = middle }
    }
    return high
  }
}
