import ArrayMath
import Foundation

/// The normalisation n of each pixel: flat × solid angle × polarisation × absorption.
///
/// From the place t of a pixel alone, without an angle: cos α = L/|t|, cos 2θ = t3/|t|, and
/// sin²2θ cos 2χ = (t2² − t1²)/|t|², sin²2θ sin 2χ = 2 t1 t2/|t|².
struct PixelNormalisation: Sendable {
  let rays: PixelRays
  let correctsSolidAngle: Bool
  let polarisation: BeamPolarisation?
  let sensor: SensorAbsorption?
  let flat: [Float]?

  init(rays: PixelRays, settings: IntegrationSettings) {
    self.rays = rays
    correctsSolidAngle = settings.correctsSolidAngle
    polarisation = settings.polarisation
    sensor = settings.sensor
    flat = settings.flat
  }

  /// Zero where a pixel has none.
  func callAsFunction(row: Int, column: Int) -> Double {
    let t = rays.place(row: Double(row) + 0.5, column: Double(column) + 0.5)
    let square = (t * t).sum()
    var value = 1.0
    if correctsSolidAngle || sensor != nil {
      let cosine = rays.distance / square.squareRoot()
      if correctsSolidAngle { value = cosine * cosine * cosine }
      if let sensor {
        let depth = sensor.attenuation * sensor.thickness
        value *= expm1(-depth / cosine) / expm1(-depth)
      }
    }
    if let polarisation {
      let (c, s) = (cos(2 * polarisation.axisOffset), sin(2 * polarisation.axisOffset))
      let forward = t.z * t.z
      let plane = (t.y * t.y - t.x * t.x) * c - 2 * t.x * t.y * s
      value *= 0.5 * (1 + (forward - polarisation.factor * plane) / square)
    }
    if let flat { value *= Double(flat[row * rays.shape.columns + column]) }
    return value > 0 && value.isFinite ? value : 0
  }

  /// The normalisation of a whole row.
  func fill(row: Int, into values: UnsafeMutableBufferPointer<Double>) {
    guard sensor == nil else {
      for column in values.indices { values[column] = self(row: row, column: column) }
      return
    }
    let start = rays.place(row: Double(row) + 0.5, column: 0.5)
    let step = rays.columnStep
    let distance = rays.distance
    let factor = polarisation?.factor ?? 0
    let offset = polarisation?.axisOffset ?? 0
    let (c, s) = (factor * cos(2 * offset), 2 * factor * sin(2 * offset))
    let isPolarised = polarisation != nil
    for column in values.indices {
      let i = Double(column)
      let (x, y, z) = (start.x + i * step.x, start.y + i * step.y, start.z + i * step.z)
      let square = x * x + y * y + z * z
      let cosine = distance / square.squareRoot()
      let solidAngle = correctsSolidAngle ? cosine * cosine * cosine : 1
      let plane = (y * y - x * x) * c - x * y * s
      values[column] = isPolarised ? solidAngle * (0.5 + 0.5 * (z * z - plane) / square) : solidAngle
    }
    if let flat {
      let first = row * rays.shape.columns
      for column in values.indices {
        let value = values[column] * Double(flat[first + column])
        values[column] = value > 0 && value.isFinite ? value : 0
      }
    }
  }
}
