import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct OrientationHandOverTests {
  private let crystal = LayeredCrystal(
    diffusivityInPlane: 1e-14, diffusivityAlongC: 1e-17, strainInPlane: -0.02, strainAlongC: 0.01,
    stiffness: .layeredOxide)

  /// The stiffness by turning all 81 elements of the crystal's own tensor.
  private func turned(_ s: TransverseStiffness, _ rotation: Rotation) -> [Double] {
    let c66 = (s.c11 - s.c12) / 2
    let voigt = [
      [s.c11, s.c12, s.c13, 0, 0, 0], [s.c12, s.c11, s.c13, 0, 0, 0], [s.c13, s.c13, s.c33, 0, 0, 0],
      [0, 0, 0, s.c44, 0, 0], [0, 0, 0, 0, s.c44, 0], [0, 0, 0, 0, 0, c66],
    ]
    let index = [[0, 5, 4], [5, 1, 3], [4, 3, 2]]
    let rows = [rotation.matrix.row1, rotation.matrix.row2, rotation.matrix.row3]
    let pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    return pairs.flatMap { first in
      pairs.map { second in
        var sum = 0.0
        for a in 0..<3 {
          for b in 0..<3 {
            for c in 0..<3 {
              for d in 0..<3 {
                sum +=
                  rows[first.0][a] * rows[first.1][b] * rows[second.0][c] * rows[second.1][d]
                  * voigt[index[a][b]][index[c][d]]
              }
            }
          }
        }
        return sum
      }
    }
  }

  @Test func theStiffnessIsTheCrystalsTurned() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20 {
      let rotation = Rotation(vector: 2 * SIMD3(generator.normal(), generator.normal(), generator.normal()))
      let axis = rotation(SIMD3(0, 0, 1))
      let mine = TransverseStiffness.layeredOxide.matrix(axis: axis)
      for (a, b) in zip(mine, turned(.layeredOxide, rotation)) { #expect(abs(a - b) < 1e-3) }
    }
    let alongZ = TransverseStiffness.layeredOxide.matrix(axis: SIMD3(0, 0, 1))
    #expect(abs(alongZ[14] - 185e9) < 1e-3 && abs(alongZ[35] - 90e9) < 1e-3 && abs(alongZ[21] - 50e9) < 1e-3)
    #expect(TransverseStiffness.layeredOxide.isPositiveDefinite)
  }

  @Test func tensorsStretchAlongAndAcrossTheAxis() {
    let axis = SIMD3(0.48, -0.6, 0.64)
    let across = perpendicular(to: axis)
    #expect(abs(crystal.diffusivity(axis: axis).form(axis) / 1e-17 - 1) < 1e-9)
    #expect(abs(crystal.diffusivity(axis: axis).form(across) / 1e-14 - 1) < 1e-12)
    #expect(abs(crystal.strain(axis: axis).form(axis) - 0.01) < 1e-15)
    #expect(abs(crystal.strain(axis: axis).form(across) + 0.02) < 1e-15)
  }

  @Test func aGrainKnowsItsAxisAreaAndNeighbours() throws {
    // Two columns of grain 0, two of grain 1, a column of grain 2 in the lower row alone.
    let labels = [0, 0, 1, 1, -1, 0, 0, 1, 1, 2]
    let axes = [SIMD3(0.0, 0, 1), SIMD3(0.6, 0, 0.8), SIMD3(1.0, 0, 0)]
    let points = labels.enumerated().map { index, label in
      let turn = label >= 0 ? Rotation(axis: SIMD3(0, 1, 0), angle: -atan2(axes[label].x, axes[label].z)) : .identity
      return MapPoint(
        x: Double(index % 5) * 1e-7, y: Double(index / 5) * 2e-7, phase: 0, orientation: turn,
        status: label >= 0 ? .indexed : .notIndexed, axisUncertainty: 0.02)
    }
    let map = OrientationMap(
      grid: MapGrid(rows: 2, columns: 5, stepX: 1e-7, stepY: 2e-7),
      phases: [MapPhase(name: "NMC811", cell: nil, laueClass: .trigonalHigh)], points: points, mapToSample: .identity)
    let section = ParticleSection(centre: SIMD2(0, 1e-7), radius: 1e-6)
    let angles = try RadialAngles(of: map, labels: GrainLabels(labels), section: section)
    let handOver = try OrientationHandOver(
      map: map, labels: GrainLabels(labels), angles: angles, crystal: crystal)
    #expect(handOver.grains.count == 3 && handOver.phase == "NMC811" && handOver.labels == labels)
    let second = handOver.grains[1]
    #expect(abs((second.grain.cAxis * axes[1]).sum()) > 1 - 1e-12)
    #expect(abs(second.grain.area - 4 * 2e-14) < 1e-24)
    #expect(abs(second.grain.centroid.x - 2.5e-7) < 1e-18 && abs(second.radius - 2.5e-7) < 1e-18)
    #expect(abs(second.radialAngle - acos(0.6)) < 1e-9)
    #expect(second.grain.axisSpread < 1e-7 && abs(second.grain.axisUncertainty - 0.02) < 1e-12)
    #expect(second.neighbours.map(\.label) == [0, 2])
    #expect(abs(second.neighbours[0].boundaryLength - 4e-7) < 1e-18)
    #expect(abs(second.neighbours[0].axisAngle - acos(0.8)) < 1e-9)
    #expect(abs(second.neighbours[1].boundaryLength - 2e-7) < 1e-18)
    #expect(second.stiffness.count == 36 && handOver.transition == nil)

    var wrong = crystal
    wrong.diffusivityInPlane = 0
    #expect(throws: TextureError.self) {
      try OrientationHandOver(map: map, labels: GrainLabels(labels), angles: angles, crystal: wrong)
    }
  }
}
