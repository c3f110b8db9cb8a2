import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct PseudoSymmetryTests {
  let degree = Double.pi / 180
  let cell = UnitCell(hexagonal: 2.872e-10, c: 14.2e-10)

  @Test func ofALayeredOxideIsTheOneOfRockSalt() {
    for cell in [cell, UnitCell(hexagonal: 2.819e-10, c: 14.483e-10)] {
      let symmetry = PseudoSymmetry(reflectors: layered(cell), laueClass: .trigonalHigh)
      #expect(symmetry.operators.count == 3)
      let group = RotationGroup(.trigonalHigh)
      let expected = [MillerIndices(1, 0, 4), MillerIndices(0, -1, 4), MillerIndices(-1, 1, 4)].map {
        Rotation(axis: cell.planeNormal($0), angle: .pi / 2)
      }
      for rotation in expected {
        let nearest = symmetry.operators.map { group.disorientation($0.rotation, rotation) }.min() ?? .infinity
        #expect(nearest < 3 * degree)
      }
      for item in symmetry.operators {
        #expect(item.overlap > 0.6 && item.overlap < 0.9)
        // It takes c to the normal of a {012} plane.
        let c = item.rotation(SIMD3(0, 0, 1))
        let misses = [MillerIndices(0, 1, 2), MillerIndices(-1, 0, 2), MillerIndices(1, -1, 2)].map {
          acos(min(1, abs((cell.planeNormal($0) * c).sum())))
        }
        #expect((misses.min() ?? 1) < 3 * degree)
      }
    }
  }

  @Test func ofCubicAndPlainHexagonalCellsIsNone() {
    func families(_ cell: UnitCell, _ laueClass: LaueClass, _ list: [(Int, Int, Int, Double)]) -> [Reflector] {
      list.map { h, k, l, amplitude in
        let normal = cell.planeNormal(MillerIndices(h, k, l))
        var poles: [SIMD3<Double>] = []
        for turn in RotationGroup(laueClass).rotations {
          let image = turn(normal)
          if !poles.contains(where: { abs(($0 * image).sum()) > 1 - 1e-9 }) { poles.append(image) }
        }
        return Reflector(
          indices: MillerIndices(h, k, l), poles: poles, dSpacing: cell.dSpacing(h, k, l), amplitude: amplitude)
      }
    }
    let nickel = families(
      UnitCell(cubic: 3.524e-10), .cubicHigh, [(1, 1, 1, 1), (2, 0, 0, 0.9), (2, 2, 0, 0.6), (3, 1, 1, 0.5)])
    #expect(PseudoSymmetry(reflectors: nickel, laueClass: .cubicHigh).operators.isEmpty)
    let magnesium = families(
      UnitCell(hexagonal: 3.21e-10, c: 5.21e-10), .hexagonalHigh,
      [(1, 0, 0, 0.6), (0, 0, 2, 1), (1, 0, 1, 0.9), (1, 0, 2, 0.4), (1, 1, 0, 0.7)])
    #expect(PseudoSymmetry(reflectors: magnesium, laueClass: .hexagonalHigh).operators.isEmpty)
    // Quartz: rhombohedra of both signs reflect alike, and 60° about c exchanges them.
    let quartz = families(
      UnitCell(hexagonal: 4.913e-10, c: 5.405e-10), .trigonalHigh,
      [(1, 0, 1, 1), (0, 1, 1, 0.7), (1, 0, 0, 0.5), (1, 1, 0, 0.3), (1, 0, 2, 0.3), (0, 1, 2, 0.4)])
    let found = PseudoSymmetry(reflectors: quartz, laueClass: .trigonalHigh).operators
    #expect(found.count == 1)
    let twin = Rotation(axis: SIMD3(0, 0, 1), angle: .pi / 3)
    #expect(found.allSatisfy { RotationGroup(.trigonalHigh).disorientation($0.rotation, twin) < 1e-6 })
  }

  @Test func decidesOnThePattern() throws {
    let projector = PatternProjector(
      master: OrientationRefinementTests.master, geometry: OrientationRefinementTests.geometry)
    let symmetry = PseudoSymmetry(reflectors: layered(cell), laueClass: .trigonalHigh)
    let decider = VariantDecider(symmetry, refinement: OrientationRefinement(projector))
    let trials = 60
    var (right, margins) = (0, 0.0)
    for seed in 1...trials {
      var generator = SeededGenerator(seed: UInt64(seed))
      let truth = generator.rotation()
      let pattern = noisy(projector.pattern(truth), signalToNoise: 1, &generator)
      let taken = symmetry.variants(of: truth)[seed % 4]
      let start = Rotation(vector: generator.direction() * 0.5 * degree) * taken
      let decision = try #require(decider.decide(pattern, near: start))
      let isRight = symmetry.group.disorientation(decision.best.pose.orientation, truth) < 1 * degree
      if isRight && decision.status == .indexed { right += 1 }
      margins += decision.margin
    }
    #expect(right >= 59)
    #expect(margins / Double(trials) > 0.05)
  }

  @Test func leavesNoiseUndecided() throws {
    let projector = PatternProjector(
      master: OrientationRefinementTests.master, geometry: OrientationRefinementTests.geometry)
    let symmetry = PseudoSymmetry(reflectors: layered(cell), laueClass: .trigonalHigh)
    let decider = VariantDecider(symmetry, refinement: OrientationRefinement(projector))
    var decided = 0
    for seed in 1...100 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let noise = (0..<projector.count).map { _ in Float(generator.normal()) }
      if let decision = decider.decide(noise, near: generator.rotation()), decision.status == .indexed { decided += 1 }
    }
    #expect(decided <= 5)
  }
}
