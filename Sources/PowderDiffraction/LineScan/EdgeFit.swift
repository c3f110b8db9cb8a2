import Foundation

/// Locates two edges in signals along a pass.
struct EdgeFit {
  struct Edge {
    var position, sigma: Double
  }

  struct Result {
    var needle, free: Edge?
    var covariance = 0.0
    var scatter = 0.0
    var chiSquared = 0.0
    var degreesOfFreedom = 0
    var missing: [(edge: ScanEdge, reason: String)] = []
  }

  /// An edge has to lower χ² by this much, four standard deviations.
  private static let leastGain = 16.0

  let positions: [Double]
  let signals: [EdgeSignal]
  let deviation: Double
  let shape: ParticleShape
  /// Relative scatter of the particle's intensity beyond counting.
  private var scatter = 0.0
  private let low, high: Double
  /// Largest less smallest value of each signal.
  private let extents: [Double]

  init(positions: [Double], signals: [EdgeSignal], beam: Double, shape: ParticleShape) {
    let seen = positions.indices.filter { step in signals.contains { !$0.values[step].isNaN } }
    self.positions = seen.map { positions[$0] }
    self.signals = signals.map { signal in
      EdgeSignal(signal.source, values: seen.map { signal.values[$0] }, sigmas: seen.map { signal.sigmas[$0] })
    }
    deviation = beam / (2 * (2 * log(2.0)).squareRoot())
    self.shape = shape
    low = self.positions.min() ?? 0
    high = self.positions.max() ?? 0
    extents = self.signals.map { signal in
      let values = signal.values.filter { !$0.isNaN }
      return (values.max() ?? 0) - (values.min() ?? 0)
    }
  }

  private func step(_ x: Double) -> Double {
    // Six deviations from the edge 10⁻⁹ of the step is left, less than any count shows.
    guard abs(x) < 6 * deviation else { return x < 0 ? 0 : 1 }
    return erfc(-x / (deviation * 2.0.squareRoot())) / 2
  }

  /// The particle's profile at a position, at most one.
  private func particle(_ x: Double, _ e1: Double, _ e2: Double) -> Double {
    guard shape == .sphere, e2 - e1 < 4 * (high - low) else { return step(x - e1) - step(x - e2) }
    // The chord averaged over the beam, by the rule of Gauss and Hermite with nine points.
    let radius = (e2 - e1) / 2
    let centre = (e1 + e2) / 2
    var sum = 0.0
    for (node, weight) in Self.rule {
      for sign in node == 0 ? [1.0] : [1, -1] {
        let offset = (x + sign * node * deviation - centre) / radius
        sum += weight * max(1 - offset * offset, 0).squareRoot()
      }
    }
    return sum
  }

  /// Nodes in standard deviations and weights of the normal distribution.
  private static let rule: [(Double, Double)] = [
    (0, 0.406_349_206_349_206_3), (1.023_255_663_789_132_5, 0.244_097_502_894_939_03),
    (2.076_847_978_677_83, 0.049_916_406_765_217_9), (3.205_429_002_856_470_4, 0.002_789_141_321_231_769),
    (4.512_745_863_399_783, 0.000_022_345_844_007_746_58),
  ]

