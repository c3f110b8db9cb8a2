import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct OrientationRefinementTests {
  static let degree = Double.pi / 180
  static let geometry = KikuchiGeometry(
    shape: FrameShape(rows: 48, columns: 48), patternCentre: PatternCentre(x: 0.5, y: 0.3, z: 0.6),
    sampleTilt: 45 * degree)
  static let cell = UnitCell(hexagonal: 2.872e-10, c: 14.2e-10)
  static let master = bandMaster(size: 301, reflectors: layered(cell), softness: 0.012)

  @Test func findsTheTruthWithItsUncertainty() throws {
    let projector = PatternProjector(master: Self.master, geometry: Self.geometry)
    let refinement = OrientationRefinement(projector)
    var (inside, errors) = (0, 0.0)
    let trials = 300
    for seed in 1...trials {
      var generator = SeededGenerator(seed: UInt64(seed))
      let truth = generator.rotation()
      let pattern = noisy(projector.pattern(truth), signalToNoise: 1, &generator)
      let start = Rotation(vector: generator.direction() * 0.6 * Self.degree) * truth
      let result = try #require(refinement.refine(pattern, from: start))
      let rotation = truth * result.pose.orientation.inverse
      let q = rotation.quaternion
      let turn = 2 * SIMD3(q.x, q.y, q.z) * (q.w < 0 ? -1 : 1)
      errors += (turn * turn).sum().squareRoot()
      let inverse = result.orientationCovariance.inverse
      // 95 % of a chi-squared distribution with three degrees of freedom lie below 7.815.
      if inverse.form(turn) < 7.815 { inside += 1 }
    }
    // The 99 % interval of a binomial count of 300 at 0.95.
    #expect((275...294).contains(inside), "\(inside)")
    #expect(errors / Double(trials) < 0.1 * Self.degree)
  }
}

/// Bands of a layered oxide by the |F| of its table, the strongest and those that break its pseudo-symmetry.
func layered(_ cell: UnitCell) -> [Reflector] {
  let table: [(Int, Int, Int, Double)] = [
    (1, 0, 4, 17.1), (0, 0, 3, 12.1), (1, 1, 0, 11.8), (0, 1, 8, 11.5), (0, 2, 4, 9.0), (0, 0, 12, 8.5),
    (1, 0, 7, 7.7), (1, 0, 1, 7.7), (2, 0, 8, 7.1), (0, 1, 11, 6.1), (2, 1, 4, 6.0), (1, 1, 3, 5.8),
    (1, 1, 12, 5.7), (0, 1, 5, 4.9), (0, 2, 7, 4.9),
  ]
  let turns = RotationGroup(.trigonalHigh).rotations
  return table.map { h, k, l, amplitude in
    let indices = MillerIndices(h, k, l)
    let normal = cell.planeNormal(indices)
    var poles: [SIMD3<Double>] = []
    for turn in turns {
      let image = turn(normal)
      if !poles.contains(where: { abs(($0 * image).sum()) > 1 - 1e-9 }) { poles.append(image) }
    }
    return Reflector(indices: indices, poles: poles, dSpacing: cell.dSpacing(indices), amplitude: amplitude)
  }
}
