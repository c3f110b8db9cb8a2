/// Follows a protocol: chooses steps in time from the transport's estimate of its error, and finds the instants at which
/// steps of the protocol end.
///
/// Steps in time are powers of two of a second wherever possible, so that a transport can keep the factors of its
/// matrices. An end is located by repeating the last step in time with other lengths, so that the state at the end is one
/// that the transport computed, not an interpolation: voltages are met to 1e-7 V, cut-off currents to 1e-7 of
/// themselves, lithiations to 1e-10.
public struct CyclingDriver: Sendable {
  public let cycling: CyclingProtocol
  /// The change of the mean lithiation in an hour at 1 C.
  public let lithiationSpan: Double
  /// Since the start of the protocol, in seconds, ascending: states are kept at these times, as far as it lasts.
  public var outputTimes: [Double]
  /// States are kept at the whole multiples of this time, in seconds; nil for none.
  public var outputInterval: Double?
  /// Whether states are kept at the ends of the steps of the protocol.
  public var keepsStepEnds = true
  /// The largest error of a step in time, in lithiation.
  public var tolerance: Double
  /// The first step in time after a change of control, in seconds.
  public var firstStep = 1.0 / 64
  /// A step in time is not shortened below this for its error alone, in seconds: a jump of the surface's lithiation has
  /// an error of its own size whatever the step.
  public var shortestStep = 1.0 / 1024
  /// The largest change of the mean lithiation in a step in time: the density of the recorded curves.
  public var largestChange = 0.01
  /// A step of the protocol that lasts longer than this, in seconds, is an error.
  public var longestDuration = 1e9

  /// - Parameters:
  ///   - protocol: what to follow.
  ///   - lithiationSpan: the change of the mean lithiation in an hour at 1 C: 1 is the theoretical capacity.
  ///   - outputTimes: since the start, in seconds, ascending.
  ///   - interval: states are kept at its whole multiples, in seconds.
  ///   - tolerance: the largest error of a step in time, in lithiation.
  public init(
    protocol cycling: CyclingProtocol, lithiationSpan: Double = 1, outputTimes: [Double] = [],
    interval: Double? = nil, tolerance: Double = 1e-5
  ) {
    self.cycling = cycling
    self.lithiationSpan = lithiationSpan
    self.outputTimes = outputTimes
    outputInterval = interval
    self.tolerance = tolerance
  }

  /// Follows the protocol from a uniform particle.
  ///
  /// - Parameter progress: called after every step in time; an error it throws ends the run.
  /// - Throws: `CyclingError`, and what `progress` throws.
  public func run<Transport: CyclingTransport>(
    _ transport: Transport, initialLithiation: Double, progress: (CyclingProgress) throws -> Void = { _ in }
  ) throws -> CyclingResult<Transport.State> {
    guard (0...1).contains(initialLithiation) else {
      throw CyclingError.parameterOutOfRange(
        name: "initial lithiation", value: initialLithiation, expected: "a number from 0 to 1")
    }
    return try run(transport, from: transport.uniform(initialLithiation), progress: progress)
  }

  /// Follows the protocol from a state of the transport.
  public func run<Transport: CyclingTransport>(
    _ transport: Transport, from state: Transport.State, progress: (CyclingProgress) throws -> Void = { _ in }
  ) throws -> CyclingResult<Transport.State> {
    try check()
    var run = CyclingRun(driver: self, transport: transport, state: state)
    let sequence = cycling.sequence
    for (index, entry) in sequence.enumerated() {
      try run.follow(entry, index: index, count: sequence.count, progress: progress)
    }
    return run.result
  }

  private func check() throws {
    do {
      try cycling.validate()
    } catch {
      throw CyclingError.invalidProtocol(error)
    }
    func require(_ name: String, _ value: Double, _ expected: String, _ holds: Bool) throws {
      guard value.isFinite, holds else {
        throw CyclingError.parameterOutOfRange(name: name, value: value, expected: expected)
      }
    }
    try require(
      "lithiation span of 1 C", lithiationSpan, "more than 0 and at most 1", lithiationSpan > 0 && lithiationSpan <= 1)
    try require("tolerance", tolerance, "1e-10 to 0.01", (1e-10...1e-2).contains(tolerance))
    try require("first step", firstStep, "a positive time", firstStep > 0)
    try require("shortest step", shortestStep, "a positive time", shortestStep > 0)
    try require("largest change of lithiation", largestChange, "a positive number", largestChange > 0)
    try require("longest duration", longestDuration, "a positive time", longestDuration > 0)
    if let outputInterval {
      try require("output interval", outputInterval, "a positive time", outputInterval > 0)
    }
    var previous = -Double.infinity
    for time in outputTimes {
      try require("output time", time, "0 or more seconds, later than the one before", time >= 0 && time > previous)
      previous = time
    }
  }
}
