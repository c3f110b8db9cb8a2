import ArrayMath
import Crystallography
import Foundation
import Testing

@Suite struct InversePoleFigureKeyTests {
  static func directions(_ count: Int, seed: UInt64 = 1) -> [SIMD3<Double>] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let v = SIMD3(generator.normal(), generator.normal(), generator.normal())
      return v / (v * v).sum().squareRoot()
    }
  }

  static func distance(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { ((a - b) * (a - b)).sum().squareRoot() }

  @Test(arguments: LaueClass.allCases)
  func sectorsHoldEachDirectionOnce(laueClass: LaueClass) {
    let (group, sector) = (RotationGroup(laueClass), FundamentalSector(laueClass))
    for direction in Self.directions(300) {
      let place = sector.reduced(direction)
      #expect(sector.contains(place))
      var inside = 0
      for rotation in group.rotations {
        for image in [rotation(direction), -rotation(direction)] {
          #expect(Self.distance(sector.reduced(image), place) < 1e-9)
          inside += sector.contains(image) ? 1 : 0
        }
      }
      // Directions drawn at random are not on a border.
      #expect(inside == 1)
    }
    #expect(sector.corners.allSatisfy { sector.contains($0) })
  }

  @Test(arguments: LaueClass.allCases)
  func equivalentDirectionsHaveOneColour(laueClass: LaueClass) {
    let (group, key) = (RotationGroup(laueClass), InversePoleFigureKey(laueClass))
    for direction in Self.directions(200) {
      let colour = key(direction)
      #expect(colour.min() >= 0 && colour.max() <= 1)
      for rotation in group.rotations {
        #expect(Self.distance(key(rotation(direction)), colour) < 1e-6)
        #expect(Self.distance(key(-rotation(direction)), colour) < 1e-6)
      }
    }
  }

  @Test(arguments: [LaueClass.orthorhombic, .tetragonalHigh, .trigonalHigh, .hexagonalHigh, .cubicHigh])
  func cornersArePureAndTheCentreIsWhite(laueClass: LaueClass) {
    let key = InversePoleFigureKey(laueClass)
    let corners = FundamentalSector(laueClass).corners
    for (corner, pure) in zip(corners, [SIMD3(1.0, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]) {
      #expect(Self.distance(key(corner), pure) < 1e-6, "\(corner)")
    }
    let sum = corners.reduce(SIMD3(0, 0, 0), +)
    #expect(Self.distance(key(sum / (sum * sum).sum().squareRoot()), SIMD3(1, 1, 1)) < 1e-6)
  }

  @Test func coloursAgreeWithOrix() throws {
    let classes: [LaueClass] = [.orthorhombic, .tetragonalHigh, .trigonalHigh, .hexagonalHigh, .cubicHigh]
    let keys = classes.map(InversePoleFigureKey.init)
    var largest = 0.0
    for line in try GoldenTable.numbers("ipf-colours-orix.tsv") {
      let direction = SIMD3(line[0], line[1], line[2])
      for (index, key) in keys.enumerated() {
        let expected = SIMD3(line[3 + 3 * index], line[4 + 3 * index], line[5 + 3 * index])
        let difference = key(direction) - expected
        largest = max(largest, max(difference.max(), -difference.min()))
      }
    }
    // orix reads its hues from a table with coarser steps; 0.01 is 2.5 of 255.
    #expect(largest < 0.01)
  }

  /// No jump anywhere, the borders of sectors without mirrors included.
  @Test(arguments: LaueClass.allCases)
  func nearDirectionsHaveNearColours(laueClass: LaueClass) {
    let key = InversePoleFigureKey(laueClass)
    let step = 1e-5
    for (direction, away) in zip(Self.directions(20_000), Self.directions(20_000, seed: 2)) {
      let moved = direction + step * away
      let near = moved / (moved * moved).sum().squareRoot()
      // Colours go round within a small triangle near the centre, but fade there as well.
      #expect(Self.distance(key(direction), key(near)) < 40 * step)
    }
  }

  @Test func axesFadeToWhiteAndTurnTwiceAsFast() {
    let key = AxisColourKey()
    #expect(Self.distance(key(SIMD3(1, 0, 0)), SIMD3(1, 0, 0)) < 1e-12)
    #expect(Self.distance(key(SIMD3(cos(.pi / 3), sin(.pi / 3), 0)), SIMD3(0, 1, 0)) < 1e-12)
    #expect(Self.distance(key(SIMD3(0, 0, -1)), SIMD3(1, 1, 1)) < 1e-12)
    for axis in Self.directions(500) { #expect(Self.distance(key(axis), key(-axis)) < 1e-9) }
  }
}
