import Foundation

/// A polynomial through a part of a curve, by weighted least squares, for its slope and its turning point.
///
///     y = Σ_j p_j ((x − x₀)/w)^j
///
/// Its covariance is widened where the points scatter more than they say, and never narrowed.
public struct LocalPolynomial: Sendable, Hashable {
  /// x₀ and w.
  public let origin, width: Double
  /// p, in the unit of y.
  public let coefficients: [Double]
  /// Covariance of p, row by row, in C order.
  public let covariance: [Double]
  /// χ² before the widening, and its degrees of freedom.
  public let chiSquared: Double
  public let degreesOfFreedom: Int

  /// - Parameters:
  ///   - x: places of the points, in any order.
  ///   - y: values, in any unit.
  ///   - sigmas: independent standard uncertainties of y, positive.
  ///   - origin: x₀.
  ///   - degree: 1 to 6.
  /// - Throws: ``LineScanError`` for unequal lengths, numbers that are not finite, uncertainties that are not positive,
  ///   or places that do not determine the polynomial with one point to spare.
  public init(
    x: [Double], y: [Double], sigmas: [Double], origin: Double, degree: Int
  ) throws(LineScanError) {
    guard (1...6).contains(degree) else {
      throw .outOfRange(what: "degree", value: Double(degree), expected: "1 to 6")
    }
    guard y.count == x.count else { throw .lengths(what: "values", found: y.count, expected: x.count) }
    guard sigmas.count == x.count else { throw .lengths(what: "uncertainties", found: sigmas.count, expected: x.count) }
    try LineScanError.requireFinite(x, "place")
    try LineScanError.requireFinite(y, "value")
    for sigma in sigmas { try LineScanError.requirePositive(sigma, "uncertainty of a value") }
    let order = degree + 1
    guard Set(x).count > order else { throw .tooFew(what: "different places", found: Set(x).count, needed: order + 1) }
    let width = x.reduce(0) { max($0, abs($1 - origin)) }
    let level = y.reduce(0, +) / Double(y.count)
    var matrix = [Double](repeating: 0, count: order * order)
    var right = [Double](repeating: 0, count: order)
    let powers = x.map { place in
      (0..<order).map { pow((place - origin) / width, Double($0)) }
    }
    for index in x.indices {
      let weight = 1 / (sigmas[index] * sigmas[index])
      for i in 0..<order {
        right[i] += weight * powers[index][i] * (y[index] - level)
        for j in 0..<order { matrix[i * order + j] += weight * powers[index][i] * powers[index][j] }
      }
    }
    guard let system = SymmetricSystem(matrix, order: order) else {
      throw .tooFew(what: "different places", found: Set(x).count, needed: order + 1)
    }
    var solution = system.solve(right)
    let misfit = x.indices.reduce(0.0) { sum, index in
      let model = zip(powers[index], solution).reduce(0) { $0 + $1.0 * $1.1 }
      let pull = (y[index] - level - model) / sigmas[index]
      return sum + pull * pull
    }
    solution[0] += level
    let degrees = x.count - order
    let scale = max(1, misfit / Double(max(degrees, 1)))
    var covariance = [Double](repeating: 0, count: order * order)
    for column in 0..<order {
      var unit = [Double](repeating: 0, count: order)
      unit[column] = 1
      for (row, value) in system.solve(unit).enumerated() { covariance[row * order + column] = scale * value }
    }
    self.origin = origin
    self.width = width
    coefficients = solution
    self.covariance = covariance
    chiSquared = misfit
    degreesOfFreedom = degrees
  }

  private func terms(_ x: Double, derivative: Int) -> [Double] {
    let t = (x - origin) / width
    return coefficients.indices.map { power in
      guard power >= derivative else { return 0 }
      let factor = (0..<derivative).reduce(1.0) { $0 * Double(power - $1) }
      return factor * pow(t, Double(power - derivative)) / pow(width, Double(derivative))
    }
  }

  /// The value (derivative 0), the slope (1) or a higher derivative at a place, with its standard uncertainty.
  public func estimate(at x: Double, derivative: Int = 0) -> (value: Double, sigma: Double) {
    let terms = terms(x, derivative: derivative)
    let order = terms.count
    var variance = 0.0
    for i in 0..<order { for j in 0..<order { variance += terms[i] * covariance[i * order + j] * terms[j] } }
    return (zip(terms, coefficients).reduce(0) { $0 + $1.0 * $1.1 }, max(variance, 0).squareRoot())
  }

  /// Where the slope vanishes and the curve is highest, with the standard uncertainty of that place: σ(slope)/|y''|.
  ///
  /// - Parameter range: where it is looked for.
  /// - Returns: nil when the slope does not fall through zero in the range.
  public func maximum(in range: ClosedRange<Double>) -> (place: Double, sigma: Double)? {
    let steps = 400
    let step = (range.upperBound - range.lowerBound) / Double(steps)
    func slope(_ x: Double) -> Double { estimate(at: x, derivative: 1).value }
    var best: (place: Double, value: Double)?
    for index in 0..<steps {
      var (low, high) = (range.lowerBound + step * Double(index), range.lowerBound + step * Double(index + 1))
      guard slope(low) > 0, slope(high) <= 0 else { continue }
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if slope(middle) > 0 { low = middle } else { high = middle }
      }
      let value = estimate(at: low).value
      if value > best?.value ?? -.infinity { best = (low, value) }
    }
    guard let place = best?.place else { return nil }
    let bend = abs(estimate(at: place, derivative: 2).value)
    return bend > 0 ? (place, estimate(at: place, derivative: 1).sigma / bend) : nil
  }
}
