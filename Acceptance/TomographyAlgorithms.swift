import ArrayMath
import Foundation
import ImageAnalysis
import Tomography

/// What a volume of a slice of Shepp and Logan's head is worth.
private struct HeadFigures {
  var error: Double
  var slope: Double
  var offset: Double
  var seconds: Double

  /// Against the truth, within 0.95 of the circle: the root mean square difference and the line volume = slope · truth + offset.
  init(_ slice: ScalarImage, truth: ScalarImage, seconds: Double) {
    let size = truth.rows
    var (n, x, y, xx, xy, square) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for index in truth.pixels.indices {
      let (row, column) = (Double(index / size) + 0.5, Double(index % size) + 0.5)
      guard hypot(row - Double(size) / 2, column - Double(size) / 2) < 0.95 * Double(size) / 2 else { continue }
      let (a, b) = (Double(truth.pixels[index]), Double(slice.pixels[index]))
      (n, x, y, xx, xy) = (n + 1, x + a, y + b, xx + a * a, xy + a * b)
      square += (a - b) * (a - b)
    }
    slope = (xy - x * y / n) / (xx - x * x / n)
    offset = y / n - slope * x / n
    error = (square / n).squareRoot()
    self.seconds = seconds
  }

  var text: String {
    String(format: "RMSE %.5f, slope %.4f, offset %+.5f, %.1f CPU ms a slice", error, slope, offset, 1000 * seconds)
  }
}

/// Issue 7, reconstruction: every method on Shepp and Logan's head, 600 angles and 512 pixels, one thread.
func tomographyAlgorithmLines() throws -> [AcceptanceLine] {
  let (size, rows) = (512, 16)
  let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(600), axisColumn: Double(size) / 2)
  // 0.01 rad a pixel at most: the phase rises by less than half a turn between pixels, which differences need.
  let unit: Float = 0.01
  var stack = try EllipsePhantom.sheppLogan.projections(
    geometry, shape: FrameShape(rows: rows, columns: size))
  for index in stack.pixels.indices { stack.pixels[index] *= unit }
  let truth = EllipsePhantom.sheppLogan.slice(size: size)

  func figures(_ algorithm: ReconstructionAlgorithm) throws -> (HeadFigures, ScalarVolume) {
    let start = clock()
    let volume = try algorithm(stack, threads: 1)
    let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC) / Double(rows)
    let slice = volume.slice(rows / 2).map { $0 / unit }
    return (HeadFigures(slice, truth: truth, seconds: seconds), volume)
  }

  var lines: [AcceptanceLine] = []
  let (direct, directVolume) = try figures(ReconstructionAlgorithm(.fbp))
  lines.append(
    AcceptanceLine(
      "1", "filtered back-projection, 600 x 512", figure: direct.text, limit: "RMSE at most 0.0155",
      passed: direct.error <= 0.0155))
  let (fourier, fourierVolume) = try figures(ReconstructionAlgorithm(.fourier))
  lines.append(
    AcceptanceLine(
      "1", "through the frequency plane", figure: fourier.text,
      limit: "RMSE at most 0.016, slope 1.000 +- 0.003, offset below 0.002",
      passed: fourier.error <= 0.016 && abs(fourier.slope - 1) <= 0.003 && abs(fourier.offset) < 0.002))
  let (derivative, derivativeVolume) = try figures(ReconstructionAlgorithm(.derivative))
  lines.append(
    AcceptanceLine(
      "1", "from differences of the phase, Hilbert filter", figure: derivative.text,
      limit: "RMSE at most 0.016, slope 1.000 +- 0.003, offset below 0.002",
      passed: derivative.error <= 0.016 && abs(derivative.slope - 1) <= 0.003 && abs(derivative.offset) < 0.002))
  let apart = zip(fourierVolume.voxels, derivativeVolume.voxels).reduce(0) { max($0, abs($1.0 - $1.1) / unit) }
  lines.append(AcceptanceLine("1", "phase against differences, largest difference", Double(apart), atMost: 1e-4))

  let mass = EllipsePhantom.sheppLogan.mass * Double(size * size) / 4
  for (name, volume) in [("filtered back-projection", directVolume), ("through the frequency plane", fourierVolume)] {
    let sum = volume.slice(0).pixels.reduce(0) { $0 + Double($1 / unit) }
    lines.append(AcceptanceLine("1", "\(name): mass of a slice, relative error", abs(sum / mass - 1), atMost: 1e-5))
  }
  for method in [ReconstructionAlgorithm.Method.sirt, .cgls, .tv] {
    let algorithm = ReconstructionAlgorithm(method)
    let (found, _) = try figures(algorithm)
    // Iterations have nothing to gain on complete data without noise; they have to have the scale.
    lines.append(
      AcceptanceLine(
        "1", "\(method.rawValue), usual parameters", figure: found.text, limit: "slope 1.00 +- 0.02, offset below 0.01",
        passed: abs(found.slope - 1) <= 0.02 && abs(found.offset) < 0.01))
  }
  return lines
}
