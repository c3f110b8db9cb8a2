import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Testing

@testable import Tomography

@Suite struct RampCorrectionTests {
  private static let shape = FrameShape(rows: 40, columns: 50)

  private static func plane(_ generator: inout SeededGenerator, noise: Double, weights: ScalarImage? = nil)
    -> ScalarImage
  {
    var image = ScalarImage(repeating: 0, shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let value = 0.7 + 0.01 * (Double(row) - 19.5) - 0.02 * (Double(column) - 24.5)
        let size = noise / Double(weights?[row, column] ?? 1).squareRoot()
        image[row, column] = Float(value + size * generator.normal())
      }
    }
    return image
  }

  @Test func isTheLeastSquaresPlane() throws {
    // The slow twin: normal equations of the plane without Huber's weights, which exact data do not need.
    var generator = SeededGenerator(seed: 1)
    let image = Self.plane(&generator, noise: 0)
    var air = Image(repeating: true, shape: Self.shape)
    for row in 10..<30 { for column in 5..<40 { air[row, column] = false } }
    let fit = try RampCorrection.fromAir(of: image, air: air)
    #expect(abs(fit.constant - 0.7) < 1e-6 && abs(fit.perRow - 0.01) < 1e-8 && abs(fit.perColumn + 0.02) < 1e-8)
    let left = fit.removed(from: image).pixels.map(abs).max() ?? .nan
    #expect(left < 1e-6)
  }

  /// The covariance over 200 realisations: mean of z² within what 600 degrees of freedom allow at 99 %.
  @Test(arguments: [false, true]) func statesItsUncertainty(weighted: Bool) throws {
    var weights: ScalarImage?
    if weighted {
      weights = ScalarImage(
        (0..<Self.shape.count).map { 0.1 + 0.9 * Float($0 % 50) / 50 }, shape: Self.shape)
    }
    let air = Image((0..<Self.shape.count).map { $0 % 50 < 9 || $0 % 50 > 38 }, shape: Self.shape)
    var sum = 0.0
    for seed in 1...200 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let image = Self.plane(&generator, noise: 0.1, weights: weights)
      let fit = try RampCorrection.fromAir(of: image, weights: weights, air: air)
      let errors = [fit.constant - 0.7, fit.perRow - 0.01, fit.perColumn + 0.02]
      for index in 0..<3 { sum += errors[index] * errors[index] / fit.covariance[index][index] }
    }
    // Constant and slope along the columns are correlated with weights, which widens the distribution: half of 600 count.
    #expect(abs(sum / 600 - 1) < 2.6 * (2 / 300.0).squareRoot(), "\(sum / 600)")
  }

  @Test func outliersCountLittle() throws {
    var generator = SeededGenerator(seed: 2)
    var image = Self.plane(&generator, noise: 0.05)
    for index in 0..<100 { image.pixels[index * 17] += 5 }
    let fit = try RampCorrection.fromAir(of: image, air: Image(repeating: true, shape: Self.shape))
    #expect(abs(fit.constant - 0.7) < 0.02)
  }

  @Test func needsAir() {
    let image = ScalarImage(repeating: 0, shape: Self.shape)
    var air = Image(repeating: false, shape: Self.shape)
    air[3, 3] = true
    #expect { try RampCorrection.fromAir(of: image, air: air) } throws: {
      "\($0)".contains("air was found in 1 pixels")
    }
    #expect(throws: TomographyError.self) {
      try RampCorrection.fromAir(of: image, air: Image(repeating: true, shape: FrameShape(rows: 2, columns: 2)))
    }
  }

  /// No air beside the sample: it reaches over the field from left to right in most of the rows and views. Ramps come from
  /// what projections of the volume lack.
  @Test func comesFromSimulatedProjectionsWithoutAir() throws {
    var particle = PreparedParticle()
    (particle.shape, particle.axes, particle.centre) = (FrameShape(rows: 16, columns: 48), (20, 21, 12), (1, 1))
    particle.angles = ProjectionGeometry.halfTurn(60)
    let geometry = ProjectionGeometry(angles: particle.angles, axisColumn: 24)
    let truth = try ProjectionStack(
      (0..<60).flatMap { particle.projection($0).pixels }, shape: particle.shape, geometry: geometry)
    var generator = SeededGenerator(seed: 1)
    let wrong = (0..<60).map { _ in
      PhaseRamp(
        constant: 0.2 * generator.normal(), perRow: 0.01 * generator.normal(), perColumn: 0.01 * generator.normal(),
        shape: particle.shape)
    }
    var stack = try truth.removing(wrong)
    let before = try TotalPhase(stack).relativeDeviation
    for _ in 0..<6 {
      var volume = try FilteredBackProjection()(stack, threads: 2)
      for index in volume.voxels.indices {
        let (row, column) = (index / 48 % 48, index % 48)
        let isInside = hypot(Double(column) - 24.5, Double(row) - 24.5) < 22.5
        if !isInside || volume.voxels[index] < 0 { volume.voxels[index] = 0 }
      }
      let simulated = try ParallelProjector()(volume, geometry: geometry, shape: particle.shape, threads: 2)
      stack = try stack.removing(RampCorrection(keepsTotal: true).fit(stack, against: simulated, threads: 2))
    }
    let total = try TotalPhase(stack)
    let whole = try TotalPhase(truth)
    #expect(before > 0.03)
    #expect(total.relativeDeviation < 1e-3)
    #expect(abs(total.mean.value / whole.mean.value - 1) < 0.01, "\(total.mean.value / whole.mean.value)")
  }

  @Test func doesNotDependOnThreads() throws {
    let particle = PreparedParticle()
    let geometry = ProjectionGeometry(angles: particle.angles, axisColumn: 40)
    let stack = try ProjectionStack(
      particle.angles.indices.flatMap { particle.projection($0).pixels }, shape: particle.shape, geometry: geometry)
    var simulated = stack
    for index in simulated.pixels.indices { simulated.pixels[index] += Float(index % 7) * 0.01 }
    let one = try RampCorrection().fit(stack, against: simulated, threads: 1)
    #expect(try one == RampCorrection().fit(stack, against: simulated, threads: 3))
    #expect(throws: TomographyError.self) {
      try RampCorrection().fit(stack, against: stack.selecting([0, 1]), threads: 1)
    }
    #expect(throws: TomographyError.self) { try stack.removing([]) }
  }
}
