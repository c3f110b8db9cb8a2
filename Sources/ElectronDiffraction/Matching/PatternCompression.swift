import COpenBLASSystem
import Foundation

/// Principal components of a set of patterns: a basis in which a few numbers tell most of a pattern.
///
/// With X the patterns by rows, of mean 0 and unit norm, the components are the eigenvectors of XᵀX of the greatest
/// eigenvalues; of fewer patterns than pixels they follow from those of XXᵀ (Sirovich, Q. Appl. Math. 45, 561 (1987)).
/// Inner products of patterns in the span of the components are kept; what lies outside is noise and the finest detail.
struct PatternCompression: Sendable {
  /// Values of a pattern.
  let pixels: Int
  /// Values of a compressed pattern.
  let components: Int
  /// The components by rows.
  let basis: [Float]
  /// The share of the sum of squares of the patterns that the components hold.
  let share: Double

  /// - Parameters:
  ///   - patterns: patterns by rows.
  ///   - components: how many are kept; fewer where the patterns span less.
  /// - Returns: nil where the eigenvalues were not found.
  init?(patterns: [Float], pixels: Int, components: Int) {
    openblas_set_num_threads(1)
    let count = patterns.count / pixels
    let byPixels = count > pixels
    let n = byPixels ? pixels : count
    var products = [Float](repeating: 0, count: n * n)
    if byPixels {
      cblas_sgemm(
        101, 112, 111, Int32(n), Int32(n), Int32(count), 1, patterns, Int32(pixels), patterns, Int32(pixels), 0,
        &products, Int32(n))
    } else {
      cblas_sgemm(
        101, 111, 112, Int32(n), Int32(n), Int32(pixels), 1, patterns, Int32(pixels), patterns, Int32(pixels), 0,
        &products, Int32(n))
    }
    guard let values = Self.eigenvectors(of: &products, count: n) else { return nil }
    // By columns an eigenvector is a run of n values; the greatest eigenvalue is the last.
    let greatest = values.last ?? 0
    let kept = (0..<n).reversed().prefix(components).filter { byPixels || values[$0] > 1e-6 * greatest }
    var rows = [Float](repeating: 0, count: kept.count * n)
    for (row, index) in kept.enumerated() {
      let scale = byPixels ? 1 : 1 / values[index].squareRoot()
      for k in 0..<n { rows[row * n + k] = products[index * n + k] * scale }
    }
    if byPixels {
      basis = rows
    } else {
      var mixed = [Float](repeating: 0, count: kept.count * pixels)
      cblas_sgemm(
        101, 111, 111, Int32(kept.count), Int32(pixels), Int32(n), 1, rows, Int32(n), patterns, Int32(pixels), 0,
        &mixed, Int32(pixels))
      basis = mixed
    }
    self.pixels = pixels
    self.components = kept.count
    let total = values.reduce(0.0) { $0 + Double(max($1, 0)) }
    share = kept.reduce(0.0) { $0 + Double(max(values[$1], 0)) } / total
  }

  /// Replaces a symmetric matrix by its eigenvectors, one after the other; returns the eigenvalues, ascending.
  private static func eigenvectors(of matrix: inout [Float], count: Int) -> [Float]? {
    var (n, info, query) = (Int32(count), Int32(0), Int32(-1))
    var (job, triangle) = (CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "U")))
    var values = [Float](repeating: 0, count: count)
    var (size, integers) = (Float(0), Int32(0))
    ssyevd_(&job, &triangle, &n, &matrix, &n, &values, &size, &query, &integers, &query, &info)
    guard info == 0 else { return nil }
    // The length comes as a single precision number, which may have been rounded down.
    var (length, integerLength) = (Int32(size * 1.001) + 1, integers)
    var work = [Float](repeating: 0, count: Int(length))
    var integerWork = [Int32](repeating: 0, count: Int(integerLength))
    ssyevd_(
      &job, &triangle, &n, &matrix, &n, &values, &work, &length, &integerWork, &integerLength, &info)
    return info == 0 ? values : nil
  }

  /// Patterns by rows in the components.
  func compressed(_ patterns: [Float]) -> [Float] {
    let count = patterns.count / pixels
    var result = [Float](repeating: 0, count: count * components)
    guard count > 0, components > 0 else { return result }
    cblas_sgemm(
      101, 111, 112, Int32(count), Int32(components), Int32(pixels), 1, patterns, Int32(pixels), basis, Int32(pixels),
      0, &result, Int32(components))
    return result
  }
}
