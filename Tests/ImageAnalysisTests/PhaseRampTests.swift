import ArrayMath
import Foundation
import Testing

@testable import ImageAnalysis

@Suite struct PhaseRampTests {
  /// A ball of 6 rad on a needle that leaves the field, with a ramp.
  private func particle(_ size: Int, constant: Float, perRow: Float, perColumn: Float) -> ScalarImage {
    var phase = TestImages.ball(size, size, depth: 6, radius: 0.3 * Float(size))
    let needle = 0.05 * Float(size)
    for row in size / 2..<size {
      for column in 0..<size {
        let right = (Float(column) - Float(size - 1) / 2) / needle
        phase[row, column] = min(phase[row, column], -2 * max(1 - right * right, 0).squareRoot())
      }
    }
    return TestImages.sum(
      phase, TestImages.plane(size, size, constant: constant, perRow: perRow, perColumn: perColumn))
  }

  @Test(arguments: 1...6)
  func whatIsLeftInNoiseIsBelowTwoMilliradiansInAHundredPixels(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let (constant, perRow, perColumn) = (
      Float(4 * generator.uniform() - 2), Float(2 * generator.uniform() - 1), Float(2 * generator.uniform() - 1)
    )
    let object = TestImages.object(
      particle(256, constant: constant, perRow: perRow, perColumn: perColumn), noise: 0.03, seed: seed)
    let ramp = try PhaseRamp.estimate(object)
    #expect(abs(ramp.perRow - Double(perRow)) < 2e-5)
    #expect(abs(ramp.perColumn - Double(perColumn)) < 2e-5)
    #expect(abs(remainder(ramp.constant - Double(constant), 2 * .pi)) < 2e-3)
    #expect(abs(ramp.airDeviation - 0.03) < 0.002)
    // The air is most of what there is, and no pixel of the particle.
    let air = try AirMask.find(in: object)
    #expect(ramp.airPixels == air.pixels.count { $0 })
    let truth = particle(256, constant: 0, perRow: 0, perColumn: 0)
    let empty = truth.pixels.count { $0 == 0 }
    #expect(zip(air.pixels, truth.pixels).allSatisfy { !$0 || $1 == 0 })
    #expect(air.pixels.count { $0 } > empty * 6 / 10)
    let left = ramp.removed(from: object)
    #expect(abs(left[3, 3].phase) < 0.2)
  }

  @Test func aNamedAirNeedsNoSearch() throws {
    let object = TestImages.object(
      particle(100, constant: 0.4, perRow: 0.9, perColumn: -1.3), noise: 0.01, seed: 1)
    let air = try AirMask.find(in: object, rule: .strips(0.1))
    #expect(air.pixels.count { $0 } == 2000)
    let ramp = try PhaseRamp.estimate(object, air: air)
    #expect(abs(ramp.perRow - 0.9) < 2e-5 && abs(ramp.perColumn + 1.3) < 2e-5)
    let corners = try AirMask.find(in: object, rule: .corners(0.2))
    #expect(corners.pixels.count { $0 } == 1600 && corners[0, 0] && !corners[0, 20] && !corners[20, 0])
  }

  @Test func whatWasNotIlluminatedDoesNotCount() throws {
    // Outside a disc the object kept the value it started from, which is flatter than any air.
    let size = 200
    let phase = particle(size, constant: 0.3, perRow: 0.2, perColumn: 0.1)
    var object = TestImages.object(phase, noise: 0.02, seed: 2)
    let mask = TestImages.outside(size, size, radius: 95).map { !$0 }
    for index in object.pixels.indices where !mask.pixels[index] { object.pixels[index] = ComplexFloat(1) }
    let ramp = try PhaseRamp.estimate(object, mask: mask)
    #expect(abs(ramp.perRow - 0.2) < 2e-5 && abs(ramp.perColumn - 0.1) < 2e-5)
  }

