import Foundation
import ParticleMechanics
import Testing

@Suite struct SurfaceKineticsTests {
  static func kinetics(transferCoefficient: Double = 0.5, film: Double = 0) throws -> SurfaceKinetics {
    SurfaceKinetics(
      openCircuitVoltage: try .formula("4.6 - 1.1*u + 0.02*sin(20*u)"),
      exchangeCurrentDensity: try .formula("3*sqrt(u*(1 - u))"), transferCoefficient: transferCoefficient,
      filmResistance: film, maximumConcentration: 50_000)
  }

  /// Butler and Volmer's equation as it is written, with the drop in the film taken out of the voltage.
  private func residual(_ kinetics: SurfaceKinetics, voltage: Double, current: Double, u: Double) -> Double {
    let f = 96485.33212 / (8.314462618 * kinetics.temperature)
    let overpotential = voltage - kinetics.openCircuitVoltage(u) - current * kinetics.filmResistance
    let alpha = kinetics.transferCoefficient
    let form = exp((1 - alpha) * f * overpotential) - exp(-alpha * f * overpotential)
    return current - kinetics.exchangeCurrentDensity(u) * form
  }

  @Test(arguments: [0.5, 0.3, 0.7], [0, 1e-3, 0.05])
  func bothDirectionsSolveTheEquation(alpha: Double, film: Double) throws {
    let kinetics = try Self.kinetics(transferCoefficient: alpha, film: film)
    for u in [0.05, 0.3, 0.62, 0.95] {
      for shift in [-0.4, -0.03, -1e-9, 0, 1e-6, 0.02, 0.15, 0.5] {
        let voltage = kinetics.openCircuitVoltage(u) + shift
        let current = kinetics.currentDensity(voltage: voltage, surfaceLithiation: u).value
        // Voltages near 4 V carry a rounding of their own.
        #expect(
          abs(residual(kinetics, voltage: voltage, current: current, u: u)) < 1e-12 * max(1, abs(current)) + 1e-12)
        let back = kinetics.voltage(currentDensity: current, surfaceLithiation: u).value
        #expect(abs(back - voltage) < 1e-13 * 40, "\(alpha) \(film) \(u) \(shift)")
        #expect(shift == 0 || current.sign == (shift < 0 ? .minus : .plus))
      }
    }
  }

  @Test func slopesAreThoseOfDifferences() throws {
    let kinetics = try Self.kinetics(transferCoefficient: 0.4, film: 0.01)
    let (voltage, u, h) = (4.2, 0.5, 1e-6)
    let at = kinetics.currentDensity(voltage: voltage, surfaceLithiation: u)
    func current(_ v: Double, _ u: Double) -> Double {
      kinetics.currentDensity(voltage: v, surfaceLithiation: u).value
    }
    let byVoltage = (current(voltage + h, u) - current(voltage - h, u)) / (2 * h)
    let byLithiation = (current(voltage, u + h) - current(voltage, u - h)) / (2 * h)
    #expect(abs(at.voltageSlope - byVoltage) < 1e-6 * abs(byVoltage))
    #expect(abs(at.lithiationSlope - byLithiation) < 1e-6 * abs(byLithiation))
    let back = kinetics.voltage(currentDensity: at.value, surfaceLithiation: u)
    #expect(abs(back.currentSlope * at.voltageSlope - 1) < 1e-11)
    #expect(abs(back.lithiationSlope + at.lithiationSlope / at.voltageSlope) < 1e-10)
  }

  @Test func theSymmetricCaseIsTheInverseHyperbolicSine() throws {
    let kinetics = try Self.kinetics(film: 0.02)
    let thermal = 8.314462618 * 298.15 / 96485.33212
    let voltage = kinetics.voltage(currentDensity: 1.7, surfaceLithiation: 0.4).value
    let exchange = 3 * (0.4 * 0.6).squareRoot()
    #expect(abs(voltage - (4.6 - 0.44 + 0.02 * sin(8) + 2 * thermal * asinh(1.7 / (2 * exchange)) + 0.034)) < 1e-14)
  }

  @Test func unusableNumbersAreNamed() throws {
    var kinetics = try Self.kinetics()
    #expect(throws: Never.self) { try kinetics.validate() }
    kinetics.transferCoefficient = 1
    #expect(throws: MaterialError.self) { try kinetics.validate() }
    kinetics = try Self.kinetics()
    kinetics.exchangeCurrentDensity = try .formula("u - 0.5")
    #expect(throws: MaterialError.self) { try kinetics.validate() }
    kinetics = try Self.kinetics()
    kinetics.filmResistance = -1
    #expect(throws: MaterialError.self) { try kinetics.validate() }
  }
}
