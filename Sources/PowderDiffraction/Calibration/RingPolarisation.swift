import Foundation

/// The degree of linear polarisation along axis 2 that the heights of the lines along the rings show.
///
/// With c = cos 2θ a line's height goes as (1 + c²) (1 − f m cos 2χ), m = (1 − c²) / (1 + c²). Heights are freed of the
/// solid angle; a first harmonic (absorption, a sample off centre) is fitted beside f.
struct RingPolarisation {
  let degree: Double
  /// Its standard deviation, from the scatter of the heights themselves.
  let sigma: Double

  /// A line's height at an azimuth.
  struct Height {
    var ring: Int
    var twoTheta: Double
    var azimuth: Double
    var height: Double
    var sigma: Double
  }

  /// `nil` where no ring covers enough azimuth.
  init?(_ heights: [Height]) {
    var weight = 0.0
    var sum = 0.0
    for (_, own) in Dictionary(grouping: heights, by: \.ring).sorted(by: { $0.key < $1.key }) where own.count >= 16 {
      guard let estimate = Self.estimate(own) else { continue }
      weight += 1 / (estimate.sigma * estimate.sigma)
      sum += estimate.degree / (estimate.sigma * estimate.sigma)
    }
    guard weight > 0 else { return nil }
    degree = sum / weight
    sigma = 1 / weight.squareRoot()
  }

  private static func estimate(_ heights: [Height]) -> (degree: Double, sigma: Double)? {
    let typical = median(heights.map(\.height))
    guard typical > 0 else { return nil }
    // Heights of spotty rings scatter by far more than their counts: equal weights, and the scatter gives the sigma.
    var kept = heights
    for _ in 0..<3 {
      let order = 4
      var matrix = [Double](repeating: 0, count: order * order)
      var right = [Double](repeating: 0, count: order)
      let rows = kept.map { item -> (d: [Double], value: Double) in
        let square = cos(item.twoTheta) * cos(item.twoTheta)
        let m = (1 - square) / (1 + square)
        return ([1, -m * cos(2 * item.azimuth), cos(item.azimuth), sin(item.azimuth)], item.height / typical)
      }
      for row in rows {
        for i in 0..<order {
          right[i] += row.d[i] * row.value
          for j in 0..<order { matrix[i * order + j] += row.d[i] * row.d[j] }
        }
      }
      guard kept.count > 8, let system = SymmetricSystem(matrix, order: order) else { return nil }
      let x = system.solve(right)
      let residuals = rows.map { row in row.value - (0..<order).reduce(0) { $0 + row.d[$1] * x[$1] } }
      let scale = max(1.4826 * median(residuals.map(abs)), 1e-9)
      let inside = residuals.indices.filter { abs(residuals[$0]) < 4 * scale }
      if inside.count == kept.count || kept.count < 16 {
        let variance = residuals.reduce(0) { $0 + $1 * $1 } / Double(kept.count - order)
        guard x[0] > 0.1 else { return nil }
        return (x[1] / x[0], (variance * system.inverse[order + 1]).squareRoot() / x[0])
      }
      kept = inside.map { kept[$0] }
    }
    return nil
  }
}
