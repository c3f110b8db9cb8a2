import ArrayMath
import Foundation
import ImageAnalysis
import Testing

@Suite struct FourierRingCorrelationTests {
  private let bare = FourierRingCorrelation.Preparation(edge: 0, registers: false, removesRamp: false)
  private let windowed = FourierRingCorrelation.Preparation(edge: 0.125, registers: false, removesRamp: false)

  /// A signal of a known power spectrum, and noise of power 1 a frequency on each of two copies.
  private func realisations(
    _ size: Int, seed: Int, isReal: Bool = false, power: (_ frequency: Double) -> Double
  ) -> (ComplexImage, ComplexImage) {
    let shape = FrameShape(rows: size, columns: size)
    var generator = SeededGenerator(seed: UInt64(seed))
    func normal() -> ComplexFloat {
      let (a, b) = (Float(generator.normal()), Float(generator.normal()))
      return isReal ? ComplexFloat(a) : Float(0.5.squareRoot()) * ComplexFloat(a, b)
    }
    let transform = FourierTransform2D(shape)
    var signal = ComplexImage((0..<shape.count).map { _ in normal() }, shape: shape)
    transform.forward(&signal)
    for row in 0..<size {
      for column in 0..<size {
        let frequency = hypot(Double(min(row, size - row)), Double(min(column, size - column))) / Double(size)
        signal[row, column] = Float(power(frequency).squareRoot() / Double(shape.count)) * signal[row, column]
      }
    }
    transform.backward(&signal)
    return (signal.map { $0 + normal() }, signal.map { $0 + normal() })
  }

  /// Deviations from what is expected, in standard deviations: their mean square over the rings from the fourth on.
  private func deviation(_ frc: FourierRingCorrelation, _ expected: (Double) -> Double) -> Double {
    let rings = frc.frequencies.indices.dropFirst(4)
    let squares = rings.map { ring -> Double in
      let mean = expected(frc.frequencies[ring])
      // The real part of the correlation of n complex samples that are independent scatters by 1/√(2n).
      return pow((frc.correlation[ring] - mean) * (2 * frc.samples[ring]).squareRoot(), 2)
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  @Test(arguments: [false, true])
  func twoRealisationsCorrelateByTheSignalsShareOfThePower(_ isReal: Bool) throws {
    let power = { (frequency: Double) in 8 * exp(-pow(frequency / 0.15, 2)) }
    var (sums, count) = (0.0, 0.0)
    for seed in 1...4 {
      let (a, b) = realisations(128, seed: seed, isReal: isReal, power: power)
      for preparation in [bare, windowed] {
        let frc =
          isReal
          ? try FourierRingCorrelation.between(a.map(\.real), b.map(\.real), preparation: preparation)
          : try FourierRingCorrelation.between(a, b, preparation: preparation)
        for ring in frc.frequencies.indices.dropFirst(4) {
          let share = power(frc.frequencies[ring]) / (power(frc.frequencies[ring]) + 1)
          #expect(abs(frc.correlation[ring] - share) < 4 / (2 * frc.samples[ring]).squareRoot() + 0.02)
          sums += (frc.correlation[ring] - share)
          count += 1
        }
      }
    }
    #expect(abs(sums / count) < 0.01)
  }

  @Test(arguments: [false, true])
  func noiseAloneScattersByItsSamples(_ isReal: Bool) throws {
    for preparation in [bare, windowed] {
      var squares = 0.0
      for seed in 1...8 {
        let (a, b) = realisations(96, seed: seed, isReal: isReal) { _ in 0 }
        let frc =
          isReal
          ? try FourierRingCorrelation.between(a.map(\.real), b.map(\.real), preparation: preparation)
          : try FourierRingCorrelation.between(a, b, preparation: preparation)
        squares += pow(deviation(frc) { _ in 0 }, 2) / 8
        // Noise has no resolution.
        #expect((frc.resolution(.halfBit) ?? 1) > 3)
      }
      // 8 x 45 rings know it to 4 %.
      #expect(abs(squares.squareRoot() - 1) < 0.15)
    }
  }

  @Test func theThresholdsAreThoseOfThePaper() {
    for n in [10.0, 100, 10_000] {
      let root = n.squareRoot()
      #expect(
        abs(
          FourierRingCorrelation.Criterion.halfBit.threshold(samples: n)
            - (0.2071 + 1.9102 / root) / (1.2071 + 0.9102 / root)) < 1e-4)
      #expect(
        abs(
          FourierRingCorrelation.Criterion.oneBit.threshold(samples: n)
            - (0.5 + 2.4142 / root) / (1.5 + 1.4142 / root)) < 1e-4)
    }
    #expect(FourierRingCorrelation.Criterion.halfBit.threshold(samples: 0) == 1)
  }

