import Foundation

/// Rows of a table of one lattice parameter, checked, with rows of one state of charge joined.
struct LatticeTable {
  private(set) var places: [Double] = []
  private(set) var values: [Double] = []
  /// Standard uncertainties; zero where none are stated.
  private(set) var sigmas: [Double] = []

  init(_ places: [Double], _ values: [Double], _ sigmas: [Double]?, name: String) throws(LineScanError) {
    guard values.count == places.count else {
      throw .lengths(what: "values of \(name)", found: values.count, expected: places.count)
    }
    try LineScanError.requireFinite(places, "state of charge")
    try LineScanError.requireFinite(values, name)
    for value in values { try LineScanError.requirePositive(value, name) }
    if let sigmas {
      try LineScanError.requireUncertainties(sigmas, "uncertainties of \(name)", count: places.count)
    }
    var weights: [Double] = []
    for index in places.indices {
      let sigma = sigmas?[index] ?? 0
      guard let last = self.places.last, places[index] <= last else {
        self.places.append(places[index])
        self.values.append(values[index])
        self.sigmas.append(sigma)
        weights.append(sigma > 0 ? 1 / (sigma * sigma) : 1)
        continue
      }
      guard places[index] == last else {
        throw .notRising(what: "state of charge", index: index, from: last, to: places[index])
      }
      // Two rows of one state are one when they agree: within five deviations, or to 10⁻⁴ where none are stated.
      let row = self.values.count - 1
      let spread = (sigma * sigma + self.sigmas[row] * self.sigmas[row]).squareRoot()
      guard abs(values[index] - self.values[row]) <= (spread > 0 ? 5 * spread : 1e-4 * values[index]) else {
        throw .notAFunction(what: name, index: index, stateOfCharge: last)
      }
      let weight = sigma > 0 ? 1 / (sigma * sigma) : 1
      self.values[row] = (weights[row] * self.values[row] + weight * values[index]) / (weights[row] + weight)
      weights[row] += weight
      self.sigmas[row] = sigma > 0 ? 1 / weights[row].squareRoot() : 0
    }
    guard self.places.count >= 4 else {
      throw .tooFew(what: "different states of charge", found: self.places.count, needed: 4)
    }
  }

  /// The states of charge of the rows and three places between each pair.
  var refinedPlaces: [Double] {
    var result: [Double] = []
    for (low, high) in zip(places, places.dropFirst()) {
      for step in 0..<4 { result.append(low + (high - low) * Double(step) / 4) }
    }
    result.append(places[places.count - 1])
    return result
  }

  /// The monotone cubic through every row.
  func interpolated() -> LatticeCurve.Branch {
    LatticeCurve.Branch(values: values, slopes: monotoneSlopes(places, values), sigmas: sigmas).withEnds(at: places)
  }

  /// The most likely smoothing spline at ``refinedPlaces``.
  ///
  /// Smoothness and the scatter of rows beyond their stated uncertainty are chosen together.
  func smoothed() -> (branch: LatticeCurve.Branch, scatter: Double) {
    // In units of the table's extent, so that one set of limits fits every table.
    let extent = places[places.count - 1] - places[0]
    let middle = values.reduce(0, +) / Double(values.count)
    let height = max(values.map { abs($0 - middle) }.max() ?? 0, 1e-6 * middle)
    let refined = refinedPlaces
    func events(_ scatter: Double) -> [TwoStateSmoother.Event] {
      refined.enumerated().map { index, place in
        let row = index / 4
        let sigma = sigmas[row] / height
        return TwoStateSmoother.Event(
          time: (place - places[0]) / extent,
          observed: index % 4 == 0 ? ((values[row] - middle) / height, sigma * sigma + scatter * scatter) : nil)
      }
    }
    func smoother(_ strength: Double) -> TwoStateSmoother {
      TwoStateSmoother(
        motion: .spline, strength: strength,
        prior: .init(mean: .zero, covariance: Matrix2(1e4, 0, 0, 1e6)))
    }
    var best = (likelihood: -Double.infinity, strength: 1.0, scatter: 1e-3)
    for start in [-2.0, 2, 6] {
      let (point, value) = nelderMead(from: [start, -7], steps: [3, 2], evaluations: 120) { point in
        -smoother(exp(min(max(point[0], -20), 20))).logLikelihood(events(exp(min(max(point[1], -14), 0))))
      }
      if -value > best.likelihood {
        best = (-value, exp(min(max(point[0], -20), 20)), exp(min(max(point[1], -14), 0)))
      }
    }
    let states = smoother(best.strength).smooth(events(best.scatter))
    let branch = LatticeCurve.Branch(
      values: states.map { middle + height * $0.mean.x }, slopes: states.map { height / extent * $0.mean.y },
      sigmas: states.map { height * max($0.covariance.m00, 0).squareRoot() })
    return (branch, best.scatter * height)
  }
}

