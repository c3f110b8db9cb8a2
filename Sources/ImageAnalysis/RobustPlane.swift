internal import ArrayMath
internal import Foundation

/// A plane through samples of an image, by least squares with the weights of Huber.
///
/// Residuals up to 1.345 standard deviations count in full, larger ones in proportion to 1/|r|; the standard deviation is
/// 1.4826 times the median of |r|. The covariance of (constant, per row, per column) is
///
///     Σψ² / (n − 3) / (mean ψ')² · (AᵀA)⁻¹ · (1 + ρ_r)/(1 − ρ_r) · (1 + ρ_c)/(1 − ρ_c),
///
/// with ψ the limited residuals; the last factors count samples that are not independent, ρ being the correlation of the
/// residuals of neighbours, as of noise whose correlation falls exponentially along both axes.
///
/// P. J. Huber, "Robust Statistics", Wiley 1981, chapter 7.
struct RobustPlane {
  /// A pixel relative to the point at which the constant is meant, and the value there.
  struct Sample {
    var row: Double
    var column: Double
    var value: Double
  }

  /// Value at the origin of the samples.
  private(set) var constant = 0.0
  /// Per pixel downwards.
  private(set) var perRow = 0.0
  /// Per pixel to the right.
  private(set) var perColumn = 0.0
  /// The standard deviation of the samples round the plane, from their median.
  private(set) var deviation = 0.0
  /// Of (constant, perRow, perColumn), without the correction for correlation.
  private(set) var covariance: [[Double]] = []

  private static let limit = 1.345
  private static let mostRounds = 30

  /// nil where the samples do not span a plane.
  init?(_ samples: [Sample]) {
    guard samples.count > 3 else { return nil }
    var plane = [0.0, 0, 0]
    var scale = Double.infinity
    for _ in 0..<Self.mostRounds {
      guard let next = Self.solve(samples, plane: plane, limit: Self.limit * scale) else { return nil }
      let change = zip(next, plane).map { abs($0 - $1) }
      plane = next
      let scaleBefore = scale
      scale = Self.deviation(samples, plane)
      if change.max() ?? 0 < 1e-10 || (scale == 0 && scaleBefore == 0) { break }
    }
    (constant, perRow, perColumn, deviation) = (plane[0], plane[1], plane[2], scale)
    guard let inverse = Self.inverse(Self.normalMatrix(samples) { _ in 1 }) else { return nil }
    var limited = 0.0
    var inside = 0
    for sample in samples {
      let residual = abs(Self.residual(sample, plane))
      limited += pow(min(residual, Self.limit * scale), 2)
      if residual <= Self.limit * scale { inside += 1 }
    }
    let slope = Double(inside) / Double(samples.count)
    let variance = limited / Double(samples.count - 3) / (slope * slope)
    covariance = inverse.map { $0.map { $0 * variance } }
  }

  private static func residual(_ sample: Sample, _ plane: [Double]) -> Double {
    sample.value - plane[0] - plane[1] * sample.row - plane[2] * sample.column
  }

  private static func normalMatrix(_ samples: [Sample], weight: (Sample) -> Double) -> [[Double]] {
    var (n, r, c, rr, rc, cc) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for sample in samples {
      let w = weight(sample)
      n += w
      r += w * sample.row
      c += w * sample.column
      rr += w * sample.row * sample.row
      rc += w * sample.row * sample.column
      cc += w * sample.column * sample.column
    }
    return [[n, r, c], [r, rr, rc], [c, rc, cc]]
  }

  private static func solve(_ samples: [Sample], plane: [Double], limit: Double) -> [Double]? {
    func weight(_ sample: Sample) -> Double {
      let size = abs(residual(sample, plane))
      return size <= limit ? 1 : limit / size
    }
    guard let inverse = inverse(normalMatrix(samples, weight: weight)) else { return nil }
    var (n, r, c) = (0.0, 0.0, 0.0)
    for sample in samples {
      let value = weight(sample) * sample.value
      n += value
      r += value * sample.row
      c += value * sample.column
    }
    return inverse.map { $0[0] * n + $0[1] * r + $0[2] * c }
  }

  /// From the median of at most some 60 000 samples, taken at even steps.
  private static func deviation(_ samples: [Sample], _ plane: [Double]) -> Double {
    let step = max(1, samples.count / 60_000)
    var sizes = stride(from: 0, to: samples.count, by: step).map { abs(residual(samples[$0], plane)) }
    return 1.4826 * sizes.select(sizes.count / 2)
  }

  /// The inverse of a symmetric matrix of three rows, nil where it is singular.
  private static func inverse(_ m: [[Double]]) -> [[Double]]? {
    func minor(_ i: Int, _ j: Int) -> Double {
      let (a, b) = ((i + 1) % 3, (i + 2) % 3)
      let (c, d) = ((j + 1) % 3, (j + 2) % 3)
      return m[a][c] * m[b][d] - m[a][d] * m[b][c]
    }
    let determinant = m[0][0] * minor(0, 0) + m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2)
    guard determinant > 1e-9 * m[0][0] * max(m[1][1], 1) * max(m[2][2], 1) else { return nil }
    return (0..<3).map { i in (0..<3).map { j in minor(i, j) / determinant } }
  }
}
