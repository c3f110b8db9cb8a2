import ArrayMath
import Crystallography
import Foundation
import Testing

@Suite struct DisorientationTests {
  let degree = Double.pi / 180

  /// The plain twin: the smallest angle of all turns that lead from one crystal to the other.
  static func plain(_ first: Rotation, _ second: Rotation, _ group: RotationGroup) -> Double {
    group.rotations.map { ($0 * first * second.inverse).angle }.min() ?? .nan
  }

  @Test(arguments: [
    (LaueClass.triclinic, 1), (.monoclinic, 2), (.orthorhombic, 4), (.tetragonalLow, 4), (.tetragonalHigh, 8),
    (.trigonalLow, 3), (.trigonalHigh, 6), (.hexagonalLow, 6), (.hexagonalHigh, 12), (.cubicLow, 12),
    (.cubicHigh, 24),
  ])
  func theGroupsHaveTheirOrders(laueClass: LaueClass, order: Int) {
    #expect(RotationGroup(laueClass).rotations.count == order)
  }

  @Test(arguments: LaueClass.allCases)
  func theClosedFormAgreesWithTheWholeGroup(laueClass: LaueClass) {
    let group = RotationGroup(laueClass)
    let (first, second) = (RotationConversionTests.rotations(500), RotationConversionTests.rotations(500, seed: 2))
    var angles = [Double](repeating: 0, count: 500)
    var span = angles.mutableSpan
    laueClass.disorientations(first.span, second.span, into: &span)
    for index in angles.indices {
      let expected = Self.plain(first[index], second[index], group)
      #expect(abs(angles[index] - expected) < 1e-7)
      #expect(abs(group.disorientation(second[index], first[index]) - expected) < 1e-7)
      #expect(abs(group.disorientationRotation(first[index], second[index]).angle - expected) < 1e-7)
    }
  }

  @Test func pairsAgreeWithOrix() throws {
    let order: [LaueClass] = [
      .triclinic, .monoclinic, .orthorhombic, .tetragonalLow, .tetragonalHigh, .trigonalLow, .trigonalHigh,
      .hexagonalLow, .hexagonalHigh, .cubicLow, .cubicHigh,
    ]
    let lines = try GoldenTable.numbers("disorientations-orix.tsv")
    #expect(lines.count == 200)
    for line in lines {
      let first = Rotation(w: line[0], x: line[1], y: line[2], z: line[3])
      let second = Rotation(w: line[4], x: line[5], y: line[6], z: line[7])
      for (column, laueClass) in order.enumerated() {
        let angle = laueClass.disorientation(first, second) / degree
        #expect(abs(angle - line[8 + column]) < 2e-6, "\(laueClass.rawValue)")
      }
    }
  }

  /// Means and largest angles of randomly oriented crystals: Mackenzie, Biometrika 45, 229 (1958) for cubes.
  @Test(arguments: [(LaueClass.trigonalHigh, 66.62, 104.48), (.cubicHigh, 40.74, 62.80)])
  func randomCrystalsDifferByTheKnownAngles(laueClass: LaueClass, mean: Double, largest: Double) {
    let count = 100_000
    var generator = SeededGenerator(seed: 1)
    var (sum, square, top) = (0.0, 0.0, 0.0)
    for _ in 0..<count {
      let angle = laueClass.disorientation(.identity, .random(using: &generator)) / degree
      sum += angle
      square += angle * angle
      top = max(top, angle)
    }
    let found = sum / Double(count)
    let deviation = (square / Double(count) - found * found).squareRoot()
    #expect(abs(found - mean) < 2.6 * deviation / Double(count).squareRoot() + 0.005)
    #expect(top <= largest + 0.005 && top > largest - 3)
  }

  /// The corner of the fundamental zone of −3m: half turns about a and 120 degrees about c meet there.
  @Test func theLargestDisorientationOfLayeredOxidesIsThatOfTheZone() {
    // Three equivalents are equally far from the identity there: w = x = w/2 + √3/2 z.
    let z = 1 / 3.0.squareRoot()
    let vertex = Rotation(w: 1, x: 1, y: z, z: z)
    #expect(abs(LaueClass.trigonalHigh.disorientation(vertex, .identity) - 104.4775 * degree) < 1e-4 * degree)
  }

