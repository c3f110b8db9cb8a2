import ArrayMath
import Foundation
import ParticleMechanics
import TestSupport

/// Line 3 of the complete particle model: the cost of 100 steps on the sector and of a sphere in space, each held against what
/// is known of the answer. Run this part alone: its memory is that of the process.
func particleSpeedLines() throws -> [AcceptanceLine] {
  try sectorLines() + sphereLines()
}

private func seconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    + 1e-6 * Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
}

/// The most memory that the process held at once, in MB.
private func peakMemory() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) / 1024
}

/// 100 backward Euler steps of 50 s, elasticity and stress at 21 times, meshing left out; as many nodes along the arc as along
/// the radius. The expected values are those of dolfinx 0.5.2 on triangles of the second degree with the same nodes.
private func sectorLines() throws -> [AcceptanceLine] {
  let model = ParticleModel(
    structure: .coreShell(SmoothStep(position: 6e-6, width: 0.1e-6)), poissonRatio: 0.3, expansion: .isotropicCore,
    volumetricStrainPerLithiation: 0.05 / 0.8)
  let coarsest = MeshResolution()
  let factor = 2.5
  let mesh = try SectorMesh(
    model: model,
    resolution: MeshResolution(
      angularElements: 158, transitionElements: 15, relativeSurfaceElement: coarsest.relativeSurfaceElement / factor,
      relativeLargestElement: coarsest.relativeLargestElement / factor,
      surfaceGrowth: pow(coarsest.surfaceGrowth, 1 / factor),
      transitionGrowth: pow(coarsest.transitionGrowth, 1 / factor)))
  let leg = ProtocolLeg(
    direction: .charge, surfaceLithiation: 0.2, duration: 5000, outputTimes: [50] + (1...20).map { 250 * Double($0) })
  let start = seconds()
  let simulation = try ParticleSimulation(model: model, mesh: mesh)
  let result = try simulation.transport(leg: leg, equalSteps: 100, from: simulation.uniform(1))
  let (states, elasticUnknowns) = try simulation.mechanics(result.states)
  var largest = 0.0
  for state in states { largest = try simulation.stress(state).values.reduce(largest) { max($0, abs($1)) } }
  let spent = seconds() - start
  let memory = peakMemory()
  let last = states[states.count - 1]
  let centre = abs(last.lithiation[0] - 0.274088887)
  let surface = last.displacement[2 * mesh.arcNodes.lowerBound] * 1e6 / -0.228849603 - 1
  return [
    AcceptanceLine(
      "3",
      "sector, \(result.statistics.unknowns) + \(elasticUnknowns) unknowns, 100 backward Euler steps, stress at 21 times",
      spent, atMost: 5, unit: "CPU s"),
    AcceptanceLine("3", "sector, most memory", memory, atMost: 450, unit: "MB"),
    AcceptanceLine("3", "sector, u at the centre after 5000 s against dolfinx", centre, atMost: 1e-6),
    AcceptanceLine("3", "sector, displacement of the surface against dolfinx", abs(surface), atMost: 1e-4),
  ]
}

/// The sphere of section 5.3 of the physics: core −1621.02 MPa, hoop stress at the surface +1586.67 MPa, w(R) −170 nm.
private func sphereLines() throws -> [AcceptanceLine] {
  let sphere = SphereShell()
  let cases: [(layers: Int, name: String, method: LinearSolverMethod)] = [
    (42, "multigrid", .iterative(.init())), (24, "multigrid", .iterative(.init())), (24, "direct", .direct),
  ]
  var lines: [AcceptanceLine] = []
  for (layers, name, method) in cases {
    let mesh = try ElementMesh.sphereOctant(
      radius: sphere.radius, layers: layers, transitionRadius: sphere.transitionRadius)
    let lithiation = [Double](repeating: 0.2, count: mesh.nodeCount)
    let start = seconds()
    let mechanics = try MeshMechanics(mesh: mesh, material: sphere, method: method)
    let moved = try mechanics.displacements(lithiations: [lithiation])[0]
    let stress = mechanics.stress(displacement: moved, lithiation: lithiation)
    let spent = seconds() - start
    let error = sphere.errors(mesh: mesh, displacement: moved.values, stress: stress)
    let title = "sphere, \(mechanics.unknownCount) unknowns, \(name)"
    lines.append(
      AcceptanceLine(
        "3", title, figure: String(format: "%.1f CPU s, process at most %.0f MB", spent, peakMemory()), limit: "stated",
        passed: true))
    lines.append(AcceptanceLine("3", "\(title): stress of the core", 100 * error.core, atMost: 0.1, unit: "%"))
    lines.append(
      AcceptanceLine("3", "\(title): hoop stress near the surface", 100 * error.hoop, atMost: 0.1, unit: "%"))
    lines.append(AcceptanceLine("3", "\(title): w(R)", 100 * error.displacement, atMost: 0.01, unit: "%"))
  }
  return lines
}
