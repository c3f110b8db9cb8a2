internal import Foundation

/// A protocol while it is followed.
struct CyclingRun<Transport: CyclingTransport> {
  private let driver: CyclingDriver
  let transport: Transport
  var state: Transport.State
  /// Since the start of the protocol, in seconds.
  var time = 0.0
  var result = CyclingResult<Transport.State>(
    kept: [], samples: [], steps: [], statistics: CyclingStatistics())
  private var nextOutput = 0
  private var nextMultiple = 0

  init(driver: CyclingDriver, transport: Transport, state: Transport.State) {
    self.driver = driver
    self.transport = transport
    self.state = state
  }

  /// A control that acts from now to an instant at the latest.
  struct Segment {
    var control: SurfaceControl
    /// Since the start of the protocol, in seconds.
    var end: Double
    var index: Int
    var words: String
    var needsVoltage: Bool
    var conditions: [EndCondition]
  }

  mutating func follow(
    _ entry: CyclingProtocol.Entry, index: Int, count: Int, progress: (CyclingProgress) throws -> Void
  ) throws {
    let step = entry.step
    let start = time
    let words = step.description
    let pieces = try self.pieces(of: step)
    var first: CyclingReading?
    var conditions: [EndCondition] = []
    var reason: CyclingStepRecord.Reason?
    var wished = driver.firstStep
    let duration = step.ends.reduce(Double.infinity) { shortest, end in
      if case .duration(let duration) = end { min(shortest, duration) } else { shortest }
    }
    for piece in pieces where reason == nil {
      let reading = try begin(piece.control, index: index, words: words, step: step)
      let isFirst = first == nil
      if isFirst {
        first = reading
        conditions = try self.conditions(of: step, first: reading)
      }
      // A jump of the current is a jump of the voltage, which may pass a limit.
      if let met = conditions.first(where: { $0.distance(reading) <= 0 }) {
        reason = isFirst ? .alreadyMet(met.end) : .reached(met.end)
        break
      }
      let segment = Segment(
        control: piece.control, end: start + min(piece.end, duration), index: index, words: words,
        needsVoltage: step.needsVoltage, conditions: conditions)
      if let met = try follow(segment, wished: &wished, count: count, progress: progress) {
        reason = .reached(met)
      } else if time >= start + duration {
        reason = .reached(.duration(duration))
      }
    }
    let last = result.samples[result.samples.count - 1].reading
    result.steps.append(
      CyclingStepRecord(
        step: step, cycle: entry.cycle, start: start, end: time, firstReading: first ?? last, lastReading: last,
        reason: reason ?? .recordOver))
    if driver.keepsStepEnds { keep(index, last) }
  }

  // MARK: - What a step of the protocol asks for

  /// The controls of a step one after the other, with their ends since its start in seconds.
  private func pieces(of step: CyclingStep) throws -> [(control: SurfaceControl, end: Double)] {
    switch step.control {
    case .current(let current): [(.rate(try rate(current)), .infinity)]
    case .voltage(let voltage): [(.voltage(voltage), .infinity)]
    case .rest: [(.rate(0), .infinity)]
    case .lithiation(let lithiation): [(.lithiation(lithiation), .infinity)]
    case .measured(let measured):
      try measured.pieces.map { (.rate(try rate(.amperes($0.current))), $0.end) }
    }
  }

  private func rate(_ current: AppliedCurrent) throws -> Double {
    do {
      return try current.lithiationRate(span: driver.lithiationSpan, capacity: driver.cycling.capacity)
    } catch {
      throw CyclingError.invalidProtocol(error)
    }
  }

  private func conditions(of step: CyclingStep, first: CyclingReading) throws -> [EndCondition] {
    var charging = 0.0
    if case .current(let current) = step.control { charging = current.value > 0 ? 1 : -1 }
    var conditions: [EndCondition] = []
    for end in step.ends {
      var cutOff = 0.0
      if case .current(let current) = end { cutOff = try rate(current).magnitude }
      if let condition = EndCondition(end, cutOffRate: cutOff, first: first, charging: charging) {
        conditions.append(condition)
      }
    }
    return conditions
  }

  /// Reads the state under a new control and records it.
  private mutating func begin(
    _ control: SurfaceControl, index: Int, words: String, step: CyclingStep
  ) throws -> CyclingReading {
    let reading: CyclingReading
    do {
      reading = try transport.reading(of: state, control: control)
    } catch {
      throw stuck(index, words, cause: "\(error)")
    }
    guard !step.needsVoltage || !reading.voltage.isNaN else {
      throw CyclingError.voltageUnknown(step: index, words: words)
    }
    record(index, reading)
    if result.kept.isEmpty {
      keep(index, reading)
      passOutputs()
    }
    return reading
  }

  // MARK: - Steps in time

  typealias Advance = (state: Transport.State, error: Double, reading: CyclingReading)

