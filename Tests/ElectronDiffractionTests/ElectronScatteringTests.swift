import Crystallography
import Foundation
import Testing

@Suite struct ElectronScatteringTests {
  @Test func forwardAmplitudesAreThoseOfTheTables() throws {
    // f(0) of neutral atoms, International Tables C, table 4.3.1.1 (relativistic Hartree-Fock), in angstrom.
    for (symbol, expected) in [("Li", 3.286), ("O", 1.983), ("Mn", 7.506), ("Co", 6.854), ("Ni", 6.569)] {
      let f = try ElectronScattering(ChemicalElement(symbol: symbol)).amplitude(sinThetaOverWavelength: 0) * 1e10
      #expect(abs(f / expected - 1) < 0.025, "\(symbol): \(f)")
    }
  }

  @Test func theFitFollowsMottAndBethe() throws {
    for symbol in ["H", "Li", "O", "Mn", "Co", "Ni", "Au", "U"] {
      let element = try ChemicalElement(symbol: symbol)
      let scattering = try ElectronScattering(element)
      for s in [0.06, 0.1, 0.25, 0.5, 1, 2, 4, 8] {
        let f0 = try AtomicScattering.formFactor(element, sinThetaOverWavelength: s * 1e10)
        let expected = (Double(element.atomicNumber) - f0) * 0.0239337 / (s * s)
        let f = scattering.amplitude(sinThetaOverWavelength: s * 1e10) * 1e10
        #expect(abs(f / expected - 1) < 0.012, "\(symbol) \(s) \(f / expected)")
      }
    }
  }

  @Test func absorptionIsTheIntegralOfHallAndHirsch() throws {
    let nickel = try ElectronScattering(ChemicalElement(symbol: "Ni"))
    let u = 0.35e-20 / (8 * .pi * .pi)
    // The plane summed point by point, in angstrom.
    func slow(_ s: Double) -> Double {
      var sum = 0.0
      let (step, radius) = (0.03, 7.7)
      for i in -260..<260 {
        for j in -260..<260 {
          let (x, y) = ((Double(i) + 0.5) * step, (Double(j) + 0.5) * step)
          guard x * x + y * y < radius * radius else { continue }
          let near = (x + s / 2) * (x + s / 2) + y * y
          let far = (x - s / 2) * (x - s / 2) + y * y
          let f = nickel.amplitude(sinThetaOverWavelength: near.squareRoot() * 1e10) * 1e10
          let g = nickel.amplitude(sinThetaOverWavelength: far.squareRoot() * 1e10) * 1e10
          sum += f * g * (1 - exp(-2 * 0.35 * (x * x + y * y - s * s / 4)))
        }
      }
      // Far out the nuclei alone scatter, each with 28 C/s².
      sum += .pi * pow(28 * 0.0239337 / radius, 2) / (step * step)
      return 2 * 0.0858854 * ElectronBeam.lorentzFactor(kiloelectronvolts: 20) * sum * step * step
    }
    for s in [0.0, 0.25, 1.0] {
      let fast = nickel.absorption(sinThetaOverWavelength: s * 1e10, displacement: u, kiloelectronvolts: 20) * 1e10
      #expect(abs(fast / slow(s) - 1) < 3e-3, "\(s): \(fast / slow(s))")
    }
  }
}
