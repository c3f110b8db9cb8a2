public import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Line integrals through a volume: what projections of it would show.
///
/// Joseph's method: along the axis that a ray follows more closely, the volume is interpolated linearly between the two
/// voxels beside the ray (P. M. Joseph, IEEE Trans. Med. Imaging 1 (1982) 192). Outside of the volume there is nothing.
public struct ParallelProjector: Sendable {
  public init() {}

  /// The projections of a volume.
  ///
  /// - Parameters:
  ///   - volume: in units a voxel.
  ///   - geometry: displacements are applied, those along rows by linear interpolation between slices.
  ///   - shape: the extent of the projections.
  ///   - threads: the result does not depend on it.
  public func callAsFunction(
    _ volume: ScalarVolume, geometry: ProjectionGeometry, shape: FrameShape, threads: Int
  ) throws -> ProjectionStack {
    let extent = volume.shape
    let views = try parallelMap(count: geometry.count, threads: threads) { view -> [Float] in
      let angle = geometry.sense.sign * geometry.angles[view]
      let (c, s) = (cos(angle), sin(angle))
      let followsRows = abs(c) >= abs(s)
      let shift = geometry.displacements[view]
      var image = [Float](repeating: 0, count: shape.count)
      for row in 0..<shape.rows {
        let slice = Double(row) - shift.rows
        let (top, part) = (Int(slice.rounded(.down)), slice - slice.rounded(.down))
        let lean = tan(geometry.axisTilt) * (Double(row) + 0.5 - Double(shape.rows) / 2)
        for column in 0..<shape.columns {
          let t = Double(column) + 0.5 - geometry.axisColumn - shift.columns + lean
          var sum = 0.0
          for (index, weight) in [(top, 1 - part), (top + 1, part)] where weight > 0 && index >= 0 {
            guard index < extent.slices else { continue }
            var line = 0.0
            for step in 0..<(followsRows ? extent.rows : extent.columns) {
              let along = Double(step) + 0.5 - Double(followsRows ? extent.rows : extent.columns) / 2
              let across = followsRows ? (t - along * s) / c : (t - along * c) / s
              let place = across + Double(followsRows ? extent.columns : extent.rows) / 2 - 0.5
              let left = Int(place.rounded(.down))
              let f = place - Double(left)
              for (neighbour, share) in [(left, 1 - f), (left + 1, f)] {
                guard neighbour >= 0, neighbour < (followsRows ? extent.columns : extent.rows) else { continue }
                let voxel =
                  followsRows ? volume[index, step, neighbour] : volume[index, neighbour, step]
                line += share * Double(voxel)
              }
            }
            sum += weight * line / max(abs(c), abs(s))
          }
          image[row * shape.columns + column] = Float(sum)
        }
      }
      return image
    }
    return try ProjectionStack(Array(views.joined()), shape: shape, geometry: geometry)
  }
}
