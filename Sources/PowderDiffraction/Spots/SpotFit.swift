import Foundation

/// Fits the spots of one region together as Gaussians on their background.
///
/// Each spot is `F · g((x − x₀)/σ_x) · g((y − y₀)/σ_y)`, integrated over the bins. Weights come from the background's
/// scatter and the counting noise of the fitted spot, never of the single bin, which would favour low bins.
struct SpotFit {
  let strip: SpotStrip
  let region: SpotStrip.Region
  let ring: String
  /// Places that belong to other regions.
  var isForeign: (Int) -> Bool = { _ in false }

  /// In bins: sum, centre and standard deviations.
  private struct Gaussian {
    var sum: Double
    var centre, width: SIMD2<Double>
    var isHeld: (Bool, Bool) = (false, false)
  }

  private struct Sample {
    var place: Int
    var position: SIMD2<Double>
    var excess, pixels, backgroundVariance: Double
  }

  /// Widths below this many bins are not resolved.
  private static let leastWidth = 0.3

  private var reference: Int { region.peaks[0] / strip.width }

  /// Sector of a place relative to the region's, across the ends of a full circle.
  private func relative(_ sector: Int) -> Double {
    let count = strip.map.sectorCount
    var offset = sector - reference
    if strip.map.isFullCircle {
      if offset > count / 2 { offset -= count }
      if offset < -count / 2 { offset += count }
    }
    return Double(offset)
  }

  private func position(_ place: Int) -> SIMD2<Double> {
    SIMD2(Double(place % strip.width), relative(place / strip.width))
  }

  private func sample(_ place: Int) -> Sample? {
    let bin = strip.bin(place)
    let pixels = strip.map.pixels(bin)
    let column = place % strip.width
    let variance = strip.background.pixelVariance[column]
    guard pixels > 0, variance.isFinite else { return nil }
    return Sample(
      place: place, position: position(place), excess: strip.map.intensities[bin] - strip.background.mean[column],
      pixels: pixels, backgroundVariance: max(variance, 1e-12))
  }

  func spots() -> [DetectedSpot] {
    var gaussians = region.basins.map(start)
    let samples = window(gaussians).compactMap(sample)
    let counting = strip.counting
    guard samples.count > 3 else { return [] }
    var result = solve(&gaussians, samples, counting)
    // A width that fell to its least is held there, and the rest fitted again.
    var isHeld = false
    for index in gaussians.indices {
      if gaussians[index].width.x <= Self.leastWidth { gaussians[index].isHeld.0 = true }
      if gaussians[index].width.y <= Self.leastWidth { gaussians[index].isHeld.1 = true }
      isHeld = isHeld || gaussians[index].isHeld.0 || gaussians[index].isHeld.1
    }
    if isHeld || result == nil {
      if result == nil { for index in gaussians.indices { gaussians[index].isHeld = (true, true) } }
      result = solve(&gaussians, samples, counting)
    }
    guard let covariance = result, covariance.allSatisfy(\.isFinite) else { return [] }
    let fits = isFitting(gaussians, samples, counting)
    return gaussians.indices.compactMap { spot($0, gaussians[$0], covariance, samples, fits) }
  }

  /// Whether χ² of the region is within four standard deviations of its degrees of freedom.
  private func isFitting(_ gaussians: [Gaussian], _ samples: [Sample], _ counting: Double) -> Bool {
    var gradient = [Double](repeating: 0, count: 5 * gaussians.count)
    let chiSquared = samples.reduce(0) { sum, sample in
      let value = model(gaussians, sample, &gradient)
      let residual = sample.excess - value
      return sum + weight(sample, value, counting) * residual * residual
    }
    let degrees = Double(max(samples.count - 5 * gaussians.count, 1))
    return chiSquared < degrees + 4 * (2 * degrees).squareRoot()
  }

