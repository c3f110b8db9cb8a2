import Crystallography
import Foundation
import Quantities
import Testing

@testable import Tomography

@Suite struct ElectronCompositionTests {
  static let wavelength = 1.278_19e-10

  @Test func isThatOfTheReference() throws {
    // Chantler's tables through xraydb: Z + f1 = 45.880 at 9.7 keV, M = 97.280 g/mol.
    let nmc = try ElectronComposition(formula: "LiNi0.8Mn0.1Co0.1O2", wavelength: Self.wavelength)
    #expect(abs(nmc.electrons - 45.880) < 0.05)
    #expect(abs(nmc.molarMass - 97.280e-3) < 5e-6)
    #expect(abs(nmc.delta(massDensity: 4770) - 9.927e-6) < 0.02e-6)
    #expect(abs(nmc.delta(massDensity: 2200) - 4.578e-6) < 0.01e-6)
    // Electrons a cubic angstrom, and back.
    let density = nmc.electronDensity(massDensity: 4770)
    #expect(abs(density * 1e-30 - 1.355) < 0.005)
    #expect(abs(nmc.massDensity(electronDensity: density) / 4770 - 1) < 1e-12)
  }

  @Test func lithiumIsAParameterAndHardlyMatters() throws {
    let full = try ElectronComposition(formula: "LiNi0.8Mn0.1Co0.1O2", wavelength: Self.wavelength)
    let charged = try ElectronComposition(formula: "LiNi0.8Mn0.1Co0.1O2", lithium: 0.82, wavelength: Self.wavelength)
    #expect(abs(full.electrons - charged.electrons - 0.18 * 3) < 2e-3)
    #expect(abs(full.molarMass - charged.molarMass - 0.18 * 6.94e-3) < 1e-5)
    #expect(abs(charged.massPerElectron / full.massPerElectron - 1) < 2e-3)
    let none = try ElectronComposition(formula: "LiCoO2", lithium: 0, wavelength: Self.wavelength)
    let bare = try ElectronComposition(formula: "CoO2", wavelength: Self.wavelength)
    #expect(none == bare)
  }

  @Test func whatHasNoDataIsRefused() {
    #expect(throws: CrystallographyError.self) { try ElectronComposition(formula: "NiQ2", wavelength: 1e-10) }
    #expect(throws: CrystallographyError.self) {
      try ElectronComposition(formula: "NiO", lithium: -1, wavelength: 1e-10)
    }
    #expect(throws: (any Error).self) { try ElectronComposition(formula: "NiO", wavelength: 0) }
    #expect(throws: (any Error).self) { try ElectronComposition(formula: "NiO", wavelength: 1e-20) }
  }

  /// The seed: 0.205 C for 3100 s, 5.23e-9 g, 49.0 mAh/g, 17.8 %.
  @Test func theSeedsStateOfChargeComesOut() {
    let volume = 2375e-18
    let charge = UncertainValue(49.0 * 3600 * 5.23e-12, uncertainty: 0.01 * 49.0 * 3600 * 5.23e-12)
    func state(_ density: Double) -> ChargeState {
      ChargeState(charge: charge, mass: BudgetedValue(UncertainValue(volume * density), .massDensity))
    }
    let seed = state(2202)
    #expect(abs(seed.mass.value - 5.23e-12) < 0.005e-12)
    #expect(abs(seed.capacity.value / 3600 - 49.0) < 0.05)
    #expect(abs(seed.stateOfCharge.value - 0.178) < 0.0005)
    #expect(abs(seed.stateOfCharge.uncertain.relativeUncertainty - 0.01) < 1e-6)
    // Rate times time, which the seed's own number does not quite agree with.
    #expect(abs(ChargeState.reached(cRate: 0.205, seconds: 3100) - 0.1765) < 5e-5)
    // The crystal's density more than halves it.
    #expect(abs(state(4770).stateOfCharge.value - 0.082) < 0.0005)
    // 275.5 mAh/g is all lithium of the formula unit.
    #expect(abs(96485.33 / 97.280e-3 / ChargeState.specificCapacity.value - 1) < 2e-4)
  }

  @Test func sharedSourcesCancelInADifference() {
    var (a, b) = (ErrorBudget(), ErrorBudget())
    a.add(.pixelSize, 3)
    a.add(.noise, 1)
    b.add(.pixelSize, 2)
    b.add(.wavelength, -2)
    #expect(abs(a.uncertainty - 10.0.squareRoot()) < 1e-12)
    #expect(abs(ErrorBudget.uncertaintyOfDifference(a, b) - 6.0.squareRoot()) < 1e-12)
  }
}