  /// The operators, found from axes, map plane normals as the space group maps indices.
  @Test(arguments: [("R -3 m :H", 104), ("P 63/m m c", 102), ("I 4/m m m", 103), ("F m -3 m", 123), ("C 1 2/m 1", 213)])
  func operatorsMapPlanesAsTheSpaceGroupDoes(symbol: String, packed: Int) throws {
    let spaceGroup = try SpaceGroup(symbol: symbol)
    let group = RotationGroup(spaceGroup.laueClass)
    let (a, c, beta) =
      switch spaceGroup.laueClass {
      case .cubicHigh: (4e-10, 4e-10, 90.0)
      case .monoclinic: (5e-10, 7e-10, 104)
      default: (2.87e-10, 14.2e-10, 90)
      }
    let hexagonal = [.trigonalHigh, .hexagonalHigh].contains(spaceGroup.laueClass)
    let cell = UnitCell(
      a: a, b: spaceGroup.laueClass == .monoclinic ? 6e-10 : a, c: c, alpha: 90 * degree, beta: beta * degree,
      gamma: (hexagonal ? 120 : 90) * degree)
    let indices = MillerIndices(packed / 100, packed / 10 % 10, packed % 10)
    let normals = spaceGroup.equivalents(of: indices).map { cell.planeNormal($0) }
    for rotation in group.rotations {
      let image = rotation(cell.planeNormal(indices))
      #expect(normals.contains { (($0 - image) * ($0 - image)).sum() < 1e-18 }, "\(symbol)")
    }
  }

  @Test func twofoldAxesOfLayeredOxidesLieAlongA() {
    let halfTurns = RotationGroup(.trigonalHigh).rotations.filter { abs($0.angle - .pi) < 1e-9 }
    let azimuths = halfTurns.map { turn in
      let azimuth = atan2(turn.axis.y, turn.axis.x) / degree
      return (azimuth.rounded() + 360).truncatingRemainder(dividingBy: 180)
    }
    #expect(azimuths.sorted() == [0, 60, 120])
    #expect(halfTurns.allSatisfy { abs($0.axis.z) < 1e-12 })
  }

  @Test func reducedOrientationsAreEquivalentAndOne() {
    for laueClass in LaueClass.allCases {
      let group = RotationGroup(laueClass)
      for orientation in RotationConversionTests.rotations(50) {
        let reduced = group.reduced(orientation)
        #expect(laueClass.disorientation(reduced, orientation) < 1e-7)
        #expect(abs(reduced.angle - Self.plain(orientation, .identity, group)) < 1e-7)
        for rotation in group.rotations {
          #expect((group.reduced(rotation * orientation) * reduced.inverse).angle < 1e-7)
        }
      }
    }
  }

  /// The rotation between two crystals does not depend on how each is described, nor on their order.
  @Test(arguments: LaueClass.allCases)
  func theDisorientationHasOneAxis(laueClass: LaueClass) {
    let group = RotationGroup(laueClass)
    let (first, second) = (RotationConversionTests.rotations(30), RotationConversionTests.rotations(30, seed: 2))
    for (one, other) in zip(first, second) {
      let turn = group.disorientationRotation(one, other)
      for symmetry in group.rotations {
        let again = group.disorientationRotation(symmetry * one, other)
        #expect((again * turn.inverse).angle < 1e-6)
        let exchanged = group.disorientationRotation(other, symmetry * one)
        #expect((exchanged * turn.inverse).angle < 1e-6)
      }
      #expect(group.deviation(one, other, from: turn) < 1e-6)
    }
  }

  /// Orientations scattered about a truth, each described on a branch of its own, have the truth as their mean.
  @Test(arguments: [LaueClass.trigonalHigh, .hexagonalHigh, .cubicHigh])
  func theMeanOfScatteredOrientationsIsTheTruth(laueClass: LaueClass) throws {
    let group = RotationGroup(laueClass)
    let sigma = 2 * degree
    for seed in 1...20 as ClosedRange<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let truth = Rotation.random(using: &generator)
      let orientations = (0..<100).map { _ in
        let noise = Rotation(
          vector: sigma * SIMD3(generator.normal(), generator.normal(), generator.normal()))
        return group.rotations[Int(generator.uniform() * Double(group.rotations.count))] * noise * truth
      }
      let mean = try #require(group.mean(orientations))
      // Each of three components has the standard deviation 0.2 degrees: beyond 4.5 of them once in 30 000 seeds.
      #expect(laueClass.disorientation(mean, truth) < 4.5 * sigma / 10)
    }
    #expect(group.mean([]) == nil && group.mean([.identity], weights: [0]) == nil)
  }

  @Test func weightsPullTheMean() throws {
    let group = RotationGroup(.cubicHigh)
    let mean = try #require(
      group.mean([.identity, Rotation(axis: SIMD3(0, 0, 1), angle: 4 * degree)], weights: [3, 1]))
    #expect(abs(mean.angle / degree - 1) < 1e-3)
  }
}
