import Foundation
import ParticleMechanics
import Pipeline
import Quantities

/// Following the protocol with any transport.
extension CyclingModel {
  /// - Throws: `CyclingError`, and `Interrupted` where the user asked to stop.
  func follow<Transport: CyclingTransport>(
    _ transport: Transport, _ context: RunContext
  ) throws -> CyclingResult<Transport.State> {
    var driver = CyclingDriver(
      protocol: cycling, lithiationSpan: parameters.protocol.lithiationSpan.si,
      interval: expectedDuration / Double(2 * parameters.protocol.keptStates),
      tolerance: parameters.protocol.tolerance)
    // Where larger errors are allowed, curves need not be as dense either.
    driver.largestChange = parameters.protocol.tolerance >= 1e-3 ? 0.02 : 0.01
    return try driver.run(transport, initialLithiation: parameters.protocol.initialLithiation.si) { _ in
      if context.isCancelled() { throw Interrupted() }
    }
  }

  /// Seconds that the protocol should about take, from its currents and durations.
  private var expectedDuration: Double {
    let span = parameters.protocol.lithiationSpan.si
    let seconds = cycling.sequence.reduce(0.0) { sum, entry in
      var longest = Double.infinity
      for case .duration(let duration) in entry.step.ends { longest = min(longest, duration) }
      let own: Double =
        switch entry.step.control {
        case .current(let current):
          // Seven tenths of the lithium move in a charge or discharge.
          0.7 / max(abs((try? current.lithiationRate(span: span, capacity: cycling.capacity)) ?? 1e-4), 1e-12)
        case .measured(let record): record.duration
        case .voltage, .lithiation: 3600
        case .rest: 3600
        }
      return sum + min(own, longest)
    }
    return max(seconds, 1)
  }

  /// The kept states that are shown: the first, the ends of steps, and others as evenly in time as they are there.
  func shown<State>(_ result: CyclingResult<State>) -> [CyclingResult<State>.Kept] {
    let kept = result.kept
    guard let first = kept.first, let last = kept.last else { return [] }
    let ends = Set(result.steps.map(\.end))
    let count = parameters.protocol.keptStates
    var wanted = (0...count).map { first.time + (last.time - first.time) * Double($0) / Double(count) }[...]
    var found: [CyclingResult<State>.Kept] = []
    for (place, state) in kept.enumerated() {
      let isNewest = place + 1 == kept.count || kept[place + 1].time > state.time
      guard isNewest else { continue }
      let isWanted = wanted.first.map { state.time >= $0 } ?? false
      while let next = wanted.first, state.time >= next { wanted = wanted.dropFirst() }
      if isWanted || ends.contains(state.time) || place == 0 { found.append(state) }
    }
    return found
  }

  /// Course, steps and statistics of a result.
  func outcome<State>(of result: CyclingResult<State>) -> CyclingOutcome {
    var outcome = CyclingOutcome()
    for sample in result.samples {
      outcome.course.time.append(sample.time)
      outcome.course.voltage.append(sample.reading.voltage)
      outcome.course.rate.append(sample.reading.rate)
      outcome.course.mean.append(sample.reading.meanLithiation)
      outcome.course.surface.append(sample.reading.surfaceLithiation)
      outcome.course.passed.append(sample.reading.passedLithiation)
      outcome.course.step.append(Double(sample.step))
    }
    outcome.steps = result.steps.map { record in
      let end: String =
        switch record.reason {
        case .reached(let end): Self.words(end)
        case .alreadyMet(let end): "\(Self.words(end)) held before it began; left out"
        case .recordOver: "the end of the record"
        }
      return CyclingOutcome.Step(
        words: "\(record.step)", end: end, endTime: record.end, endVoltage: record.lastReading.voltage,
        endMean: record.lastReading.meanLithiation)
    }
    return outcome
  }

  /// Largest difference between the lithium that is left and the charge that was counted.
  func balanceDefect(_ course: CyclingOutcome.Course) -> Double {
    guard let start = course.mean.first, let counted = course.passed.first else { return 0 }
    return zip(course.mean, course.passed).map { abs(($0 - start) - ($1 - counted)) }.max() ?? 0
  }

  private static func words(_ end: CyclingStep.End) -> String {
    func number(_ value: Double) -> String { String(format: "%.4g", value) }
    return switch end {
    case .voltage(let voltage): "\(number(voltage)) V"
    case .current(.rate(let rate)): "C/\(number(1 / max(abs(rate), 1e-12)))"
    case .current(.amperes(let current)): "\(number(current)) A"
    case .current(.specific(let current)): "\(number(current)) A/kg"
    case .duration(let seconds): "its duration, \(number(seconds / 3600)) h"
    case .lithiation(let lithiation): "lithiation \(number(lithiation))"
    case .change(let change): "a change of lithiation of \(number(change))"
    }
  }
}
