internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// A plane through weighted pixels, by least squares with the weights of Huber.
///
/// With the weight w of a pixel in proportion to the inverse of its variance, σ the standard deviation of a pixel of weight 1
/// and r the residual, pixels with |r|√w up to 1.345 σ count w, those beyond less in proportion. σ is 1.4826 times the median
/// of |r|√w. The covariance is that of ``PhaseRamp/fit(_:air:)``.
///
/// P. J. Huber, "Robust Statistics", Wiley 1981, chapter 7.
struct WeightedPlane {
  private static let limit = 1.345
  private static let mostRounds = 30

  /// Pixels that count, in C order.
  private var values: [Double] = []
  private var weights: [Double] = []
  private var rows: [Double] = []
  private var columns: [Double] = []
  private let shape: FrameShape

  /// - Parameters:
  ///   - values: `shape.count` pixels; those that are not finite do not count.
  ///   - weights: nil where all count the same.
  ///   - region: nil where all pixels count.
  init(
    _ pixels: UnsafeBufferPointer<Float>, weights given: UnsafeBufferPointer<Float>?, region: [Bool]?, shape: FrameShape
  ) {
    self.shape = shape
    let (centreRow, centreColumn) = (Double(shape.rows - 1) / 2, Double(shape.columns - 1) / 2)
    let count = region.map { $0.count { $0 } } ?? pixels.count
    values.reserveCapacity(count)
    weights.reserveCapacity(count)
    rows.reserveCapacity(count)
    columns.reserveCapacity(count)
    for index in 0..<shape.count where (region?[index] ?? true) && pixels[index].isFinite {
      let weight = given?[index] ?? 1
      guard weight > 0 else { continue }
      values.append(Double(pixels[index]))
      weights.append(Double(weight))
      rows.append(Double(index / shape.columns) - centreRow)
      columns.append(Double(index % shape.columns) - centreColumn)
    }
  }

  /// The plane; nil where the pixels do not span one.
  func fit() -> PhaseRamp? {
    guard values.count > 3 else { return nil }
    var plane = (0.0, 0.0, 0.0)
    var deviation = Double.infinity
    for _ in 0..<Self.mostRounds {
      guard let next = solve(plane, limit: Self.limit * deviation) else { return nil }
      let change = max(
        abs(next.0 - plane.0), abs(next.1 - plane.1) * Double(shape.rows), abs(next.2 - plane.2) * Double(shape.columns)
      )
      plane = next
      let before = deviation
      deviation = self.deviation(plane)
      if change < 1e-9 || (deviation == 0 && before == 0) { break }
    }
    guard let inverse = inverse(normalMatrix(nil, limit: .infinity)) else { return nil }
    var ramp = PhaseRamp(constant: plane.0, perRow: plane.1, perColumn: plane.2, shape: shape)
    ramp.airDeviation = deviation
    ramp.airPixels = values.count
    let variance = variance(plane, deviation)
    ramp.covariance = inverse.map { $0.map { $0 * variance } }
    return ramp
  }

  /// Variance of a pixel of weight 1, made larger by the correlation of neighbours.
  private func variance(_ plane: (Double, Double, Double), _ deviation: Double) -> Double {
    guard deviation > 0 else { return 0 }
    var limited = [Double](repeating: .nan, count: shape.count)
    var (sum, inside) = (0.0, 0)
    let (centreRow, centreColumn) = (Double(shape.rows - 1) / 2, Double(shape.columns - 1) / 2)
    for index in values.indices {
      let residual = residual(index, plane) * weights[index].squareRoot()
      let bounded = min(max(residual, -Self.limit * deviation), Self.limit * deviation)
      sum += bounded * bounded
      if bounded == residual { inside += 1 }
      limited[Int(rows[index] + centreRow) * shape.columns + Int(columns[index] + centreColumn)] = bounded
    }
    let slope = Double(max(inside, 1)) / Double(values.count)
    let plain = sum / Double(values.count - 3) / (slope * slope)
    let mean = sum / Double(values.count)
    func factor(step: Int) -> Double {
      var (product, pairs) = (0.0, 0)
      for index in 0..<max(limited.count - step, 0) {
        if step == 1, (index + 1) % shape.columns == 0 { continue }
        let next = limited[index] * limited[index + step]
        if !next.isNaN { (product, pairs) = (product + next, pairs + 1) }
      }
      guard pairs > 0, mean > 0 else { return 1 }
      let correlation = min(max(product / Double(pairs) / mean, 0), 0.99)
      return (1 + correlation) / (1 - correlation)
    }
    return plain * factor(step: 1) * factor(step: shape.columns)
  }

  private func residual(_ index: Int, _ plane: (Double, Double, Double)) -> Double {
    values[index] - plane.0 - plane.1 * rows[index] - plane.2 * columns[index]
  }

  /// n, r, c, rr, rc, cc, and the right side v, vr, vc.
  private func normalMatrix(_ plane: (Double, Double, Double)?, limit: Double) -> [Double] {
    var (n, r, c, rr, rc, cc) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    var (v, vr, vc) = (0.0, 0.0, 0.0)
    values.withUnsafeBufferPointer { values in
      weights.withUnsafeBufferPointer { weights in
        rows.withUnsafeBufferPointer { rows in
          columns.withUnsafeBufferPointer { columns in
            for index in 0..<values.count {
              var w = weights[index]
              let (row, column) = (rows[index], columns[index])
              if let plane, limit.isFinite {
                let size = abs(values[index] - plane.0 - plane.1 * row - plane.2 * column) * w.squareRoot()
                if size > limit { w *= limit / size }
              }
              let (wr, wc, wv) = (w * row, w * column, w * values[index])
              (n, r, c) = (n + w, r + wr, c + wc)
              (rr, rc, cc) = (rr + wr * row, rc + wr * column, cc + wc * column)
              (v, vr, vc) = (v + wv, vr + wv * row, vc + wv * column)
            }
          }
        }
      }
    }
    return [n, r, c, rr, rc, cc, v, vr, vc]
  }

  private func solve(_ plane: (Double, Double, Double), limit: Double) -> (Double, Double, Double)? {
    let sums = normalMatrix(plane, limit: limit)
    guard let m = inverse(sums) else { return nil }
    func line(_ i: Int) -> Double { m[i][0] * sums[6] + m[i][1] * sums[7] + m[i][2] * sums[8] }
    return (line(0), line(1), line(2))
  }

  /// From the median of at most some 60 000 pixels at even steps.
  private func deviation(_ plane: (Double, Double, Double)) -> Double {
    let step = max(1, values.count / 60_000)
    var sizes = stride(from: 0, to: values.count, by: step).map {
      abs(residual($0, plane)) * weights[$0].squareRoot()
    }
    return 1.4826 * sizes.select(sizes.count / 2)
  }

  private func inverse(_ sums: [Double]) -> [[Double]]? {
    let (n, r, c, rr, rc, cc) = (sums[0], sums[1], sums[2], sums[3], sums[4], sums[5])
    let (a, b, d) = (rr * cc - rc * rc, rc * c - r * cc, r * rc - rr * c)
    let determinant = n * a + r * b + c * d
    guard determinant > 1e-9 * n * max(rr, 1e-300) * max(cc, 1e-300) else { return nil }
    let (e, f, g) = (n * cc - c * c, r * c - n * rc, n * rr - r * r)
    return [[a, b, d], [b, e, f], [d, f, g]].map { $0.map { $0 / determinant } }
  }
}
