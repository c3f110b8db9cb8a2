import ArrayMath
import Foundation
import ParticleMechanics
import Testing

@Suite struct MeasuredCurrentTests {
  @Test func piecesPassTheChargeOfTheRecord() throws {
    for seed in 1...50 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let isAverage = seed % 2 == 0
      var (times, currents) = ([100.0], [0.0])
      for _ in 0..<300 {
        let isRepeated = Int.random(in: 0...20, using: &generator) == 0
        times.append(times[times.count - 1] + (isRepeated ? 0 : Double.random(in: 0.1...10, using: &generator)))
        let level = [0, 3e-11, 3e-11, -2e-11][(times.count / 40) % 4]
        currents.append(level + Double.random(in: -2e-14...2e-14, using: &generator))
      }
      var charge = 0.0
      for index in 1..<times.count {
        let mean = isAverage ? currents[index] : (currents[index - 1] + currents[index]) / 2
        charge += mean * (times[index] - times[index - 1])
      }
      let record = try MeasuredCurrent(times: times, currents: currents, currentIsAverage: isAverage)
      #expect(abs(record.charge - charge) < 1e-12 * 3e-11 * record.duration)
      #expect(record.pieces.count < 30, "noise of a thousandth is joined: \(record.pieces.count)")
      #expect(record.pieces[0].start == 0 && record.pieces[record.pieces.count - 1].end == record.duration)
      #expect(zip(record.pieces, record.pieces.dropFirst()).allSatisfy { $0.end == $1.start && $0.start < $0.end })
      let exact = try MeasuredCurrent(times: times, currents: currents, currentIsAverage: isAverage, tolerance: 0)
      #expect(exact.pieces.count > 200)
      #expect(abs(exact.charge - charge) < 1e-12 * 3e-11 * record.duration)
    }
  }

  @Test func brokenRecordsNameTheSample() {
    let cases: [([Double], [Double], String)] = [
      ([0, 1], [1], "as many"), ([0], [1], "at least 2"), ([5, 5], [1, 1], "at least 2"),
      ([0, .nan, 2], [1, 1, 1], "sample 2"),
      ([0, 2, 1, 3], [1, 1, 1, 1], "sample 3"), ([0, 1, 2], [1, .infinity, 1], "sample 2"), ([], [], "at least 2"),
    ]
    for (times, currents, expected) in cases {
      #expect {
        try MeasuredCurrent(times: times, currents: currents)
      } throws: {
        "\($0)".contains(expected)
      }
    }
  }

  /// A record simulated from the protocol's own voltage curve drives the particle along that curve.
  @Test func aRecordDrivesTheParticleByItsOwnCurrent() throws {
    let particle = try WellMixedParticle.sample()
    let capacity = ParticleCapacity(mass: 4.69e-12)
    let amperes = 0.5 * capacity.charge / 3600
    // Charge at C/2, rest, discharge at C/4, every 10 s with the switch recorded twice.
    let levels: [(Double, Double)] = [(3000, amperes), (600, 0), (2000, -amperes / 2)]
    var (times, currents, voltages) = ([Double](), [Double](), [Double]())
    var (start, lithiation) = (0.0, 0.9)
    for (duration, current) in levels {
      let rate = -current / capacity.charge
      for index in 0...Int(duration / 10) {
        let time = 10 * Double(index)
        times.append(start + time)
        currents.append(current)
        let control = SurfaceControl.rate(rate)
        let state = WellMixedParticle.State(lithiation: lithiation + rate * time, passed: 0)
        voltages.append(try particle.reading(of: state, control: control).voltage)
      }
      start += duration
      lithiation += rate * duration
    }
    // A rest of an odd length before the record, whose times have their own zero.
    let series = try MeasuredCurrent(times: times.map { $0 + 77 }, currents: currents, voltages: voltages)
    let cycling = CyclingProtocol(
      steps: [.rest(123.4), CyclingStep(.measured(series), until: [])], capacity: capacity)
    let result = try CyclingDriver(protocol: cycling).run(particle, initialLithiation: 0.9)
    let record = result.steps[1]
    #expect(result.steps.count == 2 && record.reason == .recordOver && abs(record.end - 5723.4) < 1e-9)
    #expect(abs(record.passedLithiation - (lithiation - 0.9)) < 1e-12)
    // Coulombs in, lithium out.
    let charge = amperes * 3000 - amperes / 2 * 2000
    #expect(abs(record.passedLithiation + charge / capacity.charge) < 1e-12)
    let comparison = try #require(result.voltageComparison)
    #expect(comparison.times.count == times.count)
    // What is left is the straight line between samples of the model.
    #expect(comparison.rootMeanSquare < 2e-4, "\(comparison.rootMeanSquare)")
    #expect(comparison.largestDifference < 2e-3, "\(comparison.largestDifference)")
    #expect("\(cycling)".contains("measured current"))
  }

  @Test func aLimitEndsARecordEarly() throws {
    let record = try MeasuredCurrent(times: [0, 100, 100, 5000], currents: [1e-12, 1e-12, 4e-9, 4e-9])
    let step = CyclingStep(.measured(record), until: [.voltage(4.0)])
    let cycling = CyclingProtocol(steps: [step, .rest(60)], capacity: ParticleCapacity(mass: 4.69e-12))
    let result = try CyclingDriver(protocol: cycling).run(WellMixedParticle.sample(), initialLithiation: 0.9)
    #expect(result.steps[0].reason == .reached(.voltage(4.0)))
    #expect(result.steps[1].start == result.steps[0].end && result.steps[0].end < 5000)
  }
}
