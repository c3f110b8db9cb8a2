import ArrayMath
import Foundation
import ImageAnalysis
import Tomography

/// The readable twins of the fast kernels, written from the equations, in double precision.
enum PlainReconstruction {
  /// Filtered back-projection by a convolution with the samples of the ramp and linear interpolation, of which the rows are
  /// sampled `oversampling` times as often as the pixels lie, by the sum over sinc.
  static func filteredBackProjection(_ stack: ProjectionStack) -> ScalarVolume {
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    let geometry = stack.geometry
    let weights = geometry.angularWeights
    func ramp(_ n: Int) -> Double {
      n == 0 ? 0.25 : n.isMultiple(of: 2) ? 0 : -1 / (Double.pi * Double.pi * Double(n * n))
    }
    var volume = ScalarVolume(repeating: 0, shape: VolumeShape(slices: rows, rows: columns, columns: columns))
    for slice in 0..<rows {
      var plane = [Double](repeating: 0, count: columns * columns)
      for view in 0..<geometry.count {
        let shift = geometry.displacements[view]
        let values = (0..<columns).map { column -> Double in
          // Whole displacements across rows are taken as they are.
          let row = slice + Int(shift.rows)
          guard row >= 0, row < rows else { return 0 }
          let pixel = stack.pixels[(view * rows + row) * columns + column]
          return pixel.isNaN ? 0 : Double(pixel)
        }
        // Two widths beyond the edges on either side.
        let filtered = (-2 * columns..<3 * columns).map { t in
          (0..<columns).reduce(0) { $0 + ramp(t - $1) * values[$1] } * weights[view]
        }
        let angle = geometry.sense.sign * geometry.angles[view]
        let (c, s) = (cos(angle), sin(angle))
        let lean = tan(geometry.axisTilt) * (Double(slice) + 0.5 + shift.rows - Double(rows) / 2)
        let axis = geometry.axisColumn + shift.columns - lean
        for i in 0..<columns {
          let y = Double(i) + 0.5 - Double(columns) / 2
          for j in 0..<columns {
            let x = Double(j) + 0.5 - Double(columns) / 2
            guard x * x + y * y <= Double(columns * columns) / 4 else { continue }
            let place = axis + x * c + y * s - 0.5 + Double(2 * columns)
            let left = Int(place.rounded(.down))
            let part = place - Double(left)
            plane[i * columns + j] += (1 - part) * filtered[left] + part * filtered[left + 1]
          }
        }
      }
      for (index, value) in plane.enumerated() { volume.voxels[slice * columns * columns + index] = Float(value) }
    }
    return volume
  }

  /// Joseph's projector, a ray at a time.
  static func project(_ volume: ScalarVolume, geometry: ProjectionGeometry, shape: FrameShape) throws -> ProjectionStack
  {
    let extent = volume.shape
    var pixels = [Float](repeating: 0, count: geometry.count * shape.count)
    for view in 0..<geometry.count {
      let angle = geometry.sense.sign * geometry.angles[view]
      let (c, s) = (cos(angle), sin(angle))
      let followsRows = abs(c) >= abs(s)
      let (depth, width) = followsRows ? (extent.rows, extent.columns) : (extent.columns, extent.rows)
      let shift = geometry.displacements[view]
      for slice in 0..<extent.slices {
        let seen = Double(slice) + shift.rows
        let lean = tan(geometry.axisTilt) * (seen + 0.5 - Double(shape.rows) / 2)
        for column in 0..<shape.columns {
          let t = Double(column) + 0.5 - geometry.axisColumn - shift.columns + lean
          var line = 0.0
          for step in 0..<depth {
            let along = Double(step) + 0.5 - Double(depth) / 2
            let across = followsRows ? (t - along * s) / c : (t - along * c) / s
            let place = across + Double(width) / 2 - 0.5
            for voxel in 0..<width {
              let weight = 1 - abs(place - Double(voxel))
              guard weight > 0 else { continue }
              line += weight * Double(followsRows ? volume[slice, step, voxel] : volume[slice, voxel, step])
            }
          }
          line /= max(abs(c), abs(s))
          for row in 0..<shape.rows {
            let weight = 1 - abs(seen - Double(row))
            if weight > 0 { pixels[(view * shape.rows + row) * shape.columns + column] += Float(weight * line) }
          }
        }
      }
    }
    return try ProjectionStack(pixels, shape: shape, geometry: geometry)
  }
}
