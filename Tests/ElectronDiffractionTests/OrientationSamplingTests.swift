import ArrayMath
import Foundation
import Testing

@testable import Crystallography

@Suite struct OrientationSamplingTests {
  @Test func theMapOfTheCubeKeepsVolumes() {
    var generator = SeededGenerator(seed: 1)
    let half = Foundation.pow(Double.pi, 2.0 / 3) / 2
    for _ in 0..<200 {
      let p = SIMD3(generator.uniform(), generator.uniform(), generator.uniform()) * (1.98 * half) - 0.99 * half
      let sizes = [abs(p.x), abs(p.y), abs(p.z)].sorted()
      // Away from the folds between the pyramids and their halves.
      guard sizes[2] - sizes[1] > 1e-3, sizes[1] - sizes[0] > 1e-3 else { continue }
      let h = 1e-5
      func slope(_ axis: SIMD3<Double>) -> SIMD3<Double> {
        (OrientationSampling.homochoric(cubochoric: p + axis * h)
          - OrientationSampling.homochoric(cubochoric: p - axis * h)) / (2 * h)
      }
      let (a, b, c) = (slope(SIMD3(1, 0, 0)), slope(SIMD3(0, 1, 0)), slope(SIMD3(0, 0, 1)))
      let volume =
        a.x * (b.y * c.z - b.z * c.y) - a.y * (b.x * c.z - b.z * c.x) + a.z * (b.x * c.y - b.y * c.x)
      #expect(abs(volume - 1) < 1e-5)
    }
    // The faces go to the sphere of all half turns.
    let corner = OrientationSampling.homochoric(cubochoric: SIMD3(half, -half, half))
    #expect(abs((corner * corner).sum() - Foundation.pow(0.75 * .pi, 2.0 / 3)) < 1e-12)
    #expect(abs(OrientationSampling.rotation(cubochoric: SIMD3(half, 0.3, 0.1)).angle - .pi) < 1e-6)
  }

  @Test func isEven() {
    let degree = Double.pi / 180
    for (laueClass, spacing) in [(LaueClass.trigonalHigh, 8.0), (.cubicHigh, 6)] {
      let sampling = OrientationSampling(laueClass, spacing: spacing * degree)
      let order = Double(sampling.group.rotations.count)
      let volume = Foundation.pow(sampling.spacing, 3) * Double(sampling.orientations.count)
      #expect(abs(volume / (8 * .pi * .pi / order) - 1) < 0.03)
      // No orientation is farther from the sample than is stated, nor two of the sample much nearer than the spacing.
      var generator = SeededGenerator(seed: 2)
      var (greatest, sum) = (0.0, 0.0)
      let trials = 400
      for _ in 0..<trials {
        let g = Rotation(w: generator.normal(), x: generator.normal(), y: generator.normal(), z: generator.normal())
        let nearest = sampling.orientations.reduce(Double.infinity) { min($0, sampling.group.disorientation($1, g)) }
        greatest = max(greatest, nearest)
        sum += nearest
      }
      #expect(greatest < sampling.coveringRadius)
      // The mean distance of a point in a cube to its middle is 0.48 of the edge.
      #expect(sum / Double(trials) / sampling.spacing > 0.45 && sum / Double(trials) / sampling.spacing < 0.56)
    }
  }
}
