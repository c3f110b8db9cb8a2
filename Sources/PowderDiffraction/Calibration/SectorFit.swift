import Foundation

/// The line in one sector of one ring: a profile on a linear background, fitted to the counts of the single pixels by
/// Poisson's likelihood (Fisher scoring with Levenberg's damping).
///
///     μ(x) = b0 + b1 x + A P(x − δ) (1 + κ x),
///
/// x the 2θ of a pixel less that of the ring, corrected to the mean over the pixel; κ the known slope of the detector's
/// response across the line.
struct SectorFit: Sendable {
  /// Height of the line, in counts, and its standard deviation.
  var height = 0.0
  var heightSigma = 0.0
  /// Place of the line in 2θ from the ring, in radians, and its standard deviation.
  var shift = 0.0
  var shiftSigma = 0.0
  /// The background at the ring, in counts, and its slope, in counts per radian.
  var background = 0.0
  var slope = 0.0
  /// Full width at half maximum, in radians.
  var width = 0.0
  /// By how much the logarithm of the width would grow if it were free, and its standard deviation.
  var widthPull = 0.0
  var widthPullSigma = 0.0
  /// How lopsided the line is: the coefficient of a third Gauss-Hermite term, and its standard deviation.
  var asymmetry = 0.0
  var asymmetrySigma = 0.0
  /// Pearson's χ² and its degrees of freedom.
  var chiSquare = 0.0
  var freedom = 0
  /// Mean azimuth on the plate of the pixels under the line, in radians.
  var azimuth = 0.0

  /// The pixels of a sector.
  struct Pixels {
    var offset: UnsafeBufferPointer<Float>
    var value: UnsafeBufferPointer<Float>
    var azimuth: UnsafeBufferPointer<Float>
    /// Half the width of the band, in radians.
    var halfWidth: Double
    /// Added to each offset: from the centre of a pixel to its mean, in radians.
    var correction: Double
    /// κ, in 1/radian.
    var response: Double
  }

  /// - Parameters:
  ///   - profile: the line as the pixels see it.
  ///   - start: where it is expected, in radians from the ring; `nil` to search the band.
  ///   - freeWidth: whether the width is fitted too.
  /// - Returns: `nil` when the pixels do not cover the line or the fit does not settle.
  static func fit(_ pixels: Pixels, profile: LineShape, start: Double?, freeWidth: Bool) -> SectorFit? {
    guard pixels.offset.count >= 24, var state = guess(pixels, width: profile.width, start: start) else { return nil }
    state.lorentzian = profile.lorentzian
    let order = freeWidth ? 5 : 4
    var sums = LikelihoodSums(pixels, state)
    var damping = 1e-4
    var settled = false
    for _ in 0..<60 {
      guard let step = sums.step(order: order, damping: damping) else { return nil }
      var trial = state
      let shrink = min(1, 0.5 * state.width / max(abs(step[1]), 1e-300))
      trial.height += shrink * step[0]
      trial.shift += shrink * step[1]
      trial.background += shrink * step[2]
      trial.slope += shrink * step[3]
      if freeWidth { trial.width *= exp(min(max(shrink * step[4], -0.5), 0.5)) }
      guard abs(trial.shift) < pixels.halfWidth, trial.width < 2 * pixels.halfWidth, trial.width > 0.05 * profile.width
      else {
        damping = damping * 10 + 1e-3
        if damping > 1e6 { return nil }
        continue
      }
      let next = LikelihoodSums(pixels, trial)
      guard next.deviance.isFinite, next.deviance <= sums.deviance + 1e-9 * (1 + abs(sums.deviance)) else {
        damping = damping * 10 + 1e-3
        if damping > 1e6 { return nil }
        continue
      }
      let gain = sums.deviance - next.deviance
      (state, sums) = (trial, next)
      damping *= 0.1
      if gain < 1e-6 {
        settled = true
        break
      }
    }
    guard settled, state.height > 0, let inverse = sums.inverse(order: order) else { return nil }
    var result = SectorFit()
    result.height = state.height
    result.heightSigma = inverse[0].squareRoot()
    result.shift = state.shift
    result.shiftSigma = inverse[order + 1].squareRoot()
    result.background = state.background
    result.slope = state.slope
    result.width = state.width
    if let whole = sums.inverse(order: 5), !freeWidth {
      // One step of Newton's method from the optimum with the width held.
      result.widthPull = whole[24] * sums.gradient[4]
      result.widthPullSigma = whole[24].squareRoot()
    }
    result.chiSquare = sums.chiSquare
    result.freedom = pixels.offset.count - order
    result.finish(pixels, state)
    return result
  }

  /// Mean azimuth and asymmetry.
  private mutating func finish(_ pixels: Pixels, _ state: LikelihoodState) {
    var weights = 0.0
    var turned = 0.0
    var score = 0.0
    var information = 0.0
    // The third Hermite function, free of height and place: what a lopsided line leaves in the residuals.
    let sigma = state.width / 2.3548200450309493
    for index in 0..<pixels.offset.count {
      let x = Double(pixels.offset[index]) + pixels.correction
      let z = (x - state.shift) / sigma
      guard abs(z) < 4 else { continue }
      let gauss = exp(-0.5 * z * z)
      weights += gauss
      turned += gauss * Double(pixels.azimuth[index])
      let mu = max(state.model(x, response: pixels.response), state.least)
      let h3 = state.height * gauss * z * (z * z - 3) / 2.449489742783178
      score += h3 * (Double(pixels.value[index]) - mu) / mu
      information += h3 * h3 / mu
    }
    azimuth = weights > 0 ? turned / weights : 0
    asymmetry = information > 0 ? score / information : 0
    asymmetrySigma = information > 0 ? 1 / information.squareRoot() : .infinity
  }

