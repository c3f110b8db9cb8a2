import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct ReconstructionQualityTests {
  @Test func theFactsOfADisc() throws {
    let window = FrameShape(rows: 40, columns: 40)
    let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 50e-6, pixelWidth: 50e-6)
    let pixel = geometry.objectPixel(for: window).width
    let disc = ComplexImage(
      (0..<window.count).map { (i: Int) -> ComplexFloat in
        let distance = hypot(Double(i / 40) - 20, Double(i % 40) - 20)
        return distance <= 10 ? ComplexFloat(2) : .zero
      },
      shape: window)
    let positions = (0..<16).map { (i: Int) -> PixelPosition in
      PixelPosition(row: Double(i / 4 * 5), column: Double(i % 4 * 5))
    }
    let start = Reconstruction(
      object: ComplexImage(repeating: ComplexFloat(1), shape: FrameShape(rows: 56, columns: 56)),
      probes: [disc, disc.map { 0.5 * $0 }], positions: positions)
    var state = start
    state.probes = state.probes.map { $0.map { Float(0.5).squareRoot() * $0 } }
    for index in state.positions.indices {
      state.positions[index].row += index % 2 == 0 ? 0.5 : -0.3
    }
    let data = DiffractionData(
      .narrow([UInt16](repeating: 1, count: 16 * 1600)), window: window, count: 16, geometry: geometry)
    let result = ReconstructionResult(
      state: state, error: 0.01, drift: PixelShift(row: 3, column: 4), events: [], affine: nil)
    let quality = ReconstructionQuality(of: result, from: start, data: data)
    #expect(quality.error == 0.01 && quality.drift == 5 && quality.photons == 1600)
    #expect(abs(quality.probePower - 0.5) < 1e-5)
    #expect(abs(quality.modeShares[0] - 0.8) < 1e-5 && abs(quality.modeShares[1] - 0.2) < 1e-5)
    #expect(abs(quality.probeDiameter / pixel - 20) < 0.5)
    #expect(abs(quality.step / pixel - 5) < 0.1)
    #expect(abs(quality.overlap - 0.75) < 0.02)
    #expect(abs(quality.positionCorrection / pixel - 0.4) < 1e-6)
    #expect(quality.scannedFraction > 0.25 && quality.scannedFraction < 0.45)
  }

  @Test func theIlluminationIsTheSumOfAllProbes() {
    let scan = TruthScan(size: 24, side: 3)
    let light = scan.truth.illumination()
    let total = light.pixels.reduce(0.0) { $0 + Double($1) }
    #expect(abs(total / (9 * scan.truth.probes[0].power) - 1) < 1e-4)
    let weights = scan.truth.scanWeights(above: 0.5)
    let peak = light.pixels.max() ?? 0
    #expect(zip(weights.pixels, light.pixels).allSatisfy { $0 == ($1 >= 0.5 * peak ? $1 : 0) })
  }

  @Test func halvesShareNothingAndCoverTheField() {
    var generator = SeededGenerator(seed: 1)
    let positions = (0..<101).map { (_: Int) -> PixelPosition in
      PixelPosition(row: 100 * generator.uniform(), column: 100 * generator.uniform())
    }
    let halves = ScanHalves(positions, seed: 1)
    #expect(halves.first.count == 51 && halves.second.count == 50)
    #expect((halves.first + halves.second).sorted() == Array(0..<101))
    #expect(halves == ScanHalves(positions, seed: 1))
    #expect(halves != ScanHalves(positions, seed: 2))
    // Each pattern has one of the other half about as near as its neighbours are.
    let far = halves.first.filter { one in
      let nearest = halves.second.map { other in
        hypot(positions[one].row - positions[other].row, positions[one].column - positions[other].column)
      }.min()
      return (nearest ?? 100) > 25
    }
    #expect(far.isEmpty)
  }

  @Test func aHalfHoldsItsPatterns() {
    let scan = TruthScan(size: 24, side: 3)
    let half = scan.data.subset([7, 2])
    #expect(half.count == 2 && half.pattern(0) == scan.data.pattern(7) && half.pattern(1) == scan.data.pattern(2))
    #expect(scan.truth.subset([7, 2]).positions == [scan.truth.positions[7], scan.truth.positions[2]])
  }
}
