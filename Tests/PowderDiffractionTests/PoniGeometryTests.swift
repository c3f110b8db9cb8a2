import Foundation
import PowderDiffraction
import Testing

@Suite struct PoniGeometryTests {
  @Test func theBeamCentreScattersByNothing() throws {
    let geometry = PoniGeometry(
      distance: 0.13167, poni1: 0.047, poni2: 0.046, rotation1: 0.012, rotation2: -0.008, rotation3: 0.3)
    let centre = try #require(geometry.beamCentre)
    #expect(geometry.twoTheta(axis1: centre.axis1, axis2: centre.axis2) < 1e-12)
    #expect(abs(geometry.tilt - acos(cos(0.012) * cos(0.008))) < 1e-12)
  }
}

@Suite struct PoniGeometryRingTests {
  @Test func aRayMeetsThePlateWhereItsAnglesSay() throws {
    let geometry = PoniGeometry(
      distance: 0.13167, poni1: 0.047, poni2: 0.046, rotation1: 0.2, rotation2: -0.1, rotation3: 0.3)
    for (twoTheta, azimuth) in [(0.1, 0.3), (0.3, -2.9), (0.5, 1.6)] {
      let place = try #require(geometry.platePosition(twoTheta: twoTheta, azimuth: azimuth))
      #expect(abs(geometry.twoTheta(axis1: place.axis1, axis2: place.axis2) - twoTheta) < 1e-13)
      #expect(abs(geometry.azimuth(axis1: place.axis1, axis2: place.axis2) - azimuth) < 1e-12)
    }
    #expect(geometry.platePosition(twoTheta: 3, azimuth: 0) == nil)
  }
}
