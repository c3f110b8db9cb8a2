/// When and where a frame was exposed, as it was recorded.
public struct ExposureStamp: Sendable, Hashable {
  /// Start of the exposure on the detector's clock, in seconds.
  public var start: Double
  /// Recorded position in metres; `nil` or NaN where none was recorded.
  public var position: Double?

  public init(start: Double, position: Double? = nil) {
    self.start = start
    self.position = position
  }
}

/// A frame of a line scan: its own time and its own place.
public struct ScanFrame: Sendable, Hashable {
  /// Its number in the series, from 0.
  public let index: Int
  /// Start of the exposure on the detector's clock, in seconds.
  public let start: Double
  /// Length of the exposure, in seconds.
  public let exposure: Double
  /// Recorded position, or the planned one where none was recorded, in metres.
  public let position: Double
  /// The pass and the step within it, both from 0; steps count from the needle whatever the direction of the pass.
  public let pass, step: Int

  /// Middle of the exposure, in seconds.
  public var middle: Double { start + exposure / 2 }
  /// End of the exposure, in seconds.
  public var end: Double { start + exposure }
}

/// A line scan, position by time: exposures from the lower end of the needle to beyond the particle's free edge, in
/// passes.
///
/// Frames find their step by their recorded position, and their pass by the time that has gone by: of the places in the
/// sequence that have the step, the one whose planned time lies nearest. Without a position the time alone decides. So
/// a frame that is missing leaves a hole in its pass and moves no other frame.
public struct LineScan: Sendable, Hashable {
  /// What was meant to be done.
  public let plan: LineScanPlan
  /// The frames that belong to the plan, in the order of exposure.
  public let frames: [ScanFrame]
  /// Frames of the series that belong to no step.
  public let leftOut: [Int]
  /// The number of passes, the last one complete or not.
  public let passCount: Int
  /// What is missing and what was left out.
  public let statements: [SeriesStatement]
  private let place: [Int?]

  /// - Parameters:
  ///   - stamps: one for each frame of the series, in the order of exposure.
  ///   - plan: what was meant to be done.
  /// - Throws: ``LineScanError`` when there is no frame, or times are not finite or do not rise.
  public init(_ stamps: [ExposureStamp], plan: LineScanPlan) throws(LineScanError) {
    guard !stamps.isEmpty else { throw .tooFew(what: "frames", found: 0, needed: 1) }
    try LineScanError.requireFinite(stamps.map(\.start), "time of frame")
    for index in stamps.indices.dropFirst() where stamps[index].start <= stamps[index - 1].start {
      throw .notRising(
        what: "time of frame", index: index, from: stamps[index - 1].start, to: stamps[index].start)
    }
    var sequence = ScanSequence(stamps, plan: plan)
    sequence.assign()
    self.plan = plan
    frames = sequence.frames
    leftOut = sequence.leftOut.map(\.frame)
    passCount = (frames.last?.pass ?? -1) + 1
    var place = [Int?](repeating: nil, count: passCount * plan.stepCount)
    for (number, frame) in frames.enumerated() { place[frame.pass * plan.stepCount + frame.step] = number }
    self.place = place
    statements =
      sequence.leftOut.map { .frameLeftOut(frame: $0.frame, reason: $0.reason) }
      + sequence.pauses.map { .pause(before: $0.frame, seconds: $0.seconds) }
      + Self.gaps(frames, plan: plan, passCount: passCount, place: place)
  }

  private static func gaps(
    _ frames: [ScanFrame], plan: LineScanPlan, passCount: Int, place: [Int?]
  ) -> [SeriesStatement] {
    var statements: [SeriesStatement] = []
    for pass in 0..<passCount {
      let steps = (0..<plan.stepCount).map { plan.step(ofSlot: pass * plan.stepCount + $0) }
      var missing = steps.indices.filter { place[pass * plan.stepCount + steps[$0]] == nil }
      var ending = 0
      if pass == passCount - 1 {
        // What lacks at the end of the last pass was never begun.
        while let last = missing.last, last == steps.count - 1 - ending {
          missing.removeLast()
          ending += 1
        }
      }
      if !missing.isEmpty { statements.append(.framesMissing(pass: pass, steps: missing.map { steps[$0] }.sorted())) }
      if ending > 0 {
        statements.append(
          .lastPassIncomplete(
            pass: pass, found: steps.count - ending - missing.count, expected: steps.count))
      }
    }
    return statements
  }

  /// The frame of a pass at a step, counted from the needle; `nil` where it is missing.
  public func frame(pass: Int, step: Int) -> ScanFrame? {
    guard pass >= 0, pass < passCount, step >= 0, step < plan.stepCount else { return nil }
    return place[pass * plan.stepCount + step].map { frames[$0] }
  }

  /// The frames of a pass in the order of exposure.
  public func frames(ofPass pass: Int) -> [ScanFrame] { frames.filter { $0.pass == pass } }

  /// Values of the series as a map, passes x steps in C order; NaN where there is no frame.
  ///
  /// - Parameter values: one for each frame of the series, those left out included.
  /// - Throws: ``LineScanError/lengths(what:found:expected:)`` when there are not as many.
  public func map(_ values: [Double]) throws(LineScanError) -> [Double] {
    let expected = frames.count + leftOut.count
    guard values.count == expected else { throw .lengths(what: "values", found: values.count, expected: expected) }
    return place.map { $0.map { values[frames[$0].index] } ?? .nan }
  }
}
