import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct GrainBoundaryTests {
  let degree = Double.pi / 180
  static let magnesium = UnitCell(
    a: 3.2089e-10, b: 3.2089e-10, c: 5.2101e-10, alpha: .pi / 2, beta: .pi / 2, gamma: 2 * .pi / 3)

  @Test func boundariesKnowTheirAngles() {
    let map = LetterMap.make(["aab", "aac"])
    let boundaries = GrainSegmentation()(map).boundaries(of: map)
    #expect(boundaries.map { [$0.first, $0.second] } == [[1, 2], [2, 5], [4, 5]])
    // A turn of 20 degrees about a turns c by as much.
    for (boundary, angle) in zip(boundaries, [20.0, 20, 40]) {
      #expect(abs(boundary.disorientation / degree - angle) < 0.6)
      #expect(abs(boundary.axisAngle / degree - angle) < 0.6)
    }
    #expect(boundaries.map(\.length) == [2e-6, 1e-6, 2e-6])
  }

  @Test func lengthsAreThoseOfTheNeighbours() {
    let map = LetterMap.make(["aabb", "acbb", "ccab"])
    let grains = GrainSegmentation()(map)
    for (index, grain) in grains.grains.enumerated() {
      for neighbour in grain.neighbours {
        let sum = grains.boundaries(of: map)
          .filter { Set([$0.firstGrain, $0.secondGrain]) == [index, neighbour.grain] }.reduce(0) { $0 + $1.length }
        #expect(abs(sum - neighbour.boundaryLength) < 1e-15)
      }
    }
  }

  /// The tensile twin of magnesium: c axes 86.3 degrees apart about a common a axis, 2 arctan(√3 a / c).
  @Test func theTensileTwinOfMagnesiumIsKnownFromItsPlane() {
    let twin = SpecialBoundary.twin(plane: MillerIndices(1, 0, 2), cell: Self.magnesium, tolerance: 1e-6)
    let group = RotationGroup(.hexagonalHigh)
    let angle = 2 * atan(3.0.squareRoot() * Self.magnesium.a / Self.magnesium.c)
    #expect(abs(min(angle, .pi - angle) / degree - 86.3) < 0.1)
    var generator = SeededGenerator(seed: 1)
    for symmetry in group.rotations {
      let one = Rotation.random(using: &generator)
      for sign in [1.0, -1] {
        let other = symmetry * Rotation(axis: SIMD3(1, 0, 0), angle: sign * angle) * one
        #expect(twin.holds(one, other, in: group) && twin.holds(other, one, in: group))
      }
      let off = Rotation(axis: SIMD3(1, 0, 0), angle: angle + 1e-3) * one
      #expect(!twin.holds(one, off, in: group))
      #expect(abs(group.deviation(one, off, from: Rotation(axis: SIMD3(1, 0, 0), angle: angle)) - 1e-3) < 1e-7)
    }
  }

  @Test func specialBoundariesAreMarked() {
    var map = LetterMap.make(["abc"])
    map.points[1].orientation = Rotation(axis: SIMD3(1, 0, 0), angle: acos(1.0 / 3)) * map.points[0].orientation
    let boundaries = GrainSegmentation()(map).boundaries(of: map, special: [.pseudoCubic()])
    #expect(boundaries.map(\.special) == [0, nil])
  }

  @Test func phasesHaveNoCommonDisorientation() {
    var map = LetterMap.make(["aa"])
    map.phases.append(MapPhase(name: "salt", cell: nil, laueClass: .cubicHigh))
    map.points[1].phase = 1
    let boundaries = GrainSegmentation()(map).boundaries(of: map, special: [.pseudoCubic()])
    #expect(boundaries.count == 1 && boundaries[0].disorientation.isNaN && boundaries[0].axisAngle < 1 * degree)
  }

  /// A lattice bent by 0.5 degrees a column: the mean over left and right, up and down is half of that.
  @Test func kernelAveragesSeeABentLattice() {
    var map = LetterMap.make(Array(repeating: String(repeating: "a", count: 9), count: 5))
    for index in map.points.indices {
      map.points[index].orientation = Rotation(axis: SIMD3(0, 1, 0), angle: 0.5 * degree * Double(index % 9))
    }
    let first = map.kernelAverageMisorientation(threshold: 5 * degree)
    #expect(abs(first[2 * 9 + 4] / degree - 0.25) < 1e-6)
    #expect(abs(first[2 * 9] / degree - 0.5 / 3) < 1e-6)
    // Order 2 has twelve neighbours: four one column away (one of them in each of three rows), two of them two away.
    let second = map.kernelAverageMisorientation(order: 2, threshold: 5 * degree)
    #expect(abs(second[2 * 9 + 4] / degree - (6 * 0.5 + 2 * 1.0) / 12) < 1e-6)
    #expect(abs(map.kernelAverageMisorientation(threshold: 0.4 * degree)[2 * 9 + 4]) < 1e-6)

    let grains = GrainSegmentation()(map)
    #expect(grains.grains.count == 1)
    let deviation = grains.referenceOrientationDeviation(of: map)
    #expect(abs(deviation[0] / degree - 2) < 1e-6 && abs(deviation[4]) < 1e-6)
    // Mean of 2, 1.5, 1, 0.5, 0, ...
    #expect(abs(grains.grains[0].orientationSpread / degree - 10.0 / 9) < 1e-6)
  }

  @Test func nothingIsSaidOfPointsWithoutOrientation() {
    let map = LetterMap.make(["a.b"])
    #expect(map.kernelAverageMisorientation(threshold: 1).allSatisfy { $0.isNaN })
    let deviation = GrainSegmentation(fillSteps: 1)(map).referenceOrientationDeviation(of: map)
    #expect(deviation.map(\.isNaN) == [false, true, false])
  }
}
