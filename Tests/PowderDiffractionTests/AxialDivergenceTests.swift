import ArrayMath
import Foundation
import Testing

@testable import PowderDiffraction

/// The shifts of a line against rays that are drawn one by one.
@Suite struct AxialDivergenceTests {
  struct Moments {
    var count = 0.0
    var sum = 0.0
    var square = 0.0
    var mean: Double { sum / count }
    var deviation: Double { (square / count - mean * mean).squareRoot() }

    mutating func add(_ value: Double, weight: Double = 1) {
      count += weight
      sum += weight * value
      square += weight * value * value
    }
  }

  func moments(_ divergence: AxialDivergence, _ twoTheta: Double) -> Moments {
    divergence.points(twoTheta: twoTheta, width: 1e-3).reduce(into: Moments()) { $0.add($1.shift, weight: $1.weight) }
  }

  @Test(arguments: [0.4, 1.2, 2.2])
  func oneSlitPassesTheRaysOfItsHeight(twoTheta: Double) {
    let (s, h) = (0.03, 0.05)
    var random = SeededGenerator(seed: 1)
    var drawn = Moments()
    while drawn.count < 40_000 {
      // A ray from a height of the sample on a cone about the beam, to a cylinder of radius one.
      let azimuth = 0.6 * (2 * random.uniform() - 1) / sin(twoTheta) * 0.4
      let across = sin(twoTheta) * cos(azimuth)
      let length = (cos(twoTheta) * cos(twoTheta) + across * across).squareRoot()
      let height = s * (2 * random.uniform() - 1) + sin(twoTheta) * sin(azimuth) / length
      if abs(height) <= h { drawn.add(atan2(across, cos(twoTheta)) - twoTheta) }
    }
    let found = moments(.slit(sample: s, detector: h), twoTheta)
    #expect(abs(found.count - 1) < 1e-12)
    #expect(abs(found.mean - drawn.mean) < 5 * drawn.deviation / 200, "\(found.mean) \(drawn.mean)")
    #expect(abs(found.deviation / drawn.deviation - 1) < 0.03)
    // Lines lean away from 90 degrees.
    #expect(twoTheta < .pi / 2 ? found.mean < 0 : found.mean > 0)
  }

  @Test(arguments: [0.4, 1.2, 2.2])
  func sollerSlitsPassRaysOfBothBeams(twoTheta: Double) {
    let (first, second) = (0.04, 0.06)
    var random = SeededGenerator(seed: 2)
    var drawn = Moments()
    while drawn.count < 40_000 {
      let beta = first * (random.uniform() - random.uniform())
      let azimuth = 0.3 * (2 * random.uniform() - 1) / sin(twoTheta)
      let axial = sin(beta) * cos(twoTheta) + cos(beta) * sin(twoTheta) * sin(azimuth)
      let gamma = asin(axial)
      guard random.uniform() < 1 - abs(gamma) / second else { continue }
      // Along the beam's projection and across it; the beam rises by β.
      let along = cos(beta) * cos(twoTheta) - sin(beta) * sin(twoTheta) * sin(azimuth)
      drawn.add(atan2(sin(twoTheta) * cos(azimuth), along) - twoTheta)
    }
    let found = moments(.soller(incident: first, diffracted: second), twoTheta)
    #expect(abs(found.count - 1) < 1e-3)
    #expect(abs(found.mean - drawn.mean) < 5 * drawn.deviation / 200, "\(found.mean) \(drawn.mean)")
    #expect(abs(found.deviation / drawn.deviation - 1) < 0.03)
  }

  @Test func noDivergenceMovesNothing() {
    #expect(AxialDivergence.none.points(twoTheta: 1, width: 1e-3).map(\.shift) == [0])
    let scaled = AxialDivergence.slit(sample: 0.01, detector: 0.03).scaled(by: 2)
    #expect(scaled == .slit(sample: 0.02, detector: 0.06) && scaled.aperture == 0.02)
  }
}
