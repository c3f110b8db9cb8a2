import ParticleMechanics
import Testing

/// Lattice parameters as strains: the measured table, its slopes and tables that are none.
@Suite struct CrystalExpansionTests {
  @Test func theMeasuredLatticeGivesTheTabledStrains() {
    // Strains in per cent of the reference page, section 2.3, to its last digit.
    let rows: [(u: Double, a: Double, c: Double)] = [
      (0.8, -0.500, 0.468), (0.6, -1.035, 1.248), (0.5, -1.385, 1.680), (0.4, -1.703, 2.020), (0.3, -1.892, 1.924),
      (0.2, -1.984, 0.890), (0.15, -2.031, -0.424),
    ]
    for row in rows {
      let (strain, _) = CrystalExpansion.marker2019(row.u)
      #expect(abs(100 * strain.a - row.a) < 0.003, "a at \(row.u): \(100 * strain.a)")
      #expect(abs(100 * strain.c - row.c) < 0.006, "c at \(row.u): \(100 * strain.c)")
    }
    #expect(CrystalExpansion.marker2019(1).strain == (0, 0))
    let (a, c) = CrystalExpansion.marker2019.latticeParameters(1)
    #expect(abs(a - 2.8704) < 1e-12 && abs(c - 14.1918) < 1e-12)
  }

  @Test func slopesAreTheDerivativesEverywhereAndBeyondTheEnds() {
    let lattice = CrystalExpansion.marker2019.relative(to: 0.5)
    #expect(abs(lattice(0.5).strain.a) < 1e-15 && abs(lattice(0.5).strain.c) < 1e-15)
    let h = 1e-6
    for index in 0...200 {
      let u = 0.05 + 0.005 * Double(index) + 1e-5
      let (before, at, after) = (lattice(u - h), lattice(u), lattice(u + h))
      let difference = (
        a: (after.strain.a - before.strain.a) / (2 * h), c: (after.strain.c - before.strain.c) / (2 * h)
      )
      #expect(abs(at.slope.a - difference.a) < 1e-5, "\(u)")
      #expect(abs(at.slope.c - difference.c) < 5e-5, "\(u)")
    }
  }

  @Test func theCellContractsAlongAThroughout() {
    // Monotone rows stay monotone between them.
    let strains = (0...2000).map { CrystalExpansion.marker2019(0.12 + 0.88 * Double($0) / 2000).strain.a }
    #expect(zip(strains, strains.dropFirst()).allSatisfy { $0 <= $1 + 1e-15 })
  }

  @Test func linearStrainsAreLinear() {
    let lattice = CrystalExpansion.linear(
      aStrainPerLithiation: 0.03, cStrainPerLithiation: -0.02, referenceLithiation: 0.9)
    for u in [-0.1, 0, 0.3, 0.9, 1, 1.2] {
      let (strain, slope) = lattice(u)
      #expect(abs(strain.a - 0.03 * (u - 0.9)) < 1e-15 && abs(strain.c + 0.02 * (u - 0.9)) < 1e-15)
      #expect(abs(slope.a - 0.03) < 1e-15 && abs(slope.c + 0.02) < 1e-15)
    }
  }

  @Test func refusesTablesThatAreNone() {
    #expect(throws: CrystalExpansionError.unevenTable(lithiations: 2, a: 2, c: 1)) {
      try CrystalExpansion(lithiation: [0, 1], a: [2.8, 2.9], c: [14])
    }
    #expect(throws: CrystalExpansionError.unevenTable(lithiations: 1, a: 1, c: 1)) {
      try CrystalExpansion(lithiation: [0], a: [2.8], c: [14])
    }
    #expect(throws: CrystalExpansionError.invalidLength(row: 1, a: -2.9, c: 14)) {
      try CrystalExpansion(lithiation: [0, 1], a: [2.8, -2.9], c: [14, 14])
    }
    #expect(throws: CrystalExpansionError.unorderedLithiation(row: 2, value: 0.5, neighbour: 0.5)) {
      try CrystalExpansion(lithiation: [0, 0.5, 0.5], a: [2.8, 2.8, 2.8], c: [14, 14, 14])
    }
    #expect(throws: CrystalExpansionError.self) {
      try CrystalExpansion(lithiation: [0, .nan, 1], a: [2.8, 2.8, 2.8], c: [14, 14, 14])
    }
    #expect(throws: CrystalExpansionError.invalidReference(1.5)) {
      try CrystalExpansion(lithiation: [0, 1], a: [2.8, 2.9], c: [14, 14], referenceLithiation: 1.5)
    }
    #expect(CrystalExpansionError.unorderedLithiation(row: 2, value: 0.5, neighbour: 0.5).description.contains("row 3"))
  }
}
