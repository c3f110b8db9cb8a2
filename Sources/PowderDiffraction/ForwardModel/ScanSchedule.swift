/// When and where each exposure of repeated line scans is taken.
///
/// Exposure j of pass k starts at `start + k · passInterval + j · (exposure + readOut)`.
public struct ScanSchedule: Sendable, Hashable {
  /// Positions along the line, first and step in metres.
  public var firstPosition, step: Double
  /// Positions in a pass, and passes.
  public var positions, passes: Int
  /// Times in seconds: of one exposure, and from its end to the next.
  public var exposure, readOut: Double
  /// From the start of a pass to the start of the next, in seconds; `nil` when they follow without a pause.
  public var passInterval: Double?
  /// When the first exposure starts, in seconds of the detector's clock.
  public var start: Double
  /// Whether every second pass runs from the last position to the first.
  public var alternates: Bool

  public init(
    firstPosition: Double, step: Double, positions: Int, passes: Int, exposure: Double = 20, readOut: Double = 2,
    passInterval: Double? = nil, start: Double = 0, alternates: Bool = false
  ) {
    self.firstPosition = firstPosition
    self.step = step
    self.positions = positions
    self.passes = passes
    self.exposure = exposure
    self.readOut = readOut
    self.passInterval = passInterval
    self.start = start
    self.alternates = alternates
  }

  /// Exposures of all passes.
  public var count: Int { positions * passes }
  /// The time one pass takes, in seconds.
  public var passDuration: Double { Double(positions) * (exposure + readOut) }

  /// Which pass an exposure belongs to, and which position along the line it is at.
  public func place(of exposure: Int) -> (pass: Int, position: Int) {
    let (pass, order) = (exposure / positions, exposure % positions)
    return (pass, alternates && pass % 2 == 1 ? positions - 1 - order : order)
  }

  /// When an exposure starts, in seconds.
  public func startTime(of index: Int) -> Double {
    let (pass, order) = (index / positions, index % positions)
    return start + Double(pass) * (passInterval ?? passDuration) + Double(order) * (exposure + readOut)
  }

  /// Where the stage stands during an exposure, in metres.
  public func stagePosition(of index: Int) -> Double { firstPosition + Double(place(of: index).position) * step }

  func check() throws(ForwardModelError) {
    try ForwardModelError.require(positions > 0, "number of positions", Double(positions), "one or more")
    try ForwardModelError.require(passes > 0, "number of passes", Double(passes), "one or more")
    try ForwardModelError.require(step > 0, "step of the scan", step, "a positive length")
    try ForwardModelError.require(exposure > 0, "exposure time", exposure, "a positive time")
    try ForwardModelError.require(readOut >= 0, "read-out time", readOut, "zero or more seconds")
    try ForwardModelError.require(true, "first position", firstPosition, "a length")
    try ForwardModelError.require(true, "start of the scan", start, "a time")
    if let passInterval {
      try ForwardModelError.require(
        passInterval >= passDuration, "time between passes", passInterval, "at least \(passDuration) s, one pass")
    }
  }
}