  /// Moments of a basin.
  private func start(_ basin: [Int]) -> Gaussian {
    let samples = basin.compactMap(sample)
    let sum = samples.reduce(0) { $0 + max($1.excess, 0) }
    let total = max(sum, .leastNormalMagnitude)
    let centre = samples.reduce(SIMD2<Double>.zero) { $0 + max($1.excess, 0) * $1.position } / total
    let square = samples.reduce(SIMD2<Double>.zero) { sum, sample in
      let offset = sample.position - centre
      return sum + max(sample.excess, 0) * offset * offset
    }
    let variance = square / total
    func width(_ variance: Double) -> Double { max(variance - 1.0 / 12, 0.25).squareRoot() }
    return Gaussian(sum: sum, centre: centre, width: SIMD2(width(variance.x), width(variance.y)))
  }

  /// Places within three and a half deviations of a spot, and the region itself.
  private func window(_ gaussians: [Gaussian]) -> [Int] {
    var places = Set(region.bins)
    for gaussian in gaussians {
      let reach = 3.5 * gaussian.width + 1
      for x in Int((gaussian.centre.x - reach.x).rounded(.down))...Int((gaussian.centre.x + reach.x).rounded(.up))
      where x >= 0 && x < strip.width {
        for y in Int((gaussian.centre.y - reach.y).rounded(.down))...Int((gaussian.centre.y + reach.y).rounded(.up)) {
          guard let sector = strip.map.sector(reference + y) else { continue }
          let place = sector * strip.width + x
          if !isForeign(place) { places.insert(place) }
        }
      }
    }
    return places.sorted()
  }

  /// Share of a Gaussian in the bin about a place, and its derivatives to centre and logarithm of the width.
  private static func share(_ offset: Double, _ width: Double) -> SIMD3<Double> {
    let (low, high) = ((offset - 0.5) / width, (offset + 0.5) / width)
    func density(_ u: Double) -> Double { exp(-u * u / 2) / (2 * Double.pi).squareRoot() }
    let root = 2.0.squareRoot()
    return SIMD3(
      (erfc(-high / root) - erfc(-low / root)) / 2, (density(low) - density(high)) / width,
      low * density(low) - high * density(high))
  }

  /// Value and derivatives of all spots at a sample: five a spot (sum, centre, logarithms of the widths).
  private func model(_ gaussians: [Gaussian], _ sample: Sample, _ gradient: inout [Double]) -> Double {
    var value = 0.0
    for (index, gaussian) in gaussians.enumerated() {
      let offset = sample.position - gaussian.centre
      let across = Self.share(offset.x, gaussian.width.x)
      let along = Self.share(offset.y, gaussian.width.y)
      value += gaussian.sum * across.x * along.x
      gradient[5 * index] = across.x * along.x
      gradient[5 * index + 1] = gaussian.sum * across.y * along.x
      gradient[5 * index + 2] = gaussian.sum * across.x * along.y
      gradient[5 * index + 3] = gaussian.isHeld.0 ? 0 : gaussian.sum * across.z * along.x
      gradient[5 * index + 4] = gaussian.isHeld.1 ? 0 : gaussian.sum * across.x * along.z
    }
    return value
  }

  private func weight(_ sample: Sample, _ model: Double, _ counting: Double) -> Double {
    sample.pixels / (sample.backgroundVariance + counting * max(model, 0))
  }

