internal import CKernels
internal import Foundation

/// The filter of filtered back-projection on rows of one padded length: what every frequency is multiplied by.
///
/// Rows leave it sampled at quarters of pixels, so that back-projection takes the sample nearest to where a voxel is seen:
/// that is a convolution with a box of a quarter of a pixel, which the filter makes up for by 1 / sinc(u/4), at most 1.026.
/// Taking the nearest of exact samples loses nothing else, where interpolation between pixels would damp by sinc²(u).
final class RampSpectrum: @unchecked Sendable {
  /// The padded length, at least the one asked for.
  let length: Int
  let plan: OpaquePointer
  /// For frequencies 0...length/2: the filter, over the length, which the transforms do not divide by.
  let response: [Double]
  /// Complex factors of the same frequencies that move a row by quarters of a pixel, for each of the four.
  let quarters: [Float]

  static let samplesPerPixel = 4

  /// The padded length for at least `least` pixels: the next product of 8 and powers of 2, 3 and 5.
  static func length(atLeast least: Int) -> Int {
    var length = max(32, (least + 7) / 8 * 8)
    func isSmooth(_ number: Int) -> Bool {
      var rest = number
      for prime in [2, 3, 5] { while rest.isMultiple(of: prime) { rest /= prime } }
      return rest == 1
    }
    while !isSmooth(length) { length += 8 }
    return length
  }

  init(_ filter: RampFilter, atLeast least: Int) throws {
    let length = Self.length(atLeast: least)
    guard let plan = operando_fourier_make(length, 0) else {
      throw TomographyError.invalid("there is no memory for transforms of \(length) pixels")
    }
    (self.length, self.plan) = (length, plan)
    let ramp = Self.ramp(length)
    response = (0...length / 2).map { k in
      let u = Double(k) / Double(length)
      let box = k == 0 ? 1 : sin(.pi * u / 4) / (.pi * u / 4)
      return ramp[k] * filter.factor(u) / box / Double(length)
    }
    quarters = (0..<Self.samplesPerPixel).flatMap { quarter in
      (0...length / 2).flatMap { k -> [Float] in
        let phase = 2 * Double.pi * Double(k * quarter) / Double(Self.samplesPerPixel * length)
        return [Float(cos(phase)), Float(sin(phase))]
      }
    }
  }

  deinit { operando_fourier_free(plan) }

  /// The transform of the samples of the ramp in space: h(0) = 1/4, h(n) = −1/(πn)² for odd n.
  private static func ramp(_ length: Int) -> [Double] {
    let cosines = (0..<length).map { cos(2 * Double.pi * Double($0) / Double(length)) }
    return (0...length / 2).map { k in
      var sum = 0.25
      var n = 1
      while 2 * n <= length {
        let twice = 2 * n == length ? 1.0 : 2.0
        sum -= twice * cosines[k * n % length] / (Double.pi * Double.pi * Double(n * n))
        n += 2
      }
      return sum
    }
  }

  /// Complex factors of the frequencies 0...length/2 that filter a row and move it to the left by `shift` pixels.
  func factors(shift: Double) -> [Float] {
    response.enumerated().flatMap { k, value -> [Float] in
      let phase = 2 * Double.pi * Double(k) * shift / Double(length)
      return [Float(value * cos(phase)), Float(value * sin(phase))]
    }
  }

  /// The factors of the highest frequency, for the four quarters: real, so that a row stays real.
  func highest(shift: Double) -> [Float] {
    (0..<Self.samplesPerPixel).map { quarter in
      let place = shift + Double(quarter) / Double(Self.samplesPerPixel)
      return Float((response.last ?? 0) * cos(.pi * place))
    }
  }
}
