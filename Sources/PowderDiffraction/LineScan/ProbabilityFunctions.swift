import Foundation

/// Distribution functions that intervals need.
enum ProbabilityFunctions {
  /// The regularised incomplete gamma function P(a, x): series below a + 1, Lentz's continued fraction above.
  static func gammaP(_ a: Double, _ x: Double) -> Double {
    guard x > 0 else { return 0 }
    let front = exp(-x + a * log(x) - logGamma(a))
    if x < a + 1 {
      var term = 1 / a
      var sum = term
      var n = a
      while abs(term) > 1e-16 * abs(sum) {
        n += 1
        term *= x / n
        sum += term
      }
      return sum * front
    }
    var b = x + 1 - a
    var c = 1e300
    var d = 1 / b
    var h = d
    for i in 1...10_000 {
      let an = -Double(i) * (Double(i) - a)
      b += 2
      d = 1 / nonZero(an * d + b)
      c = nonZero(b + an / c)
      h *= d * c
      if abs(d * c - 1) < 1e-15 { break }
    }
    return 1 - front * h
  }

  /// The regularised incomplete beta function I_x(a, b) by Lentz's continued fraction.
  static func betaI(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - betaI(1 - x, b, a) }
    let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log(1 - x)) / a
    var c = 1.0
    var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
    var h = d
    for m in 1...10_000 {
      let m = Double(m)
      for numerator in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / nonZero(1 + numerator * d)
        c = nonZero(1 + numerator / c)
        h *= d * c
      }
      if abs(d * c - 1) < 1e-15 { break }
    }
    return front * h
  }

  /// The value that χ² with some degrees of freedom stays below with a probability.
  static func chiSquaredQuantile(_ probability: Double, degrees: Double) -> Double {
    var high = degrees + 10
    while gammaP(degrees / 2, high / 2) < probability, high < 1e9 { high *= 2 }
    return bisect(0, high) { gammaP(degrees / 2, $0 / 2) - probability }
  }

  /// The value that Student's t with some degrees of freedom stays below with a probability above one half.
  static func studentQuantile(_ probability: Double, degrees: Double) -> Double {
    bisect(0, 1e4) { t in
      1 - betaI(degrees / (degrees + t * t), degrees / 2, 0.5) / 2 - probability
    }
  }

  /// The exact interval of a binomial probability (Clopper & Pearson, Biometrika 26, 404 (1934)).
  static func binomialInterval(successes: Int, of count: Int, confidence: Double) -> ClosedRange<Double> {
    let tail = (1 - confidence) / 2
    let (k, n) = (Double(successes), Double(count))
    let low = successes == 0 ? 0 : bisect(0, 1) { betaI($0, k, n - k + 1) - tail }
    let high = successes == count ? 1 : bisect(0, 1) { betaI($0, k + 1, n - k) - (1 - tail) }
    return low...max(low, high)
  }

  /// Where a rising function crosses zero.
  static func bisect(_ low: Double, _ high: Double, _ function: (Double) -> Double) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if function(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  private static func nonZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }

  private static func logGamma(_ x: Double) -> Double {
    // The C library's function stores a sign in a global variable; this one has none. Lanczos' approximation with
    // g = 7 and nine terms, exact to 10⁻¹⁵ for the positive arguments used here.
    let terms = [
      0.999_999_999_999_809_93, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_13,
      -176.615_029_162_140_59, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6,
      1.505_632_735_149_311_6e-7,
    ]
    let base = x + 6.5
    var sum = terms[0]
    for index in 1..<9 { sum += terms[index] / (x - 1 + Double(index)) }
    return 0.5 * log(2 * Double.pi) + (x - 0.5) * log(base) - base + log(sum)
  }
}
