import ArrayMath
import Foundation
import Tomography

/// Complex projections of an ellipsoid with closed forms: p = 2ρ √(1 − u²/a² − v²/b²) / √(…), with everything that
/// ptychography leaves in them.
struct PreparedParticle {
  var shape = FrameShape(rows: 72, columns: 80)
  /// Half axes along x, y and vertical, in pixels; centre from the axis along x and y.
  var axes = (x: 22.0, y: 17.0, z: 24.0)
  var centre = (x: 3.0, y: -2.0)
  /// Radians a pixel.
  var density = 0.2
  var angles = ProjectionGeometry.halfTurn(12)
  var seed: UInt64 = 1
  /// Standard deviations of the constant, the ramp a pixel and the noise, in radians.
  var constant = 0.5
  var ramp = 0.02
  var noise = 0.0

  /// The integral over the volume: the sum of every projection.
  var total: Double { 4 / 3 * .pi * axes.x * axes.y * axes.z * density }

  /// The projection in a view, as means over 4 × 4 points a pixel.
  func projection(_ view: Int) -> ScalarImage {
    let (c, s) = (cos(angles[view]), sin(angles[view]))
    // The half width of the shadow, and the chord through its middle.
    let width = (axes.x * c * axes.x * c + axes.y * s * axes.y * s).squareRoot()
    let depth = axes.x * axes.y / width
    let middle = Double(shape.columns) / 2 + centre.x * c + centre.y * s
    var image = ScalarImage(repeating: 0, shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var sum = 0.0
        for i in 0..<4 {
          let v = (Double(row) + (Double(i) + 0.5) / 4 - Double(shape.rows) / 2) / axes.z
          for j in 0..<4 {
            let u = (Double(column) + (Double(j) + 0.5) / 4 - middle) / width
            sum += max(1 - u * u - v * v, 0).squareRoot()
          }
        }
        image[row, column] = Float(2 * density * depth * sum / 16)
      }
    }
    return image
  }

  /// What ptychography would hand over; matter negative.
  func transmission(_ view: Int, illumination: ScalarImage? = nil) -> TransmissionProjection {
    var generator = SeededGenerator(seed: seed, item: view)
    let c = constant * generator.normal()
    let (a, b) = (ramp * generator.normal(), ramp * generator.normal())
    let truth = projection(view)
    var object = ComplexImage(repeating: .zero, shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let plane = c + a * (Double(row) - 30) + b * (Double(column) - 40)
        let phase = plane - Double(truth[row, column]) + noise * generator.normal()
        object[row, column] = ComplexFloat(modulus: 0.9, phase: Float(phase))
      }
    }
    return TransmissionProjection(
      name: "view \(view + 1)", angle: angles[view], object: object, illumination: illumination)
  }

  func transmissions() -> [TransmissionProjection] { angles.indices.map { transmission($0) } }
}
