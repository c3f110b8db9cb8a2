import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct AffineReportTests {
  /// Positions of a jittered raster.
  private func raster(_ generator: inout SeededGenerator) -> [PixelPosition] {
    (0..<144).map { index in
      PixelPosition(
        row: 20 * Double(index / 12) + 5 * generator.uniform(),
        column: 20 * Double(index % 12) + 5 * generator.uniform())
    }
  }

  /// (x, y) → turn × shear × scale.
  private func mapped(_ p: PixelPosition, _ sx: Double, _ sy: Double, _ angle: Double, _ shear: Double)
    -> PixelPosition
  {
    let (x, y) = (sx * p.column - shear * sy * p.row, sy * p.row)
    return PixelPosition(
      row: sin(angle) * x + cos(angle) * y + 1.5, column: cos(angle) * x - sin(angle) * y - 0.5)
  }

  @Test func aKnownMapIsFound() throws {
    var generator = SeededGenerator(seed: 1)
    let given = raster(&generator)
    let report = try #require(AffineReport(from: given, to: given.map { mapped($0, 1.01, 0.98, 0.02, 0.005) }))
    #expect(abs(report.columnScale.value - 1.01) < 1e-9)
    #expect(abs(report.rowScale.value - 0.98) < 1e-9)
    #expect(abs(report.rotation.value - 0.02) < 1e-9)
    #expect(abs(report.shear.value - 0.005) < 1e-9)
    #expect(report.residual < 1e-9)
  }

  @Test func uncertaintiesTellTheScatter() throws {
    // 200 draws of noise: deviations in units of the uncertainty scatter by 1.
    var squares = [0.0, 0, 0, 0]
    for seed in 1...200 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let given = raster(&generator)
      let moved = given.map { p in
        var q = mapped(p, 1.01, 0.98, 0.02, 0.005)
        q.row += 0.5 * generator.normal()
        q.column += 0.5 * generator.normal()
        return q
      }
      let report = try #require(AffineReport(from: given, to: moved))
      let estimates = [report.columnScale, report.rowScale, report.rotation, report.shear]
      for (index, (estimate, truth)) in zip(estimates, [1.01, 0.98, 0.02, 0.005]).enumerated() {
        let pull = (estimate.value - truth) / estimate.uncertainty
        squares[index] += pull * pull / 200
      }
      #expect(abs(report.residual - 0.5 * 2.0.squareRoot()) < 0.1)
    }
    for square in squares { #expect(square.squareRoot() > 0.8 && square.squareRoot() < 1.35, "\(square)") }
  }

  @Test func lostPositionsHardlyCount() throws {
    var generator = SeededGenerator(seed: 1)
    let given = raster(&generator)
    var moved = given.map { p in
      var q = mapped(p, 1.01, 0.98, 0.02, 0.005)
      q.row += 0.1 * generator.normal()
      q.column += 0.1 * generator.normal()
      return q
    }
    for index in [0, 11, 77] { moved[index].row += 40 }
    let report = try #require(AffineReport(from: given, to: moved))
    #expect(abs(report.rowScale.value - 0.98) < 1e-3)
    #expect(abs(report.rotation.value - 0.02) < 1e-3)
  }

  @Test func tooLittleGivesNoReport() {
    let line = (0..<9).map { PixelPosition(row: Double($0), column: 2 * Double($0)) }
    #expect(AffineReport(from: line, to: line) == nil)
    #expect(AffineReport(from: Array(line.prefix(3)), to: Array(line.prefix(3))) == nil)
  }
}
