internal import ArrayMath
internal import Foundation

/// What the spectrum of a row is multiplied by before it is back-projected.
struct LineFilter: Sendable {
  /// A number for every frequency of a padded row from −1/2 to 1/2; those at the ends, which are one frequency, count half.
  let response: [ComplexFloat]

  /// - Parameter half: the response from frequency 0 to 1/2, and `mirror` what makes that at −u of it.
  private init(half: [ComplexFloat], mirror: (ComplexFloat) -> ComplexFloat) {
    var half = half
    half[half.count - 1] = 0.5 * half[half.count - 1]
    response = half.dropFirst().reversed().map(mirror) + half
  }

  /// The length of the rows.
  var length: Int { response.count - 1 }

  /// The ramp, from its exact samples in space: h(0) = 1/4, h(n) = −1/(πn)² for odd n, 0 for even n.
  static func ramp(_ filter: RampFilter, length: Int) -> LineFilter {
    let samples = (0...length / 2).map { n -> Double in
      if n == 0 { return 0.25 }
      return n.isMultiple(of: 2) ? 0 : -1 / (Double.pi * Double(n)) / (Double.pi * Double(n))
    }
    let cosines = (0..<length).map { cos(2 * .pi * Double($0) / Double(length)) }
    let half = (0...length / 2).map { frequency -> Float in
      var sum = samples[0]
      for n in stride(from: 1, to: length / 2, by: 2) { sum += 2 * samples[n] * cosines[n * frequency % length] }
      return Float(sum * filter.factor(Double(frequency) / Double(length)))
    }
    return LineFilter(half: half.map { ComplexFloat($0) }) { $0 }
  }

  /// The ramp for differences d(n + 1/2) = p(n + 1) − p(n) in the place of p.
  ///
  /// With h the ramp's samples, Σ h(n − m) p(m) = Σ s(n − m − 1/2) d(m + 1/2), where s(k + 1/2) = Σ h(j) over j ≤ k, since Σ h
  /// = 0: 1/8 at 1/2, less 1/(πn)² for every odd n up to k, and odd, s(−x) = −s(x). The spectrum of s is that of the Hilbert
  /// filter of reference [1], |u| / (2i sin πu); made from samples in space it knows that p is the same, 0, beyond both ends
  /// of a row, and so keeps the mean.
  ///
  /// [1] F. Pfeiffer et al., Phys. Rev. Lett. 98 (2007) 108105; M. Guizar-Sicairos et al., Opt. Express 19 (2011) 21345.
  static func ramp(ofDifferences filter: RampFilter, length: Int) -> LineFilter {
    var samples: [Double] = []
    var sum = 0.125
    for k in 0..<length / 2 {
      if !k.isMultiple(of: 2) { sum -= 1 / (Double.pi * Double(k)) / (Double.pi * Double(k)) }
      samples.append(sum)
    }
    // Σ s(k + 1/2) (exp(−2πiu(k + 1/2)) − exp(2πiu(k + 1/2))) = −2i Σ s(k + 1/2) sin 2πu(k + 1/2).
    let sines = (0..<2 * length).map { sin(.pi * Double($0) / Double(length)) }
    let half = (0...length / 2).map { frequency -> Float in
      var sum = 0.0
      for k in 0..<length / 2 { sum += samples[k] * sines[(2 * k + 1) * frequency % (2 * length)] }
      return Float(-2 * sum * filter.factor(Double(frequency) / Double(length)))
    }
    return LineFilter(half: half.map { ComplexFloat(0, $0) }, mirror: \.conjugate)
  }
}
