internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// A pore or crack: void inside of a particle that hangs together by faces of voxels.
public struct ParticleVoid: Sendable, Hashable {
  /// In m³.
  public var volume: Double
  /// The least distance from the outside, in metres.
  public var depth: Double
  /// Whether it reaches the outside.
  public var isOpen: Bool
  /// The longest way across its box, in metres: a crack is much longer than a pore of its volume.
  public var extent: Double
  /// Its middle, in voxels of the whole volume: slice, row, column.
  public var centre: SIMD3<Double>

  /// The voids of a particle, the largest first; those below a number of voxels are left out.
  static func find(
    in particle: SegmentedParticle, distanceToOutside: ScalarVolume, voxel: Double, atLeast least: Int
  ) -> [ParticleVoid] {
    let shape = particle.solid.shape
    var mask = particle.envelope
    for index in mask.voxels.indices where particle.solid.voxels[index] { mask.voxels[index] = false }
    let parts = ConnectedComponents(mask, connectivity: .faces)
    var depths = [Float](repeating: .infinity, count: parts.count)
    var sums = [SIMD3<Double>](repeating: .zero, count: parts.count)
    var low = [SIMD3<Double>](repeating: SIMD3(repeating: .infinity), count: parts.count)
    var high = [SIMD3<Double>](repeating: SIMD3(repeating: -.infinity), count: parts.count)
    parts.visit { component, range in
      let line = range.lowerBound / shape.columns
      for index in range {
        depths[component] = min(depths[component], distanceToOutside.voxels[index])
        let place = SIMD3(
          Double(line / shape.rows), Double(line % shape.rows), Double(index - line * shape.columns))
        sums[component] += place
        low[component] = pointwiseMin(low[component], place)
        high[component] = pointwiseMax(high[component], place)
      }
    }
    let start = SIMD3(
      Double(particle.box.slices.lowerBound), Double(particle.box.rows.lowerBound),
      Double(particle.box.columns.lowerBound))
    return parts.sizes.indices.filter { parts.sizes[$0] >= least }
      .sorted { (parts.sizes[$1], $0) < (parts.sizes[$0], $1) }
      .map { part in
        let size = high[part] - low[part] + 1
        // A void that reaches the outside has a voxel beside it: the distance of their middles is 1.
        let distance = Double(depths[part]).squareRoot()
        return ParticleVoid(
          volume: Double(parts.sizes[part]) * voxel * voxel * voxel, depth: max(distance - 1, 0) * voxel,
          isOpen: distance < 1.5, extent: (size * size).sum().squareRoot() * voxel,
          centre: sums[part] / Double(parts.sizes[part]) + start + 0.5)
      }
  }
}
