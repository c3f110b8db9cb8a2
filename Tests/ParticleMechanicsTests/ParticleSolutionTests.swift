import Foundation
import TestData
import Testing

@testable import ParticleMechanics

@Suite struct ParticleSolutionTests {
  static let coreShell = ParticleModel.Structure.coreShell(SmoothStep(position: 6e-6, width: 0.1e-6))

  private func charge(_ model: ParticleModel, times: [Double]) throws -> ParticleSolution {
    let leg = ProtocolLeg(
      direction: .charge, surfaceLithiation: 0.2, duration: times[times.count - 1], outputTimes: times)
    return try ParticleSimulation(model: model).solve(legs: [leg], initialLithiation: 1)
  }

  /// Table 5.6 of the reference page, convention A at 1000 s: r in µm, then radial and hoop stress in MPa.
  @Test func reproducesTheReferenceTable() throws {
    let solution = try charge(ParticleModel(structure: Self.coreShell), times: [1000])
    let rows = [(5.9, -1954.6076, -1321.8753), (6.1, -1901.3581, 698.7041), (8, -1028.1533, 2897.2988)]
    for (radius, radial, hoop) in rows {
      let profile = solution.radialProfile(solution.states[0], angle: 1, radii: [radius * 1e-6])
      #expect(abs(profile.radialStress[0] * 1e-6 - radial) < 0.002 * 5309)
      #expect(abs(profile.hoopStress[0] * 1e-6 - hoop) < 0.002 * 5309)
    }
    let surface = solution.radialProfile(solution.states[0], angle: 0, radii: [10e-6])
    #expect(abs(surface.hoopStress[0] * 1e-6 - 5309.0215) < 0.002 * 5309)
    #expect(abs(surface.axialStress[0] * 1e-6 - 1327.2554) < 0.002 * 5309)
    #expect(abs(surface.radialDisplacement[0] * 1e9 / -154.485169 - 1) < 1e-4)
    #expect(abs(surface.lithiation[0] - 0.2) < 1e-12)
  }

  static let files: [(String, ParticleModel.Structure, Double)] = [
    ("ref1d_RT6_coreshell_kappa05", coreShell, 0.5e-14), ("ref1d_RT10_random_kappa05", .random, 0.5e-14),
    ("ref1d_RT0_allshell", .allShell, 1e-14),
  ]

  /// The profiles of an independent radial finite-volume code; all of them in the acceptance lines.
  @Test(arguments: files) func followsTheMeasuredProfiles(
    file: String, structure: ParticleModel.Structure, core: Double
  ) throws {
    guard let path = SharedData.path("particle/\(file).csv") else { return }
    let solution = try charge(
      ParticleModel(
        structure: structure, coreDiffusivity: core, poissonRatio: 0.3, expansion: .isotropicCore,
        volumetricStrainPerLithiation: 0.05 / 0.8), times: [1000, 5000])
    let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    for state in solution.states {
      let used = rows.filter { $0[0] == state.time && $0[1] >= 1 && abs($0[1] - 6) > 0.05 }
      #expect(used.count > 50)
      let largest = used.reduce(0) { max($0, $1[3].magnitude, $1[4].magnitude) }
      let profile = solution.radialProfile(state, angle: 0.7, radii: used.map { $0[1] * 1e-6 })
      var (lithiation, stress) = (0.0, 0.0)
      for (index, row) in used.enumerated() {
        lithiation = max(lithiation, abs(profile.lithiation[index] - row[2]))
        stress = max(
          stress, abs(profile.radialStress[index] * 1e-6 - row[3]), abs(profile.hoopStress[index] * 1e-6 - row[4]),
          abs(profile.axialStress[index] * 1e-6 - row[5]))
      }
      #expect(lithiation < 1e-4)
      #expect(stress < 0.005 * largest)
    }
  }

  @Test func dischargeMirrorsCharge() throws {
    let model = ParticleModel(structure: Self.coreShell)
    let mesh = try SectorMesh.coarse(Self.coreShell)
    let simulation = try ParticleSimulation(model: model, mesh: mesh)
    let charged = try simulation.solve(
      legs: [ProtocolLeg(direction: .charge, surfaceLithiation: 0.2, duration: 900, outputTimes: [100, 900])],
      initialLithiation: 1)
    let discharged = try simulation.solve(
      legs: [ProtocolLeg(direction: .discharge, surfaceLithiation: 1, duration: 900, outputTimes: [100, 900])],
      initialLithiation: 0.2)
    let end = try simulation.stress(simulation.uniformState(0.2)).values
    for (first, second) in zip(charged.states, discharged.states) {
      for (a, b) in zip(first.lithiation, second.lithiation) { #expect(abs(a + b - 1.2) < 1e-9) }
      let (a, b) = (try simulation.stress(first).values, try simulation.stress(second).values)
      let largest = a.reduce(0) { max($0, $1.magnitude) }
      #expect(end.indices.allSatisfy { abs(b[$0] - (end[$0] - a[$0])) < 1e-6 * largest })
    }
  }

  /// Reference orders are 3 in u and 2 in the stress; the acceptance lines go on to finer meshes.
  @Test func convergesOnAManufacturedSolution() throws {
    let problem = ManufacturedParticle()
    let coarse = try problem.errors(elements: 5)
    let fine = try problem.errors(elements: 10)
    let orders = ManufacturedParticle.orders(coarse, fine)
    print("orders of convergence: u \(orders.lithiation), stress \(orders.stress)")
    #expect(orders.lithiation >= 2.8)
    #expect(orders.stress >= 1.8)
  }

  @Test func rasterHasTheTopRowFirstAndNothingOutside() throws {
    let model = ParticleModel(structure: .random)
    let simulation = try ParticleSimulation(model: model, mesh: .coarse(.random))
    var state = try simulation.uniformState(1)
    // A field that grows with y alone shows which way is up.
    state.lithiation = simulation.mesh.y.map { $0 / 10e-6 }
    let solution = ParticleSolution(
      model: model, mesh: simulation.mesh, states: [state], transportStatistics: TransportStatistics(unknowns: 0),
      mechanicsUnknowns: 0)
    let picture = solution.raster(state, .lithiation, pixels: 20)
    #expect(picture.count == 400)
    #expect(picture[19].isNaN && !picture[19 * 20].isNaN)
    #expect(abs(picture[0] - 0.975) < 1e-3)
    #expect(abs(picture[19 * 20 + 7] - 0.025) < 1e-3)
    let stress = solution.raster(state, .stress(.hydrostatic), pixels: 20)
    #expect(stress[0].isFinite && stress[19].isNaN)
  }
}
