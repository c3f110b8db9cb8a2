import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct MapColourTests {
  @Test func coloursFollowTheMapsFrame() throws {
    var map = LetterMap.make(["aaa."])
    // c along the sample's z, x and (in the map's frame, turned by a right angle) y.
    let upright = Rotation.identity
    let lying = Rotation(axis: SIMD3(0, 1, 0), angle: .pi / 2)
    map.points[0].orientation = upright
    map.points[1].orientation = lying
    map.points[2].phase = 9
    let axes = map.cAxisColours()
    let directions = map.inversePoleFigureColours(along: SIMD3(0, 0, 1))
    func near(_ a: SIMD3<Double>?, _ b: SIMD3<Double>) throws -> Bool {
      let difference = try #require(a) - b
      return (difference * difference).sum() < 1e-12
    }
    // White along the normal, red along x; in the inverse pole figure c is red.
    #expect(try near(axes[0], SIMD3(1, 1, 1)) && near(axes[1], SIMD3(1, 0, 0)))
    #expect(try near(directions[0], SIMD3(1, 0, 0)))
    #expect(try near(map.inversePoleFigureColours(along: SIMD3(1, 0, 0))[1], SIMD3(1, 0, 0)))
    #expect(axes[2] == nil && axes[3] == nil && directions[2] == nil && directions[3] == nil)

    map.mapToSample = Rotation(axis: SIMD3(0, 0, 1), angle: .pi / 2)
    // The sample's x is the map's −y: a hue half way round from x.
    #expect(try near(map.cAxisColours()[1], SIMD3(0, 1, 1)))
    #expect(try near(map.inversePoleFigureColours(along: SIMD3(0, -1, 0))[1], SIMD3(1, 0, 0)))
  }
}
