import Foundation
import TestData
import Testing

@testable import ParticleMechanics

/// The mesh and the radial cell share no line of transport or mechanics: a disc must give what a cylinder gives.
@Suite struct MeshRadialAgreementTests {
  /// A charge at 1 C with D(u) and kinetics, with stress acting back and without.
  @Test(arguments: [false, true]) func aDiscChargesLikeACylinder(isCoupled: Bool) throws {
    let model = ParticleModel(radius: 5e-6, structure: .random, expansion: .isotropicCore)
    let material = try TexturedMaterial(model: model, diffusivityFactor: try .formula("0.3 + u"))
    let kinetics = try MeshTransportTests.kinetics()
    let mesh = SampleMeshes.disc(radius: model.radius, rings: 10)
    let concentration = kinetics.maximumConcentration
    let cell = try RadialCell(
      material: material, kinetics: kinetics,
      coupling: isCoupled
        ? RadialStressCoupling(
          potential: .idealSolution(temperature: 298.15), maximumConcentration: concentration) : nil)
    let mechanics = try MeshMechanics(mesh: mesh, material: material)
    let transport = try MeshTransport(
      mesh: mesh, material: material, kinetics: kinetics,
      coupling: isCoupled ? (.idealSolution(maximumConcentration: concentration), mechanics) : nil)
    var (radial, plane) = (cell.uniform(0.9), transport.uniform(0.9))
    for _ in 0..<4 {
      let expected = try cell.step(from: radial, duration: 128, control: .rate(-1 / 3600))
      let seen = try transport.step(from: plane, duration: 128, control: .rate(-1 / 3600))
      (radial, plane) = (expected.state, seen.state)
      #expect(abs(seen.reading.voltage - expected.reading.voltage) < 1e-4)
      #expect(abs(seen.reading.surfaceLithiation - expected.reading.surfaceLithiation) < 2e-4)
      #expect(abs(seen.reading.meanLithiation - expected.reading.meanLithiation) < 1e-9)
    }
    // And the stress of the last state.
    let profile = try cell.profile(of: radial, time: 512, step: 0, radii: [0, 2.5e-6, 5e-6])
    let moved = try mechanics.displacements(lithiations: [plane.lithiation])[0]
    let nodal = mechanics.stress(displacement: moved, lithiation: plane.lithiation).nodalValues(RegionNodes(mesh))
    let split = RegionNodes(mesh)
    let scale = profile.hoopStress.reduce(0) { max($0, $1.magnitude) }
    for (place, hoop) in zip([SIMD3(0.0, 0, 0), SIMD3(2.5e-6, 0, 0), SIMD3(5e-6, 0, 0)], profile.hoopStress) {
      let node = mesh.nearest(place)
      let entry = try #require(split.nodes.firstIndex(of: Int32(node)))
      #expect(abs(nodal[entry].yy - hoop) < 0.02 * scale)
    }
  }
}
