import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct PositionModelTests {
  let scan = TruthScan(size: 24, side: 3, wholePixels: false)

  /// The slope and curvature-like matrix against differences of E itself, at a place off the truth.
  private func compare(_ state: Reconstruction, _ data: DiffractionData, _ pattern: Int) {
    let model = PositionModel(state, data: data)
    model.load(pattern)
    var place = state.positions[pattern]
    place.row += 0.37
    place.column -= 0.21
    let found = model.linearised(at: place)
    let misfit = model.misfit(at: place)
    #expect(abs(found.misfit - misfit) < 1e-5 * misfit)
    let h = 0.02
    func difference(_ row: Double, _ column: Double) -> Double {
      let ahead = model.misfit(at: PixelPosition(row: place.row + row, column: place.column + column))
      let behind = model.misfit(at: PixelPosition(row: place.row - row, column: place.column - column))
      return (ahead - behind) / (2 * h)
    }
    let scale = hypot(found.row, found.column)
    #expect(scale > 0)
    #expect(abs(-2 * found.row - difference(h, 0)) < 0.01 * scale, "\(-2 * found.row) \(difference(h, 0))")
    #expect(abs(-2 * found.column - difference(0, h)) < 0.01 * scale, "\(-2 * found.column) \(difference(0, h))")
  }

  @Test func theGradientIsTheSlopeOfTheMisfit() {
    for pattern in 0..<scan.data.count { compare(scan.truth, scan.data, pattern) }
  }

  @Test func theGradientIsTheSlopeForModesAndBackground() {
    var state = scan.truth
    state.probes.append(state.probes[0].rolled(rows: 2, columns: -1).map { 0.4 * $0 })
    state.background = ScalarImage(repeating: 3, shape: scan.data.window)
    for pattern in 0..<4 { compare(state, scan.data, pattern) }
  }

  @Test func theGradientIsTheSlopeInTheNearField() {
    let geometry = ScanGeometry(
      wavelength: 1e-10, distance: 2e-3, pixelHeight: 1e-7, pixelWidth: 1e-7, propagation: .nearField)
    var generator = SeededGenerator(seed: 2)
    let data = TruthScan.counts(
      of: scan.start, window: scan.data.window, geometry: geometry, noisy: false, generator: &generator)
    for pattern in 0..<4 { compare(scan.truth, data, pattern) }
  }

  @Test func unmeasuredPixelsDoNotCount() {
    guard case .wide(var counts) = scan.data.counts else { return }
    let masked = stride(from: 0, to: scan.data.window.count, by: 7)
    for pattern in 0..<scan.data.count {
      for pixel in masked { counts[pattern * scan.data.window.count + pixel] = .max }
    }
    let data = DiffractionData(
      .wide(counts), window: scan.data.window, count: scan.data.count, geometry: scan.data.geometry)
    compare(scan.truth, data, 4)
  }

  @Test func theMisfitVanishesAtTheTruth() {
    let model = PositionModel(scan.truth, data: scan.data)
    for pattern in 0..<scan.data.count {
      model.load(pattern)
      let truth = scan.truth.positions[pattern]
      let there = model.misfit(at: truth)
      let beside = model.misfit(at: PixelPosition(row: truth.row + 0.1, column: truth.column))
      #expect(there < 0.05 * beside)
    }
  }

  /// In the near field a window between pixels sees the object moved, not the pattern.
  @Test func theNearFieldWaveIsTakenBackByTheFraction() {
    let geometry = ScanGeometry(
      wavelength: 1e-10, distance: 1e-3, pixelHeight: 1e-7, pixelWidth: 1e-7, propagation: .nearField)
    // An empty object: wherever the window lies, the pattern is the probe's own.
    var state = scan.truth
    state.object = ComplexImage(repeating: ComplexFloat(1), shape: state.object.shape)
    for index in state.positions.indices {
      state.positions[index] = PixelPosition(row: 3, column: 3)
    }
    var generator = SeededGenerator(seed: 2)
    let data = TruthScan.counts(
      of: state, window: scan.data.window, geometry: geometry, noisy: false, generator: &generator)
    let model = PositionModel(state, data: data)
    model.load(0)
    let there = model.misfit(at: PixelPosition(row: 3, column: 3))
    let between = model.misfit(at: PixelPosition(row: 3.4, column: 2.7))
    #expect(abs(between - there) < 1e-3 * data.total(0) && there < 1e-4 * data.total(0))
  }
}
