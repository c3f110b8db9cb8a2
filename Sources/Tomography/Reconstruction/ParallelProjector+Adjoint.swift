public import ArrayMath
internal import Foundation
internal import ImageAnalysis

extension ParallelProjector {
  /// The transpose of projecting: every voxel gets from every pixel what it gives to it.
  public func adjoint(_ stack: ProjectionStack, shape: VolumeShape, threads: Int) throws -> ScalarVolume {
    let geometry = stack.geometry
    let frame = stack.shape
    var volume = [Double](repeating: 0, count: shape.count)
    for view in 0..<geometry.count {
      let angle = geometry.sense.sign * geometry.angles[view]
      let (c, s) = (cos(angle), sin(angle))
      let followsRows = abs(c) >= abs(s)
      let shift = geometry.displacements[view]
      let (depth, width) = followsRows ? (shape.rows, shape.columns) : (shape.columns, shape.rows)
      for row in 0..<frame.rows {
        let slice = Double(row) - shift.rows
        let (top, part) = (Int(slice.rounded(.down)), slice - slice.rounded(.down))
        let lean = tan(geometry.axisTilt) * (Double(row) + 0.5 - Double(frame.rows) / 2)
        for column in 0..<frame.columns {
          let t = Double(column) + 0.5 - geometry.axisColumn - shift.columns + lean
          let value = Double(stack.pixels[(view * frame.rows + row) * frame.columns + column]) / max(abs(c), abs(s))
          for (index, weight) in [(top, 1 - part), (top + 1, part)]
          where weight > 0 && index >= 0 && index < shape.slices {
            for step in 0..<depth {
              let along = Double(step) + 0.5 - Double(depth) / 2
              let across = followsRows ? (t - along * s) / c : (t - along * c) / s
              let place = across + Double(width) / 2 - 0.5
              let left = Int(place.rounded(.down))
              let f = place - Double(left)
              for (neighbour, share) in [(left, 1 - f), (left + 1, f)] where neighbour >= 0 && neighbour < width {
                let (i, j) = followsRows ? (step, neighbour) : (neighbour, step)
                volume[(index * shape.rows + i) * shape.columns + j] += weight * share * value
              }
            }
          }
        }
      }
    }
    return ScalarVolume(volume.map { Float($0) }, shape: shape)
  }
}
