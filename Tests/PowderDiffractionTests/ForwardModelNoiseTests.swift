import ArrayMath
import Foundation
import PowderDiffraction
import Testing

private let shape = FrameShape(rows: 300, columns: 320)

private func detector(
  gain: Double = 1, readNoise: Double = 0, offset: Double = 0, saturation: UInt16 = .max, dead: [Int] = [],
  hot: [Int] = []
) -> DetectorModel {
  let grid = DetectorGrid(shape: shape, pixelHeight: 1e-4, pixelWidth: 1e-4)
  return DetectorModel(
    geometry: DetectorGeometry(
      poni: PoniGeometry(distance: 0.1, poni1: 0.015, poni2: 0.016), grid: grid, wavelength: 1e-10),
    gain: gain, readNoise: readNoise, offset: offset, saturation: saturation, deadPixels: dead, hotPixels: hot)
}

@Suite struct ForwardModelNoiseTests {
  @Test(arguments: [0.05, 0.7, 3.0, 9.9, 10.1, 37.0, 400.0, 1e5])
  func countsFollowThePoissonDistribution(mean: Double) {
    var generator = SeededGenerator(seed: 1, item: Int(mean * 100))
    let draws = 200_000
    var counts: [Int: Int] = [:]
    for _ in 0..<draws { counts[PoissonSampler.draw(mean: mean, &generator), default: 0] += 1 }
    let n = Double(draws)
    let average = counts.reduce(0.0) { $0 + Double($1.key) * Double($1.value) } / n
    let variance = counts.reduce(0.0) { $0 + pow(Double($1.key) - average, 2) * Double($1.value) } / (n - 1)
    #expect(abs(average - mean) < 4 * (mean / n).squareRoot())
    // The fourth central moment of a Poisson distribution is μ + 3 μ².
    #expect(abs(variance - mean) < 4 * ((mean + 2 * mean * mean) / n).squareRoot())

    // Chi-square over the values expected at least 20 times, the tails gathered; probabilities from the definition.
    func probability(_ k: Int) -> Double { exp(Double(k) * log(mean) - mean - lgamma(Double(k) + 1)) }
    let reach = Int(6 * mean.squareRoot() + 12)
    let values = max(0, Int(mean) - reach)...Int(mean) + reach
    var chiSquare = 0.0
    var bins = 0
    var expectedRest = n
    var foundRest = draws
    for k in values where probability(k) * n >= 20 {
      let expected = probability(k) * n
      let found = counts[k] ?? 0
      chiSquare += pow(Double(found) - expected, 2) / expected
      bins += 1
      expectedRest -= expected
      foundRest -= found
    }
    if expectedRest > 5 {
      chiSquare += pow(Double(foundRest) - expectedRest, 2) / expectedRest
      bins += 1
    }
    let freedom = Double(bins - 1)
    #expect(abs(chiSquare - freedom) < 4 * (2 * freedom).squareRoot() + 4)
  }

  @Test func aMeanOfZeroGivesNothing() {
    var generator = SeededGenerator(seed: 1)
    #expect((0..<100).allSatisfy { _ in PoissonSampler.draw(mean: 0, &generator) == 0 })
  }

  @Test(arguments: [0.8, 6.0, 250.0])
  func theVarianceIsGainTimesSignalAndReadNoise(photons: Double) throws {
    let model = detector(gain: 1.7, readNoise: 4, offset: 100)
    let frame = try model.frame(expected: .init(repeating: Float(photons), count: shape.count), seed: 1)
    let n = Double(frame.count)
    let mean = frame.reduce(0.0) { $0 + Double($1) } / n
    let variance = frame.reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / (n - 1)
    let expected = 1.7 * (1.7 * photons) + 16 + 1.0 / 12
    #expect(abs(mean - 100 - 1.7 * photons) < 4 * (expected / n).squareRoot())
    #expect(abs(variance / expected - 1) < 4 * (3 / n).squareRoot())
  }

  @Test func seedsAndFramesRepeatAndDiffer() throws {
    let model = detector(readNoise: 2, offset: 50)
    let expected = [Float](repeating: 5, count: shape.count)
    let first = try model.frame(expected: expected, seed: 1, frame: 3)
    #expect(try model.frame(expected: expected, seed: 1, frame: 3) == first)
    #expect(try model.frame(expected: expected, seed: 1, frame: 3, threads: 2) == first)
    #expect(try model.frame(expected: expected, seed: 1, frame: 4) != first)
    #expect(try model.frame(expected: expected, seed: 2, frame: 3) != first)
    // Rows have streams of their own.
    #expect(first[0..<320] != first[320..<640])
  }

  @Test func saturatedDeadAndHotPixels() throws {
    let model = detector(offset: 7, saturation: 4095, dead: [5, 321], hot: [6])
    let frame = try model.frame(expected: .init(repeating: 3000, count: shape.count), seed: 1)
    #expect(frame[5] == 7 && frame[321] == 7 && frame[6] == 4095)
    #expect(frame.max() == 4095)
    let bright = try model.frame(expected: .init(repeating: 1e9, count: shape.count), seed: 1)
    #expect(bright.filter { $0 == 4095 }.count == shape.count - 2)
  }

  @Test func theResponseScalesEachPixel() throws {
    var model = detector()
    model.response = (0..<shape.count).map { $0 % 2 == 0 ? 1 : 0.5 }
    let frame = try model.frame(expected: .init(repeating: 1000, count: shape.count), seed: 1)
    let odd = stride(from: 1, to: frame.count, by: 2).reduce(0.0) { $0 + Double(frame[$1]) } / Double(shape.count / 2)
    #expect(abs(odd - 500) < 4 * (250 / Double(shape.count / 2)).squareRoot())
  }

  @Test func whatIsNotANumberCountsAsDark() throws {
    let frame = try detector(offset: 9).frame(expected: .init(repeating: .nan, count: shape.count), seed: 1)
    #expect(frame.allSatisfy { $0 == 9 })
  }

  @Test func randomPixelsAreDistinctAndOnTheDetector() {
    let pixels = DetectorModel.randomPixels(500, shape: shape, seed: 1)
    #expect(Set(pixels).count == 500)
    #expect(pixels.allSatisfy { (0..<shape.count).contains($0) })
    #expect(pixels == DetectorModel.randomPixels(500, shape: shape, seed: 1))
  }
}
