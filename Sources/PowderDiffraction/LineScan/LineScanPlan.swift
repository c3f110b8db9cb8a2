/// How the steps of a pass follow each other.
public enum ScanDirection: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every pass starts at the lower end of the needle.
  case oneWay
  /// Passes go up and down in turn; the first starts at the lower end of the needle.
  case boustrophedon
}

/// What a line scan was meant to do: the same positions again and again, in passes.
public struct LineScanPlan: Sendable, Hashable {
  /// Positions of the steps in metres, rising from the lower end of the needle to beyond the particle's free edge.
  public let positions: [Double]
  /// How the passes follow each other.
  public let direction: ScanDirection
  /// Length of an exposure, in seconds.
  public let exposure: Double
  /// From the start of one exposure to the start of the next within a pass, in seconds; `nil` takes the median of the
  /// series.
  public let period: Double?
  /// Additional time between the last frame of a pass and the first of the next, in seconds; `nil` takes the median of
  /// the series where positions are recorded and zero where they are not.
  public let turnaround: Double?

  /// - Throws: ``LineScanError`` when there is no position, one is not finite or does not rise, or a time is not
  ///   positive.
  public init(
    positions: [Double], direction: ScanDirection = .oneWay, exposure: Double, period: Double? = nil,
    turnaround: Double? = nil
  ) throws(LineScanError) {
    guard !positions.isEmpty else { throw .tooFew(what: "positions", found: 0, needed: 1) }
    try LineScanError.requireFinite(positions, "position")
    for index in positions.indices.dropFirst() where positions[index] <= positions[index - 1] {
      throw .notRising(what: "position", index: index, from: positions[index - 1], to: positions[index])
    }
    try LineScanError.requirePositive(exposure, "exposure")
    if let period {
      try LineScanError.requirePositive(period, "period")
      guard period >= exposure else {
        throw .outOfRange(what: "period", value: period, expected: "no less than the exposure of \(exposure) s")
      }
    }
    if let turnaround, !(turnaround >= 0 && turnaround.isFinite) {
      throw .outOfRange(what: "turnaround", value: turnaround, expected: "zero or more seconds")
    }
    self.positions = positions
    self.direction = direction
    self.exposure = exposure
    self.period = period
    self.turnaround = turnaround
  }

  /// The plan that recorded positions follow: their distinct values, and whether passes come back or start anew.
  ///
  /// - Parameters:
  ///   - recorded: a position for each frame in the order of exposure, in metres; NaN where it is not known.
  ///   - exposure: in seconds.
  ///   - tolerance: positions closer than this are one step, in metres.
  /// - Throws: ``LineScanError`` when no position is known.
  public static func inferred(
    from recorded: [Double], exposure: Double, tolerance: Double
  ) throws(LineScanError) -> LineScanPlan {
    try LineScanError.requirePositive(tolerance, "tolerance of a position")
    let known = recorded.filter(\.isFinite)
    guard !known.isEmpty else { throw .tooFew(what: "known positions", found: 0, needed: 1) }
    var groups: [[Double]] = []
    for position in known.sorted() {
      if let last = groups.last?.last, position - last < tolerance {
        groups[groups.count - 1].append(position)
      } else {
        groups.append([position])
      }
    }
    // Coming back falls step by step, starting anew falls by the whole length.
    let steps = zip(known, known.dropFirst()).map { $1 - $0 }
    let falls = steps.filter { $0 < -tolerance }.map { -$0 }.sorted()
    let rises = steps.filter { $0 > tolerance }.sorted()
    let comesBack =
      groups.count > 2 && !falls.isEmpty && !rises.isEmpty
      && falls[falls.count / 2] < 1.5 * rises[rises.count / 2]
    return try LineScanPlan(
      positions: groups.map { $0.reduce(0, +) / Double($0.count) },
      direction: comesBack ? .boustrophedon : .oneWay, exposure: exposure)
  }

  /// The number of steps of a pass.
  public var stepCount: Int { positions.count }

  /// The step that is taken at a place in the whole sequence.
  func step(ofSlot slot: Int) -> Int {
    let (pass, step) = slot.quotientAndRemainder(dividingBy: stepCount)
    return direction == .boustrophedon && pass % 2 == 1 ? stepCount - 1 - step : step
  }

  /// The step whose position is nearest; `nil` when it is farther than half the distance to a neighbour.
  func step(nearest position: Double) -> Int? {
    guard
      let nearest = positions.indices.min(by: { abs(positions[$0] - position) < abs(positions[$1] - position) })
    else { return nil }
    guard stepCount > 1 else { return 0 }
    let below = nearest > 0 ? positions[nearest] - positions[nearest - 1] : positions[1] - positions[0]
    let above = nearest + 1 < stepCount ? positions[nearest + 1] - positions[nearest] : below
    let reach = position < positions[nearest] ? below : above
    return abs(position - positions[nearest]) <= reach / 2 ? nearest : nil
  }
}
