import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Testing
import Tomography

@Suite struct TotalPhaseTests {
  private static func stack(_ particle: PreparedParticle, sense: RotationSense = .counterclockwise) throws
    -> ProjectionStack
  {
    var particle = particle
    let angles = particle.angles
    // Seen with the other sense, angles run backwards.
    particle.angles = angles.map { sense.sign * $0 }
    return try ProjectionStack(
      angles.indices.flatMap { particle.projection($0).pixels }, shape: particle.shape,
      geometry: ProjectionGeometry(angles: angles, axisColumn: Double(particle.shape.columns) / 2 - 1.5, sense: sense))
  }

  @Test(arguments: RotationSense.allCases) func isTheIntegralInEveryDirection(sense: RotationSense) throws {
    let particle = PreparedParticle()
    let total = try TotalPhase(Self.stack(particle, sense: sense))
    #expect(abs(total.mean.value / particle.total - 1) < 2e-3)
    #expect(total.relativeDeviation < 1e-3)
    #expect(total.jumps.isEmpty)
    #expect(abs(total.trend.value) < 1e-3)
    #expect(total.halfTurnAmplitude.value < 1e-3)
    // The centroid is where the particle is, and the axis is stated 1.5 pixels too far left.
    #expect(abs(total.centroid.x - 3) < 0.02)
    #expect(abs(total.centroid.y + 2) < 0.02)
    #expect(abs(total.centroid.axis - 1.5) < 0.02)
    #expect(total.centroidDeviation < 0.02)
    #expect(total.warnings(names: [], isPhase: true).isEmpty)
  }

  @Test func namesFailedUnwrapping() throws {
    var stack = try Self.stack(PreparedParticle())
    let size = stack.shape.count
    for pixel in 0..<130 { stack.pixels[7 * size + 2000 + pixel] += 2 * .pi }
    let total = try TotalPhase(stack)
    #expect(total.jumps.map(\.view) == [7])
    #expect(abs(total.jumps[0].turnedPixels - 130) < 10)
    let warnings = total.warnings(names: (1...12).map { "view \($0)" }, isPhase: true)
    #expect(warnings.contains { $0.hasPrefix("the sum of view 8 is +") && $0.contains("turn too far") })
    #expect(abs(total.mean.value / PreparedParticle().total - 1) < 2e-3)
  }

  @Test func tellsTrendsAndSwings() throws {
    var particle = PreparedParticle()
    particle.angles = ProjectionGeometry.halfTurn(40)
    let stack = try Self.stack(particle)
    func scaled(_ factor: (Double) -> Double) throws -> TotalPhase {
      var changed = stack
      for index in changed.pixels.indices {
        changed.pixels[index] *= Float(factor(stack.geometry.angles[index / stack.shape.count]))
      }
      return try TotalPhase(changed)
    }
    let span = 39 * Double.pi / 40
    let drift = try scaled { 1 + 0.03 * ($0 / span - 0.5) }
    #expect(abs(drift.trend.value - 0.03) < 0.001)
    #expect(drift.warnings(names: [], isPhase: true).contains { $0.contains("changes by +3") })
    let swing = try scaled { 1 + 0.02 * cos(2 * $0 - 1) }
    #expect(abs(swing.halfTurnAmplitude.value - 0.02) < 0.001)
    #expect(swing.warnings(names: [], isPhase: true).contains { $0.contains("swings by 2") })
  }

  @Test func leavesOutWhatHasNoZero() throws {
    var stack = try Self.stack(PreparedParticle())
    for index in 0..<stack.shape.count { stack.pixels[index] += 1 }
    var uncertainties = [Double](repeating: 10, count: 12)
    uncertainties[0] = .infinity
    let total = try TotalPhase(stack, uncertainties: uncertainties)
    #expect(abs(total.mean.value / PreparedParticle().total - 1) < 2e-3)
    #expect(total.mean.uncertainty >= 10 / 11.0.squareRoot())
    #expect(total.warnings(names: [], isPhase: true).contains { $0.contains("1 of 12 projections have no zero") })
    #expect(throws: TomographyError.self) { try TotalPhase(stack, uncertainties: [1]) }
  }

  // MARK: - Truncation

  @Test(arguments: [false, true]) func estimatesWhatIsCutOff(noisy: Bool) throws {
    var particle = PreparedParticle()
    particle.axes = (34, 20, 28)
    particle.angles = ProjectionGeometry.halfTurn(24)
    let whole = try Self.stack(particle)
    let kept = 12..<72
    var generator = SeededGenerator(seed: 1)
    var pixels: [Float] = []
    for view in 0..<24 { pixels += whole.image(view).cropped(rows: 0..<72, columns: kept).pixels }
    if noisy { for index in pixels.indices { pixels[index] += Float(0.05 * generator.normal()) } }
    let stack = try ProjectionStack(
      pixels, shape: FrameShape(rows: 72, columns: kept.count),
      geometry: ProjectionGeometry(angles: particle.angles, axisColumn: 28))
    let truncation = try Truncation(stack, noise: Array(repeating: noisy ? 0.05 : 0, count: 24), threads: 2)
    let sum = { (pixels: [Float]) in pixels.reduce(0.0) { $0 + Double($1) } }
    let truth = 1 - sum(pixels) / sum(whole.pixels)
    #expect(truth > 0.01)
    #expect(abs(truncation.missingPart / truth - 1) < 0.15, "\(truncation.missingPart) \(truth)")
    // The long axis lies across at 0°, along the beam at 90°.
    #expect(truncation.views[0].isTruncated && !truncation.views[12].isTruncated)
    #expect((truncation.deficit ?? 0) > truth)
    #expect(truncation.warning?.contains("leaves the field to the left or right") ?? false)
    let entire = try Truncation(whole, threads: 1)
    #expect(entire.truncated.isEmpty && entire.warning == nil && entire.missingPart == 0)
  }

  @Test func doesNotGuessAlongAMount() throws {
    var stack = try Self.stack(PreparedParticle())
    for view in 0..<stack.count {
      for row in 30..<40 { for column in 0..<30 { stack.pixels[(view * 72 + row) * 80 + column] += 4 } }
    }
    let truncation = try Truncation(stack, threads: 1)
    #expect(truncation.truncated.count == 12)
    #expect(truncation.views.allSatisfy { $0.leftRows == 10 && $0.untold == 10 && $0.missing == 0 })
    #expect(truncation.warning?.contains("as along a mount") ?? false)
  }
}
