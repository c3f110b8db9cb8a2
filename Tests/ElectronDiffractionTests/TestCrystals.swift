import Crystallography

/// Crystals that the suites of this target use.
enum TestCrystals {
  /// LiNi0.8Mn0.1Co0.1O2 with transition metals at the origin.
  static func nmc811(
    a: Double = 2.872, c: Double = 14.20, lithium: Double = 1
  ) throws -> CrystalStructure {
    func site(_ symbol: String, _ z: Double, _ occupancy: Double, b: Double) throws -> AtomSite {
      AtomSite(
        label: symbol + "1", element: try ChemicalElement(symbol: symbol), position: SIMD3(0, 0, z),
        occupancy: occupancy, displacement: .isotropic(b: b * 1e-20))
    }
    return try CrystalStructure(
      name: "NMC811", cell: UnitCell(hexagonal: a * 1e-10, c: c * 1e-10), spaceGroup: SpaceGroup(symbol: "R-3m"),
      sites: [
        site("Li", 0.5, lithium, b: 1), site("Ni", 0, 0.8, b: 0.35), site("Mn", 0, 0.1, b: 0.35),
        site("Co", 0, 0.1, b: 0.35), site("O", 0.2585, 1, b: 0.7),
      ])
  }

  /// Face-centred nickel.
  static func nickel(a: Double = 3.524, b: Double = 0.35) throws -> CrystalStructure {
    try CrystalStructure(
      name: "Ni", cell: UnitCell(cubic: a * 1e-10), spaceGroup: SpaceGroup(symbol: "Fm-3m"),
      sites: [
        AtomSite(
          label: "Ni1", element: try ChemicalElement(symbol: "Ni"), position: .zero, occupancy: 1,
          displacement: .isotropic(b: b * 1e-20))
      ])
  }
}
