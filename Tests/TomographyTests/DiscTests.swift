import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct DiscTests {
  /// The projections of a disc of radius 20 pixels, 6 pixels right of and 3 pixels below (towards the source of) the axis.
  private static func disc(_ geometry: ProjectionGeometry, shape: FrameShape) throws -> ProjectionStack {
    var pixels: [Float] = []
    for view in 0..<geometry.count {
      let angle = geometry.sense.sign * geometry.angles[view]
      for _ in 0..<shape.rows {
        for column in 0..<shape.columns {
          let centre =
            geometry.axisColumn + geometry.displacements[view].columns + 6 * cos(angle) + 3 * sin(angle)
          let t = Double(column) + 0.5 - centre
          pixels.append(Float(2 * max(400 - t * t, 0).squareRoot()))
        }
      }
    }
    return try ProjectionStack(pixels, shape: shape, geometry: geometry)
  }

  @Test(arguments: RotationSense.allCases) func isWhereItIsAndHasItsDensity(sense: RotationSense) throws {
    let shape = FrameShape(rows: 1, columns: 64)
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(90), axisColumn: 31.25, sense: sense)
    geometry.displacements = (0..<90).map { ImageShift(rows: 0, columns: 2 * sin(Double($0))) }
    let volume = try FilteredBackProjection()(Self.disc(geometry, shape: shape), threads: 1)
    var (sum, x, y) = (0.0, 0.0, 0.0)
    for row in 0..<64 {
      for column in 0..<64 where hypot(Double(column) + 0.5 - 38, Double(row) + 0.5 - 35) < 23 {
        let value = Double(volume[0, row, column])
        sum += value
        x += value * (Double(column) + 0.5 - 32)
        y += value * (Double(row) + 0.5 - 32)
      }
    }
    #expect(abs(sum / (400 * .pi) - 1) < 0.01)
    #expect(abs(x / sum - 6) < 0.05)
    #expect(abs(y / sum - 3) < 0.05)
    #expect(abs(volume[0, 32 + 3, 32 + 6] - 1) < 0.01)
  }

  @Test func projectsBackToItself() throws {
    let shape = FrameShape(rows: 1, columns: 64)
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(90), axisColumn: 31.25)
    let stack = try Self.disc(geometry, shape: shape)
    let volume = try FilteredBackProjection()(stack, threads: 1)
    let again = try ParallelProjector()(volume, geometry: geometry, shape: shape, threads: 1)
    let rms =
      zip(again.pixels, stack.pixels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Float(stack.pixels.count)
    #expect(rms.squareRoot() < 0.5)
  }

  @Test func anglesShareHalfATurn() {
    var geometry = ProjectionGeometry(angles: [0, 0.1, 0.1, 1, 2, .pi], axisColumn: 0)
    #expect(abs(geometry.angularWeights.reduce(0, +) - .pi) < 1e-12)
    #expect(geometry.angularWeights[1] == geometry.angularWeights[2])
    #expect(abs(geometry.angularWeights[1] - 0.25) < 1e-12)
    #expect(geometry.angularWeights[0] == geometry.angularWeights[5])
    geometry.angles = ProjectionGeometry.halfTurn(600)
    #expect(geometry.angularWeights.allSatisfy { abs($0 - .pi / 600) < 1e-12 })
    #expect(abs(geometry.angles[1] * 180 / .pi - 0.3) < 1e-12)
  }
}
