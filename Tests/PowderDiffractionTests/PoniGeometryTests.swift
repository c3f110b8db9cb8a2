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
