import Foundation

/// Inverts a lattice curve for one observation.
struct CurveInversion {
  let curve: LatticeCurve
  let observation: LatticeObservation
  let continuation: Double

  private struct Misfit {
    var chiSquared, logDeterminant: Double
    /// Fisher information of the state of charge, from the measurement alone and with the curve's uncertainty.
    var information: Double
    /// How the estimate follows a and c.
    var response: SIMD2<Double>
    /// Variance of the estimate that comes from the curve.
    var curveVariance: Double
    /// Variance of the estimate that comes from the measurement.
    var variance: Double
    var deviance: Double { chiSquared + logDeterminant }
  }

  private func misfit(_ s: Double) -> Misfit {
    let curveA = curve.sigmaA(at: s)
    let curveC = curve.sigmaC(at: s)
    let known = SIMD2(observation.a == nil ? 0.0 : 1, observation.c == nil ? 0.0 : 1)
    let residual = SIMD2((observation.a ?? 0) - curve.a(at: s), (observation.c ?? 0) - curve.c(at: s)) * known
    let slope = SIMD2(curve.slopeA(at: s), curve.slopeC(at: s)) * known
    let measured = Matrix2(
      observation.varianceA, observation.covarianceAC, observation.covarianceAC, observation.varianceC)
    var total = measured
    total.m00 += curveA * curveA
    total.m11 += curveC * curveC
    let weight: Matrix2
    let determinant: Double
    if known.x == 0 || known.y == 0 {
      weight = Matrix2(known.x == 0 ? 0 : 1 / total.m00, 0, 0, known.y == 0 ? 0 : 1 / total.m11)
      determinant = known.x == 0 ? total.m11 : total.m00
    } else {
      determinant = total.determinant
      weight = Matrix2(
        total.m11 / determinant, -total.m01 / determinant, -total.m10 / determinant, total.m00 / determinant)
    }
    let weighted = weight * slope
    let information = (slope * weighted).sum()
    let response = information > 0 ? weighted / information : .zero
    let fromCurve = response * response * SIMD2(curveA * curveA, curveC * curveC)
    return Misfit(
      chiSquared: (residual * (weight * residual)).sum(), logDeterminant: log(determinant), information: information,
      response: response, curveVariance: fromCurve.sum(), variance: (response * (measured * response)).sum())
  }

  /// The observation as a state of charge by the curve's tangent at a state that is known nearly: a step of Gauss and
  /// Newton. Its uncertainty is that of the place, not of the estimate, which in a mean would favour steep places.
  ///
  /// - Returns: `nil` where the curve is flat.
  func linearised(
    at s: Double
  ) -> (value: Double, sigma: Double, curveSigma: Double, response: SIMD2<Double>)? {
    let local = misfit(s)
    guard local.information > 0, local.variance > 0, local.variance.isFinite else { return nil }
    let residual = SIMD2(
      observation.a.map { $0 - curve.a(at: s) } ?? 0, observation.c.map { $0 - curve.c(at: s) } ?? 0)
    return (
      s + (local.response * residual).sum(), local.variance.squareRoot(), local.curveVariance.squareRoot(),
      local.response
    )
  }

  var result: LocalStateOfCharge {
    let extent = curve.range.upperBound - curve.range.lowerBound
    let low = curve.range.lowerBound - continuation * extent
    let high = curve.range.upperBound + continuation * extent
    // Places close enough to see every valley: the curve has structure on the scale of its nodes, and the valley of a
    // sharp observation is found from both sides of its lowest place.
    let count = max(800, 8 * curve.nodes.count)
    let width = (high - low) / Double(count)
    let places = (0...count).map { low + width * Double($0) }
    let values = places.map { misfit($0).deviance }
    var valleys: [(place: Double, deviance: Double)] = []
    for index in places.indices {
      let before = index > 0 ? values[index - 1] : .infinity
      let after = index < count ? values[index + 1] : .infinity
      guard values[index] <= before, values[index] < after else { continue }
      let place = goldenSection(max(places[index] - width, low)...min(places[index] + width, high)) {
        misfit($0).deviance
      }
      valleys.append((place, misfit(place).deviance))
    }
    let best = valleys.min { $0.deviance < $1.deviance } ?? (places[0], values[0])
    let narrow = intervals(below: best.deviance + 1, places, values, valleys)
    let wide = intervals(below: best.deviance + 4, places, values, valleys)
    let least = misfit(best.place)
    // χ² of one degree of freedom exceeds this once in a thousand.
    let isOff = least.chiSquared > 10.83
    let span = narrow.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
    let status: LocalStateOfCharge.Status =
      if isOff {
        .notOnCurve
      } else if span > extent / 2 {
        .undetermined
      } else if wide.count > 1 {
        .severalBranches
      } else if best.place < curve.range.lowerBound {
        .beforeCurve
      } else if best.place > curve.range.upperBound {
        .beyondCurve
      } else {
        .single
      }
    let (sigma, curveSigma) = spread(about: best.place, least, narrow)
    return LocalStateOfCharge(
      value: best.place, sigma: sigma, curveSigma: curveSigma, intervals: narrow, wideIntervals: wide,
      chiSquared: least.chiSquared, response: (least.response.x, least.response.y), status: status)
  }

  /// Half the interval of the branch, shared out between the measurement and the curve as the information at the
  /// estimate says. Where the curve is straight over the interval that is the usual standard deviation.
  private func spread(
    about place: Double, _ misfit: Misfit, _ intervals: [ClosedRange<Double>]
  ) -> (measured: Double, curve: Double) {
    let own = intervals.first { $0.contains(place) } ?? place...place
    let half = (own.upperBound - own.lowerBound) / 2
    let total = misfit.variance + misfit.curveVariance
    guard total > 0 else { return (half, 0) }
    return (half * (misfit.variance / total).squareRoot(), half * (misfit.curveVariance / total).squareRoot())
  }

  /// Where the deviance lies below a level; edges by bisection.
  private func intervals(
    below level: Double, _ places: [Double], _ values: [Double], _ valleys: [(place: Double, deviance: Double)]
  ) -> [ClosedRange<Double>] {
    // Valleys lie between the places: without them a sharp one would be missed.
    let points =
      (zip(places, values).map { ($0, $1) } + valleys.map { ($0.place, $0.deviance) }).sorted { $0.0 < $1.0 }
    func crossing(_ inside: Double, _ outside: Double) -> Double {
      var (inner, outer) = (inside, outside)
      for _ in 0..<50 {
        let middle = (inner + outer) / 2
        if misfit(middle).deviance < level { inner = middle } else { outer = middle }
      }
      return inner
    }
    var result: [ClosedRange<Double>] = []
    var start: Double?
    for (index, point) in points.enumerated() {
      let isInside = point.1 < level
      if isInside, start == nil {
        start = index > 0 ? crossing(point.0, points[index - 1].0) : point.0
      }
      if let first = start, !isInside || index == points.count - 1 {
        let last = isInside ? point.0 : crossing(points[index - 1].0, point.0)
        result.append(first...max(first, last))
        start = nil
      }
    }
    return result
  }
}
