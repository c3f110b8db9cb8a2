public import ArrayMath
import Foundation

/// Numbers from the Poisson distribution.
///
/// Means below 10: inversion by counting up the probabilities, exact to rounding. From 10 on: transformed rejection
/// with squeeze (algorithm PTRS of Hörmann, Insurance: Mathematics and Economics 12, 39 (1993)), exact as well, at a
/// cost that does not grow with the mean.
public enum PoissonSampler {
  /// One draw.
  ///
  /// - Parameter mean: zero or more, below 10¹⁵.
  public static func draw(mean: Double, _ generator: inout SeededGenerator) -> Int {
    mean < 10 ? byInversion(mean, exp(-mean), &generator) : byRejection(mean, &generator)
  }

  /// - Parameter zero: exp(−mean), the probability of no count.
  @inline(__always)
  static func byInversion(_ mean: Double, _ zero: Double, _ generator: inout SeededGenerator) -> Int {
    let uniform = generator.uniform()
    var probability = zero
    var sum = zero
    var count = 0
    // 10 + 20 standard deviations: beyond it every probability is below the rounding of the sum.
    while uniform >= sum && count < 80 {
      count += 1
      probability *= mean / Double(count)
      sum += probability
    }
    return count
  }

  static func byRejection(_ mean: Double, _ generator: inout SeededGenerator) -> Int {
    let root = mean.squareRoot()
    let b = 0.931 + 2.53 * root
    let a = -0.059 + 0.02483 * b
    let squeeze = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = generator.uniform() - 0.5
      let v = generator.uniform()
      let us = 0.5 - abs(u)
      // us = 0 happens once in 2⁵³ draws and would divide by zero.
      guard us > 0 else { continue }
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07 && v <= squeeze { return Int(k) }
      if k < 0 || (us < 0.013 && v > us) { continue }
      let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
      if log(v * inverseAlpha / (a / (us * us) + b)) <= k * log(mean) - mean - logFactorial(k) { return Int(k) }
    }
  }

  /// ln k! for a whole number k.
  static func logFactorial(_ k: Double) -> Double {
    if k < 10 {
      var product = 1.0
      var factor = 2.0
      while factor <= k {
        product *= factor
        factor += 1
      }
      return log(product)
    }
    // Stirling's series; at k = 10 the first term left out is 6 · 10⁻¹¹.
    let x = k + 1
    let inverse = 1 / x
    let square = inverse * inverse
    let series = inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)))
    return (x - 0.5) * log(x) - x + 0.918_938_533_204_672_74 + series
  }
}
