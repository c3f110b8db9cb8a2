import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct GaugeAlignmentTests {
  let object: ComplexImage = {
    var generator = SeededGenerator(seed: 1)
    return TruthScan.object(shape: FrameShape(rows: 60, columns: 72), generator: &generator)
  }()

  @Test func aFactorAndARampAreTakenOff() throws {
    // Ramps below and far above one turn over the array, on and off the grid of its frequencies.
    for ramp in [PixelShift(row: 0, column: 0), .init(row: 0.03, column: -0.011), .init(row: -0.7, column: 1.3)] {
      let changed = GaugeFit.ramped(object, by: ramp).map { ComplexFloat(0.3, -1.1) * $0 }
      let alignment = try GaugeAlignment(of: changed, to: object)
      #expect(alignment.error < 1e-4, "\(ramp)")
      #expect(abs(alignment.ramp.row + ramp.row) < 1e-4 && abs(alignment.ramp.column + ramp.column) < 1e-4)
      #expect(alignment.shift.length < 1e-2)
    }
  }

  @Test func aDisplacementIsTakenOff() throws {
    // Round the edges, so that nothing is lost; half the array counts.
    let weights = ScalarImage(
      (0..<object.shape.count).map { (15..<45).contains($0 / 72) && (18..<54).contains($0 % 72) ? 1 : 0 },
      shape: object.shape)
    for shift in [PixelShift(row: 3, column: -2), .init(row: 0.4, column: 0.7), .init(row: -2.3, column: 1.6)] {
      let moved = GaugeFit.moved(object, by: PixelShift(row: -shift.row, column: -shift.column))
      let changed = GaugeFit.ramped(moved, by: PixelShift(row: 0.05, column: -0.02)).map { ComplexFloat(0, 2) * $0 }
      let alignment = try GaugeAlignment(of: changed, to: object, weights: weights)
      #expect(alignment.error < 0.02, "\(shift) \(alignment.error)")
      #expect(abs(alignment.shift.row - shift.row) < 0.03 && abs(alignment.shift.column - shift.column) < 0.03)
      let fixed = try GaugeAlignment(of: changed, to: object, weights: weights, movable: false)
      #expect(fixed.error > 2 * alignment.error)
      #expect(fixed.shift.length == 0)
    }
  }

  @Test func whatIsLeftIsTheError() throws {
    // Independent noise of 5 % of the object's root mean square.
    var generator = SeededGenerator(seed: 3)
    let rms = (object.power / Double(object.shape.count)).squareRoot()
    let sigma = Float(0.05 * rms / 2.0.squareRoot())
    let noisy = object.map { $0 + ComplexFloat(sigma * Float(generator.normal()), sigma * Float(generator.normal())) }
    let alignment = try GaugeAlignment(of: noisy, to: object)
    #expect(abs(alignment.error - 0.05) < 0.002)
  }

  @Test func theProbeFollows() throws {
    let scan = TruthScan(size: 24, side: 3)
    let ramp = PixelShift(row: 0.04, column: -0.02)
    var changed = scan.truth
    changed.object = GaugeFit.ramped(changed.object, by: ramp).map { ComplexFloat(0.5, 0.5) * $0 }
    changed.probes[0] = GaugeFit.ramped(changed.probes[0], by: PixelShift(row: -ramp.row, column: -ramp.column))
      .map { ComplexFloat(1, -1) * $0 }
    let alignment = try GaugeAlignment(
      of: changed.object, to: scan.truth.object, weights: scan.truth.scanWeights(), movable: false)
    let probe = alignment.applied(toProbe: changed.probes[0])
    var difference = 0.0
    for (a, b) in zip(probe.pixels, scan.truth.probes[0].pixels) { difference += Double((a - b).squaredModulus) }
    #expect(difference < 1e-6 * probe.power)
  }

  @Test func whatCannotBeComparedIsNamed() {
    let small = object.cropped(rows: 0..<10, columns: 0..<10)
    #expect(throws: PtychographyError.self) { try GaugeAlignment(of: small, to: object) }
    #expect(throws: PtychographyError.self) {
      try GaugeAlignment(of: object, to: object, weights: ScalarImage(repeating: 0, shape: object.shape))
    }
    let dark = ComplexImage(repeating: .zero, shape: object.shape)
    #expect(throws: PtychographyError.self) { try GaugeAlignment(of: dark, to: object) }
  }
}