  @Test func theResolutionIsWhereTheSpectrumSaysIt() throws {
    let power = { (frequency: Double) in 20 * exp(-pow(frequency / 0.12, 2)) }
    let (a, b) = realisations(256, seed: 1, power: power)
    let frc = try FourierRingCorrelation.between(a, b, preparation: windowed)
    let halfBit = try #require(frc.resolution(.halfBit))
    for criterion in FourierRingCorrelation.Criterion.allCases {
      // Where S/(S + 1) meets the threshold of the samples in the ring; scatter moves that by a ring or two of 128.
      let crossing = try #require(
        frc.frequencies.indices.dropFirst(3).first {
          let signal = power(frc.frequencies[$0])
          return signal / (signal + 1) < criterion.threshold(samples: frc.samples[$0])
        })
      let found = try #require(frc.resolution(criterion))
      #expect(abs(0.5 / found - frc.frequencies[crossing]) < 3.0 / 256)
    }
    #expect(try #require(frc.resolution(.halfBit, crossing: .last)) <= halfBit)
  }

  @Test func identicalImagesAgreeToThePixel() throws {
    let (a, _) = realisations(64, seed: 2) { _ in 1 }
    let frc = try FourierRingCorrelation.between(a, a, preparation: windowed)
    #expect(frc.resolution(.halfBit) == nil && frc.resolution(.oneBit, crossing: .last) == nil)
    #expect(frc.correlation.allSatisfy { abs($0 - 1) < 1e-4 })
    #expect(frc.frequencies.last == 0.5)
  }

  @Test func shiftConstantAndRampDoNotMatter() throws {
    let size = 160
    var generator = SeededGenerator(seed: 3)
    let grains = (0..<60).map { _ in
      (60 + 40 * generator.uniform(), 60 + 40 * generator.uniform(), 1 + 2 * generator.uniform(), generator.normal())
    }
    func object(_ shift: ImageShift, _ ramp: (Float, Float, Float), seed: Int) -> ComplexImage {
      let phase = TestImages.image(size, size) { row, column in
        Float(
          grains.reduce(0.0) { sum, grain in
            let square =
              pow(Double(row) - grain.0 - shift.rows, 2) + pow(Double(column) - grain.1 - shift.columns, 2)
            return sum - abs(grain.3) * exp(-square / (2 * grain.2 * grain.2))
          }) + ramp.0 + ramp.1 * Float(row) + ramp.2 * Float(column)
      }
      return TestImages.object(phase, noise: 0.05, seed: seed)
    }
    let first = object(ImageShift(rows: 0, columns: 0), (0, 0, 0), seed: 1)
    let plain = try FourierRingCorrelation.between(
      first, object(ImageShift(rows: 0, columns: 0), (0, 0, 0), seed: 2), preparation: windowed)
    let moved = object(ImageShift(rows: 3.4, columns: -1.7), (1, 0.3, -0.2), seed: 2)
    let prepared = try FourierRingCorrelation.between(first, moved)
    let registration = try #require(prepared.registration)
    #expect(abs(registration.shift.rows - 3.4) < 0.03 && abs(registration.shift.columns + 1.7) < 0.03)
    let expected = try #require(plain.resolution(.halfBit))
    let found = try #require(prepared.resolution(.halfBit))
    #expect(abs(found / expected - 1) < 0.07)
    let unprepared = try FourierRingCorrelation.between(first, moved, preparation: windowed)
    #expect((unprepared.resolution(.halfBit) ?? 1) > 2 * expected)
    // The conjugate is another object.
    let conjugate = try FourierRingCorrelation.between(first, moved.map(\.conjugate))
    #expect((conjugate.resolution(.halfBit) ?? 1) > 1.5 * expected)
  }

  @Test func imagesWithoutAirAndThoseThatAreNotSquare() throws {
    let (a, b) = realisations(64, seed: 5) { 20 * exp(-pow($0 / 0.1, 2)) }
    let frc = try FourierRingCorrelation.between(
      a.cropped(rows: 0..<40, columns: 0..<64), b.cropped(rows: 0..<40, columns: 0..<64))
    #expect(frc.frequencies.count == 21 && frc.frequencies.last == 0.5)
    // A ring of radius r holds 2π r dr frequencies of 1/40 by 1/64.
    let plain = try FourierRingCorrelation.between(
      a.cropped(rows: 0..<40, columns: 0..<64), b.cropped(rows: 0..<40, columns: 0..<64), preparation: bare)
    #expect(abs(plain.samples[10] / (2 * .pi * 10 * 1.6) - 1) < 0.1)
    #expect(frc.samples[10] < plain.samples[10])
  }

  @Test func whatCannotBeComparedIsRefused() {
    let (a, b) = realisations(32, seed: 1) { _ in 1 }
    #expect(throws: ImageAnalysisError.self) {
      try FourierRingCorrelation.between(a, b.cropped(rows: 0..<32, columns: 0..<31))
    }
    #expect(throws: ImageAnalysisError.self) {
      try FourierRingCorrelation.between(
        a.cropped(rows: 0..<15, columns: 0..<32), b.cropped(rows: 0..<15, columns: 0..<32))
    }
    #expect(throws: ImageAnalysisError.self) {
      try FourierRingCorrelation.between(
        a.map(\.real), a.map { _ in Float.nan })
    }
    #expect(throws: ImageAnalysisError.self) {
      try FourierRingCorrelation.between(a, b, preparation: .init(edge: 0.7))
    }
  }
}
