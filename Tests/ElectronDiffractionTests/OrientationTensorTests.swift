import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct OrientationTensorTests {
  static func axes(_ count: Int, seed: UInt64 = 1) -> [SIMD3<Double>] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let v = SIMD3(generator.normal(), generator.normal(), generator.normal())
      return v / (v * v).sum().squareRoot()
    }
  }

  @Test func axesAlongOneAndInAPlane() throws {
    let one = try #require(OrientationTensor(axes: [SIMD3(0, 0.6, 0.8), SIMD3(0, -0.6, -0.8)]))
    #expect(abs(one.eigenvalues.z - 1) < 1e-12)
    #expect(abs(abs((one.meanAxis * SIMD3(0, 0.6, 0.8)).sum()) - 1) < 1e-12)
    let girdle = try #require(OrientationTensor(axes: [SIMD3(1, 0, 0), SIMD3(0, 1, 0)], weights: [3, 1]))
    #expect(abs(girdle.eigenvalues.y - 0.25) < 1e-12 && abs(girdle.eigenvalues.z - 0.75) < 1e-12)
    #expect(abs(abs(girdle.girdleAxis.z) - 1) < 1e-12)
    #expect(OrientationTensor(axes: []) == nil && OrientationTensor(axes: [SIMD3(1, 0, 0)], weights: [0]) == nil)
  }

  /// ⟨x⁴⟩ = 1/5, so an element of the diagonal has the variance 4/45 over n.
  @Test func randomAxesGiveOneThird() throws {
    let count = 20_000
    let tensor = try #require(OrientationTensor(axes: Self.axes(count)))
    let sigma = (4.0 / 45 / Double(count)).squareRoot()
    for element in [tensor.matrix.xx, tensor.matrix.yy, tensor.matrix.zz] {
      #expect(abs(element - 1.0 / 3) < 2.6 * sigma)
    }
  }

  /// The mean of the density over the sphere is 1 and its top that of the kernel.
  @Test func densitiesAreInMultiplesOfRandom() throws {
    let halfWidth = 20 * Double.pi / 180
    let density = try #require(AxisDensity(axes: [SIMD3(0, 0, 1)], halfWidth: halfWidth))
    // Midpoints of cos t: the mean over the sphere.
    let steps = 20_000
    let mean =
      (0..<steps).reduce(0.0) { sum, step in
        let z = -1 + 2 * (Double(step) + 0.5) / Double(steps)
        return sum + density(SIMD3((1 - z * z).squareRoot(), 0, z))
      } / Double(steps)
    #expect(abs(mean - 1) < 1e-6)
    let (top, half) = (density(SIMD3(0, 0, -1)), density(SIMD3(sin(halfWidth), 0, cos(halfWidth))))
    #expect(abs(half / top - 0.5) < 1e-9)
    let random = try #require(AxisDensity(axes: Self.axes(20_000), halfWidth: halfWidth))
    for direction in Self.axes(10, seed: 2) { #expect(abs(random(direction) - 1) < 0.1) }
    #expect(AxisDensity(axes: [], halfWidth: halfWidth) == nil)
  }

  @Test(arguments: SphereProjection.allCases)
  func projectionsGiveDirectionsBack(projection: SphereProjection) {
    for axis in Self.axes(200) {
      let place = projection(axis)
      #expect((place * place).sum() <= 1 + 1e-12)
      let error = projection.direction(place) - (axis.z < 0 ? -axis : axis)
      #expect((error * error).sum().squareRoot() < 1e-7)
    }
  }

  /// Of uniform directions a disk of radius r holds the share r² in the equal-area drawing, sin² over the other.
  @Test func equalAreasStayEqual() {
    let count = 20_000
    for radius in [0.3, 0.6, 0.9] {
      let inside = Self.axes(count).count { axis in
        let place = SphereProjection.equalArea(axis)
        return (place * place).sum() < radius * radius
      }
      let share = radius * radius
      let sigma = (share * (1 - share) / Double(count)).squareRoot()
      #expect(abs(Double(inside) / Double(count) - share) < 2.6 * sigma)
    }
  }

  @Test func polesAreThoseOfTheFamilyInTheMapsFrame() {
    var map = LetterMap.make(["a"])
    map.points[0].orientation = Rotation(axis: SIMD3(1, 0, 0), angle: .pi / 2)
    map.mapToSample = Rotation(axis: SIMD3(0, 0, 1), angle: .pi / 2)
    let group = RotationGroup(.trigonalHigh)
    let c = map.poles(SIMD3(0, 0, 1), at: 0, group: group)
    #expect(c.count == 1)
    let error = c[0] - map.cAxis(at: 0)
    #expect((error * error).sum() < 1e-24)
    #expect(map.poles(SIMD3(0.6, 0, 0.8), at: 0, group: group).count == 6)
    #expect(map.poles(SIMD3(0, 0.6, 0.8), at: 0, group: group).count == 3)
  }
}
