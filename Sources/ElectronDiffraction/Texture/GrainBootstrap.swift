import ArrayMath
import Foundation

/// Resamples whole grains: the points of a grain share one axis and are no independent witnesses.
///
/// Each replicate draws grains with replacement, the particle's centre and the section's height from their
/// uncertainties, and turns the axis of each grain by its own. A grain is replaced by one of the ten or more at about its
/// distance from the centre: how much of a section is core and how much shell is no matter of chance, and grains drawn
/// from everywhere would scatter too much. Few grains a group scatter too little, by the factor √((m − 1)/m), which is
/// made good.
struct GrainBootstrap: Sendable {
  /// Share of area in each bin, `replicates` rows of bins.
  let shares: [Double]
  /// Mean cos² θ of the resampled grains.
  let squaredCosines: [Double]
  /// Standard error of each from the scatter of its grains.
  let standardErrors: [Double]
  /// Mean cos² θ of all grains once each, with the drawn centre, height and axes.
  let displaced: [Double]
  /// The same three for the measured grains at the stated centre.
  let share: [Double]
  let squaredCosine: Double
  let standardError: Double

  init(_ angles: RadialAngles, bins: AngleBins, replicates: Int, seed: UInt64, threads: Int) throws {
    let points = angles.points
    let measured = GrainSums(points, angles.geometry, turns: nil, bins)
    let once = [Double](repeating: 1, count: points.grains.count)
    let groups = Self.groups(angles)
    let whole = measured.weighted(once, groups)
    (share, squaredCosine, standardError) = whole
    let stretch = (1 / groups.reduce(0) { $0 + (1 - 1 / Double($1.count)) * Double($1.count) / Double(once.count) })
      .squareRoot()
    let covariance = angles.section.covariance
    let isDisplaced =
      covariance != .zero || (angles.height.uncertainty > 0 && angles.kind == .inSpace)
      || points.grains.contains { $0.axisUncertainty > 0 }
    let grain = 64
    let chunks = try parallelMap(count: (replicates + grain - 1) / grain, threads: threads) { chunk in
      var generator = SeededGenerator(seed: seed, item: chunk)
      var shares = [Double]()
      var rows: [(mean: Double, error: Double, displaced: Double)] = []
      for _ in chunk * grain..<min((chunk + 1) * grain, replicates) {
        var sums = measured
        if isDisplaced {
          var geometry = angles.geometry
          geometry.centre += covariance.draw(&generator)
          geometry.height += angles.height.uncertainty * generator.normal()
          let turns = points.grains.map { grain in
            grain.axisUncertainty * SIMD3(generator.normal(), generator.normal(), generator.normal())
          }
          sums = GrainSums(points, geometry, turns: turns, bins)
        }
        var times = [Double](repeating: 0, count: points.grains.count)
        for group in groups {
          for _ in group { times[group[Int(generator.uniform() * Double(group.count))]] += 1 }
        }
        let result = sums.weighted(times, groups)
        shares += zip(whole.share, result.share).map { max($0 + stretch * ($1 - $0), 0) }
        let displaced = isDisplaced ? sums.mean : measured.mean
        rows.append((result.squaredCosine, result.standardError, displaced))
      }
      return (shares, rows)
    }
    shares = chunks.flatMap(\.0)
    squaredCosines = chunks.flatMap { $0.1.map(\.mean) }
    standardErrors = chunks.flatMap { $0.1.map(\.error) }
    displaced = chunks.flatMap { $0.1.map(\.displaced) }
  }

  /// Grains at about the same distance from the centre, ten or more together.
  private static func groups(_ angles: RadialAngles) -> [[Int]] {
    let order = angles.grains.indices.sorted { (angles.grainRadii[$0], $0) < (angles.grainRadii[$1], $1) }
    let count = max(order.count / 10, 1)
    return (0..<count).map { Array(order[$0 * order.count / count..<($0 + 1) * order.count / count]) }
  }
}

/// What a grain adds to every mean over the area: its points by bins and their summed cos² θ.
private struct GrainSums: Sendable {
  var counts: [Double]
  var squares: [Double]
  var totals: [Double]
  let bins: Int

  init(_ points: GrainPoints, _ geometry: RadialGeometry, turns: [SIMD3<Double>]?, _ bins: AngleBins) {
    let count = points.grains.count
    self.bins = bins.count
    counts = [Double](repeating: 0, count: count * bins.count)
    squares = [Double](repeating: 0, count: count)
    totals = (0..<count).map { Double(points.starts[$0 + 1] - points.starts[$0]) }
    for k in 0..<count {
      let turn = turns?[k] ?? .zero
      for place in points.starts[k]..<points.starts[k + 1] {
        var axis = points.axes[place]
        if turns != nil {
          // A small turn; the angle to the radius wants a unit vector.
          axis += cross(turn, axis)
          axis /= (axis * axis).sum().squareRoot()
        }
        let q = geometry.squaredCosine(points.positions[place], axis)
        squares[k] += q
        counts[k * bins.count + bins.bin(squaredCosine: q)] += 1
      }
    }
  }

  var mean: Double { squares.reduce(0, +) / totals.reduce(0, +) }

  /// Means over the grains, each taken a number of times, with the error of a ratio of sums within groups.
  func weighted(
    _ times: [Double], _ groups: [[Int]]
  ) -> (share: [Double], squaredCosine: Double, standardError: Double) {
    var share = [Double](repeating: 0, count: bins)
    var (total, square) = (0.0, 0.0)
    for (k, factor) in times.enumerated() where factor > 0 {
      total += factor * totals[k]
      square += factor * squares[k]
      for bin in 0..<bins { share[bin] += factor * counts[k * bins + bin] }
    }
    let mean = square / total
    var variance = 0.0
    for group in groups {
      var (sum, sumOfSquares) = (0.0, 0.0)
      for k in group where times[k] > 0 {
        let residual = squares[k] - mean * totals[k]
        sum += times[k] * residual
        sumOfSquares += times[k] * residual * residual
      }
      let count = Double(group.count)
      variance += max(sumOfSquares - sum * sum / count, 0) * count / max(count - 1, 1)
    }
    return (share.map { $0 / total }, mean, variance.squareRoot() / total)
  }
}
