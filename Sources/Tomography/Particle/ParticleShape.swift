internal import ArrayMath
internal import Foundation

/// Area and voids of a particle.
struct ParticleShape {
  /// Of the envelope, in m².
  let area: Double
  let voids: [ParticleVoid]

  init(
    _ volume: ScalarVolume, _ particle: SegmentedParticle, _ integral: PartialVolume, voxel: Double, threads: Int
  ) throws {
    let field = try particle.surfaceField(volume, threads: threads)
    area = try SurfaceMesh.isosurface(of: field, level: Float(particle.threshold), voxel: voxel).area
    voids = ParticleVoid.find(
      in: particle, distanceToOutside: integral.distanceToOutside, voxel: voxel, atLeast: 8)
  }
}
