import Foundation
import ParticleMechanics
import Testing

@Suite struct CyclingDriverTests {
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
    let result = try driver.run(WellMixedParticle.sample(film: 3e-3), initialLithiation: 0.95)
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
    let result = try driver.run(WellMixedParticle.sample(), initialLithiation: 0.9)
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

  @Test func aSpanStretchesTheCRate() throws {
    let driver = CyclingDriver(
      protocol: try CyclingProtocol(words: "charge at 1 C until lithiation 0.2"), lithiationSpan: 0.8)
    let result = try driver.run(WellMixedParticle.sample(), initialLithiation: 1 - 1e-9)
    #expect(abs(result.steps[0].end - 3600) < 1e-4)
    #expect(result.steps[0].reason == .reached(.lithiation(0.2)))
  }

  @Test func whatIsMetAlreadyTakesNoTime() throws {
    let words = "charge at C/2 until 4.2 V, charge at C/2 until 4.1 V, hold at 4.2 V until 2 C, rest 1 min"
    let result = try CyclingDriver(protocol: try CyclingProtocol(words: words)).run(
      WellMixedParticle.sample(), initialLithiation: 0.9)
    #expect(result.steps[1].reason == .alreadyMet(.voltage(4.1)) && result.steps[1].start == result.steps[1].end)
    guard case .current(let cutOff) = try #require(result.steps[2].step.ends.first) else {
      Issue.record("a hold ends at a current")
      return
    }
    #expect(result.steps[2].reason == .alreadyMet(.current(cutOff)) && cutOff == .rate(2))
    #expect(result.steps[3].end == result.steps[0].end + 60)
  }

  @Test func theFirstOfSeveralEndsCounts() throws {
    func end(_ words: String) throws -> CyclingStepRecord {
      let driver = CyclingDriver(protocol: try CyclingProtocol(words: words))
      return try driver.run(WellMixedParticle.sample(), initialLithiation: 0.9).steps[0]
    }
    #expect(try end("charge at 1 C until 4.4 V or for 10 min").reason == .reached(.duration(600)))
    #expect(try end("charge at 1 C until 4.0 V or for 10 h").reason == .reached(.voltage(4)))
    #expect(try end("charge at 1 C until 4.4 V or by 0.1 lithiation").reason == .reached(.change(0.1)))
    let both = try end("charge at 1 C until 4.4 V or until lithiation 0.85")
    #expect(both.reason == .reached(.lithiation(0.85)) && abs(both.lastReading.meanLithiation - 0.85) < 1e-10)
    #expect(try end("discharge at 1 C until 3.9 V").reason == .alreadyMet(.voltage(3.9)))
  }

  /// A transport whose equations fail now and then, and in long steps, as Newton's method may.
  private struct Failing: CyclingTransport {
    var inner: WellMixedParticle
    var longest: Double

    func uniform(_ lithiation: Double) -> WellMixedParticle.State { inner.uniform(lithiation) }
    func step(
      from state: WellMixedParticle.State, duration: Double, control: SurfaceControl
    ) throws -> (state: WellMixedParticle.State, error: Double, reading: CyclingReading) {
      guard duration <= longest else { throw WellMixedParticle.NoSolution() }
      return try inner.step(from: state, duration: duration, control: control)
    }
    func reading(of state: WellMixedParticle.State, control: SurfaceControl) throws -> CyclingReading {
      try inner.reading(of: state, control: control)
    }
  }

  @Test func failedStepsAreTriedShorter() throws {
    let driver = CyclingDriver(protocol: try CyclingProtocol(words: "charge at 1 C until 4.4 V"))
    let reference = try driver.run(WellMixedParticle.sample(), initialLithiation: 0.9)
    let result = try driver.run(Failing(inner: WellMixedParticle.sample(), longest: 5), initialLithiation: 0.9)
    #expect(result.statistics.failed > 0)
    #expect(abs(result.steps[0].end - reference.steps[0].end) < 1e-3)
    #expect {
      try driver.run(Failing(inner: WellMixedParticle.sample(), longest: 0), initialLithiation: 0.9)
    } throws: {
      guard case .stuck(0, _, 0, _, _) = $0 as? CyclingError else { return false }
      return "\($0)".contains("charge at 1 C until 4.4 V")
    }
  }

  /// A jump of the surface has an error of its own size in the first steps, however short they are.
  @Test func aJumpDoesNotStopTheClock() throws {
    struct Jumping: CyclingTransport {
      func uniform(_ lithiation: Double) -> Double { 0 }
      func step(
        from state: Double, duration: Double, control: SurfaceControl
      ) throws -> (state: Double, error: Double, reading: CyclingReading) {
        (state + duration, state < 0.02 ? 0.5 : 1e-9, try reading(of: state + duration, control: control))
      }
      func reading(of state: Double, control: SurfaceControl) throws -> CyclingReading {
        CyclingReading(
          voltage: .nan, rate: .nan, meanLithiation: 0.5, surfaceLithiation: 0.2, passedLithiation: 0)
      }
    }
    for duration in [1 / 1023.0, 0.0196, 10] {
      let step = CyclingStep(.lithiation(0.2), until: [.duration(duration)])
      let result = try CyclingDriver(protocol: CyclingProtocol(steps: [step])).run(Jumping(), initialLithiation: 1)
      #expect(result.samples.count < 50)
      #expect(result.steps[0].end == duration)
    }
  }

  /// The lithium runs out before the duration is over.
  @Test func anEmptyParticleIsAnErrorThatSaysWhere() throws {
    let driver = CyclingDriver(protocol: try CyclingProtocol(words: "charge at 1 C for 2 h"))
    #expect {
      try driver.run(WellMixedParticle.sample(), initialLithiation: 0.9)
    } throws: {
      guard case .stuck(_, _, let time, let reading, _) = $0 as? CyclingError else { return false }
      return abs(time - 0.9 * 3600) < 1e-3 && reading.meanLithiation < 1e-6
    }
  }

  @Test func aVoltageNeedsKinetics() throws {
    struct Plain: CyclingTransport {
      func uniform(_ lithiation: Double) -> Double { lithiation }
      func step(
        from state: Double, duration: Double, control: SurfaceControl
      ) throws -> (state: Double, error: Double, reading: CyclingReading) {
        guard case .rate(let rate) = control else { throw WellMixedParticle.NoSolution() }
        return (state + rate * duration, 0, try reading(of: state + rate * duration, control: control))
      }
      func reading(of state: Double, control: SurfaceControl) throws -> CyclingReading {
        guard case .rate(let rate) = control else { throw WellMixedParticle.NoSolution() }
        return CyclingReading(
          voltage: .nan, rate: rate, meanLithiation: state, surfaceLithiation: state, passedLithiation: state)
      }
    }
    let driver = CyclingDriver(protocol: try CyclingProtocol(words: "rest 1 s, charge at 1 C until 4 V or 1 h"))
    #expect {
      try driver.run(Plain(), initialLithiation: 0.9)
    } throws: {
      "\($0)".contains("step 2") && "\($0)".contains("kinetics")
    }
    let timed = CyclingDriver(protocol: try CyclingProtocol(words: "charge at 1 C for 30 min, rest 10 s"))
    #expect(try abs(timed.run(Plain(), initialLithiation: 0.9).steps[0].lastReading.meanLithiation - 0.4) < 1e-12)
  }

  @Test func aStepThatNeverEndsIsAnError() throws {
    var driver = CyclingDriver(protocol: try CyclingProtocol(words: "rest until 4.5 V"))
    driver.longestDuration = 3600
    #expect {
      try driver.run(WellMixedParticle.sample(), initialLithiation: 0.9)
    } throws: {
      guard case .endless = $0 as? CyclingError else { return false }
      return "\($0)".contains("or for 10 h")
    }
  }

  @Test func progressMayEndTheRun() throws {
    struct Stopped: Error {}
    let driver = CyclingDriver(protocol: try CyclingProtocol(words: "charge at 1 C until 4.4 V, rest 1 h"))
    var latest = 0.0
    #expect(throws: Stopped.self) {
      try driver.run(WellMixedParticle.sample(), initialLithiation: 0.9) { progress in
        #expect(progress.stepCount == 2 && progress.time >= latest)
        latest = progress.time
        if progress.step == 1 { throw Stopped() }
      }
    }
  }

  @Test func badSettingsAreNamed() throws {
    let words = try CyclingProtocol(words: "rest 1 h")
    let particle = try WellMixedParticle.sample()
    let cases: [(CyclingDriver, Double, String)] = [
      (CyclingDriver(protocol: words), 1.2, "initial lithiation"),
      (CyclingDriver(protocol: words, lithiationSpan: 0), 0.5, "span"),
      (CyclingDriver(protocol: words, outputTimes: [1, 1]), 0.5, "output time"),
      (CyclingDriver(protocol: words, interval: -1), 0.5, "interval"),
      (CyclingDriver(protocol: words, tolerance: 0), 0.5, "tolerance"),
      (CyclingDriver(protocol: CyclingProtocol(elements: [])), 0.5, "no step"),
      (CyclingDriver(protocol: CyclingProtocol(steps: [CyclingStep(.rest, until: [])])), 0.5, "nothing ends it"),
    ]
    for (driver, lithiation, expected) in cases {
      #expect {
        try driver.run(particle, initialLithiation: lithiation)
      } throws: {
        "\($0)".contains(expected)
      }
    }
  }

  @Test func stepsAreOnALadderAndTheRunRepeatsToTheBit() throws {
    let words = "charge at 0.7 C until 4.37 V, hold until C/30, rest 100 s, discharge at 0.7 C until 3.8 V, 2 cycles"
    let driver = CyclingDriver(protocol: try CyclingProtocol(words: words), interval: 77)
    let first = try driver.run(WellMixedParticle.sample(film: 2e-3), initialLithiation: 0.9)
    let second = try driver.run(WellMixedParticle.sample(film: 2e-3), initialLithiation: 0.9)
    #expect(first.samples == second.samples && first.steps == second.steps)
    #expect(zip(first.kept, first.kept.dropFirst()).allSatisfy { $0.time < $1.time })
    let open = CyclingDriver(protocol: try CyclingProtocol(words: "hold at 4.2 V until C/100"))
    let times = try open.run(WellMixedParticle.sample(), initialLithiation: 0.9).samples.map(\.time)
    let steps = zip(times, times.dropFirst()).map { $1 - $0 }.dropLast()
    #expect(steps.allSatisfy { $0 == $0.binade })
  }
}