  @Test(arguments: [false, true])
  func theCovarianceIsThatOfManyTrials(_ smooth: Bool) throws {
    let (rows, columns, trials) = (48, 60, 120)
    let air = TestImages.outside(rows, columns, radius: 12)
    var squares = [0.0, 0, 0]
    for seed in 1...trials {
      var noise = TestImages.noise(rows, columns, 0.1, seed: seed)
      if smooth {
        // Correlated along both axes, the correlation falling to 0.5 a pixel.
        for row in 1..<rows { for column in 0..<columns { noise[row, column] += 0.5 * noise[row - 1, column] } }
        for row in 0..<rows { for column in 1..<columns { noise[row, column] += 0.5 * noise[row, column - 1] } }
      }
      let ramp = try PhaseRamp.fit(noise, air: air)
      for (index, value) in [ramp.constant, ramp.perRow, ramp.perColumn].enumerated() {
        squares[index] += value * value / ramp.covariance[index][index]
      }
    }
    // 120 trials know a standard deviation to 6 %.
    for square in squares { #expect(abs((square / Double(trials)).squareRoot() - 1) < 0.2) }
  }

  @Test func outliersDoNotTiltThePlane() throws {
    var phase = TestImages.sum(
      TestImages.plane(60, 60, constant: 0.1, perRow: 1e-3, perColumn: -2e-3), TestImages.noise(60, 60, 0.01, seed: 1))
    for row in 0..<60 { for column in 54..<60 where (row + column) % 6 == 0 { phase[row, column] -= 3 } }
    let ramp = try PhaseRamp.fit(phase, air: Image(repeating: true, shape: phase.shape))
    #expect(abs(ramp.perRow - 1e-3) < 3e-5 && abs(ramp.perColumn + 2e-3) < 8e-5)
    let left = ramp.removed(from: phase)
    #expect(abs(left[30, 30]) < 0.05)
    #expect(ramp.uncertainty(row: 0, column: 0) > ramp.uncertainty(row: 29.5, column: 29.5))
  }

  @Test(arguments: 1...3)
  func aFieldWithoutAirIsToldByItsUndulation(_ seed: Int) throws {
    let filled = TestImages.object(
      TestImages.ball(200, 200, depth: 6, radius: 160), noise: 0.05, seed: seed)
    #expect(try PhaseRamp.estimate(filled).undulation > 5)
    let free = TestImages.object(particle(200, constant: 0, perRow: 0.1, perColumn: 0.2), noise: 0.05, seed: seed)
    #expect(abs(try PhaseRamp.estimate(free).undulation - 1) < 0.2)
  }

  @Test(arguments: 1...3)
  func aWeakParticleIsNotTakenForAir(_ seed: Int) throws {
    let phase = TestImages.ball(200, 200, depth: 0.3, radius: 60)
    let air = try AirMask.find(in: TestImages.object(phase, noise: 0.1, seed: seed))
    #expect(!air[100, 100] && air[10, 10])
    let ramp = try PhaseRamp.estimate(TestImages.object(phase, noise: 0.1, seed: seed))
    #expect(abs(ramp.constant) < 0.01)
  }

  @Test func anObjectOfAirAloneAndOneWithoutNoise() throws {
    let plane = TestImages.plane(64, 64, constant: -2, perRow: 3, perColumn: 0.01)
    let ramp = try PhaseRamp.estimate(plane.map { ComplexFloat(modulus: 2, phase: $0) })
    #expect(abs(ramp.perRow - 3) < 1e-5 && abs(ramp.perColumn - 0.01) < 1e-5 && abs(ramp.constant + 2) < 1e-4)
  }

  @Test func whatCannotSpanAPlaneIsRefused() {
    let shape = FrameShape(rows: 20, columns: 20)
    let object = ComplexImage(repeating: ComplexFloat(1), shape: shape)
    var line = Image(repeating: false, shape: shape)
    for column in 0..<20 { line[4, column] = true }
    #expect(throws: ImageAnalysisError.self) { try PhaseRamp.estimate(object, air: line) }
    #expect(throws: ImageAnalysisError.self) {
      try PhaseRamp.estimate(object, air: Image(repeating: false, shape: shape))
    }
    #expect(throws: ImageAnalysisError.self) {
      try PhaseRamp.estimate(object, mask: Image(repeating: false, shape: shape))
    }
    #expect(throws: ImageAnalysisError.self) {
      try PhaseRamp.estimate(object, air: Image(repeating: true, shape: FrameShape(rows: 2, columns: 2)))
    }
    #expect(throws: ImageAnalysisError.self) {
      try PhaseRamp.estimate(ComplexImage(repeating: ComplexFloat(.nan), shape: shape))
    }
    #expect(throws: ImageAnalysisError.self) { try AirMask.find(in: object, rule: .strips(0.6)) }
  }
}