  /// χ² of a signal with levels at their best; a particle or needle that would be negative counts as none.
  private func misfit(of index: Int, _ e1: Double, _ e2: Double) -> Double {
    let signal = signals[index]
    let full = signal.source == .total
    // Weighted sums of 1, the two profiles and the value.
    var total = 0.0
    var first = SIMD3<Double>.zero
    var (uu, uv, vv, uy, vy, yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    var determinant = 0.0
    for point in positions.indices where !signal.values[point].isNaN {
      let needle = signal.source == .particle ? 0 : step(e1 - positions[point])
      let particle = signal.source == .needle ? 0 : particle(positions[point], e1, e2)
      let u = signal.source == .needle ? needle : particle
      let v = full ? needle : 0
      let square = signal.sigmas[point] * signal.sigmas[point]
      let excess = scatter * particle * extents[index]
      let weight = 1 / (square + excess * excess)
      let y = signal.values[point]
      total += weight
      first += weight * SIMD3(u, v, y)
      uu += weight * u * u
      uv += weight * u * v
      vv += weight * v * v
      uy += weight * u * y
      vy += weight * v * y
      yy += weight * y * y
      // The determinant of the noise, so that more scatter is not free.
      if scatter > 0 { determinant += log(1 + excess * excess / square) }
    }
    guard total > 0 else { return 0 }
    uu -= first.x * first.x / total
    uv -= first.x * first.y / total
    vv -= first.y * first.y / total
    uy -= first.x * first.z / total
    vy -= first.y * first.z / total
    yy -= first.z * first.z / total
    let tiny = 1e-10 * total
    if full, uu * vv - uv * uv > tiny * max(uu, vv) {
      let d = uu * vv - uv * uv
      return yy - (vv * uy * uy - 2 * uv * uy * vy + uu * vy * vy) / d + determinant
    }
    let gain =
      if uu >= vv {
        uu > tiny && (full || uy > 0) ? uy * uy / uu : 0
      } else {
        vv > tiny ? vy * vy / vv : 0
      }
    return yy - gain + determinant
  }

  private func misfit(_ e1: Double, _ e2: Double) -> Double {
    signals.indices.reduce(0) { $0 + misfit(of: $1, e1, e2) }
  }

  private var far: Double { 1e3 * max(high - low, deviation) }

  var result: Result {
    var fit = self
    return fit.locate()
  }

  private mutating func locate() -> Result {
    var result = Result()
    let points = signals.reduce(0) { $0 + $1.values.filter { !$0.isNaN }.count }
    let levels = signals.reduce(0) { $0 + ($1.source == .total ? 3 : 2) }
    result.degreesOfFreedom = max(points - levels - 2, 0)
    guard high > low, points > levels + 2 else {
      let reason = "the pass has too few frames (\(positions.count))"
      result.missing = [(.needle, reason), (.free, reason)]
      return result
    }
    var best = search()
    // Scatter beyond counting belongs to the particle; it is as large as makes χ² what it should be.
    let degrees = Double(result.degreesOfFreedom)
    if misfit(best.x, best.y) > degrees {
      func likelihood(_ value: Double) -> Double {
        var trial = self
        trial.scatter = value
        return trial.misfit(best.x, best.y)
      }
      let candidate = goldenSection(0...1) { likelihood($0) }
      if likelihood(candidate) < likelihood(0) {
        scatter = candidate
        best = search()
      }
    }
    result.scatter = scatter
    result.chiSquared = misfit(best.x, best.y)
    let hasNeedle = gain(best, without: SIMD2(low - far, best.y))
    let hasFree = gain(best, without: SIMD2(best.x, high + far))
    if let hasNeedle { result.missing.append((.needle, hasNeedle)) }
    if let hasFree { result.missing.append((.free, hasFree)) }
    let moments = moments(about: best, e1: hasNeedle == nil, e2: hasFree == nil)
    if hasNeedle == nil {
      result.needle = Edge(position: moments.mean.x, sigma: moments.covariance.m00.squareRoot())
    }
    if hasFree == nil {
      result.free = Edge(position: moments.mean.y, sigma: moments.covariance.m11.squareRoot())
    }
    result.covariance = moments.covariance.m01
    return result
  }

  /// `nil` when an edge is seen, otherwise why not.
  private func gain(_ best: SIMD2<Double>, without: SIMD2<Double>) -> String? {
    let place = without.x < low ? best.x : best.y
    guard place > low, place < high else { return "it lies outside the scan" }
    let gain = misfit(without.x, without.y) - misfit(best.x, best.y)
    guard gain > Self.leastGain else { return "the intensity shows no step there" }
    return nil
  }

  /// The best pair on a coarse grid, ends outside the scan included, then on a fine one, then by turns along each edge.
  private func search() -> SIMD2<Double> {
    let reach = (high - low) / Double(max(positions.count - 1, 1))
    let coarse = max(reach, (high - low) / 24)
    var places = [low - far]
    places += stride(from: low + coarse / 4, to: high, by: coarse / 2)
    places.append(high + far)
    var edges = best(places, places)
    let fine = stride(from: -coarse, through: coarse, by: min(reach / 2, coarse / 8))
    edges = best(
      edges.x > low ? fine.map { edges.x + $0 } : [edges.x], edges.y < high ? fine.map { edges.y + $0 } : [edges.y])
    for _ in 0..<3 {
      if edges.x > low {
        edges.x = goldenSection(edges.x - reach...max(min(edges.x + reach, edges.y), edges.x)) { misfit($0, edges.y) }
      }
      if edges.y < high {
        edges.y = goldenSection(min(max(edges.y - reach, edges.x), edges.y)...edges.y + reach) { misfit(edges.x, $0) }
      }
    }
    return edges
  }

  private func best(_ first: [Double], _ second: [Double]) -> SIMD2<Double> {
    var best = (value: Double.infinity, edges: SIMD2(first[0], second[second.count - 1]))
    for e1 in first {
      for e2 in second where e2 > e1 {
        let value = misfit(e1, e2)
        if value < best.value { best = (value, SIMD2(e1, e2)) }
      }
    }
    return best.edges
  }

  /// Mean and covariance of the likelihood over the edges that are seen, on a grid that is fitted to it.
  private func moments(
    about best: SIMD2<Double>, e1 first: Bool, e2 second: Bool
  ) -> (mean: SIMD2<Double>, covariance: Matrix2) {
    let reach = (high - low) / Double(max(positions.count - 1, 1)) + 5 * deviation
    var centre = best
    var half = SIMD2(first ? reach : 0, second ? reach : 0)
    let least = misfit(best.x, best.y)
    var mean = best
    var covariance = Matrix2(0, 0, 0, 0)
    for _ in 0..<5 {
      let steps = 8
      var sums = (weight: 0.0, first: SIMD2<Double>.zero, square: SIMD2<Double>.zero, product: 0.0)
      for i in first ? -steps...steps : 0...0 {
        for j in second ? -steps...steps : 0...0 {
          let offset = SIMD2(Double(i), Double(j)) / Double(steps) * half
          let place = centre + offset
          guard place.x < place.y else { continue }
          let weight = exp((least - misfit(place.x, place.y)) / 2)
          sums.weight += weight
          sums.first += weight * offset
          sums.square += weight * offset * offset
          sums.product += weight * offset.x * offset.y
        }
      }
      guard sums.weight > 0 else { break }
      let shift = sums.first / sums.weight
      let variance = sums.square / sums.weight - shift * shift
      mean = centre + shift
      covariance = Matrix2(
        max(variance.x, 0), sums.product / sums.weight - shift.x * shift.y,
        sums.product / sums.weight - shift.x * shift.y, max(variance.y, 0))
      // Four deviations either way; the likelihood may be a plateau with steep sides, which is as wide as it is.
      let next = SIMD2(
        min(half.x, max(4 * covariance.m00.squareRoot(), half.x / 12)),
        min(half.y, max(4 * covariance.m11.squareRoot(), half.y / 12)))
      let isSettled = (next.x > 0.8 * half.x || !first) && (next.y > 0.8 * half.y || !second)
      (centre, half) = (mean, next)
      if isSettled { break }
    }
    return (mean, covariance)
  }
}
