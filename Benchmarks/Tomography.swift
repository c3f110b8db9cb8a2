import ArrayMath
import Foundation
import ImageAnalysis
import Tomography

/// Shepp-Logan's head from 600 angles and 512 columns, filtered and back-projected on one thread: the least CPU seconds of a
/// slice of three passes, and how right a slice is over r < 0.95 R.
func secondsOfTomogram(slices: Int) throws -> (seconds: Double, error: Double, slope: Double) {
  let size = 512
  let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(600), axisColumn: 256)
  let stack = try EllipsePhantom.sheppLogan.projections(geometry, shape: FrameShape(rows: slices, columns: size))
  var least = Double.infinity
  var slice: [Float] = []
  for _ in 0..<3 {
    let start = usage().seconds
    try FilteredBackProjection().reconstruct(stack, threads: 1) { numbers, voxels in
      if numbers.lowerBound == 0 { slice = Array(voxels[0..<size * size]) }
    }
    least = min(least, (usage().seconds - start) / Double(slices))
  }
  let truth = EllipsePhantom.sheppLogan.slice(size: size).pixels
  var (n, a, b, aa, ab, square) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
  for place in truth.indices {
    let (y, x) = (Double(place / size) - 255.5, Double(place % size) - 255.5)
    guard hypot(x, y) < 0.475 * Double(size) else { continue }
    let (t, r) = (Double(truth[place]), Double(slice[place]))
    n += 1
    a += t
    b += r
    aa += t * t
    ab += t * r
    square += (r - t) * (r - t)
  }
  return (least, (square / n).squareRoot(), (ab - a * b / n) / (aa - a * a / n))
}
