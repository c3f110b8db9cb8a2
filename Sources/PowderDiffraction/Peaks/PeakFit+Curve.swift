import Foundation

extension PeakFit {
  /// The fitted model over one of its windows: the background alone, and with all lines.
  ///
  /// - Parameters:
  ///   - window: its number in the model.
  ///   - model: the model that was fitted.
  ///   - edges: of the bins of the window, in radians of 2θ, one more than bins, rising.
  /// - Returns: intensities of the bins; NaN where the fit has no parameters.
  public func curve(window: Int, of model: PeakModel, edges: [Double]) -> (background: [Double], total: [Double]) {
    guard let first = edges.first, let last = edges.last, edges.count > 1 else { return ([], []) }
    var coefficients = [Double](repeating: .nan, count: model.windows[window].backgroundOrder + 1)
    for (name, value) in zip(parameterNames, parameters) {
      if case .background(window, let order) = name { coefficients[order] = value }
    }
    let (middle, half) = ((first + last) / 2, (last - first) / 2)
    var background: [Double] = []
    for (low, high) in zip(edges, edges.dropFirst()) {
      let u = ((low + high) / 2 - middle) / half
      var (before, polynomial, sum) = (1.0, u, coefficients[0])
      for order in coefficients.indices.dropFirst() {
        sum += coefficients[order] * polynomial
        (before, polynomial) = (polynomial, 2 * u * polynomial - before)
      }
      background.append(sum)
    }
    var total = background
    for peak in peaks
    where !peak.twoTheta.value.isNaN && peak.fwhm.value > 0 && !peak.intensity.value.isNaN
      && model.windows[window].range.contains(peak.twoTheta.value)
    {
      let profile = PeakProfile(fwhm: peak.fwhm.value, mixing: peak.mixing)
      for bin in total.indices {
        total[bin] +=
          peak.intensity.value
          * profile.mean(from: edges[bin] - peak.twoTheta.value, to: edges[bin + 1] - peak.twoTheta.value)
      }
    }
    return (background, total)
  }
}