  /// Follows one control.
  ///
  /// - Parameter wished: the length of the first step in time, in seconds, and of the one that would come next.
  /// - Returns: the condition that ended the step of the protocol; nil when the segment's time is over.
  private mutating func follow(
    _ segment: Segment, wished: inout Double, count: Int, progress: (CyclingProgress) throws -> Void
  ) throws -> CyclingStep.End? {
    let start = time
    var reading = result.samples[result.samples.count - 1].reading
    while time < segment.end {
      guard time - start < driver.longestDuration else {
        throw CyclingError.endless(step: segment.index, words: segment.words, time: time - start, reading: reading)
      }
      let stop = min(segment.end, nextOutputTime)
      let (length, next, grown) = try advance(segment, wished: wished, until: stop, rate: reading.rate)
      wished = grown
      var reached = next
      var instant = length == stop - time ? stop : time + length
      var met: CyclingStep.End?
      if distance(segment, next.reading) <= 0 {
        let (located, found) = try locate(segment, before: reading, length: length, after: next)
        if located < length { instant = time + located }
        reached = found
        met = ending(segment, found.reading)
      }
      result.statistics.accepted += 1
      state = reached.state
      reading = reached.reading
      time = instant
      record(segment.index, reading)
      if time >= nextOutputTime {
        keep(segment.index, reading)
        passOutputs()
      }
      try progress(CyclingProgress(step: segment.index, stepCount: count, time: time, reading: reading))
      if let met { return met }
    }
    return nil
  }

  /// One step in time that is accurate enough.
  ///
  /// - Returns: its length, what it led to and the length wished for next.
  private mutating func advance(
    _ segment: Segment, wished: Double, until stop: Double, rate: Double
  ) throws -> (length: Double, next: Advance, wished: Double) {
    let remaining = stop - time
    var wished = wished
    if rate.isFinite, rate != 0 { wished = min(wished, driver.largestChange / rate.magnitude) }
    while true {
      let length = Self.length(wished: wished, remaining: remaining)
      let next: Advance
      do {
        next = try transport.step(from: state, duration: length, control: segment.control)
        let isKnown = !segment.needsVoltage || !next.reading.voltage.isNaN
        guard isKnown, next.error.isFinite, next.reading.meanLithiation.isFinite else { throw UnusableStep() }
      } catch {
        result.statistics.failed += 1
        wished = length / 4
        guard wished > 1e-12 * max(time, 1), wished > 1e-9 * driver.shortestStep else {
          throw stuck(segment.index, segment.words, cause: "\(error)")
        }
        continue
      }
      // The estimate of a method of second order falls with the third power of the step.
      let scale = next.error > 0 ? 0.9 * cbrt(driver.tolerance / next.error) : 4
      if next.error > driver.tolerance {
        if length > 2 * driver.shortestStep {
          result.statistics.rejected += 1
          wished = max(length * min(max(scale, 0.1), 0.5), driver.shortestStep)
          continue
        }
        // The error is not the step's: the next one does not get shorter for it.
        return (length, next, length)
      }
      // A step cut short by an output says little about longer ones.
      return (length, next, max(length * min(scale, 4), scale >= 1 ? wished : 0))
    }
  }

  private struct UnusableStep: Error, CustomStringConvertible {
    var description: String { "the lithiation or the voltage is not a number" }
  }

  /// What remains, or the largest power of two not above a wish.
  private static func length(wished: Double, remaining: Double) -> Double {
    // No sliver is left over: its rates would be mostly rounding.
    remaining <= max(wished, wished.binade * 1.001) ? remaining : wished.binade
  }

  func stuck(_ index: Int, _ words: String, cause: String) -> CyclingError {
    let nothing = CyclingReading(
      voltage: .nan, rate: .nan, meanLithiation: .nan, surfaceLithiation: .nan, passedLithiation: .nan)
    return .stuck(step: index, words: words, time: time, reading: result.samples.last?.reading ?? nothing, cause: cause)
  }

  // MARK: - Records

  private mutating func record(_ index: Int, _ reading: CyclingReading) {
    result.samples.append(CyclingSample(time: time, step: index, reading: reading))
    let surface = reading.surfaceLithiation
    let statistics = result.statistics
    result.statistics.lowestSurfaceLithiation = min(statistics.lowestSurfaceLithiation, surface)
    result.statistics.highestSurfaceLithiation = max(statistics.highestSurfaceLithiation, surface)
  }

  /// Keeps the present state, once for each time.
  private mutating func keep(_ index: Int, _ reading: CyclingReading) {
    let kept = CyclingResult<Transport.State>.Kept(time: time, step: index, reading: reading, state: state)
    if let last = result.kept.last, last.time == time, result.kept.count > 1 {
      result.kept[result.kept.count - 1] = kept
    } else {
      result.kept.append(kept)
    }
  }

  private var nextOutputTime: Double {
    let listed = nextOutput < driver.outputTimes.count ? driver.outputTimes[nextOutput] : .infinity
    guard let interval = driver.outputInterval else { return listed }
    return min(listed, Double(nextMultiple) * interval)
  }

  private mutating func passOutputs() {
    while nextOutput < driver.outputTimes.count, driver.outputTimes[nextOutput] <= time { nextOutput += 1 }
    guard let interval = driver.outputInterval else { return }
    while Double(nextMultiple) * interval <= time { nextMultiple += 1 }
  }
}
