import Crystallography
import Foundation
import Testing

@Suite struct BondLengthTests {
  @Test func bondsOfALayeredOxide() throws {
    let structure = try CrystalStructureTests.layeredOxide()
    let bonds = structure.nearestNeighbours()
    let lithium = try #require(bonds.first { $0.first == 0 && $0.second == 4 })
    let metal = try #require(bonds.first { $0.first == 1 && $0.second == 4 })
    #expect(abs(lithium.distance - 2.109e-10) < 0.001e-10 && lithium.count == 6)
    #expect(abs(metal.distance - 1.969e-10) < 0.001e-10 && metal.count == 6)
    #expect(structure.bondLengthWarnings().isEmpty)
  }

  @Test func theOtherOriginOfOxygenIsNoticed() throws {
    for z in [0.2415, 0.2416, 0.245] {
      let warnings = try CrystalStructureTests.layeredOxide(z: z).bondLengthWarnings()
      let warning = try #require(warnings.first { $0.kind == .exchanged }, "z = \(z)")
      #expect(warning.sites == ["Li1", "Ni1/Mn1/Co1", "O1"])
      #expect(warning.description.contains("Li1 - O1 is 1.9") || z == 0.245)
    }
  }

  @Test func soundStructuresGetNoWarning() throws {
    let site = CrystalStructureTests.site
    let make = { (group: String, cell: UnitCell, sites: [AtomSite]) in
      try CrystalStructure(name: "", cell: cell, spaceGroup: SpaceGroup(symbol: group), sites: sites)
    }
    let structures = [
      try CrystalStructureTests.ceria(),
      try make("Pm-3m", UnitCell(cubic: 4.157e-10), [site("La", 0, 0, 0, 1, 0), site("B", 0.1993, 0.5, 0.5, 1, 0)]),
      try make("Fd-3m:1", UnitCell(cubic: 5.431e-10), [site("Si", 0, 0, 0, 1, 0)]),
      try make(
        "R-3c", UnitCell(hexagonal: 4.759e-10, c: 12.992e-10),
        [site("Al", 0, 0, 0.3522, 1, 0), site("O", 0.3063, 0, 0.25, 1, 0)]),
      // LiMn2O4 spinel, LiFePO4 olivine, NaCl, LiCoO2.
      try make(
        "Fd-3m:2", UnitCell(cubic: 8.245e-10),
        [
          site("Li", 0.125, 0.125, 0.125, 1, 0), site("Mn", 0.5, 0.5, 0.5, 1, 0),
          site("O", 0.2632, 0.2632, 0.2632, 1, 0),
        ]),
      try make(
        "Pnma", UnitCell(a: 10.332e-10, b: 6.010e-10, c: 4.692e-10, alpha: .pi / 2, beta: .pi / 2, gamma: .pi / 2),
        [
          site("Li", 0, 0, 0, 1, 0), site("Fe", 0.2822, 0.25, 0.9747, 1, 0), site("P", 0.0948, 0.25, 0.4182, 1, 0),
          site("O", 0.0968, 0.25, 0.7428, 1, 0), site("O", 0.4571, 0.25, 0.2060, 1, 0),
          site("O", 0.1656, 0.0465, 0.2848, 1, 0),
        ]),
      try make("Fm-3m", UnitCell(cubic: 5.64e-10), [site("Na", 0, 0, 0, 1, 0), site("Cl", 0.5, 0.5, 0.5, 1, 0)]),
      try make(
        "R-3m", UnitCell(hexagonal: 2.816e-10, c: 14.05e-10),
        [site("Li", 0, 0, 0.5, 1, 0), site("Co", 0, 0, 0, 1, 0), site("O", 0, 0, 0.2605, 1, 0)]),
    ]
    for structure in structures {
      let warnings = structure.bondLengthWarnings()
      #expect(warnings.isEmpty, "\(structure.sites.map(\.label)): \(warnings.map(\.description))")
    }
  }

  @Test func atomsOnTopOfOneAnotherAreNamed() throws {
    let group = try SpaceGroup(number: 1)
    let cell = UnitCell(cubic: 6e-10)
    let close = try CrystalStructure(
      name: "", cell: cell, spaceGroup: group,
      sites: [CrystalStructureTests.site("Ni", 0, 0, 0), CrystalStructureTests.site("O", 0.15, 0, 0)])
    #expect(close.bondLengthWarnings().first?.kind == .tooShort)
    #expect(close.bondLengthWarnings().first?.sites == ["Ni1", "O1"])
    // Alternative places, half of them filled, may be as close as they like.
    let split = try CrystalStructure(
      name: "", cell: cell, spaceGroup: group,
      sites: [CrystalStructureTests.site("Ni", 0, 0, 0, 0.5), CrystalStructureTests.site("Ni", 0.15, 0, 0, 0.5)])
    #expect(split.bondLengthWarnings().isEmpty)
    let full = try CrystalStructure(
      name: "", cell: cell, spaceGroup: group,
      sites: [CrystalStructureTests.site("Ni", 0, 0, 0), CrystalStructureTests.site("Co", 0, 0, 0, 0.2)])
    #expect(full.bondLengthWarnings().map(\.kind) == [.overfull])
  }

  @Test func bondsMuchShorterThanIonsAllowAreNamed() throws {
    let structure = try CrystalStructureTests.layeredOxide(a: 2.45, c: 12.2)
    let kinds = Set(structure.bondLengthWarnings().map(\.kind))
    #expect(kinds.contains(.tooShortForIons))
  }
}
