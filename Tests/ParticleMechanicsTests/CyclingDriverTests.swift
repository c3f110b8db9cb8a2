import Foundation
import ParticleMechanics
import Testing

@Suite struct CyclingDriverTests {
  private func particle(film: Double = 0) throws -> WellMixedParticle {
    WellMixedParticle(
      kinetics: SurfaceKinetics(
        openCircuitVoltage: try .formula("4.7 - 1.2*u + 0.1*tanh(8*(0.5 - u))"),
        exchangeCurrentDensity: try .formula("2*sqrt(u*(1 - u))"), filmResistance: film, maximumConcentration: 50_000),
      specificSurface: 3 / 5e-6)
  }

  /// U + 2 RT/F asinh(i / 2 i0) + i R, written out.
  private func voltage(_ u: Double, rate: Double, film: Double) -> Double {
    let current = -rate * 96485.33212 * 50_000 * 5e-6 / 3
    let thermal = 8.314462618 * 298.15 / 96485.33212
    let equilibrium = 4.7 - 1.2 * u + 0.1 * tanh(8 * (0.5 - u))
    return equilibrium + 2 * thermal * asinh(current / (4 * (u * (1 - u)).squareRoot())) + current * film
  }

  @Test func aConstantCurrentFollowsTheClosedForm() throws {
    let driver = CyclingDriver(
      protocol: try CyclingProtocol(words: "charge at 0.5 C until 4.4 V"), outputTimes: [600, 1234.5], interval: 900)
    let result = try driver.run(particle(film: 3e-3), initialLithiation: 0.95)
    let rate = -0.5 / 3600
    for sample in result.samples {
      #expect(abs(sample.reading.meanLithiation - (0.95 + rate * sample.time)) < 1e-13)
      let expected = voltage(sample.reading.meanLithiation, rate: rate, film: 3e-3)
      #expect(abs(sample.reading.voltage - expected) < 1e-12)
    }
    let record = result.steps[0]
    #expect(abs(record.lastReading.voltage - 4.4) < 1e-6)
    #expect(record.reason == .reached(.voltage(4.4)))
    // The time of the end by bisection of the closed form.
    var (low, high) = (0.0, 6000.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if voltage(0.95 + rate * middle, rate: rate, film: 3e-3) < 4.4 { low = middle } else { high = middle }
    }
    #expect(abs(record.end - low) < 1e-2 * 1e-6 / 1e-4)
    let multiples = stride(from: 900, to: low, by: 900)
    #expect(result.kept.map(\.time) == ([0, 600, 1234.5, record.end] + multiples).sorted())
    let densest = zip(result.samples, result.samples.dropFirst()).map { $1.time - $0.time }.max() ?? 0
    #expect(densest * abs(rate) <= 0.0101)
  }

  /// With a linear U and a film that dwarfs the reaction, a held voltage decays exponentially.
  @Test func aHeldVoltageDecaysAsTheClosedForm() throws {
    let (film, exchange) = (0.5, 1e9)
    let particle = WellMixedParticle(
      kinetics: SurfaceKinetics(
        openCircuitVoltage: try .formula("4.6 - u"), exchangeCurrentDensity: .constant(exchange), filmResistance: film,
        maximumConcentration: 50_000), specificSurface: 3 / 5e-6)
    let tau = film * 96485.33212 * 50_000 * 5e-6 / 3
    let driver = CyclingDriver(
      protocol: try CyclingProtocol(words: "hold at 4.2 V until C/20"), outputTimes: [100, 1000, 5000, 20000],
      tolerance: 1e-8)
    let result = try driver.run(particle, initialLithiation: 0.9)
    for kept in result.kept {
      let expected = 0.4 + 0.5 * exp(-kept.time / tau)
      #expect(abs(kept.reading.meanLithiation - expected) < 1e-6, "\(kept.time)")
    }
    // |dū/dt| = 0.5/τ exp(−t/τ) = 1/(20 h)
    let end = tau * log(0.5 / tau * 72000)
    #expect(abs(result.steps[0].end - end) < 1e-5 * end)
    #expect(abs(result.steps[0].lastReading.rate * 72000 + 1) < 1e-6)
  }

  @Test func cyclesCountTheirChargeAndRepeat() throws {
    let words =
      "charge at 0.5 C until 4.4 V, hold until C/20, rest 10 min, discharge at 0.5 C until 3.7 V, repeat 3 times"
    let driver = CyclingDriver(protocol: try CyclingProtocol(words: words))
    let result = try driver.run(particle(), initialLithiation: 0.9)
    #expect(result.steps.count == 12)
    #expect(result.steps.map(\.cycle) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    for record in result.steps {
      let lost = record.lastReading.meanLithiation - record.firstReading.meanLithiation
      #expect(abs(record.passedLithiation - lost) < 1e-12)
    }
    for cycle in 0..<3 {
      #expect(abs(result.steps[4 * cycle].lastReading.voltage - 4.4) < 1e-6)
      #expect(abs(result.steps[4 * cycle + 1].lastReading.rate.magnitude * 72000 - 1) < 1e-6)
      #expect(abs(result.steps[4 * cycle + 2].end - result.steps[4 * cycle + 2].start - 600) < 1e-9)
      #expect(abs(result.steps[4 * cycle + 3].lastReading.voltage - 3.7) < 1e-6)
    }
    // The second and the third pass are the same cycle.
    for step in 4..<8 {
      let difference = result.steps[step].lastReading.meanLithiation - result.steps[step + 4].lastReading.meanLithiation
      #expect(abs(difference) < 1e-7)
    }
    let times = result.samples.map(\.time)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    let final = result.samples[result.samples.count - 1].reading
    #expect(abs(final.passedLithiation - (final.meanLithiation - 0.9)) < 1e-12)
  }
}
