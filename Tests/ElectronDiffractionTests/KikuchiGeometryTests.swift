import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct KikuchiGeometryTests {
  let degree = Double.pi / 180

  @Test func theAngleOfNormalAndScreenIsThatOfEMsoft() {
    for (sigma, theta) in [(70.0, 0.0), (70, 10), (-45, 0), (0, 90), (20, 35)] {
      let geometry = KikuchiGeometry(
        shape: FrameShape(rows: 60, columns: 60), patternCentre: PatternCentre(x: 0.5, y: 0.5, z: 0.5),
        sampleTilt: sigma * degree, screenTilt: theta * degree)
      let axis = geometry.detectorToSample(SIMD3(0, 0, 1))
      #expect(abs(axis.z - cos((90 - sigma + theta) * degree)) < 1e-12)
    }
  }

  @Test func aMasterPatternGivesBackWhatItWasMadeOf() {
    let master = MasterPattern(size: 201) { Float($0.x + 2 * $0.y * $0.y - 3 * $0.z) }
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<1000 {
      var v = SIMD3(generator.normal(), generator.normal(), generator.normal())
      v /= (v * v).sum().squareRoot()
      // Worst at the equator, where the grid folds.
      #expect(abs(master(v) - (v.x + 2 * v.y * v.y - 3 * v.z)) < 6e-3)
    }
  }
}
