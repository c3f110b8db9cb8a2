import Foundation
import ParticleMechanics
import TestSupport
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
          structure: RadialReferenceTables.structure(entry.key.structure), expansion: entry.key.convention))
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
}
