import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

/// How a slice compares with the truth over r < 0.95 R: root mean square, and the straight line fitted to it.
struct SliceScore {
  var error = 0.0
  var slope = 0.0
  var offset = 0.0

  init(_ slice: ScalarImage, truth: ScalarImage) {
    let size = truth.rows
    var (n, a, b, aa, ab, square) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for i in 0..<size {
      for j in 0..<size {
        guard hypot(Double(i) + 0.5 - Double(size) / 2, Double(j) + 0.5 - Double(size) / 2) < 0.475 * Double(size)
        else { continue }
        let (t, r) = (Double(truth[i, j]), Double(slice[i, j]))
        n += 1
        a += t
        b += r
        aa += t * t
        ab += t * r
        square += (r - t) * (r - t)
      }
    }
    error = (square / n).squareRoot()
    slope = (ab - a * b / n) / (aa - a * a / n)
    offset = (b - slope * a) / n
  }
}

@Suite struct SheppLoganTests {
  static let truth = EllipsePhantom.sheppLogan.slice(size: 512)

  static func stack(_ angles: Int, rows: Int = 1, columns: Int = 512) throws -> ProjectionStack {
    let geometry = ProjectionGeometry(
      angles: ProjectionGeometry.halfTurn(angles), axisColumn: Double(columns) / 2)
    return try EllipsePhantom.sheppLogan.projections(geometry, shape: FrameShape(rows: rows, columns: columns))
  }

  @Test func comesOutAsItIs() throws {
    let volume = try FilteredBackProjection()(Self.stack(600), threads: 2)
    let score = SliceScore(volume.slice(0), truth: Self.truth)
    #expect(score.error < 0.0155)
    #expect(abs(score.slope - 1) < 0.003)
    #expect(abs(score.offset) < 0.002)
  }
}
