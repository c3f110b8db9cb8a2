/// Straight lines of local against coulombic state of charge, one for each group, and their mean slope.
struct GroupedFit {
  let factor, sigma, halfWidth, chiSquared: Double
  let degreesOfFreedom: Int
  let heterogeneity: Heterogeneity?
  /// The line of each group that has one.
  let lines: [Int: Line]

  init(_ samples: [ActiveMassSample], throughOrigin: Bool, weights: [Int: Double]?) throws(LineScanError) {
    let groups = Dictionary(grouping: samples, by: \.group).sorted { $0.key < $1.key }
    let fits = groups.compactMap { key, group in
      Line(group, throughOrigin: throughOrigin).map { (key: key, line: $0) }
    }
    guard let first = fits.first else {
      throw .tooFew(
        what: "samples in a group", found: groups.map(\.value.count).max() ?? 0, needed: throughOrigin ? 1 : 2)
    }
    lines = Dictionary(uniqueKeysWithValues: fits.map { ($0.key, $0.line) })
    chiSquared = fits.reduce(0) { $0 + $1.line.chiSquared }
    degreesOfFreedom = fits.reduce(0) { $0 + $1.line.degreesOfFreedom }
    guard fits.count > 1 else {
      factor = first.line.slope
      sigma = first.line.sigma
      halfWidth = 1.959_964 * first.line.sigma
      heterogeneity = nil
      return
    }
    let shares = try weights.map { weights throws(LineScanError) in
      try fits.map { fit throws(LineScanError) in
        guard let weight = weights[fit.key] else {
          throw .tooFew(what: "weights of group \(fit.key)", found: 0, needed: 1)
        }
        return weight
      }
    }
    let scatter = try Heterogeneity(fits.map(\.line.slope), sigmas: fits.map(\.line.sigma), weights: shares)
    factor = scatter.mean
    sigma = scatter.meanSigma
    halfWidth = scatter.meanHalfWidth
    heterogeneity = scatter
  }

  /// A straight line with errors in both variables, by the unified equations of York et al. (2004) for independent
  /// errors.
  struct Line {
    let slope, intercept, sigma, chiSquared: Double
    let degreesOfFreedom: Int

    /// `nil` when the samples do not determine a slope.
    init?(_ samples: [ActiveMassSample], throughOrigin: Bool) {
      let needed = throughOrigin ? 1 : 2
      guard samples.count >= needed, var slope = Self.start(samples, throughOrigin) else { return nil }
      var result = (sigma: 0.0, chiSquared: 0.0, centre: SIMD2<Double>.zero)
      for _ in 0..<100 {
        let weights = samples.map {
          1 / ($0.localSigma * $0.localSigma + slope * slope * $0.coulombicSigma * $0.coulombicSigma)
        }
        let total = weights.reduce(0, +)
        let x0 = throughOrigin ? 0 : zip(weights, samples).reduce(0) { $0 + $1.0 * $1.1.coulombic } / total
        let y0 = throughOrigin ? 0 : zip(weights, samples).reduce(0) { $0 + $1.0 * $1.1.local } / total
        var (above, below, information, misfit) = (0.0, 0.0, 0.0, 0.0)
        // The true coulombic values, adjusted by the line: they carry the uncertainty of the slope.
        let adjusted = zip(weights, samples).map { weight, sample in
          let (u, v) = (sample.coulombic - x0, sample.local - y0)
          return weight
            * (u * sample.localSigma * sample.localSigma + slope * v * sample.coulombicSigma * sample.coulombicSigma)
        }
        let middle =
          throughOrigin ? 0 : zip(weights, adjusted).reduce(0) { $0 + $1.0 * $1.1 } / total
        for index in samples.indices {
          let (u, v) = (samples[index].coulombic - x0, samples[index].local - y0)
          above += weights[index] * adjusted[index] * v
          below += weights[index] * adjusted[index] * u
          let centred = adjusted[index] - middle
          information += weights[index] * centred * centred
          let residual = v - slope * u
          misfit += weights[index] * residual * residual
        }
        guard below != 0, information > 0 else { return nil }
        let next = above / below
        result = (1 / information.squareRoot(), misfit, SIMD2(x0, y0))
        let change = abs(next - slope)
        slope = next
        if change < 1e-13 * abs(next) { break }
      }
      self.slope = slope
      intercept = result.centre.y - slope * result.centre.x
      sigma = result.sigma
      chiSquared = result.chiSquared
      degreesOfFreedom = samples.count - needed
      guard slope.isFinite, sigma.isFinite else { return nil }
    }

    /// Weighted least squares without errors of the coulombic values.
    private static func start(_ samples: [ActiveMassSample], _ throughOrigin: Bool) -> Double? {
      let weights = samples.map { 1 / ($0.localSigma * $0.localSigma) }
      let total = weights.reduce(0, +)
      let x0 = throughOrigin ? 0 : zip(weights, samples).reduce(0) { $0 + $1.0 * $1.1.coulombic } / total
      let y0 = throughOrigin ? 0 : zip(weights, samples).reduce(0) { $0 + $1.0 * $1.1.local } / total
      var (above, below) = (0.0, 0.0)
      for (weight, sample) in zip(weights, samples) {
        above += weight * (sample.coulombic - x0) * (sample.local - y0)
        below += weight * (sample.coulombic - x0) * (sample.coulombic - x0)
      }
      return below > 0 ? above / below : nil
    }
  }
}
