internal import ArrayMath
internal import Foundation

extension SeededGenerator {
  /// A count drawn from the Poisson distribution.
  ///
  /// Small means multiply uniform numbers until their product falls below exp(−mean) (D. E. Knuth, The Art of Computer
  /// Programming, volume 2, section 3.4.1), by one uniform number and the running sum; from 10 on the transformed
  /// rejection PTRS of W. Hörmann, Insurance: Mathematics and Economics 12 (1993) 39.
  mutating func poisson(mean: Double) -> Double {
    guard mean > 0 else { return 0 }
    return mean < 10 ? invertedPoisson(mean) : rejectedPoisson(mean)
  }

  private mutating func invertedPoisson(_ mean: Double) -> Double {
    let draw = uniform()
    var probability = exp(-mean)
    var cumulative = probability
    var count = 0.0
    while draw >= cumulative, count < 200 {
      count += 1
      probability *= mean / count
      cumulative += probability
    }
    return count
  }

  private mutating func rejectedPoisson(_ mean: Double) -> Double {
    let root = mean.squareRoot()
    let b = 0.931 + 2.53 * root
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let ceiling = 0.9277 - 3.6224 / (b - 2)
    let logMean = log(mean)
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let distance = 0.5 - abs(u)
      let count = ((2 * a / distance + b) * u + mean + 0.43).rounded(.down)
      if distance >= 0.07, v <= ceiling { return count }
      if count < 0 || (distance < 0.013 && v > distance) { continue }
      if log(v * inverseAlpha / (a / (distance * distance) + b)) <= count * logMean - mean - lgamma(count + 1) {
        return count
      }
    }
  }
}
