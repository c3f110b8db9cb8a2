import Foundation
import ParticleMechanics
import TestData
import Testing

/// The cylinder against the tables of section 5.6 and the profiles of the measured-data folder.
@Suite struct RadialTablesTests {
  @Test func reproducesTheTablesOfTheReference() throws {
    let tables = try RadialReferenceTables()
    #expect(tables.cases.count == 17)
    for entry in tables.cases {
      let radii = entry.entries.map(\.radius)
      let particle = try RadialParticle(
        model: ParticleModel(
          structure: RadialReferenceTables.structure(entry.key.structure), expansion: entry.key.convention),
        resolution: RadialParticle.Resolution(elements: 16, timeTolerance: 1e-7))
      let profile =
        entry.key.time.isFinite
        ? try particle.solve(
          legs: [RadialReferenceTables.charge(times: [entry.key.time])], initialLithiation: 1, radii: radii)[0]
        : try particle.uniformProfile(lithiation: 0.2, radii: radii)
      let largest = entry.entries.filter { $0.quantity != "displacement_nm" }.map { abs($0.value) }.max() ?? 0
      for (index, expected) in entry.entries.enumerated() {
        let seen = profile.value(expected.quantity, index)
        // The tables give six digits of a nanometre and four of a megapascal.
        let limit = expected.quantity == "displacement_nm" ? 5e-6 : max(1e-7 * largest, 2e-4)
        #expect(abs(seen - expected.value) < limit, "\(entry.key) \(expected) \(seen)")
      }
    }
  }

  /// Profiles made by finite volumes in time and quadrature in stress, at ν = 0.3 and convention B.
  @Test(arguments: [
    "RT0_allshell", "RT6_coreshell", "RT6_coreshell_kappa05", "RT10_allcore_random", "RT10_random_kappa05",
  ])
  func agreesWithTheProfilesOfTheFiniteVolumes(name: String) throws {
    guard let path = SharedData.path("particle/ref1d_\(name).csv") else { return }
    let rows = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",").compactMap { Double($0) }
    }
    let core = name.hasSuffix("kappa05") ? 5e-15 : 1e-14
    let structure: ParticleModel.Structure =
      name.contains("RT6")
      ? .coreShell(SmoothStep(position: 6e-6, width: 0.1e-6)) : name.contains("random") ? .random : .allShell
    let particle = try RadialParticle(
      model: ParticleModel(
        structure: structure, coreDiffusivity: core, poissonRatio: 0.3, expansion: .isotropicCore,
        volumetricStrainPerLithiation: 0.05 / 0.8),
      resolution: RadialParticle.Resolution(elements: 16, timeTolerance: 1e-7))
    let times = Set(rows.map { $0[0] }).sorted()
    #expect(times == [50, 250, 500, 1000, 2500, 5000, 1e99])
    let radii = rows.filter { $0[0] == 50 }.map { min($0[1] * 1e-6, 10e-6) }
    let profiles =
      try particle.solve(
        legs: [RadialReferenceTables.charge(times: times.dropLast())], initialLithiation: 1, radii: radii)
      + [particle.uniformProfile(lithiation: 0.2, radii: radii)]
    for (time, profile) in zip(times, profiles) {
      let expected = rows.filter { $0[0] == time }
      // The singular centre is left out, at a hundredth of the radius.
      let kept = expected.indices.filter { structure != .allShell || radii[$0] > 0.1e-6 }
      let largest = kept.flatMap { expected[$0][3...] }.reduce(0) { max($0, abs($1)) }
      for n in kept {
        #expect(abs(profile.lithiation[n] - expected[n][2]) < 3e-6)
        for (seen, stress) in zip(
          [profile.radialStress[n], profile.hoopStress[n], profile.axialStress[n]], expected[n][3...])
        {
          #expect(abs(seen * 1e-6 - stress) < 2e-5 * largest, "\(name) at \(time) s, \(radii[n]) m")
        }
      }
    }
  }
}
