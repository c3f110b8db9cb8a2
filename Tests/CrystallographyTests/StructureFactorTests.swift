import Crystallography
import Foundation
import Testing

@Suite struct StructureFactorTests {
  /// F written out: every atom of the cell by hand, xraylib's factors, isotropic displacements.
  private func direct(
    _ atoms: [(String, Double, Double, Double, Double, b: Double)], _ cell: UnitCell, _ hkl: MillerIndices,
    wavelength: Double
  ) throws -> (Double, Double) {
    let s = 1 / (2 * cell.dSpacing(hkl))
    var (real, imaginary) = (0.0, 0.0)
    for (symbol, x, y, z, occupancy, b) in atoms {
      let element = try ChemicalElement(symbol: symbol)
      let f0 = try AtomicScattering.formFactor(element, sinThetaOverWavelength: s)
      let (f1, f2) = try AtomicScattering.dispersion(element, wavelength: wavelength)
      let damping = exp(-b * 1e-20 * s * s)
      let phase = 2 * Double.pi * (Double(hkl.h) * x + Double(hkl.k) * y + Double(hkl.l) * z)
      real += occupancy * damping * ((f0 + f1) * cos(phase) - f2 * sin(phase))
      imaginary += occupancy * damping * ((f0 + f1) * sin(phase) + f2 * cos(phase))
    }
    return (real, imaginary)
  }

  @Test func theLayeredOxideIsTheSumOverItsAtoms() throws {
    let structure = try CrystalStructureTests.layeredOxide()
    var atoms: [(String, Double, Double, Double, Double, b: Double)] = []
    let centring: [SIMD3<Double>] = [.zero, SIMD3(2.0 / 3, 1.0 / 3, 1.0 / 3), SIMD3(1.0 / 3, 2.0 / 3, 2.0 / 3)]
    for t in centring {
      atoms.append(("Li", t.x, t.y, t.z + 0.5, 1.0, 1.0))
      atoms.append(("Ni", t.x, t.y, t.z, 0.8, 0.35))
      atoms.append(("Mn", t.x, t.y, t.z, 0.1, 0.35))
      atoms.append(("Co", t.x, t.y, t.z, 0.1, 0.35))
      atoms.append(("O", t.x, t.y, t.z + 0.2585, 1.0, 0.7))
      atoms.append(("O", t.x, t.y, t.z - 0.2585, 1.0, 0.7))
    }
    let wavelength = 0.6525484e-10
    for hkl in [(0, 0, 3), (1, 0, 1), (0, 1, 2), (1, 0, 4), (1, 1, 0), (-2, 1, -3), (2, 1, 4), (0, 0, 1)] {
      let indices = MillerIndices(hkl.0, hkl.1, hkl.2)
      let factor = try structure.structureFactor(indices, wavelength: wavelength)
      let (real, imaginary) = try direct(atoms, structure.cell, indices, wavelength: wavelength)
      #expect(abs(factor.real - real) < 1e-9 && abs(factor.imaginary - imaginary) < 1e-9)
    }
  }

