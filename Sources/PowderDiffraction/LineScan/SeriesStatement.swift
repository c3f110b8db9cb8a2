/// What a series says about itself: something is missing, left out or not determined, and the rest is kept.
///
/// Frames are counted from 0 in the order of the series; passes and steps from 0 as well.
public enum SeriesStatement: Hashable, Sendable, CustomStringConvertible {
  /// A pass lacks frames at some of its steps.
  case framesMissing(pass: Int, steps: [Int])
  /// A frame belongs to no step of the plan, or repeats the step before.
  case frameLeftOut(frame: Int, reason: String)
  /// One or more whole passes of time went by without a frame; the passes are counted on without them.
  case pause(before: Int, seconds: Double)
  /// The last pass ends early.
  case lastPassIncomplete(pass: Int, found: Int, expected: Int)
  /// An edge is not seen in a pass.
  case edgeNotSeen(pass: Int, edge: ScanEdge, reason: String)
  /// Too few edges were seen to follow the drift; positions are relative to the mean edges.
  case driftNotFollowed(edges: Int)
  /// No frame lies within the potentiostat's record.
  case clocksDoNotOverlap(frames: ClosedRange<Double>, record: ClosedRange<Double>)
  /// The potentiostat's record ends before the last frames.
  case recordStopsEarly(at: Double, frames: [Int])
  /// The potentiostat's record starts after the first frames.
  case recordStartsLate(at: Double, frames: [Int])
  /// The series does not say when it was taken: the offset of the clocks is not determined by it.
  case clockNotDetermined(sigma: Double, searched: ClosedRange<Double>)

  public var description: String {
    switch self {
    case .framesMissing(let pass, let steps):
      "pass \(pass) has no frame at \(Self.list("step", steps)); the rest of the pass is kept"
    case .frameLeftOut(let frame, let reason): "frame \(frame) is left out: \(reason)"
    case .pause(let frame, let seconds): "nothing was exposed for \(seconds) s before frame \(frame)"
    case .lastPassIncomplete(let pass, let found, let expected):
      "the last pass (\(pass)) ends after \(found) of \(expected) frames; they are kept"
    case .edgeNotSeen(let pass, let edge, let reason):
      "the \(edge.name) is not seen in pass \(pass): \(reason)"
    case .driftNotFollowed(let edges):
      "only \(edges) edges were seen: the drift is not followed, positions are relative to the edges' mean"
    case .clocksDoNotOverlap(let frames, let record):
      "the frames (\(Self.span(frames)) on the potentiostat's clock) do not overlap the potentiostat's record "
        + "(\(Self.span(record))): no frame has a state of charge; check the offset of the clocks"
    case .recordStopsEarly(let time, let frames):
      "the potentiostat's record stops at \(time) s: \(Self.list("frame", frames)) after it have no state of charge"
    case .recordStartsLate(let time, let frames):
      "the potentiostat's record starts at \(time) s: \(Self.list("frame", frames)) before it have no state of charge"
    case .clockNotDetermined(let sigma, let searched):
      "the series does not determine the offset of the clocks: \(sigma) s within a search of \(Self.span(searched))"
    }
  }

  private static func span(_ range: ClosedRange<Double>) -> String { "\(range.lowerBound) s to \(range.upperBound) s" }

  private static func list(_ noun: String, _ numbers: [Int]) -> String {
    guard numbers.count > 1, let first = numbers.first, let last = numbers.last else {
      return "\(noun) " + numbers.map(String.init).joined()
    }
    let isRun = zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }
    if isRun { return "\(noun)s \(first) to \(last)" }
    let shown = numbers.prefix(8).map(String.init).joined(separator: ", ")
    return "\(noun)s \(shown)" + (numbers.count > 8 ? " and \(numbers.count - 8) more" : "")
  }
}
