import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct EllipsePhantomTests {
  /// An inclined ellipse off the axis.
  static let ellipse = EllipsePhantom([
    .init(density: 2, semiAxes: (0.5, 0.2), centre: (0.2, -0.1), inclination: 0.7)
  ])

  @Test(arguments: [0, 0.4, 1.3, 2.9]) func aLineIntegralIsTheSumAlongTheLine(angle: Double) {
    let (c, s) = (cos(angle), sin(angle))
    for t in [-0.3, -0.05, 0.1, 0.3] {
      var sum = 0.0
      let step = 1e-4
      for k in -15_000..<15_000 {
        let along = (Double(k) + 0.5) * step
        let (x, y) = (t * c - along * s - 0.2, t * s + along * c + 0.1)
        let (p, q) = ((x * cos(0.7) + y * sin(0.7)) / 0.5, (y * cos(0.7) - x * sin(0.7)) / 0.2)
        if p * p + q * q <= 1 { sum += 2 * step }
      }
      #expect(abs(Self.ellipse.lineIntegral(angle: angle, distance: t) - sum) < 1e-3)
    }
  }

  @Test func slicesAndProjectionsHoldItsMass() throws {
    for phantom in [Self.ellipse, .sheppLogan] {
      let slice = phantom.slice(size: 128)
      let sum = slice.pixels.reduce(0) { $0 + Double($1) } / (64 * 64)
      #expect(abs(sum / phantom.mass - 1) < 2e-3)
      let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(12), axisColumn: 64)
      let stack = try phantom.projections(geometry, shape: FrameShape(rows: 1, columns: 128), subsamples: 8)
      for view in 0..<12 {
        let sum = stack.image(view).pixels.reduce(0) { $0 + Double($1) } / (64 * 64)
        #expect(abs(sum / phantom.mass - 1) < 1e-3)
      }
    }
  }

  /// The columns of a slice summed are what is seen at angle 0, its rows summed what is seen at a right angle.
  @Test func projectionsLieAsTheSlice() throws {
    let size = 128
    let slice = Self.ellipse.slice(size: size)
    let geometry = ProjectionGeometry(angles: [0, .pi / 2], axisColumn: 64)
    let stack = try Self.ellipse.projections(geometry, shape: FrameShape(rows: 1, columns: size), subsamples: 8)
    for place in 0..<size {
      let column = (0..<size).reduce(0) { $0 + slice[$1, place] }
      let row = (0..<size).reduce(0) { $0 + slice[place, $1] }
      #expect(abs(stack.pixels[place] - column) < 0.6)
      #expect(abs(stack.pixels[size + place] - row) < 0.6)
    }
  }

  @Test func displacementsMoveWhatIsSeen() throws {
    let shape = FrameShape(rows: 6, columns: 32)
    var geometry = ProjectionGeometry(angles: [0.3], axisColumn: 16)
    let still = try Self.ellipse.projections(geometry, shape: shape) { $0 }
    geometry.displacements = [ImageShift(rows: 1, columns: 2)]
    let moved = try Self.ellipse.projections(geometry, shape: shape) { $0 }
    for row in 1..<6 {
      for column in 2..<32 {
        let before = still.pixels[(row - 1) * 32 + column - 2]
        #expect(abs(moved.pixels[row * 32 + column] - before) < 1e-5)
      }
    }
  }

  @Test func theHeadHasToftsDensities() {
    let slice = EllipsePhantom.sheppLogan.slice(size: 256)
    // Skull, brain, the larger and the smaller ventricle, the ellipse above them.
    #expect(abs(slice[14, 128] - 1) < 1e-6)
    #expect(abs(slice[128, 128] - 0.2) < 1e-5)
    #expect(abs(slice[128, 100]) < 1e-5)
    #expect(abs(slice[128, 156]) < 1e-5)
    #expect(abs(slice[76, 128] - 0.3) < 1e-5)
  }
}
