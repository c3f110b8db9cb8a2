/// What of a pattern lies in the windows, and the covariance that weighs it.
///
/// Weights must not follow the noise of single bins, else low counts pull the fit down: the variance of a bin is taken
/// from the model. Stated variances are described by `σ² = (α + β m) g`, m being the model and g the inverse of the
/// relative number of pixels; correlations of neighbours by the mean correlation of the window. What is stated enters
/// as it is where the covariance of the estimate is computed.
struct PeakData {
  /// Intensities of the bins of all windows; 0 where there is none.
  var values: [Double]
  /// Whether a bin has an intensity.
  var isValid: [Bool]
  /// Stated variances, and stated covariances of each bin with the next (0 across windows); empty where not stated.
  var variances: [Double] = []
  var covariances: [Double] = []
  /// 1 over the number of pixels, relative to its mean in the window; empty where it is not known.
  var spread: [Double] = []
  let noise: PeakNoise
  /// Of each window: variance over intensity, for the noise that is taken from the scatter.
  var scatter: [Double]

  /// V = L D Lᵀ with ones on the diagonal of L: the elements of D, zero for bins without weight, and those below the
  /// diagonal of L.
  var pivots: [Double]
  var lowers: [Double]
  /// The variances that weigh, by bin.
  var weighing: [Double]

  init(layout: PeakLayout, noise: PeakNoise) {
    let count = layout.binCount
    self.noise = noise
    values = [Double](repeating: 0, count: count)
    isValid = [Bool](repeating: false, count: count)
    scatter = [Double](repeating: 1, count: layout.windows.count)
    pivots = [Double](repeating: 0, count: count)
    lowers = [Double](repeating: 0, count: count)
    weighing = [Double](repeating: 0, count: count)
    if noise == .given {
      variances = [Double](repeating: 0, count: count)
      covariances = [Double](repeating: 0, count: count)
    }
  }

  /// Takes in one pattern.
  ///
  /// - Parameters:
  ///   - intensities: of all bins, C order from `first`.
  ///   - first: where the pattern begins in `intensities` and `sigmas`.
  ///   - firstPair: where it begins in `covariances`.
  mutating func load(
    _ layout: PeakLayout, intensities: [Double], sigmas: [Double]?, covariances stated: [Double]?, first: Int,
    firstPair: Int
  ) {
    for window in layout.windows {
      for (bin, place) in zip(window.bins, window.offset...) {
        let value = intensities[first + bin]
        var valid = value.isFinite
        if noise == .given, let sigmas {
          let sigma = sigmas[first + bin]
          valid = valid && sigma.isFinite
          variances[place] = valid ? sigma * sigma : 0
          let hasNext = bin + 1 < window.bins.upperBound
          let pair = hasNext ? stated?[firstPair + bin] ?? 0 : 0
          covariances[place] = pair.isFinite ? pair : 0
        }
        values[place] = valid ? value : 0
        isValid[place] = valid
      }
      // A window whose bins are all without uncertainty has seen nothing.
      if noise == .given, !(window.offset..<window.offset + window.bins.count).contains(where: { variances[$0] > 0 }) {
        for place in window.offset..<window.offset + window.bins.count { isValid[place] = false }
      }
    }
  }

  /// The number of bins with data in a window.
  func validCount(_ window: PeakLayout.Window) -> Int {
    (window.offset..<window.offset + window.bins.count).count { isValid[$0] }
  }

  /// Sets the weights for a model of the intensities.
  mutating func weigh(_ layout: PeakLayout, model: [Double]) {
    for (index, window) in layout.windows.enumerated() {
      let range = window.offset..<window.offset + window.bins.count
      var (sum, count) = (0.0, 0.0)
      for i in range where isValid[i] {
        sum += max(values[i], 0)
        count += 1
      }
      // Nothing counted at all: any positive number does, since all weights are equal.
      let mean = sum > 0 ? sum / count : 1
      switch noise {
      case .counts: for i in range { weighing[i] = max(model[i], 0.02 * mean) }
      case .scatter: for i in range { weighing[i] = scatter[index] * max(model[i], 0.02 * mean) }
      case .given: describeVariances(range, model: model, mean: mean)
      }
      factorise(range)
    }
  }

  /// Fits α and β to the stated variances of a window, each relative to the model.
  private mutating func describeVariances(_ range: Range<Int>, model: [Double], mean: Double) {
    let floor = 0.02 * mean
    func inverse(_ i: Int) -> Double { spread.isEmpty ? 1 : spread[i] }
    var (s11, s12, s22, t1, t2, n) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for i in range where isValid[i] {
      let m = max(model[i], floor)
      let (one, target) = (1 / m, variances[i] / inverse(i) / m)
      s11 += one * one
      s12 += one
      s22 += 1
      t1 += one * target
      t2 += target
      n += 1
    }
    guard n > 0 else { return }
    let determinant = s11 * s22 - s12 * s12
    var (alpha, beta) = (0.0, t2 / s22)
    // Where the model hardly varies, the two cannot be told apart and need not be.
    if determinant > 0.02 * s11 * s22 {
      alpha = (t1 * s22 - t2 * s12) / determinant
      beta = (s11 * t2 - s12 * t1) / determinant
      if alpha < 0 { (alpha, beta) = (0, t2 / s22) }
      if beta < 0 { (alpha, beta) = (t1 / s11, 0) }
    }
    for i in range { weighing[i] = (alpha + beta * max(model[i], floor)) * inverse(i) }
  }

  /// The factors of the covariance that weighs.
  private mutating func factorise(_ range: Range<Int>) {
    var correlation = 0.0
    if noise == .given {
      // The mean correlation, as the ratio of sums, which zero counts do not spoil.
      var (above, below) = (0.0, 0.0)
      for i in range.dropLast() where isValid[i] && isValid[i + 1] {
        above += covariances[i]
        below += 0.5 * (variances[i] + variances[i + 1])
      }
      // A tridiagonal covariance of constant variance is positive definite up to one half.
      correlation = below > 0 ? min(max(above / below, -0.45), 0.45) : 0
    }
    var last = 0.0
    for i in range {
      guard isValid[i] else {
        (pivots[i], lowers[i], last) = (0, 0, 0)
        continue
      }
      if last > 0 {
        let covariance = correlation * (weighing[i - 1] * weighing[i]).squareRoot()
        lowers[i] = covariance / last
        pivots[i] = max(weighing[i] - covariance * lowers[i], 0.05 * weighing[i])
      } else {
        (lowers[i], pivots[i]) = (0, weighing[i])
      }
      last = pivots[i]
    }
  }
}

extension PeakData {
  /// Takes in how many pixels the bins of the whole pattern have.
  mutating func setSpread(_ layout: PeakLayout, pixelCounts: [Double]) {
    spread = [Double](repeating: 1, count: layout.binCount)
    for window in layout.windows {
      let mean = window.bins.reduce(0.0) { $0 + pixelCounts[$1] } / Double(window.bins.count)
      for (bin, place) in zip(window.bins, window.offset...) where pixelCounts[bin] > 0 && mean > 0 {
        spread[place] = mean / pixelCounts[bin]
      }
    }
  }
}
