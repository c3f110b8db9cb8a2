/// What a protocol did to a particle.
public struct CyclingResult<State> {
  /// A state that was kept.
  public struct Kept {
    /// Since the start of the protocol, in seconds.
    public var time: Double
    /// The step that led to it, counted from 0 with cycles unrolled.
    public var step: Int
    public var reading: CyclingReading
    public var state: State
  }

  /// The initial state, those at the output times, and the ends of the steps unless switched off; ascending in time.
  public var kept: [Kept]
  /// What an instrument would have recorded: the start and every accepted step in time of each step of the protocol. Two
  /// samples share a time where the control changes.
  public var samples: [CyclingSample]
  /// How each step went, in order.
  public var steps: [CyclingStepRecord]
  public var statistics: CyclingStatistics
}

/// A reading of the instrument.
public struct CyclingSample: Sendable, Hashable {
  /// Since the start of the protocol, in seconds.
  public var time: Double
  /// The step of the protocol, counted from 0 with cycles unrolled.
  public var step: Int
  public var reading: CyclingReading
}

/// How a step of the protocol went.
public struct CyclingStepRecord: Sendable, Hashable {
  public var step: CyclingStep
  /// The pass of its innermost cycle, from 1 on.
  public var cycle: Int
  /// Since the start of the protocol, in seconds.
  public var start: Double
  public var end: Double
  /// At its start, under its control.
  public var firstReading: CyclingReading
  /// At its end.
  public var lastReading: CyclingReading
  public var reason: Reason

  public enum Reason: Sendable, Hashable {
    /// The condition that ended it.
    case reached(CyclingStep.End)
    /// The condition held before any time had passed, and the step was left out.
    case alreadyMet(CyclingStep.End)
    /// The measured record was over.
    case recordOver
  }

  /// What the step added to the mean lithiation as the surface saw it: negative for a charge.
  public var passedLithiation: Double { lastReading.passedLithiation - firstReading.passedLithiation }
}

/// What following a protocol took.
public struct CyclingStatistics: Sendable, Hashable {
  /// Steps in time that were accepted.
  public var accepted = 0
  /// Steps in time that were too inaccurate.
  public var rejected = 0
  /// Steps in time whose equations had no solution.
  public var failed = 0
  /// Steps in time that located the end of a step.
  public var located = 0
  /// The lithiation of the surface, for a comparison with the range in which a material is known.
  public var lowestSurfaceLithiation = Double.infinity
  public var highestSurfaceLithiation = -Double.infinity

  public init() {}
}

/// How far a protocol has been followed.
public struct CyclingProgress: Sendable, Hashable {
  /// The step that is being followed, counted from 0 with cycles unrolled.
  public var step: Int
  public var stepCount: Int
  /// Since the start of the protocol, in seconds.
  public var time: Double
  public var reading: CyclingReading
}
