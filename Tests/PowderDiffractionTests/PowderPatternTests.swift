import Foundation
import PowderDiffraction
import Testing

@Suite struct PowderPatternTests {
  @Test func axesConvertByBragg() throws {
    // LaB6 110 at 19 keV: d = a/√2, a = 4.156826 Å.
    let wavelength = 6.525484e-11
    let d = 4.156826e-10 / 2.0.squareRoot()
    let angle = 2 * asin(wavelength / (2 * d))
    let axis = PatternAxis.latticeSpacing
    let q = try #require(axis.convert(d, to: .scatteringVector, wavelength: nil))
    #expect(abs(q - 2 * .pi / d) < 1e-3)
    let converted = try #require(axis.convert(d, to: .twoTheta, wavelength: wavelength))
    #expect(abs(converted - angle) < 1e-15 && abs(converted * 180 / .pi - 12.746) < 1e-3)
    for from in PatternAxis.allCases {
      for to in PatternAxis.allCases {
        let start = try #require(PatternAxis.twoTheta.convert(0.3, to: from, wavelength: wavelength))
        let there = try #require(from.convert(start, to: to, wavelength: wavelength))
        let back = try #require(to.convert(there, to: from, wavelength: wavelength))
        #expect(abs(back - start) <= 1e-13 * abs(start))
      }
    }
  }

  @Test func placesWithoutCounterpartHaveNone() {
    #expect(PatternAxis.scatteringVector.convert(0, to: .latticeSpacing, wavelength: nil) == nil)
    #expect(PatternAxis.scatteringVector.convert(1.3e11, to: .twoTheta, wavelength: 1e-10) == nil)
    #expect(PatternAxis.twoTheta.convert(4, to: .scatteringVector, wavelength: 1e-10) == nil)
    #expect(PatternAxis.twoTheta.convert(0.1, to: .scatteringVector, wavelength: nil) == nil)
    #expect(PatternAxis.twoTheta.convert(.nan, to: .scatteringVector, wavelength: 1e-10) == nil)
    let backwards = PatternAxis.twoTheta.convert(.pi, to: .scatteringVector, wavelength: 0.7e-10)
      .flatMap { PatternAxis.scatteringVector.convert($0, to: .twoTheta, wavelength: 0.7e-10) }
    #expect(abs((backwards ?? 0) - .pi) < 1e-7)
  }

  @Test func latticeSpacingsTurnThePatternRound() throws {
    let pattern = try PowderPattern(
      axis: .twoTheta, positions: [0.1, 0.2, 0.3], intensities: [1, 2, .nan], sigmas: [0.1, 0.2, .nan],
      neighbourCovariances: [7, 8], wavelength: 1e-10)
    let spacings = try pattern.converted(to: .latticeSpacing)
    #expect(spacings.intensities[1...] == [2, 1] && spacings.intensities[0].isNaN)
    #expect(spacings.neighbourCovariances == [8, 7])
    let back = try spacings.converted(to: .twoTheta)
    for (a, b) in zip(back.positions, pattern.positions) { #expect(abs(a - b) < 1e-15) }
  }

  @Test func impossiblePatternsAreRefused() {
    func make(
      _ positions: [Double] = [1, 2], _ intensities: [Double] = [1, 1], sigmas: [Double]? = nil,
      covariances: [Double]? = nil, wavelength: Double? = nil
    ) throws {
      _ = try PowderPattern(
        axis: .twoTheta, positions: positions, intensities: intensities, sigmas: sigmas,
        neighbourCovariances: covariances, wavelength: wavelength)
    }
    #expect(throws: PatternError.isEmpty) { try make([], []) }
    #expect(throws: PatternError.self) { try make([1, .nan]) }
    #expect(throws: PatternError.self) { try make([1, 1]) }
    #expect(throws: PatternError.self) { try make([2, 1]) }
    #expect(throws: PatternError.self) { try make([1, 2], [1]) }
    #expect(throws: PatternError.self) { try make([1, 2], [1, .infinity]) }
    #expect(throws: PatternError.self) { try make(sigmas: [1, -1]) }
    #expect(throws: PatternError.self) { try make(sigmas: [1]) }
    #expect(throws: PatternError.self) { try make(covariances: [1, 2]) }
    #expect(throws: PatternError.wavelength(0)) { try make(wavelength: 0) }
    #expect(throws: PatternError.needsWavelength) {
      try PowderPattern(axis: .twoTheta, positions: [1], intensities: [1]).converted(to: .scatteringVector)
    }
  }

  @Test func aSeriesGivesItsPatterns() throws {
    let cake = try PowderPatternSeries(
      axis: .scatteringVector, positions: [1e10, 2e10], edges: [0.5e10, 1.5e10, 2.5e10], azimuths: [0, 1, 2],
      frameCount: 2, intensities: (0..<12).map(Double.init), pixelCounts: [1, 2, 3, 4, 5, 6])
    #expect(try cake.pattern(frame: 1, sector: 2).intensities == [10, 11])
    let whole = try PowderPatternSeries(
      axis: .twoTheta, positions: [0.1, 0.2, 0.3], frameCount: 2, intensities: [1, 2, 3, 4, 5, 6],
      neighbourCovariances: [1, 2, 3, 4])
    #expect(try whole.pattern(frame: 1).neighbourCovariances == [3, 4])
    #expect(throws: PatternError.self) {
      try PowderPatternSeries(axis: .twoTheta, positions: [1, 2], edges: [0, 1], frameCount: 0, intensities: [])
    }
    #expect(throws: PatternError.self) {
      try PowderPatternSeries(axis: .twoTheta, positions: [1, 2], frameCount: 2, intensities: [1, 2, 3])
    }
    #expect(throws: PatternError.self) {
      try PowderPatternSeries(axis: .twoTheta, positions: [1, 2], frameCount: .max, intensities: [1])
    }
    #expect(throws: PatternError.self) {
      try PowderPatternSeries(axis: .twoTheta, positions: [1, 2], frameCount: -1, intensities: [])
    }
  }
}
