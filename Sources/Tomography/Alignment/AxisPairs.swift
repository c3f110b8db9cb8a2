internal import ArrayMath
internal import Foundation

/// The axis of rotation from projections half a turn apart: with the axis at a, p(c) of the one is p(2a − c) of the other.
enum AxisPairs {
  /// Pairs of projections half a turn apart to a tenth of the usual step.
  static func pairs(_ geometry: ProjectionGeometry, among views: [Int]) -> [(first: Int, second: Int)] {
    let order = views.sorted { (geometry.angles[$0], $0) < (geometry.angles[$1], $1) }
    let steps = zip(order.dropFirst(), order).map { geometry.angles[$0] - geometry.angles[$1] }.filter { $0 > 1e-9 }
    let tolerance = 0.1 * (steps.isEmpty ? 0.01 : min(median(steps), 0.05))
    var pairs: [(first: Int, second: Int)] = []
    for (place, first) in order.enumerated() {
      let goal = geometry.angles[first] + .pi
      let match = order[place...].min {
        abs(geometry.angles[$0] - goal) < abs(geometry.angles[$1] - goal)
      }
      if let match, abs(geometry.angles[match] - goal) <= tolerance { pairs.append((first, match)) }
    }
    return pairs
  }

  static func axis(_ stack: ProjectionStack, pairs: [(first: Int, second: Int)]) throws -> RotationAxis {
    guard !pairs.isEmpty else {
      throw TomographyError.invalid(
        "no two projections lie half a turn apart; look for the axis by the centre of mass or by sharpness")
    }
    let bands = RotationAxis.bands(stack.shape.rows)
    // A few pairs spread over the turn.
    let chosen = (0..<min(pairs.count, 12)).map { pairs[$0 * pairs.count / min(pairs.count, 12)] }
    var places: [(row: Double, column: Double, uncertainty: Double)] = []
    for pair in chosen {
      guard let start = coarse(stack, pair) else { continue }
      for band in bands {
        guard let found = refined(stack, pair, rows: band, from: start) else { continue }
        places.append((Double(band.lowerBound + band.upperBound) / 2, found.column, found.uncertainty))
      }
    }
    return try RotationAxis.line(through: places, rows: stack.shape.rows, method: .pair)
  }

  /// The axis to half a pixel: where the correlation of one projection with the other's mirror image is highest.
  private static func coarse(_ stack: ProjectionStack, _ pair: (first: Int, second: Int)) -> Double? {
    let (rows, width) = (stack.shape.rows, stack.shape.columns)
    let chosen = Set((0..<min(rows, 24)).map { $0 * rows / min(rows, 24) }).sorted()
    func lines(_ view: Int) -> [[Double]] {
      chosen.map { row in
        let start = (view * rows + row) * width
        return (0..<width).map { Double(stack.pixels[start + $0]) }
      }
    }
    let (first, second) = (lines(pair.first), lines(pair.second))
    var (best, height) = (0, -Double.infinity)
    // c' = s − 1 − c with s = 2a whole.
    for s in 2 * width / 5...8 * width / 5 {
      let low = max(0, s - width)
      let high = min(width, s)
      var (n, x, y, xx, yy, xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      for (p, q) in zip(first, second) {
        for c in low..<high {
          let (a, b) = (p[c], q[s - 1 - c])
          guard a.isFinite, b.isFinite else { continue }
          n += 1
          x += a
          y += b
          xx += a * a
          yy += b * b
          xy += a * b
        }
      }
      let spread = (n * xx - x * x) * (n * yy - y * y)
      guard n > 0, spread > 0 else { continue }
      let correlation = (n * xy - x * y) / spread.squareRoot()
      if correlation > height { (best, height) = (s, correlation) }
    }
    return height > 0 ? Double(best) / 2 : nil
  }

  /// Newton's steps towards the least Σ (p(c) − q(2a − c) − k)² over a band of rows.
  private static func refined(
    _ stack: ProjectionStack, _ pair: (first: Int, second: Int), rows: Range<Int>, from start: Double
  ) -> (column: Double, uncertainty: Double)? {
    let (height, width) = (stack.shape.rows, stack.shape.columns)
    var axis = start
    var uncertainty = Double.infinity
    for _ in 0..<12 {
      var sum = LeastSquaresSum(unknowns: 2)
      for row in rows {
        let p = (pair.first * height + row) * width
        let q = (pair.second * height + row) * width
        for c in 0..<width {
          let place = 2 * axis - Double(c) - 1
          let left = Int(place.rounded(.down))
          guard left >= 3, left + 4 < width else { continue }
          let weights = RowShift.weights(place - Double(left))
          var (value, slope) = (0.0, 0.0)
          for (tap, weight) in weights.enumerated() {
            let at = q + left - 2 + tap
            value += weight * Double(stack.pixels[at])
            slope += weight * 0.5 * Double(stack.pixels[at + 1] - stack.pixels[at - 1])
          }
          let rest = Double(stack.pixels[p + c]) - value
          guard rest.isFinite, slope.isFinite else { continue }
          sum.add([2 * slope, 1], rest)
        }
      }
      guard let found = sum.solved() else { return nil }
      let step = min(max(found.values[0], -1), 1)
      axis += step
      uncertainty = found.uncertainties[0]
      if abs(step) < 1e-4 { break }
    }
    return abs(axis - start) < 3 ? (axis, uncertainty) : nil
  }
}
