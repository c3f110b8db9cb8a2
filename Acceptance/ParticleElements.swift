import Foundation
import ParticleMechanics
import TestData
import TestSupport

/// Line 4 of the complete particle model: transport, elasticity and both together on elements of every shape.
func particleElementLines() throws -> [AcceptanceLine] {
  try patchLines() + mechanicsOrderLines() + transportOrderLines() + coupledOrderLines() + [cylinderLine(), jumpLine()]
}

private func patchLines() throws -> [AcceptanceLine] {
  let shapes: [ElementShape] = [.triangle3, .triangle6, .quadrilateral9, .tetrahedron4, .tetrahedron10]
  return try shapes.map { shape in
    let errors = try ManufacturedElements.patch(shape)
    return AcceptanceLine(
      "4", "\(shape.rawValue): patch test of displacement, stress and transport, largest error",
      max(errors.displacement, errors.stress, errors.imbalance), atMost: 1e-12)
  }
}

private func mechanicsOrderLines() throws -> [AcceptanceLine] {
  let cases: [(shape: ElementShape, counts: [Int], expected: Double)] = [
    (.triangle3, [16, 32], 2), (.triangle6, [16, 32], 3), (.quadrilateral9, [16, 32], 3), (.tetrahedron4, [4, 8], 2),
    (.tetrahedron10, [4, 8], 3),
  ]
  return try cases.flatMap { shape, counts, expected in
    let errors = try counts.map { try ManufacturedElements.mechanics(shape, count: $0) }
    let displacement = ManufacturedElements.order(errors.map(\.displacement), counts: counts)
    let stress = ManufacturedElements.order(errors.map(\.stress), counts: counts)
    return [
      AcceptanceLine(
        "4", "\(shape.rawValue): order of anisotropic elasticity, displacement (error \(errors[1].displacement))",
        displacement, atLeast: expected - 0.2),
      AcceptanceLine(
        "4", "\(shape.rawValue): order of anisotropic elasticity, stress (error \(errors[1].stress))", stress,
        atLeast: expected - 1.2),
    ]
  }
}

private func transportOrderLines() throws -> [AcceptanceLine] {
  let cases: [(shape: ElementShape, counts: [Int], expected: Double)] = [
    (.triangle3, [16, 32], 2), (.triangle6, [8, 16], 3), (.quadrilateral9, [8, 16], 3), (.tetrahedron4, [4, 8], 2),
    (.tetrahedron10, [3, 6], 3),
  ]
  return try cases.map { shape, counts, expected in
    let errors = try counts.map { try ManufacturedElements.transport(shape, count: $0, tolerance: 1e-7) }
    return AcceptanceLine(
      "4", "\(shape.rawValue): order of transport with a full tensor D(u, x) (error \(errors[1]))",
      ManufacturedElements.order(errors, counts: counts), atLeast: expected - 0.2)
  }
}

/// The gradient of the stress drives: the order of the whole is that of the stress.
private func coupledOrderLines() throws -> [AcceptanceLine] {
  let cases: [(shape: ElementShape, counts: [Int])] = [
    (.triangle6, [6, 12]), (.quadrilateral9, [6, 12]), (.tetrahedron10, [2, 4]),
  ]
  return try cases.map { shape, counts in
    let errors = try counts.map { try ManufacturedElements.transport(shape, count: $0, beta: 0.5, tolerance: 1e-5) }
    return AcceptanceLine(
      "4", "\(shape.rawValue): order of transport with stress acting back (error \(errors[1]))",
      ManufacturedElements.order(errors, counts: counts), atLeast: 1.8)
  }
}

/// In an isotropic cylinder of an ideal solution stress acts as a diffusivity D (1 + θ u).
private func cylinderLine() throws -> AcceptanceLine {
  let model = ParticleModel(structure: .random, expansion: .isotropicCore)
  let mesh = SampleMeshes.disc(radius: model.radius, rings: 16)
  let material = SampleMaterial(model)
  let coupled = try MeshTransport(
    mesh: mesh, material: material,
    coupling: (
      .idealSolution(maximumConcentration: 49195), try MeshMechanics(mesh: mesh, material: material)
    ))
  let strain = model.volumetricStrainPerLithiation
  let thermal = 8.314462618 * 298.15 * 49195
  let theta = 2 * strain * strain * model.youngsModulus / (9 * (1 - model.poissonRatio) * thermal)
  let diffusivity = model.coreDiffusivity
  let faster = SampleMaterial(
    diffusivity: { _, u in
      (
        SymmetricTensor3(isotropic: diffusivity * (1 + theta * u)), SymmetricTensor3(isotropic: diffusivity * theta)
      )
    }, hasConstantDiffusivity: false)
  let plain = try MeshTransport(mesh: mesh, material: faster)
  var states = (coupled.uniform(0.2), plain.uniform(0.2))
  var largest = 0.0
  for _ in 0..<8 {
    states.0 = try coupled.step(from: states.0, duration: 250, control: .rate(0.3 / 3600)).state
    states.1 = try plain.step(from: states.1, duration: 250, control: .rate(0.3 / 3600)).state
    largest = max(largest, zip(states.0.lithiation, states.1.lithiation).reduce(0) { max($0, abs($1.0 - $1.1)) })
  }
  return AcceptanceLine(
    "4", "stress in a cylinder of an ideal solution against D (1 + θ u), θ = \(theta): largest difference of u",
    largest,
    atMost: 2e-4)
}

/// A jump of the held lithiation on the seed's quarter disc, by the driver's own steps, against the radial twin.
private func jumpLine() throws -> AcceptanceLine {
  let model = ParticleModel(
    structure: .coreShell(SmoothStep(position: 6e-6, width: 1e-6)), coreDiffusivity: 0.4e-14,
    tangentialDiffusivity: 0.1e-14)
  let sector = try SectorMesh(model: model)
  let transport = try MeshTransport(mesh: ElementMesh(sector), material: SampleMaterial(model))
  let state = try ManufacturedElements.follow(
    transport, from: transport.uniform(1), control: .lithiation(0.2), for: 1024, firstStep: 1.0 / 64, tolerance: 1e-5)
  let leg = ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 1024, outputTimes: [1024])
  let exact = try RadialParticle(model: model).solve(
    legs: [leg], initialLithiation: 1, radii: [0] + sector.ringRadii.dropFirst())[0]
  // Nodes on y = 0, every second circle.
  var largest = max(0, 0.2 - transport.statistics.smallestLithiation - 1e-3)
  for node in 0..<sector.nodeCount where sector.y[node] == 0 {
    guard let ring = sector.ringRadii.firstIndex(where: { abs($0 - sector.x[node]) < 1e-13 }) else { continue }
    largest = max(largest, abs(state.lithiation[node] - exact.lithiation[ring]))
  }
  return AcceptanceLine(
    "4", "a jump on the quarter disc against the radial twin, largest error of u at 1024 s", largest, atMost: 1e-4)
}
