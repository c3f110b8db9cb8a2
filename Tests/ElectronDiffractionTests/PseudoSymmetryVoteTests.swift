import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct PseudoSymmetryVoteTests {
  let degree = Double.pi / 180
  let group = RotationGroup(.trigonalHigh)

  /// Quarter turns about the axes of a cube that has a threefold axis along c and a twofold one along a: what maps an
  /// oxygen lattice that is nearly cubic onto itself.
  var variants: [Rotation] {
    (0..<3).map { third in
      let azimuth = .pi / 2 + 2 * .pi / 3 * Double(third)
      let polar = acos(1 / 3.0.squareRoot())
      return Rotation(
        axis: SIMD3(sin(polar) * cos(azimuth), sin(polar) * sin(azimuth), cos(polar)), angle: .pi / 2)
    }
  }

  @Test func variantsHaveTheirAxesWhereACubeHasThem() {
    for variant in variants {
      #expect(abs(abs(variant(SIMD3(0, 0, 1)).z) - 1.0 / 3) < 1e-12)
    }
  }

  @Test func aMinorityIsTurned() {
    // Within each grain a quarter of the points follow one of three wrong variants.
    for seed in 1...10 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let truth = LetterMap.make(Array(repeating: "aaaaaabbbbbb", count: 8), seed: seed)
      var map = truth
      for index in map.points.indices where generator.uniform() < 0.25 {
        let variant = variants[Int(generator.uniform() * 3)]
        map.points[index].orientation =
          group.rotations[Int(generator.uniform() * 6)] * variant * map.points[index].orientation
      }
      let (voted, decisions) = PseudoSymmetryVote(phase: 0, variants: variants)(map)
      #expect(decisions.map(\.pointCount) == [48, 48])
      let wrong = map.points.indices.count {
        group.disorientation(map.points[$0].orientation, truth.points[$0].orientation) > 5 * degree
      }
      #expect(decisions.reduce(0) { $0 + $1.turnedCount } == wrong && wrong > 0)
      for (point, expected) in zip(voted.points, truth.points) {
        #expect(group.disorientation(point.orientation, expected.orientation) < 1e-6)
        #expect(point.status == .indexed)
      }
    }
  }

  @Test func aLargePieceStays() {
    var map = LetterMap.make(Array(repeating: "aaaaaa", count: 4))
    for index in map.points.indices where index % 6 < 2 || index == 10 {
      map.points[index].orientation = variants[1] * map.points[index].orientation
    }
    let (voted, decisions) = PseudoSymmetryVote(phase: 0, variants: variants, largestPiece: 3)(map)
    #expect(decisions == [.init(pointCount: 24, agreeingCount: 15, turnedCount: 1, margin: decisions[0].margin)])
    #expect(abs(decisions[0].margin - (15.0 - 9) / 24) < 1e-12)
    #expect(voted.points[0].orientation == map.points[0].orientation)
    #expect(group.disorientation(voted.points[10].orientation, map.points[11].orientation) < 1 * degree)
  }

  @Test func aCloseVoteLeavesPointsUndecided() {
    var map = LetterMap.make(["aaaa"])
    for index in [2, 3] { map.points[index].orientation = variants[0] * map.points[index].orientation }
    map.points[0].confidence = 0.9
    let (voted, _) = PseudoSymmetryVote(phase: 0, variants: variants, smallestMargin: 0.1)(map)
    #expect(voted.points.allSatisfy { $0.status == .undecided })
    // Undecided points do not vote: the two that are sure win.
    for index in [2, 3] { map.points[index].status = .undecided }
    let (sure, decisions) = PseudoSymmetryVote(phase: 0, variants: variants)(map)
    #expect(decisions[0].margin == 1 && sure.points.allSatisfy { $0.status == .indexed })
    #expect(group.disorientation(sure.points[3].orientation, map.points[0].orientation) < 1 * degree)
  }

  @Test func otherPhasesAndHolesAreLeftAlone() {
    var map = LetterMap.make(["a.a"])
    map.phases.append(MapPhase(name: "salt", cell: nil, laueClass: .cubicHigh))
    map.points[2].phase = 1
    let (voted, decisions) = PseudoSymmetryVote(phase: 0, variants: variants)(map)
    #expect(voted.points.map(\.orientation) == map.points.map(\.orientation) && decisions.count == 1)
    #expect(voted.points.map(\.status) == map.points.map(\.status))
  }
}
