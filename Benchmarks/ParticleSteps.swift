import Foundation
import ParticleMechanics

/// The particle with about 10⁵ unknowns of transport and twice as many of elasticity: as many nodes along the arc as along
/// the radius, fine at the surface and across the transition.
func steppedParticleMesh() throws -> SectorMesh {
  let coarsest = MeshResolution()
  let factor = 2.5
  return try SectorMesh(
    model: model,
    resolution: MeshResolution(
      angularElements: 158, transitionElements: 15, relativeSurfaceElement: coarsest.relativeSurfaceElement / factor,
      relativeLargestElement: coarsest.relativeLargestElement / factor,
      surfaceGrowth: pow(coarsest.surfaceGrowth, 1 / factor),
      transitionGrowth: pow(coarsest.transitionGrowth, 1 / factor)))
}

/// 100 backward Euler steps of 50 s, elasticity and stress at 21 times, meshing left out; and what a peer on the same nodes
/// must find.
///
/// - Parameter radiiPath: where the radii between rings are written for the peer, in micrometres.
func secondsOfParticleSteps(
  radiiPath: String
) throws -> (seconds: Double, unknowns: Int, centre: Double, surfaceDisplacement: Double) {
  let mesh = try steppedParticleMesh()
  try mesh.ringRadii.map { String($0 * 1e6) }.joined(separator: "\n")
    .write(toFile: radiiPath, atomically: true, encoding: .utf8)
  let leg = ProtocolLeg(
    direction: .charge, surfaceLithiation: 0.2, duration: 5000, outputTimes: [50] + (1...20).map { 250 * Double($0) })
  // Once: a second time would find its memory warm.
  let start = usage().seconds
  let simulation = try ParticleSimulation(model: model, mesh: mesh)
  let result = try simulation.transport(leg: leg, equalSteps: 100, from: simulation.uniform(1))
  let states = try simulation.mechanics(result.states).states
  for state in states { _ = try simulation.stress(state) }
  let seconds = usage().seconds - start
  let last = states[states.count - 1]
  return (
    seconds, result.statistics.unknowns, last.lithiation[0], last.displacement[2 * mesh.arcNodes.lowerBound] * 1e6
  )
}