  /// Levenberg and Marquardt with weights renewed at every step; the covariance of the parameters, or `nil` when the
  /// samples do not determine them.
  private func solve(_ gaussians: inout [Gaussian], _ samples: [Sample], _ counting: Double) -> [Double]? {
    let count = 5 * gaussians.count
    var damping = 1e-3
    var gradient = [Double](repeating: 0, count: count)
    func misfit(_ gaussians: [Gaussian], weights: [Double]) -> Double {
      var scratch = [Double](repeating: 0, count: count)
      return zip(samples, weights).reduce(0) { sum, pair in
        let residual = pair.0.excess - model(gaussians, pair.0, &scratch)
        return sum + pair.1 * residual * residual
      }
    }
    for _ in 0..<60 {
      var matrix = [Double](repeating: 0, count: count * count)
      var right = [Double](repeating: 0, count: count)
      var weights: [Double] = []
      for sample in samples {
        let value = model(gaussians, sample, &gradient)
        let weight = weight(sample, value, counting)
        weights.append(weight)
        accumulate(gradient, weight, sample.excess - value, &matrix, &right)
      }
      let before = misfit(gaussians, weights: weights)
      var isDone = false
      while damping < 1e8 {
        guard let step = step(matrix, right, damping, gaussians), step.allSatisfy(\.isFinite) else { return nil }
        let trial = moved(gaussians, by: step)
        if misfit(trial, weights: weights) <= before * (1 + 1e-12) {
          let change = step.indices.reduce(0.0) { largest, index in
            let scale = index % 5 == 0 ? max(abs(gaussians[index / 5].sum), .leastNormalMagnitude) : 1
            return max(largest, abs(step[index]) / scale)
          }
          gaussians = trial
          damping = max(damping / 10, 1e-12)
          isDone = change < 1e-6
          break
        }
        damping *= 10
      }
      if isDone || damping >= 1e8 { break }
    }
    return covariance(gaussians, samples, counting)
  }

  private func accumulate(
    _ gradient: [Double], _ weight: Double, _ residual: Double, _ matrix: inout [Double], _ right: inout [Double]
  ) {
    let count = gradient.count
    for i in 0..<count where gradient[i] != 0 {
      right[i] += weight * gradient[i] * residual
      for j in 0..<count { matrix[i * count + j] += weight * gradient[i] * gradient[j] }
    }
  }

  private func isFree(_ parameter: Int, _ gaussians: [Gaussian]) -> Bool {
    let held = gaussians[parameter / 5].isHeld
    return parameter % 5 == 3 ? !held.0 : parameter % 5 == 4 ? !held.1 : true
  }

  private func step(
    _ matrix: [Double], _ right: [Double], _ damping: Double, _ gaussians: [Gaussian]
  ) -> [Double]? {
    let count = right.count
    var damped = matrix
    for i in 0..<count {
      damped[i * count + i] = isFree(i, gaussians) ? matrix[i * count + i] * (1 + damping) : 1
    }
    return SymmetricSystem(damped, order: count)?.solve(right)
  }

  private func moved(_ gaussians: [Gaussian], by step: [Double]) -> [Gaussian] {
    gaussians.enumerated().map { index, gaussian in
      var moved = gaussian
      moved.sum += step[5 * index]
      let shift = SIMD2(step[5 * index + 1], step[5 * index + 2])
      // A step of more than a width is no small one.
      moved.centre += shift.clamped(lowerBound: -gaussian.width - 1, upperBound: gaussian.width + 1)
      func wider(_ width: Double, _ logarithm: Double) -> Double {
        min(max(width * exp(min(max(logarithm, -0.7), 0.7)), Self.leastWidth), Double(strip.map.sectorCount))
      }
      moved.width = SIMD2(
        gaussian.isHeld.0 ? gaussian.width.x : wider(gaussian.width.x, step[5 * index + 3]),
        gaussian.isHeld.1 ? gaussian.width.y : wider(gaussian.width.y, step[5 * index + 4]))
      return moved
    }
  }

