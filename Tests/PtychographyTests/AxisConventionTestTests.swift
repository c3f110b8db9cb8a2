import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct AxisConventionTestTests {
  private static func scan() throws -> SimulatedScan {
    var experiment = ParticleExperiment.reduced(by: 4, positions: 8)
    experiment.window = FrameShape(rows: 96, columns: 96)
    experiment.defocus = 1.5e-3
    return try experiment.run(angle: 0, simulation: try experiment.simulation(seed: 1), seed: 1)
  }

  /// The positions of a file whose axes are such that `convention` makes them right.
  private func written(_ positions: [ScanPosition], as convention: AxisConvention) -> [ScanPosition] {
    positions.map { position in
      let y = convention.rowsReversed ? -position.y : position.y
      let x = convention.columnsReversed ? -position.x : position.x
      return convention.exchanged ? ScanPosition(y: x, x: y) : ScanPosition(y: y, x: x)
    }
  }

  @Test func eachOfTheEightIsFound() throws {
    let scan = try Self.scan()
    let data = scan.data
    let test = AxisConventionTest()
    for convention in AxisConvention.all {
      let positions = written(scan.truePositions, as: convention)
      #expect(positions.map { convention.applied(to: $0) } == scan.truePositions)
      let verdict = try test.run(data, positions: positions, probes: scan.probes, threads: 2)
      #expect(verdict.supported == convention, "\(convention): \(verdict.errors)")
      #expect(verdict.isDecided, "\(verdict)")
    }
    let one = try test.run(data, positions: scan.truePositions, probes: scan.probes, threads: 1)
    #expect(one.description.contains("rows +y, columns +x"))
  }

  @Test func withAProbeThatKnowsNoSideTheTwinStaysOpen() throws {
    // At the focus the probe is the same on both sides, and its twin is itself.
    let scan = try Self.scan()
    var simulation = PtychographySimulation(
      geometry: scan.geometry, window: scan.window,
      probes: [
        ComplexImage(
          (0..<96 * 96).map { i in
            let square = pow(Double(i / 96) - 48, 2) + pow(Double(i % 96) - 48, 2)
            return ComplexFloat(Float(exp(-square / 80)))
          }, shape: scan.window)
      ], positions: scan.nominalPositions, photons: 2e5)
    simulation.wholePixels = true
    let focused = try simulation.run(object: scan.object, seed: 1)
    let verdict = try AxisConventionTest().run(
      focused.data, positions: focused.truePositions, probes: focused.probes, threads: 2)
    #expect(!verdict.isDecided && verdict.onlyTwinIsOpen, "\(verdict.errors)")
    #expect(verdict.description.contains("twin"))
  }

  @Test func patternsAreReducedWithoutLosingTheirCounts() throws {
    let data = try Self.scan().data
    let window = data.windowHolding(0.99)
    #expect(window.rows < 96 && window.rows >= 32)
    let low = data.cropped(to: window)
    #expect(low.total(3) > 0.97 * data.total(3))
    let half = window.rows / 2
    let expected = data.pattern(3).rolledToCentre().cropped(rows: 48 - half..<48 + half, columns: 48 - half..<48 + half)
    #expect(low.pattern(3) == expected.rolledToCorner())
  }

  @Test func refusesWhatDoesNotBelongTogether() throws {
    let scan = try Self.scan()
    #expect(throws: PtychographyError.self) {
      try AxisConventionTest().run(scan.data, positions: [], probes: scan.probes)
    }
    #expect(throws: PtychographyError.self) {
      try AxisConventionTest().run(scan.data, positions: scan.truePositions, probes: [])
    }
  }
}
