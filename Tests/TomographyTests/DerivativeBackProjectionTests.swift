import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct DerivativeBackProjectionTests {
  private static let columns = 96
  private static func stack(_ strength: Double, views: Int = 120) throws -> ProjectionStack {
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(views), axisColumn: 48.3)
    geometry.displacements = (0..<views).map { ImageShift(rows: 0, columns: sin(Double($0))) }
    let parts = [Disc(radius: 26, x: 4, value: strength), Disc(radius: 7, x: 10, y: -6, value: -strength / 2)]
    return try Disc.stack([parts, [Disc(radius: 20, value: strength)]], geometry: geometry, columns: columns)
  }

  @Test func isFilteredBackProjectionOfThePhase() throws {
    let stack = try Self.stack(0.02)
    for filter in [RampFilter(), RampFilter(.hann, cutOff: 0.7)] {
      let phase = try FourierReconstruction(filter)(stack, threads: 2)
      let derivative = try DerivativeBackProjection(filter)(stack, threads: 2)
      #expect(largestDifference(phase, derivative) < 1e-6)
    }
  }

  @Test func needsNoUnwrapping() throws {
    // 7 rad at the centre.
    let stack = try Self.stack(0.14)
    var wrapped = stack
    wrapped.pixels = stack.pixels.map { remainderf($0, 2 * .pi) }
    let (a, b) = try (DerivativeBackProjection()(stack, threads: 2), DerivativeBackProjection()(wrapped, threads: 2))
    #expect(largestDifference(a, b) < 1e-6)
    #expect(abs(b.mean(1, within: 17) / 0.14 - 1) < 0.002)
  }

  @Test(arguments: PhaseDifferences.Ramp.allCases)
  func complexProjectionsWithRamps(ramp: PhaseDifferences.Ramp) throws {
    // Rows enough to hold a plane.
    let views = 40
    let rows = 24
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(views), axisColumn: 48)
    geometry.axisColumn = 47.6
    let stack = try Disc.stack(
      Array(repeating: [Disc(radius: 20, value: 0.14)], count: rows), geometry: geometry, columns: Self.columns)
    var generator = SeededGenerator(seed: 1)
    let projections = (0..<views).map { view -> TransmissionProjection in
      let (constant, slope) = (6 * generator.uniform(), ramp == .none ? 0 : 0.3 * (generator.uniform() - 0.5))
      let image = stack.image(view)
      let object = ComplexImage(
        image.pixels.enumerated().map {
          ComplexFloat(modulus: 0.9, phase: -$1 + Float(constant + slope * Double($0 % Self.columns)))
        }, shape: image.shape)
      return TransmissionProjection(name: "view \(view)", angle: geometry.angles[view], object: object)
    }
    let truth = try FourierReconstruction()(stack, threads: 2)
    let volume = try DerivativeBackProjection()(projections, geometry: geometry, ramp: ramp, threads: 2)
    #expect(abs(volume.mean(3, within: 17) - truth.mean(3, within: 17)) < 1e-5 * 0.14)
    #expect(largestDifference(truth, volume) < 2e-5)
  }

  @Test func constantsOfRowsDoNotMatter() throws {
    let stack = try Self.stack(0.02)
    var moved = stack
    for index in stack.pixels.indices { moved.pixels[index] += Float(sin(Double(index / Self.columns))) }
    let (a, b) = try (DerivativeBackProjection()(stack, threads: 2), DerivativeBackProjection()(moved, threads: 2))
    #expect(largestDifference(a, b) < 1e-6)
  }

  @Test func airCanBeMadeZero() throws {
    // A step across every row, as a ramp that was left in leaves it.
    var stack = try Self.stack(0.02)
    for index in stack.pixels.indices where index % Self.columns >= 48 { stack.pixels[index] += 0.5 }
    let volume = try DerivativeBackProjection(anchorsAir: true)(stack, threads: 2)
    var rim: [Float] = []
    for index in 0..<Self.columns * Self.columns {
      let distance = hypot(Double(index % Self.columns) - 47.5, Double(index / Self.columns) - 47.5)
      if distance >= 43.2, distance <= 48 { rim.append(volume.voxels[index]) }
    }
    let (below, above) = (rim.count { $0 < -1e-7 }, rim.count { $0 > 1e-7 })
    #expect(abs(below - above) <= 1)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let geometry = ProjectionGeometry(angles: [0, 1], axisColumn: 4)
    #expect(throws: TomographyError.self) {
      try DerivativeBackProjection()([], geometry: geometry, threads: 1)
    }
    let projections = [8, 9].map {
      TransmissionProjection(
        name: "\($0)", angle: 0, object: ComplexImage(repeating: .zero, shape: FrameShape(rows: 2, columns: $0)))
    }
    #expect(throws: TomographyError.self) {
      try DerivativeBackProjection()(projections, geometry: geometry, threads: 1)
    }
    var bad = geometry
    bad.angles[1] = .nan
    let stack = try ProjectionStack(
      [Float](repeating: 0, count: 32), shape: FrameShape(rows: 2, columns: 8), geometry: bad)
    #expect(throws: TomographyError.self) { try DerivativeBackProjection()(stack, threads: 1) }
  }
}
