import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct PeakFitTests {
  private let degree = OperandoPeaks.degree

  private func window(_ indices: MillerIndices, _ half: Double = 0.4) -> PeakWindow {
    let angle = OperandoPeaks.twoTheta(OperandoPeaks.pristine, indices)
    return PeakWindow(angle - half * degree...angle + half * degree)
  }

  private func single(_ indices: MillerIndices = MillerIndices(0, 0, 3), widths: PeakWidths = .instrument) -> PeakModel
  {
    PeakModel(
      windows: [window(indices)],
      phases: [PeakPhase("NMC811", cell: OperandoPeaks.pristine, reflections: [indices], widths: widths)],
      instrument: OperandoPeaks.instrument, wavelength: OperandoPeaks.wavelength)
  }

  private func pattern(_ lines: [SimulatedPeaks.Line], seed: UInt64 = 1, background: Double = 20) throws
    -> PowderPattern
  {
    var generator = SeededGenerator(seed: seed)
    return try SimulatedPeaks(
      from: 0, to: 25 * degree, bins: 2000, lines: lines, background: background, pixels: 30, shared: 0.3
    ).pattern(&generator, wavelength: OperandoPeaks.wavelength)
  }

  // MARK: - Coverage

  @Test(arguments: [200.0, 4]) func positionsAndCellsAreCovered(height: Double) throws {
    let scene = OperandoPeaks(
      cell: OperandoPeaks.pristine, height: height, background: height > 100 ? 50 : 5, hasAluminium: height > 100)
    // Of weak lines, only those that came out strong have a fitted width: a selection, which is no fair draw.
    for (name, pulls) in try scene.pulls(seeds: 150, tiedToCell: true) where height > 100 || !name.hasSuffix("width") {
      #expect(pulls.passes, "\(name): \(pulls.text)")
    }
  }

  @Test(arguments: [-0.02, 0]) func aLineThatCrossesAluminiumIsCovered(beyond: Double) throws {
    let scene = OperandoPeaks(
      cell: OperandoPeaks.cell(beyondAluminium: beyond * degree), height: 200, background: 50)
    let pulls = try scene.pulls(seeds: 100, tiedToCell: true, knownAluminium: 0.05)
    for name in ["a", "c", "104 position", "003 position"] {
      let found = try #require(pulls[name])
      #expect(found.count == 100 && found.passes, "\(name): \(found.text)")
    }
  }

  @Test func countsWithoutSigmasAreFittedByPoissonsLaw() throws {
    // 3 counts a bin: weights from the counts themselves would pull the area down by the number of bins.
    let angle = OperandoPeaks.twoTheta(OperandoPeaks.pristine, MillerIndices(0, 0, 3))
    let profile = try #require(OperandoPeaks.instrument.profile(twoTheta: angle))
    let line = SimulatedPeaks.Line(
      twoTheta: angle, area: 100 * profile.fwhm, fwhm: profile.fwhm, mixing: profile.mixing)
    var (area, place) = (PeakPulls(), PeakPulls())
    for seed in 1...150 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let drawn = try SimulatedPeaks(
        from: 0, to: 25 * degree, bins: 2000, lines: [line], background: 3
      ).pattern(&generator)
      let counts = try PowderPattern(axis: .twoTheta, positions: drawn.positions, intensities: drawn.intensities)
      let peak = try #require(try single().fit(counts).peaks.first)
      #expect(peak.status == .fitted)
      area.add(peak.intensity.value, peak.intensity.sigma, truth: line.area)
      place.add(peak.twoTheta.value, peak.twoTheta.sigma, truth: line.twoTheta)
    }
    #expect(area.passes, "\(area.text)")
    #expect(place.passes, "\(place.text)")
  }

  // MARK: - Status

  @Test func aWindowWithoutALineShowsNone() throws {
    var alarms = 0
    for seed in 1...200 {
      let peak = try #require(try single().fit(try pattern([], seed: UInt64(seed))).peaks.first)
      if peak.status != .noUsablePeak { alarms += 1 }
      if peak.status == .noUsablePeak {
        #expect(peak.twoTheta.value.isNaN && abs(peak.intensity.value) < peak.detectionLimit)
      }
    }
    // One in a thousand is allowed.
    #expect(alarms <= 2, "\(alarms) false alarms of 200")
  }

  @Test func aLineTwiceAboveTheLimitIsFound() throws {
    let empty = try #require(try single().fit(try pattern([])).peaks.first)
    let angle = OperandoPeaks.twoTheta(OperandoPeaks.pristine, MillerIndices(0, 0, 3)) + 0.05 * degree
    let profile = try #require(OperandoPeaks.instrument.profile(twoTheta: angle))
    let line = SimulatedPeaks.Line(
      twoTheta: angle, area: 2 * empty.detectionLimit, fwhm: profile.fwhm, mixing: profile.mixing)
    let found = try (1...60).count { seed in
      try single().fit(try pattern([line], seed: UInt64(seed))).peaks.first?.status == .fitted
    }
    #expect(found >= 57)
  }

  @Test func aLineAtTheEdgeOfItsWindowIsToldSo() throws {
    let angle = window(MillerIndices(0, 0, 3)).range.upperBound - 0.008 * degree
    let line = SimulatedPeaks.Line(twoTheta: angle, area: 300 * 0.026 * degree, fwhm: 0.026 * degree, mixing: 0.3)
    var settings = PeakFitSettings()
    settings.searchRange = 0.1
    let peak = try #require(try single().fit(try pattern([line]), settings: settings).peaks.first)
    #expect(peak.status == .atTheEdge)
  }

  @Test func aLineOnTopOfAnUnknownNeighbourIsNeverCalledFittedWrongly() throws {
    let scene = OperandoPeaks(cell: OperandoPeaks.cell(beyondAluminium: 0.005 * degree), height: 200, background: 50)
    let pulls = try scene.pulls(seeds: 60, tiedToCell: false)
    let outside = (pulls["104 position"] ?? PeakPulls()).values.count { abs($0) > 4 }
    #expect(outside == 0)
    let clear = try #require(pulls["003 position"])
    #expect(clear.passes, "\(clear.text)")
  }

  @Test func aWindowOfNothingIsNoData() throws {
    let full = try pattern([])
    let blind = try PowderPattern(
      axis: .twoTheta, positions: full.positions, intensities: full.intensities.map { _ in .nan }, sigmas: full.sigmas)
    let fit = try single().fit(blind)
    #expect(fit.peaks.map(\.status) == [.noData])
    #expect(!fit.isConverged && fit.chiSquare.isNaN)
  }

  // MARK: - Axes and input

  @Test func theAxisDoesNotMatter() throws {
    let angle = OperandoPeaks.twoTheta(OperandoPeaks.pristine, MillerIndices(0, 0, 3))
    let line = SimulatedPeaks.Line(twoTheta: angle, area: 300 * 0.026 * degree, fwhm: 0.026 * degree, mixing: 0.3)
    var generator = SeededGenerator(seed: 1)
    let drawn = try SimulatedPeaks(
      from: 2 * degree, to: 25 * degree, bins: 1840, lines: [line], background: 20, pixels: 30, shared: 0.3
    ).pattern(&generator, wavelength: OperandoPeaks.wavelength)
    let model = single(widths: .broadened)
    let reference = try #require(try model.fit(drawn).peaks.first)
    for axis in [PatternAxis.scatteringVector, .latticeSpacing] {
      let peak = try #require(try model.fit(try drawn.converted(to: axis)).peaks.first)
      #expect(abs(peak.twoTheta.value - reference.twoTheta.value) < 0.02 * reference.twoTheta.sigma)
      #expect(abs(peak.dSpacing.sigma / reference.dSpacing.sigma - 1) < 0.02)
    }
    #expect(
      abs(reference.dSpacing.value / (OperandoPeaks.wavelength / (2 * sin(reference.twoTheta.value / 2))) - 1) < 1e-12)
  }

  @Test func impossibleModelsAreRefused() throws {
    let data = try pattern([])
    var model = single()
    model.windows = []
    #expect(throws: PeakFitError.noWindow) { try model.fit(data) }
    model.windows = [window(MillerIndices(0, 0, 3)), window(MillerIndices(0, 0, 3), 0.2)]
    #expect(throws: PeakFitError.overlappingWindows(first: 0, second: 1)) { try model.fit(data) }
    model.windows = [window(MillerIndices(0, 0, 3), 0.03)]
    #expect(throws: PeakFitError.fewBins(window: 0, found: 5, expected: 6)) { try model.fit(data) }
    model.windows = [PeakWindow(1...1.1)]
    #expect(throws: PeakFitError.fewBins(window: 0, found: 0, expected: 5)) { try model.fit(data) }
    model.windows = [window(MillerIndices(1, 0, 4))]
    #expect(throws: PeakFitError.noReflection) { try model.fit(data) }
    model = single()
    model.instrument = nil
    #expect(throws: PeakFitError.needsInstrument(phase: "NMC811")) { try model.fit(data) }
    model = single()
    model.phases[0].intensities = .relative([1, 2])
    #expect(
      throws: PeakFitError.count(phase: "NMC811", what: "relative intensities", found: 2, expected: 1)
    ) { try model.fit(data) }
    model = single()
    model.wavelength = nil
    let unknown = try PowderPattern(axis: .twoTheta, positions: data.positions, intensities: data.intensities)
    #expect(throws: PeakFitError.needsWavelength) { try model.fit(unknown) }
    #expect(throws: PeakFitError.needsSigmas) {
      try single().fit(unknown, settings: PeakFitSettings(noise: .given))
    }
    #expect(throws: PeakFitError.setting(name: "the search range", value: 0, expected: "more than 0 and less than 0.5"))
    {
      try single().fit(data, settings: PeakFitSettings(searchRange: 0))
    }
  }
}
