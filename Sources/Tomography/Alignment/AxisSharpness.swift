internal import ArrayMath
internal import Foundation

/// The axis of rotation from slices: beside the axis, edges become pairs of tuning forks, and the sum of absolute values in
/// the part that all projections see rises.
enum AxisSharpness {
  static func axis(_ stack: ProjectionStack, measured: [Int], threads: Int) throws -> RotationAxis {
    let (rows, width) = (stack.shape.rows, stack.shape.columns)
    let count = min(rows, 4)
    let chosen = (0..<count).map { (2 * $0 + 1) * rows / (2 * count) }
    var pixels: [Float] = []
    for view in measured {
      for row in chosen {
        let start = (view * rows + row) * width
        pixels += stack.pixels[start..<start + width].map { $0.isFinite ? $0 : 0 }
      }
    }
    var geometry = stack.geometry.selecting(measured)
    geometry.axisTilt = 0
    let part = try ProjectionStack(pixels, shape: FrameShape(rows: count, columns: width), geometry: geometry)
    var (centre, spacing, reach) = (Double(width) / 2, 2.0, Int(Double(width) / 8))
    var uncertainty: Double?
    for round in 0..<4 {
      var values: [Double] = []
      for step in -reach...reach {
        values.append(try blur(part, axis: centre + spacing * Double(step), threads: threads))
      }
      guard let least = values.min(), let best = values.firstIndex(of: least) else { break }
      var place = Double(best - reach)
      if best > 0, best < values.count - 1 {
        let bend = values[best - 1] - 2 * values[best] + values[best + 1]
        if bend > 0 { place += 0.5 * (values[best - 1] - values[best + 1]) / bend }
      } else if round == 0 {
        throw TomographyError.invalid(
          """
          slices are sharpest with the axis at the border of what was tried, \
          \(String(format: "%.1f", centre + spacing * place)) of \(width) pixels; state where the axis lies
          """)
      }
      centre += spacing * place
      uncertainty = spacing
      (spacing, reach) = (spacing / 4, 6)
    }
    return RotationAxis(
      column: centre, uncertainty: uncertainty, tilt: 0, tiltUncertainty: nil, method: .sharpness,
      notes: ["the sharpness of slices gives no tilt; its uncertainty is the last step of the search"])
  }

  /// Sum of absolute values over the middle of the slices.
  private static func blur(_ stack: ProjectionStack, axis: Double, threads: Int) throws -> Double {
    var moved = stack
    moved.geometry.axisColumn = axis
    // The slices' edge stays within the field for every axis tried.
    let size = stack.shape.columns / 2
    let volume = try FilteredBackProjection(size: size)(moved, threads: threads)
    let radius = Double(size) / 2 - 1
    var sum = 0.0
    for slice in 0..<volume.shape.slices {
      for row in 0..<size {
        let y = Double(row) + 0.5 - Double(size) / 2
        for column in 0..<size {
          let x = Double(column) + 0.5 - Double(size) / 2
          if x * x + y * y < radius * radius { sum += Double(abs(volume[slice, row, column])) }
        }
      }
    }
    return sum
  }
}
