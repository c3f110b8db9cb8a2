internal import ArrayMath
internal import Foundation

/// Area and voids of a particle.
struct ParticleShape {
  /// Of the surface of the smoothed envelope, in m², and the volume inside, in m³.
  let area: Double
  let volume: Double
  let voids: [ParticleVoid]

  init(
    _ volume: ScalarVolume, _ particle: SegmentedParticle, _ integral: PartialVolume, voxel: Double, threads: Int
  ) throws {
    let field = try particle.surfaceField(volume, threads: threads)
    let mesh = try SurfaceMesh.isosurface(of: field, level: Float(particle.threshold), voxel: voxel)
    (area, self.volume) = (mesh.area, mesh.volume)
    voids = ParticleVoid.find(
      in: particle, distanceToOutside: integral.distanceToOutside, voxel: voxel, atLeast: 8)
  }
}