/// Slopes of a cubic that is monotone wherever the values are: Fritsch & Carlson (1980), with the harmonic means of
/// Fritsch & Butland, SIAM J. Sci. Stat. Comput. 5, 300 (1984).
func monotoneSlopes(_ places: [Double], _ values: [Double]) -> [Double] {
  let count = places.count
  let widths = (0..<count - 1).map { places[$0 + 1] - places[$0] }
  let secants = (0..<count - 1).map { (values[$0 + 1] - values[$0]) / widths[$0] }
  var slopes = [Double](repeating: 0, count: count)
  for index in 1..<max(count - 1, 1) where secants[index - 1] * secants[index] > 0 {
    let (before, after) = (widths[index - 1], widths[index])
    let (first, second) = (2 * after + before, after + 2 * before)
    slopes[index] = (first + second) / (first / secants[index - 1] + second / secants[index])
  }
  func end(_ near: Int, _ next: Int) -> Double {
    // Three-point derivative, kept from overshooting.
    let slope =
      ((2 * widths[near] + widths[next]) * secants[near] - widths[near] * secants[next])
      / (widths[near] + widths[next])
    if slope * secants[near] <= 0 { return 0 }
    return secants[near] * secants[next] <= 0 && abs(slope) > 3 * abs(secants[near]) ? 3 * secants[near] : slope
  }
  slopes[0] = end(0, min(1, count - 2))
  slopes[count - 1] = end(count - 2, max(count - 3, 0))
  return slopes
}

extension LatticeCurve.Branch {
  /// Adds the mean slopes of the outer tenths.
  func withEnds(at places: [Double]) -> Self {
    var result = self
    let tenth = max(places.count / 10, 1)
    let last = places.count - 1
    result.ends = SIMD2(
      (values[tenth] - values[0]) / (places[tenth] - places[0]),
      (values[last] - values[last - tenth]) / (places[last] - places[last - tenth]))
    return result
  }

  /// The same branch without any rise: values that rise are pooled (Ayer et al., Ann. Math. Stat. 26, 641 (1955)) and
  /// slopes limited so that each cubic is monotone.
  func notRising(at places: [Double]) -> Self {
    var result = self
    var pools: [(sum: Double, count: Int)] = []
    for value in values {
      pools.append((value, 1))
      while pools.count > 1 {
        let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
        guard last.sum / Double(last.count) > before.sum / Double(before.count) else { break }
        pools.removeLast()
        pools[pools.count - 1] = (last.sum + before.sum, last.count + before.count)
      }
    }
    result.values = pools.flatMap { [Double](repeating: $0.sum / Double($0.count), count: $0.count) }
    for index in places.indices {
      var steepest = -Double.infinity
      for interval in [index - 1, index] where interval >= 0 && interval + 1 < places.count {
        let secant =
          (result.values[interval + 1] - result.values[interval]) / (places[interval + 1] - places[interval])
        steepest = max(steepest, 3 * secant)
      }
      result.slopes[index] = min(max(result.slopes[index], steepest), 0)
    }
    return result.withEnds(at: places)
  }
}
