import Foundation

/// The residuals of a ring as a function of azimuth.
struct RingHarmonics {
  var coefficients: [Double]
  var sigmas: [Double]

  /// Weighted least squares of 1, cos χ, sin χ, cos 2χ, sin 2χ; the constant alone where they are not determined.
  ///
  /// - Parameter variances: of the residuals.
  init(azimuths: [Double], residuals: [Double], variances: [Double]) {
    for order in [5, 3, 1] where azimuths.count > order + 2 || order == 1 {
      var matrix = [Double](repeating: 0, count: order * order)
      var right = [Double](repeating: 0, count: order)
      for (index, chi) in azimuths.enumerated() {
        let d = [1, cos(chi), sin(chi), cos(2 * chi), sin(2 * chi)]
        for i in 0..<order {
          right[i] += d[i] * residuals[index] / variances[index]
          for j in 0..<order { matrix[i * order + j] += d[i] * d[j] / variances[index] }
        }
      }
      guard let system = SymmetricSystem(matrix, order: order) else { continue }
      let inverse = system.inverse
      let sigmas = (0..<order).map { inverse[$0 * (order + 1)].squareRoot() }
      // A short arc leaves the terms to cancel each other: their sigmas then exceed that of the mean by far.
      let alone = 1 / matrix[0].squareRoot()
      guard order == 1 || sigmas[0] < 3 * alone else { continue }
      coefficients = system.solve(right)
      self.sigmas = sigmas
      return
    }
    coefficients = []
    sigmas = []
  }
}