  /// Height, place and background read off a coarse profile of the band.
  private static func guess(_ pixels: Pixels, width: Double, start: Double?) -> LikelihoodState? {
    let cells = min(max(Int(2 * pixels.halfWidth / (0.4 * width)), 9), 101)
    var sum = [Double](repeating: 0, count: cells)
    var count = [Double](repeating: 0, count: cells)
    for index in 0..<pixels.offset.count {
      let place = (Double(pixels.offset[index]) / pixels.halfWidth + 1) / 2 * Double(cells)
      let cell = min(max(Int(place), 0), cells - 1)
      sum[cell] += Double(pixels.value[index])
      count[cell] += 1
    }
    let means = (0..<cells).compactMap { count[$0] > 0 ? (cell: $0, mean: sum[$0] / count[$0]) : nil }
    guard means.count >= max(5, cells / 3) else { return nil }
    let levels = means.map(\.mean).sorted()
    let background = max(levels[levels.count / 4], 0.01)
    func centre(_ cell: Int) -> Double { ((Double(cell) + 0.5) / Double(cells) * 2 - 1) * pixels.halfWidth }
    var best = (height: -Double.infinity, shift: 0.0)
    for item in means {
      if let start, abs(centre(item.cell) - start) > max(0.75 * width, 1.5 * pixels.halfWidth / Double(cells)) {
        continue
      }
      // Three cells together, so that one hot pixel does not make a line.
      var total = 0.0
      var number = 0.0
      for cell in max(item.cell - 1, 0)...min(item.cell + 1, cells - 1) {
        total += sum[cell]
        number += count[cell]
      }
      let height = total / number - background
      if height > best.height { best = (height, centre(item.cell)) }
    }
    guard best.height > 0 else { return nil }
    return LikelihoodState(
      height: 1.2 * best.height, shift: start ?? best.shift, background: background, slope: 0, width: width)
  }
}

/// The parameters of a line.
private struct LikelihoodState {
  var height, shift, background, slope, width: Double
  var lorentzian = 0.0

  var profile: LineShape { LineShape(width: width, lorentzian: lorentzian) }
  /// The least expectation; keeps a background that went below zero from upsetting the weights.
  var least: Double { max(1e-3 * (abs(background) + abs(height)), 1e-3) }

  func model(_ x: Double, response: Double) -> Double {
    background + slope * x + height * profile.value(x - shift).height * (1 + response * x)
  }
}

/// Deviance, gradient and Fisher information of a line in (height, shift, background, slope, log width).
private struct LikelihoodSums {
  var deviance = 0.0
  var chiSquare = 0.0
  var gradient = InlineArray<5, Double>(repeating: 0)
  /// The lower triangle, row by row.
  var information = InlineArray<15, Double>(repeating: 0)

  init(_ pixels: SectorFit.Pixels, _ state: LikelihoodState) {
    let profile = state.profile
    let least = state.least
    for index in 0..<pixels.offset.count {
      let x = Double(pixels.offset[index]) + pixels.correction
      let line = profile.value(x - state.shift)
      let factor = 1 + pixels.response * x
      let mu = max(state.background + state.slope * x + state.height * line.height * factor, least)
      let y = Double(pixels.value[index])
      let residual = y - mu
      let weight = 1 / mu
      deviance += y > 0 ? 2 * (y * log(y * weight) - residual) : 2 * mu
      chiSquare += residual * residual * weight
      let scaled = state.height * factor
      let d = (line.height * factor, -scaled * line.slope, 1.0, x, scaled * line.byLogWidth)
      let w = (weight * d.0, weight * d.1, weight, weight * d.3, weight * d.4)
      gradient[0] += residual * w.0
      gradient[1] += residual * w.1
      gradient[2] += residual * w.2
      gradient[3] += residual * w.3
      gradient[4] += residual * w.4
      information[0] += w.0 * d.0
      information[1] += w.1 * d.0
      information[2] += w.1 * d.1
      information[3] += w.2 * d.0
      information[4] += w.2 * d.1
      information[5] += w.2
      information[6] += w.3 * d.0
      information[7] += w.3 * d.1
      information[8] += w.3
      information[9] += w.3 * d.3
      information[10] += w.4 * d.0
      information[11] += w.4 * d.1
      information[12] += w.4
      information[13] += w.4 * d.3
      information[14] += w.4 * d.4
    }
  }

  private func matrix(order: Int, damping: Double) -> [Double] {
    var matrix = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      for j in 0...i {
        let entry = information[i * (i + 1) / 2 + j] * (i == j ? 1 + damping : 1)
        matrix[i * order + j] = entry
        matrix[j * order + i] = entry
      }
    }
    return matrix
  }

  func step(order: Int, damping: Double) -> [Double]? {
    SymmetricSystem(matrix(order: order, damping: damping), order: order)?.solve((0..<order).map { gradient[$0] })
  }

  func inverse(order: Int) -> [Double]? { SymmetricSystem(matrix(order: order, damping: 0), order: order)?.inverse }
}
