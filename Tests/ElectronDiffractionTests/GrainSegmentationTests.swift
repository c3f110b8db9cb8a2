import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

/// Maps made from letters.
enum LetterMap {
  static let degree = Double.pi / 180

  /// A letter is an orientation, turned by 20 degrees more about a than the one before, `.` was not indexed; each point
  /// is turned by random angles of 0.1 degrees.
  static func make(_ rows: [String], seed: UInt64 = 1) -> OrientationMap {
    var generator = SeededGenerator(seed: seed)
    let grid = MapGrid(rows: rows.count, columns: rows.first?.utf8.count ?? 0, stepX: 1e-6, stepY: 2e-6)
    var points: [MapPoint] = []
    for (row, line) in rows.enumerated() {
      for (column, letter) in line.utf8.enumerated() {
        let number = Double(letter) - Double(UInt8(ascii: "a"))
        let noise = Rotation(
          vector: 0.1 * degree * SIMD3(generator.normal(), generator.normal(), generator.normal()))
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
}

@Suite struct GrainSegmentationTests {
  let degree = Double.pi / 180

  /// The plain twin: flood each grain from its first point.
  static func flooded(_ map: OrientationMap, threshold: Double, eight: Bool) -> [Int32] {
    var labels = [Int32](repeating: -1, count: map.points.count)
    var count: Int32 = 0
    for start in labels.indices where labels[start] < 0 && map.points[start].status != .notIndexed {
      var open = [start]
      labels[start] = count
      while let index = open.popLast() {
        let (row, column) = (index / map.grid.columns, index % map.grid.columns)
        for r in max(row - 1, 0)...min(row + 1, map.grid.rows - 1) {
          for c in max(column - 1, 0)...min(column + 1, map.grid.columns - 1) where eight || r == row || c == column {
            let (other, here) = (r * map.grid.columns + c, map.points[index])
            let there = map.points[other]
            guard labels[other] < 0, there.status != .notIndexed, there.phase == here.phase else { continue }
            let group = RotationGroup(map.phases[here.phase].laueClass)
            let angle = group.rotations.map { ($0 * here.orientation * there.orientation.inverse).angle }.min() ?? .pi
            guard angle < threshold else { continue }
            labels[other] = count
            open.append(other)
          }
        }
      }
      count += 1
    }
    return labels
  }

  @Test func pointsThatTouchBelongTogether() {
    let map = LetterMap.make(["aab", "abb", "c.a"])
    let grains = GrainSegmentation()(map)
    #expect(grains.labels == [0, 0, 1, 0, 1, 1, 2, -1, 3])
    #expect(grains.grains.map(\.pointCount) == [3, 3, 1, 1])
    #expect(Array(grains.points(of: 1)) == [2, 4, 5])
    #expect(grains.grains[0].neighbours.map(\.grain) == [1, 2])
    // Two upright edges of 2 um and one lying edge of 1 um.
    #expect(abs(grains.grains[0].neighbours[0].boundaryLength - 5e-6) < 1e-15)
    #expect(abs(grains.grains[0].area - 6e-12) < 1e-24)
    let centroid = grains.grains[0].centroid - SIMD2(1e-6 / 3, 2e-6 / 3)
    #expect((centroid * centroid).sum().squareRoot() < 1e-15)
    #expect(grains.grains[0].orientationSpread < 0.5 * degree)
    #expect(
      RotationGroup(.trigonalHigh).disorientation(grains.grains[2].meanOrientation, map.points[6].orientation) < 1e-7)
  }

  @Test func cornersJoinWithEightNeighbours() {
    let map = LetterMap.make(["ab", "ba"])
    #expect(GrainSegmentation(neighbours: .four)(map).labels == [0, 1, 2, 3])
    #expect(GrainSegmentation(neighbours: .eight)(map).labels == [0, 1, 1, 0])
  }

  /// Random blocks of letters and holes, two phases, each point described on a random symmetric branch.
  @Test(arguments: 1...10 as ClosedRange<UInt64>, GrainSegmentation.Neighbours.allCases)
  func labelsAreThoseOfAFlood(seed: UInt64, neighbours: GrainSegmentation.Neighbours) {
    var generator = SeededGenerator(seed: seed)
    let rows = (0..<23).map { _ in String((0..<31).map { _ in "aaab.".randomElement(using: &generator) ?? "a" }) }
    var map = LetterMap.make(rows, seed: seed)
    map.phases.append(MapPhase(name: "salt", cell: nil, laueClass: .cubicHigh))
    for index in map.points.indices {
      if generator.uniform() < 0.2 { map.points[index].phase = 1 }
      let symmetry = RotationGroup(map.phases[map.points[index].phase].laueClass).rotations
      map.points[index].orientation =
        symmetry[Int(generator.uniform() * Double(symmetry.count))] * map.points[index].orientation
    }
    let labels = GrainSegmentation(threshold: 5 * degree, neighbours: neighbours)(map).labels
    #expect(labels == Self.flooded(map, threshold: 5 * degree, eight: neighbours == .eight))
  }

  @Test func smallGrainsJoinTheNearestAndKeepTheirOrientationOut() {
    let map = LetterMap.make(["aaaa", "abaa", "aacc"])
    let grains = GrainSegmentation(minimumPoints: 2)(map)
    #expect(grains.labels == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    #expect(grains.grains[0].pointCount == 10 && grains.grains[0].measuredCount == 9)
    #expect(grains.measured[5] == false && grains.measured[4])
    #expect(grains.grains[0].orientationSpread < 0.5 * degree)
    // Where nothing else is left, they are given up.
    #expect(GrainSegmentation(minimumPoints: 2)(LetterMap.make(["a.b"])).labels == [-1, -1, -1])
  }

  @Test func holesAreFilledAsFarAsAsked() {
    let map = LetterMap.make(["a....b"])
    #expect(GrainSegmentation(fillSteps: 1)(map).labels == [0, 0, -1, -1, 1, 1])
    #expect(GrainSegmentation(fillSteps: 9)(map).labels == [0, 0, 0, 1, 1, 1])
  }

  /// Three rows of hexagons; rows 1 (or, the other way, 0 and 2) begin half a step further to the right.
  @Test(arguments: [true, false]) func hexagonsHaveSixNeighbours(oddRowsAreMoved: Bool) {
    // The ring around the middle is one grain, joined on both sides.
    var map = LetterMap.make(oddRowsAreMoved ? ["zaa", "aaa", "zaa"] : ["aaz", "aaa", "aaz"])
    map.grid.kind = .hexagonal
    (map.grid.stepX, map.grid.stepY) = (2, 3.0.squareRoot())
    for index in map.points.indices {
      let moved = (index / 3 % 2 == 1) == oddRowsAreMoved
      map.points[index].x = 2 * Double(index % 3) + (moved ? 1 : 0)
    }
    map.points[4].orientation = LetterMap.make(["c"]).points[0].orientation
    let grains = GrainSegmentation()(map)
    let ring = oddRowsAreMoved ? [1, 2, 3, 5, 7, 8] : [0, 1, 3, 5, 6, 7]
    let middle = Int(grains.labels[4])
    let shared = grains.grains[middle].neighbours.reduce(0) { $0 + $1.boundaryLength }
    // A hexagon of width 2 has a circumference of 6 edges of 2/√3.
    #expect(abs(shared - 12 / 3.0.squareRoot()) < 1e-12)
    #expect(grains.boundaries(of: map).count { [$0.first, $0.second].contains(4) } == 6)
    #expect(Set(ring.map { grains.labels[$0] }).count == 1)
    #expect(grains.labels[oddRowsAreMoved ? 0 : 2] != grains.labels[ring[0]])
  }

  @Test func scatteredPointsHaveNoNeighbours() {
    var map = LetterMap.make(["aaa"])
    map.grid.kind = .scattered
    #expect(GrainSegmentation()(map).labels == [0, 1, 2])
    #expect(map.kernelAverageMisorientation(threshold: 1).allSatisfy { $0.isNaN })
  }

  @Test func undecidedPointsMayStayOut() {
    var map = LetterMap.make(["aaa"])
    map.points[1].status = .undecided
    #expect(GrainSegmentation(usesUndecided: false)(map).labels == [0, -1, 1])
    #expect(GrainSegmentation()(map).labels == [0, 0, 0])
  }

  @Test func mapsWithoutPointsOrOrientationsHaveNoGrains() {
    #expect(GrainSegmentation()(LetterMap.make(["..", ".."])).grains.isEmpty)
    #expect(GrainSegmentation(minimumPoints: 3, fillSteps: 2)(LetterMap.make(["..", ".."])).grains.isEmpty)
    #expect(GrainSegmentation()(LetterMap.make([])).grains.isEmpty)
    #expect(GrainSegmentation()(LetterMap.make(["a"])).grains.count == 1)
    var foreign = LetterMap.make(["ab"])
    foreign.points[0].phase = 7
    #expect(GrainSegmentation()(foreign).labels == [-1, 0])
  }
}
