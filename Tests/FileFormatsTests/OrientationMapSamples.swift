import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// Maps with known orientations.
enum OrientationMapSamples {
  /// Random orientations of a layered oxide and a rock salt in a frame of any kind; every ninth point is not indexed.
  static func phantom(
    frame: Rotation, rows: Int = 6, columns: Int = 7, kind: MapGrid.Kind = .square, seed: UInt64 = 1
  ) -> OrientationMap {
    var random = SeededGenerator(seed: seed)
    let cell = UnitCell(a: 2.872e-10, b: 2.872e-10, c: 14.2e-10, alpha: .pi / 2, beta: .pi / 2, gamma: 2 * .pi / 3)
    let cubic = UnitCell(a: 4.18e-10, b: 4.18e-10, c: 4.18e-10, alpha: .pi / 2, beta: .pi / 2, gamma: .pi / 2)
    let phases = [
      MapPhase(name: "NMC811", cell: cell, laueClass: .trigonalHigh),
      MapPhase(name: "rock salt", cell: cubic, laueClass: .cubicHigh),
    ]
    let step = 40e-9
    let points = (0..<rows * columns).map { index -> MapPoint in
      let (row, column) = (index / columns, index % columns)
      let shift = kind == .hexagonal && row % 2 == 1 ? 0.5 : 0
      let q = (0..<4).map { _ in Double.random(in: -1...1, using: &random) }
      return MapPoint(
        x: (Double(column) + shift) * step, y: Double(row) * step * (kind == .hexagonal ? 0.75.squareRoot() : 1),
        phase: index % 9 == 4 ? 0 : index % 2,
        orientation: index % 9 == 4 ? .identity : Rotation(w: q[0], x: q[1], y: q[2], z: q[3]),
        status: index % 9 == 4 ? .notIndexed : .indexed, fit: index % 9 == 4 ? .nan : 0.01, confidence: 0.5,
        quality: Double(index), bands: index % 9 == 4 ? 0 : 7, axisUncertainty: 0.002)
    }
    return OrientationMap(
      grid: MapGrid(
        rows: rows, columns: columns, stepX: step, stepY: kind == .hexagonal ? step * 0.75.squareRoot() : step,
        kind: kind), phases: phases, points: points, mapToSample: frame)
  }

  /// The largest angle between the orientations of two maps, both taken in the map's frame, in radians.
  static func largestMisfit(_ first: OrientationMap, _ second: OrientationMap) -> Double {
    zip(first.points, second.points).reduce(0) { largest, pair in
      guard pair.0.status != .notIndexed, pair.1.status != .notIndexed else {
        return pair.0.status == pair.1.status ? largest : .infinity
      }
      let (a, b) = (pair.0.orientation * first.mapToSample, pair.1.orientation * second.mapToSample)
      return max(largest, (a * b.inverse).angle)
    }
  }
}