  /// gemmi has other form factors (International Tables C instead of xraylib's), which differ by less than 1 % of F.
  @Test func amplitudesAgreeWithGemmi() throws {
    let structures = ["NMC811": try CrystalStructureTests.layeredOxide(), "CeO2": try CrystalStructureTests.ceria()]
    var worst = 0.0
    for fields in try SpaceGroupTests.lines("structure-factors-gemmi.tsv") {
      let structure = try #require(structures[fields[0]])
      let numbers = fields.dropFirst().compactMap(Double.init)
      let indices = MillerIndices(Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
      let magnitude = try structure.structureFactor(indices).magnitude
      worst = max(worst, abs(magnitude / numbers[3] - 1))
    }
    print("structure factors differ from gemmi's by at most \(worst * 100) %")
    #expect(worst < 0.01)
  }

  @Test func theForwardBeamSeesAllElectrons() throws {
    let factor = try CrystalStructureTests.ceria().structureFactor(MillerIndices(0, 0, 0))
    #expect(abs(factor.real - 4 * (58 + 16)) < 0.01 && abs(factor.imaginary) < 1e-12 && abs(factor.phase) < 1e-12)
  }

  @Test func absentReflectionsHaveNoAmplitude() throws {
    let structure = try CrystalStructureTests.layeredOxide()
    let group = structure.spaceGroup
    for h in -3...3 {
      for k in -3...3 {
        for l in 0...6 where group.isAbsent(MillerIndices(h, k, l)) {
          #expect(try structure.structureFactor(MillerIndices(h, k, l)).magnitude < 1e-9)
        }
      }
    }
  }

  @Test func equivalentReflectionsHaveTheSameAmplitude() throws {
    let sites = [
      AtomSite(
        label: "Zn1", element: try ChemicalElement(symbol: "Zn"), position: SIMD3(0.11, 0.23, 0.37),
        displacement: .anisotropic(
          SymmetricMatrix3(xx: 1e-22, yy: 2e-22, zz: 3e-22, yz: 2e-23, xz: -3e-23, xy: 5e-23))),
      try CrystalStructureTests.site("S", 0.41, 0.13, 0.29, b: 0.5),
    ]
    let structure = try CrystalStructure(
      name: "", cell: UnitCell(hexagonal: 5e-10, c: 7e-10), spaceGroup: SpaceGroup(symbol: "P 31 2 1"), sites: sites)
    let wavelength = 1.2e-10
    let expected = try structure.squaredMagnitude(MillerIndices(2, 1, 3), wavelength: wavelength)
    for indices in structure.spaceGroup.equivalents(of: MillerIndices(2, 1, 3)) {
      let value = try structure.squaredMagnitude(indices, wavelength: wavelength)
      #expect(abs(value / expected - 1) < 1e-10)
    }
    // Without a centre Friedel's mates differ, which is what the mean is for.
    let mates = try [MillerIndices(2, 1, 3), MillerIndices(-2, -1, -3)].map {
      try structure.structureFactor($0, wavelength: wavelength).squaredMagnitude
    }
    #expect(abs(mates[0] / mates[1] - 1) > 1e-4)
  }

  @Test func anIsotropicTensorDampsLikeAnIsotropicDisplacement() throws {
    let u = 0.8e-22
    // In a hexagonal cell the isotropic tensor has U12 = U/2 along the unit reciprocal axes.
    let tensor = SymmetricMatrix3(xx: u, yy: u, zz: u, yz: 0, xz: 0, xy: u / 2)
    let values = try [AtomicDisplacement.isotropic(u), .anisotropic(tensor)].map { displacement in
      var site = try CrystalStructureTests.site("Co", 0, 0, 0)
      site.displacement = displacement
      return try CrystalStructure(
        name: "", cell: UnitCell(hexagonal: 2.8e-10, c: 14e-10), spaceGroup: SpaceGroup(symbol: "R-3m"), sites: [site]
      ).structureFactor(MillerIndices(1, 1, 3)).real
    }
    #expect(abs(values[0] / values[1] - 1) < 1e-12)
  }

  /// Computed elsewhere with Cromer-Mann factors and B = 1 Å² for all atoms: I003 : I101 : I104 = 100 : 44 : 78.
  @Test func powderIntensitiesOfALayeredOxide() throws {
    let structure = try CrystalStructureTests.layeredOxide(a: 2.8704, c: 14.1918, z: 0.2588)
    let list = try structure.powderReflections(
      wavelength: 0.6525484e-10, minimumSpacing: 1.37e-10, correction: .fixedArc)
    let intensity = Dictionary(uniqueKeysWithValues: list.map { ($0.reflection.indices.description, $0.intensity) })
    let first = try #require(intensity["003"])
    #expect(abs((intensity["101"] ?? 0) / first - 0.44) < 0.04)
    #expect(abs((intensity["104"] ?? 0) / first - 0.78) < 0.08)
  }

  /// Nickel at 19 keV and sin θ/λ = 0.25 1/Å: xraylib 4.0.0 called from C.
  @Test func factorsOfOneAtom() throws {
    let nickel = try ChemicalElement(symbol: "Ni")
    let (real, imaginary) = try AtomicScattering.dispersion(
      nickel, wavelength: AtomicScattering.wavelength(kiloelectronvolts: 19))
    #expect(abs(real - 0.343004) < 1e-6 && abs(imaginary - 0.962622) < 1e-6)
    #expect(abs(try AtomicScattering.formFactor(nickel, sinThetaOverWavelength: 0.25e10) - 20.38) < 1e-3)
    #expect(throws: CrystallographyError.self) {
      try AtomicScattering.formFactor(nickel, sinThetaOverWavelength: -1)
    }
  }

  @Test func angularFactors() {
    let angle = 0.4
    let polarisation = (1 + cos(angle) * cos(angle)) / 2
    #expect(LorentzPolarisation.none.factor(twoTheta: angle) == 1)
    #expect(abs(LorentzPolarisation.wholeRing.factor(twoTheta: angle) - polarisation / sin(0.2)) < 1e-14)
    // The whole ring is 2π sin 2θ long: the two differ by that.
    let ratio =
      LorentzPolarisation.fixedArc.factor(twoTheta: angle) / LorentzPolarisation.wholeRing.factor(twoTheta: angle)
    #expect(abs(ratio - 2 / sin(angle)) < 1e-13)
  }

  @Test func badWavelengthsAreRefused() throws {
    let structure = try CrystalStructureTests.ceria()
    for wavelength in [0, -1e-10, Double.nan, 1] {
      #expect(throws: CrystallographyError.self) {
        try structure.powderReflections(wavelength: wavelength, minimumSpacing: 1e-10)
      }
    }
    #expect(throws: CrystallographyError.self) {
      try structure.structureFactor(MillerIndices(1, 1, 1), wavelength: 1e-20)
    }
  }
}
