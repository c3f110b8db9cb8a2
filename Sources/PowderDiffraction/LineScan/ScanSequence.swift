/// Finds the place of each frame in the sequence of a line scan.
struct ScanSequence {
  let stamps: [ExposureStamp]
  let plan: LineScanPlan
  let period, turnaround: Double
  private(set) var frames: [ScanFrame] = []
  private(set) var leftOut: [(frame: Int, reason: String)] = []
  private(set) var pauses: [(frame: Int, seconds: Double)] = []

  init(_ stamps: [ExposureStamp], plan: LineScanPlan) {
    self.stamps = stamps
    self.plan = plan
    let gaps = zip(stamps, stamps.dropFirst()).map { $1.start - $0.start }
    let period = plan.period ?? max(Self.median(gaps) ?? plan.exposure, plan.exposure)
    self.period = period
    turnaround = plan.turnaround ?? Self.turnaround(stamps, plan: plan, gaps: gaps, period: period)
  }

  private static func median(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }

  /// What the gaps between passes have more than those within them. Passes are told by positions alone.
  private static func turnaround(
    _ stamps: [ExposureStamp], plan: LineScanPlan, gaps: [Double], period: Double
  ) -> Double {
    guard plan.stepCount > 1 else { return 0 }
    let steps = stamps.map { stamp in stamp.position.flatMap { $0.isFinite ? plan.step(nearest: $0) : nil } }
    var excess: [Double] = []
    for index in gaps.indices {
      guard let from = steps[index], let to = steps[index + 1] else { continue }
      // From the end of a pass to the start of the next, with no frame missing between.
      let last = plan.stepCount - 1
      let isTurn = plan.direction == .oneWay ? from == last && to == 0 : from == to && (from == 0 || from == last)
      if isTurn { excess.append(max(0, gaps[index] - period)) }
    }
    return median(excess) ?? 0
  }

  /// Planned time from one slot of the sequence to another.
  private func time(from: Int, to: Int) -> Double {
    Double(to - from) * period + Double(to / plan.stepCount - from / plan.stepCount) * turnaround
  }

  mutating func assign() {
    var last: (slot: Int, start: Double)?
    for (index, stamp) in stamps.enumerated() {
      let recorded = stamp.position.flatMap { $0.isFinite ? $0 : nil }
      var step: Int?
      if let recorded {
        step = plan.step(nearest: recorded)
        guard step != nil else {
          leftOut.append((index, "its position of \(recorded) m is none of the plan's"))
          continue
        }
      }
      let slot: Int
      switch place(step: step, after: last, at: stamp.start, frame: index) {
      case .slot(let found): slot = found
      case .repeats:
        leftOut.append((index, "it repeats the step before"))
        last?.start = stamp.start
        continue
      case .doesNotFollow:
        leftOut.append((index, "its step does not follow those before"))
        continue
      }
      last = (slot, stamp.start)
      let planned = plan.step(ofSlot: slot)
      frames.append(
        ScanFrame(
          index: index, start: stamp.start, exposure: plan.exposure, position: recorded ?? plan.positions[planned],
          pass: slot / plan.stepCount, step: planned))
    }
  }

  private enum Place {
    case slot(Int)
    case repeats, doesNotFollow
  }

  private mutating func place(
    step: Int?, after last: (slot: Int, start: Double)?, at start: Double, frame: Int
  ) -> Place {
    // A series begins with the first pass, at the needle unless a position says otherwise.
    guard let last else { return .slot(step ?? 0) }
    let elapsed = start - last.start
    // Whole passes without a frame are a pause, not passes. After it the sequence goes on where it can.
    let cycle = (Double(plan.stepCount) * period + turnaround) * (plan.direction == .oneWay ? 1 : 2)
    if elapsed > 2 * cycle {
      pauses.append((frame, elapsed))
      let next = (last.slot + 1...last.slot + 2 * plan.stepCount).first {
        step == nil || plan.step(ofSlot: $0) == step
      }
      return next.map { .slot($0) } ?? .doesNotFollow
    }
    let furthest = last.slot + Int(elapsed / period) + 2 * plan.stepCount
    var best: (slot: Int, error: Double)?
    for candidate in last.slot + 1...furthest where step == nil || plan.step(ofSlot: candidate) == step {
      let error = abs(time(from: last.slot, to: candidate) - elapsed)
      if error < (best?.error ?? .infinity) { best = (candidate, error) }
    }
    guard let best else { return .doesNotFollow }
    guard let step else { return elapsed < period / 2 ? .repeats : .slot(best.slot) }
    guard plan.stepCount > 1 else { return .slot(best.slot) }
    // Staying at the step before takes one period or less, and no frame of the sequence does.
    if step == plan.step(ofSlot: last.slot), abs(elapsed - period) < best.error { return .repeats }
    // A frame that comes this much too early is no part of a later pass.
    let tolerance = max(1.5, Double(plan.stepCount) / 4) * period
    return time(from: last.slot, to: best.slot) - elapsed > tolerance ? .doesNotFollow : .slot(best.slot)
  }
}
