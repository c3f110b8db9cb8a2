import Crystallography
import Foundation
import Testing

@Suite struct CrystalStructureTests {
  static func site(_ symbol: String, _ x: Double, _ y: Double, _ z: Double, _ occupancy: Double = 1, b: Double = 0)
    throws -> AtomSite
  {
    AtomSite(
      label: symbol + "1", element: try ChemicalElement(symbol: symbol), position: SIMD3(x, y, z), occupancy: occupancy,
      displacement: .isotropic(b: b * 1e-20))
  }

  /// The layered oxide with the transition metals at the origin; its oxygen at 1/4 + 1/120 unless told.
  static func layeredOxide(
    a: Double = 2.872, c: Double = 14.2, z: Double = 0.2585, lithium: Double = 1
  ) throws -> CrystalStructure {
    try CrystalStructure(
      name: "NMC811", cell: UnitCell(hexagonal: a * 1e-10, c: c * 1e-10), spaceGroup: SpaceGroup(symbol: "R-3m"),
      sites: [
        site("Li", 0, 0, 0.5, lithium, b: 1), site("Ni", 0, 0, 0, 0.8, b: 0.35), site("Mn", 0, 0, 0, 0.1, b: 0.35),
        site("Co", 0, 0, 0, 0.1, b: 0.35), site("O", 0, 0, z, b: 0.7),
      ])
  }

  static func nickel() throws -> CrystalStructure {
    try CrystalStructure(
      name: "Ni", cell: UnitCell(cubic: 3.524e-10), spaceGroup: SpaceGroup(symbol: "Fm-3m"),
      sites: [site("Ni", 0, 0, 0, b: 0.35)])
  }

  static func ceria() throws -> CrystalStructure {
    try CrystalStructure(
      name: "CeO2", cell: UnitCell(cubic: 5.411651e-10), spaceGroup: SpaceGroup(symbol: "Fm-3m"),
      sites: [site("Ce", 0, 0, 0, b: 0.25), site("O", 0.25, 0.25, 0.25, b: 0.45)])
  }

  @Test func theCellOfALayeredOxide() throws {
    let structure = try Self.layeredOxide(a: 2.8704, c: 14.1918)
    #expect(structure.images.map(\.count) == [3, 3, 3, 3, 6])
    #expect(abs(structure.density - 4786) < 2)
    let amounts = try structure.composition().amounts
    #expect(abs((amounts[try ChemicalElement(symbol: "Ni")] ?? 0) - 2.4) < 1e-12)
    #expect(amounts[try ChemicalElement(symbol: "O")] == 6)
    #expect(abs(try structure.composition().molarMass / 3 - 97.280e-3) < 1e-5)
  }

  @Test func roundedSpecialPositionsAreMergedAndCentred() throws {
    let structure = try CrystalStructure(
      name: "hcp", cell: UnitCell(hexagonal: 2.66e-10, c: 4.95e-10), spaceGroup: SpaceGroup(symbol: "P63/mmc"),
      sites: [Self.site("Zn", 0.333, 0.667, 0.25)])
    #expect(structure.images[0].count == 2)
    let position = structure.images[0][0].position
    #expect(abs(position.x - 1.0 / 3) < 1e-12 && abs(position.y - 2.0 / 3) < 1e-12)
  }

  @Test func multiplicitiesOfWyckoffPositions() throws {
    let group = try SpaceGroup(symbol: "Fd-3m:2")
    let places: [(SIMD3<Double>, Int)] = [
      (SIMD3(0.125, 0.125, 0.125), 8), (SIMD3(0.5, 0.5, 0.5), 16), (SIMD3(0.2625, 0.2625, 0.2625), 32),
      (SIMD3(0.1, 0.2, 0.3), 192),
    ]
    for (place, multiplicity) in places {
      let structure = try CrystalStructure(
        name: "", cell: UnitCell(cubic: 8.2e-10), spaceGroup: group,
        sites: [Self.site("Mn", place.x, place.y, place.z)])
      #expect(structure.images[0].count == multiplicity)
    }
  }

  @Test func badStructuresAreRefused() throws {
    let group = try SpaceGroup(symbol: "R-3m")
    let hexagonal = UnitCell(hexagonal: 2.87e-10, c: 14.2e-10)
    #expect(throws: CrystallographyError.self) {
      try CrystalStructure(name: "", cell: UnitCell(cubic: 4e-10), spaceGroup: group, sites: [])
    }
    for (x, occupancy, b) in [
      (Double.nan, 1.0, 0.0), (0, 1.5, 0), (0, -0.1, 0), (0, .nan, 0), (0, 1, .infinity), (1e9, 1, 0),
    ] {
      #expect(throws: CrystallographyError.self) {
        try CrystalStructure(
          name: "", cell: hexagonal, spaceGroup: group, sites: [Self.site("O", x, 0, 0, occupancy, b: b)])
      }
    }
    #expect(throws: CrystallographyError.self) {
      try CrystalStructure(name: "", cell: hexagonal, spaceGroup: group, sites: []).composition()
    }
  }

  @Test func compositionsFromFormulas() throws {
    let kapton = try Composition(formula: "C22H10N2O5")
    #expect(abs(kapton.molarMass - 0.38231) < 1e-4)
    #expect(try Composition(formula: "Ca(OH)2") == Composition(formula: "CaO2H2"))
    for formula in ["", "x", "Xx2", "Ca(OH", "Ca)2", "H-1", "O2.3.4", "1", "é", "H1e9", "()"] {
      #expect(throws: CrystallographyError.self, "\(formula)") { try Composition(formula: formula) }
    }
    #expect(throws: CrystallographyError.self) { try Composition([ChemicalElement(symbol: "O"): -1]) }
    #expect(throws: CrystallographyError.self) { try Composition([:]) }
  }

  @Test func elements() throws {
    #expect(try ChemicalElement(symbol: "ni").atomicNumber == 28)
    #expect(try ChemicalElement(symbol: "D").symbol == "H")
    #expect(try ChemicalElement(atomicNumber: 58).description == "Ce")
    for symbol in ["", "Q", "Nii", "1", "N\u{0}", "é", "[["] {
      #expect(throws: CrystallographyError.self) { try ChemicalElement(symbol: symbol) }
    }
    for number in [0, -1, 108, Int.max] {
      #expect(throws: CrystallographyError.self) { try ChemicalElement(atomicNumber: number) }
    }
  }

  @Test func attenuationByASiliconSensor() throws {
    let silicon = try Composition(formula: "Si")
    let wavelength = AtomicScattering.wavelength(kiloelectronvolts: 19)
    let attenuation = try silicon.linearAttenuation(density: 2329, wavelength: wavelength)
    // 5.17878 cm2/g at 19 keV, xraylib 4.0.0 called from C.
    #expect(abs(attenuation / (0.517878 * 2329) - 1) < 1e-5)
    #expect(abs(wavelength - 0.6525484128e-10) < 1e-19)
    #expect(abs(AtomicScattering.kiloelectronvolts(wavelength: wavelength) - 19) < 1e-12)
    for (density, length) in [(0.0, wavelength), (.nan, wavelength), (2329, 0), (2329, .nan), (2329, 1)] {
      #expect(throws: CrystallographyError.self) { try silicon.linearAttenuation(density: density, wavelength: length) }
    }
  }
}
