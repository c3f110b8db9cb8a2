import ArrayMath
import Crystallography
import Foundation
import Testing

@Suite struct RotationConversionTests {
  static func rotations(_ count: Int, seed: UInt64 = 1) -> [Rotation] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Rotation.random(using: &generator) }
  }

  @Test func everyDescriptionGivesTheRotationBack() {
    for rotation in Self.rotations(500) {
      #expect((Rotation(axis: rotation.axis, angle: rotation.angle) * rotation.inverse).angle < 1e-12)
      #expect((Rotation(vector: rotation.vector) * rotation.inverse).angle < 1e-12)
      #expect((Rotation(rodrigues: rotation.rodrigues) * rotation.inverse).angle < 1e-10)
      #expect((Rotation(matrix: rotation.matrix) * rotation.inverse).angle < 1e-12)
      #expect((Rotation(bunge: rotation.bunge) * rotation.inverse).angle < 1e-12)
    }
  }

  @Test func aQuarterTurnAboutZHasTheseVectors() {
    let turn = Rotation(axis: SIMD3(0, 0, -2), angle: -.pi / 2)
    #expect(abs(turn.axis.z - 1) < 1e-15 && abs(turn.angle - .pi / 2) < 1e-15)
    #expect(abs(turn.rodrigues.z - 1) < 1e-15)
    #expect(abs(turn.homochoric.z - cbrt(0.75 * (.pi / 2 - 1))) < 1e-15)
    #expect(Rotation.identity.axis == SIMD3(0, 0, 1) && Rotation.identity.homochoric == .zero)
  }

  /// The two forms of ω − sin ω meet.
  @Test func smallHomochoricVectorsAreSmooth() {
    for angle in [1e-6, 1e-3, 0.9999e-2, 1.0001e-2] {
      let expected = cbrt(0.125) * angle * (1 - angle * angle / 60)
      let length = Rotation(axis: SIMD3(1, 0, 0), angle: angle).homochoric.x
      #expect(abs(length / expected - 1) < 1e-9, "\(angle)")
    }
  }

  /// Random rotations fill the homochoric ball evenly: the cube of the length, and the direction, are uniform.
  @Test func randomRotationsAreUniform() {
    let count = 20_000
    let ball = cbrt(3 * Double.pi / 4)
    var (radial, axial, mean) = (0.0, 0.0, 0.0)
    for rotation in Self.rotations(count) {
      let v = rotation.homochoric / ball
      let length = (v * v).sum().squareRoot()
      radial += length * length * length
      axial += abs(rotation.axis.x)
      mean += rotation.angle
    }
    let bound = 2.6 / Double(count).squareRoot()
    #expect(abs(radial / Double(count) - 0.5) < bound * (1.0 / 12).squareRoot())
    #expect(abs(axial / Double(count) - 0.5) < bound * (1.0 / 12).squareRoot())
    // The density of the angle is (1 − cos ω)/π: mean π/2 + 2/π, variance π²/12 − 4/π².
    #expect(abs(mean / Double(count) - (.pi / 2 + 2 / .pi)) < bound * (.pi * .pi / 12 - 4 / (.pi * .pi)).squareRoot())
  }
}