  /// Counting noise, and for each column the error of its background, which all its bins share.
  private func covariance(_ gaussians: [Gaussian], _ samples: [Sample], _ counting: Double) -> [Double]? {
    let count = 5 * gaussians.count
    var matrix = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count)
    var columns = [[Double]](repeating: right, count: strip.width)
    var gradient = right
    for sample in samples {
      let value = model(gaussians, sample, &gradient)
      let weight = weight(sample, value, counting)
      accumulate(gradient, weight, 0, &matrix, &right)
      let column = sample.place % strip.width
      for i in 0..<count { columns[column][i] += weight * gradient[i] }
    }
    for i in 0..<count where !isFree(i, gaussians) { matrix[i * count + i] = 1 }
    guard let system = SymmetricSystem(matrix, order: count) else { return nil }
    var covariance = system.inverse
    for (column, sums) in columns.enumerated() where sums.contains(where: { $0 != 0 }) {
      let shift = system.solve(sums)
      let variance = strip.background.sigma[column] * strip.background.sigma[column]
      for i in 0..<count {
        for j in 0..<count { covariance[i * count + j] += variance * shift[i] * shift[j] }
      }
    }
    return covariance
  }

  private func spot(
    _ index: Int, _ gaussian: Gaussian, _ covariance: [Double], _ samples: [Sample], _ fits: Bool
  ) -> DetectedSpot? {
    let count = region.basins.count * 5
    func sigma(_ parameter: Int) -> Double {
      let place = 5 * index + parameter
      return max(covariance[place * count + place], 0).squareRoot()
    }
    let map = strip.map
    guard gaussian.sum > 3 * sigma(0), gaussian.centre.x > -1, gaussian.centre.x < Double(strip.width) else {
      return nil
    }
    // Pixels under the spot, weighted as it is.
    var sums = SIMD2<Double>.zero
    for sample in samples {
      let offset = sample.position - gaussian.centre
      let share = Self.share(offset.x, gaussian.width.x).x * Self.share(offset.y, gaussian.width.y).x
      sums += SIMD2(share, share * sample.pixels)
    }
    let pixels = sums.x > 0 ? sums.y / sums.x : 1
    // Within a bin that holds it all, a spot may be anywhere.
    let unresolved = SIMD2(gaussian.isHeld.0 ? 1.0 / 12 : 0, gaussian.isHeld.1 ? 1.0 / 12 : 0)
    let across = (sigma(1) * sigma(1) + unresolved.x).squareRoot()
    let along = (sigma(2) * sigma(2) + unresolved.y).squareRoot()
    let azimuth = map.azimuths[0] + map.sectorWidth * (Double(reference) + gaussian.centre.y)
    return DetectedSpot(
      ring: ring, twoTheta: map.twoTheta[strip.columns.lowerBound] + map.binWidth * gaussian.centre.x,
      twoThetaSigma: map.binWidth * across, azimuth: remainder(azimuth, 2 * .pi),
      azimuthSigma: map.sectorWidth * along, intensity: gaussian.sum * pixels, intensitySigma: sigma(0) * pixels,
      twoThetaWidth: map.binWidth * gaussian.width.x,
      twoThetaWidthSigma: map.binWidth * gaussian.width.x * sigma(3),
      azimuthWidth: map.sectorWidth * gaussian.width.y,
      azimuthWidthSigma: map.sectorWidth * gaussian.width.y * sigma(4),
      significance: strip.significance[region.peaks[index]],
      flags: fits ? flags(gaussian) : flags(gaussian).union(.misfit))
  }

  private func flags(_ gaussian: Gaussian) -> DetectedSpot.Flags {
    var flags: DetectedSpot.Flags = region.basins.count > 1 ? .blended : []
    if gaussian.isHeld.0 || gaussian.isHeld.1 { flags.insert(.unresolved) }
    let reach = 2 * gaussian.width
    for x in Int((gaussian.centre.x - reach.x).rounded())...Int((gaussian.centre.x + reach.x).rounded()) {
      for y in Int((gaussian.centre.y - reach.y).rounded())...Int((gaussian.centre.y + reach.y).rounded()) {
        guard x >= 0, x < strip.width, let sector = strip.map.sector(reference + y) else {
          flags.insert(.cut)
          continue
        }
        let bin = strip.bin(sector * strip.width + x)
        if strip.map.pixels(bin) == 0 { flags.insert(.masked) }
        if let limit = strip.map.saturation, strip.map.intensities[bin] >= limit { flags.insert(.saturated) }
      }
    }
    return flags
  }
}
