import Foundation
import Testing

@testable import Tomography

@Suite struct RowInterpolationTests {
  @Test func followsWavesUpToAThirdOfACycle() {
    for cycles in [0, 0.1, 0.2, 0.3, 0.35] {
      for part in [0.1, 0.25, 0.5, 0.9] {
        let (first, weights) = RowInterpolation.taps(at: 20 + part)
        #expect(weights.count == 16)
        var (re, im) = (0.0, 0.0)
        for (offset, weight) in weights.enumerated() {
          let phase = 2 * .pi * cycles * (Double(first + offset) - 20 - part)
          re += Double(weight) * cos(phase)
          im += Double(weight) * sin(phase)
        }
        #expect(hypot(re - 1, im) < 1e-3)
      }
    }
  }

  @Test func wholePlacesAreRows() {
    for place in [-3.0, 0, 7] {
      let (first, weights) = RowInterpolation.taps(at: place)
      #expect(first == Int(place) && weights == [1])
    }
    #expect(RowInterpolation.taps(at: 2 - 1e-12).first == 2)
  }
}
