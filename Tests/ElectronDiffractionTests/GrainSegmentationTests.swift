import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct GrainSegmentationTests {
  static let degree = Double.pi / 180

  /// A map from letters: a letter is an orientation, turned by 40 degrees more about x than the one before, `.` was not
  /// indexed; each point is turned by a random 0.2 degrees.
  static func map(_ rows: [String], seed: UInt64 = 1) -> OrientationMap {
    var generator = SeededGenerator(seed: seed)
    let grid = MapGrid(rows: rows.count, columns: rows[0].count, stepX: 1e-6, stepY: 2e-6)
    var points: [MapPoint] = []
    for (row, line) in rows.enumerated() {
      for (column, letter) in line.utf8.enumerated() {
        let number = Double(letter) - Double(UInt8(ascii: "a"))
        let noise = Rotation(
          vector: 0.2 * degree / 3.0.squareRoot() * SIMD3(generator.normal(), generator.normal(), generator.normal()))
        points.append(
          MapPoint(
            x: Double(column) * grid.stepX, y: Double(row) * grid.stepY, phase: 0,
            orientation: noise * Rotation(axis: SIMD3(1, 0, 0), angle: 20 * degree * number),
            status: letter == UInt8(ascii: ".") ? .notIndexed : .indexed))
      }
    }
    return OrientationMap(
      grid: grid, phases: [MapPhase(name: "oxide", cell: nil, laueClass: .trigonalHigh)], points: points,
      mapToSample: .identity)
  }

  @Test func pointsThatTouchBelongTogether() {
    let map = Self.map(["aab", "abb", "c.a"])
    let grains = GrainSegmentation()(map)
    #expect(grains.labels == [0, 0, 1, 0, 1, 1, 2, -1, 3])
    #expect(grains.grains.map(\.pointCount) == [3, 3, 1, 1])
    #expect(Array(grains.points(of: 1)) == [2, 4, 5])
    #expect(grains.grains[0].neighbours.map(\.grain) == [1, 2])
    #expect(abs(grains.grains[0].area - 6e-12) < 1e-24)
  }
}
