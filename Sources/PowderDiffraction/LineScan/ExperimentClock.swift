/// How the potentiostat's clock stands against the detector's:
///
///     t(potentiostat) = t(detector) + offset.
public struct ExperimentClock: Sendable, Hashable {
  /// In seconds.
  public let offset: Double
  /// Standard uncertainty of the offset, in seconds.
  public let sigma: Double

  /// - Throws: ``LineScanError`` when the offset is not finite or its uncertainty negative.
  public init(offset: Double, sigma: Double) throws(LineScanError) {
    try LineScanError.requireFinite([offset], "clock offset")
    guard sigma >= 0, sigma.isFinite else {
      throw .outOfRange(what: "uncertainty of the clock offset", value: sigma, expected: "zero or more seconds")
    }
    self.offset = offset
    self.sigma = sigma
  }

  /// The clock of two devices that count from absolute times.
  ///
  /// - Parameters:
  ///   - detectorStart: absolute time at which the detector's time is zero, in seconds since any epoch.
  ///   - potentiostatStart: absolute time at which the potentiostat's time is zero, since the same epoch.
  ///   - sigma: how well the two computers' clocks agree, in seconds.
  public init(detectorStart: Double, potentiostatStart: Double, sigma: Double) throws(LineScanError) {
    try self.init(offset: detectorStart - potentiostatStart, sigma: sigma)
  }

  /// The state of charge of every exposure.
  ///
  /// Exposures that are not wholly within the record have none; the rest of the series is kept.
  ///
  /// - Parameters:
  ///   - exposures: on the detector's clock, in any order.
  ///   - record: of the potentiostat.
  /// - Throws: ``LineScanError`` when a time is not finite.
  public func stateOfCharge(
    of exposures: [Exposure], from record: ChargeRecord
  ) throws(LineScanError) -> ChargedSeries {
    try LineScanError.requireFinite(exposures.map(\.start), "start of exposure")
    try LineScanError.requireFinite(exposures.map(\.length), "length of exposure")
    var frames: [FrameCharge?] = []
    var early: [Int] = []
    var late: [Int] = []
    for (index, exposure) in exposures.enumerated() {
      let start = exposure.start + offset
      let end = start + exposure.length
      if start < record.span.lowerBound { early.append(index) }
      if end > record.span.upperBound { late.append(index) }
      guard start >= record.span.lowerBound, end <= record.span.upperBound else {
        frames.append(nil)
        continue
      }
      let middle = record.moment((start + end) / 2)
      frames.append(
        FrameCharge(
          time: (start + end) / 2, start: record.moment(start).stateOfCharge, middle: middle.stateOfCharge,
          end: record.moment(end).stateOfCharge, chargeSigma: middle.sigma,
          scaleSigma: record.scaleSigma * middle.stateOfCharge, clockSigma: middle.rate * sigma))
    }
    var statements: [SeriesStatement] = []
    let starts = exposures.map { $0.start + offset }
    let ends = exposures.map { $0.start + $0.length + offset }
    if frames.allSatisfy({ $0 == nil }), let first = starts.min(), let last = ends.max() {
      statements = [.clocksDoNotOverlap(frames: first...last, record: record.span)]
    } else {
      if !early.isEmpty { statements.append(.recordStartsLate(at: record.span.lowerBound, frames: early)) }
      if !late.isEmpty { statements.append(.recordStopsEarly(at: record.span.upperBound, frames: late)) }
    }
    return ChargedSeries(frames: frames, statements: statements)
  }
}

/// When the detector was open.
public struct Exposure: Sendable, Hashable {
  /// On the detector's clock, in seconds.
  public var start: Double
  /// In seconds.
  public var length: Double

  public init(start: Double, length: Double) {
    self.start = start
    self.length = length
  }

  public init(_ frame: ScanFrame) { self.init(start: frame.start, length: frame.exposure) }
}

/// The coulombic state of charge of one exposure.
public struct FrameCharge: Sendable, Hashable {
  /// Middle of the exposure on the potentiostat's clock, in seconds.
  public let time: Double
  /// State of charge at the start, in the middle and at the end of the exposure.
  public let start, middle, end: Double
  /// Standard uncertainty of the middle that comes from the charge: gain and offset of the current add up along a run,
  /// so all frames share it.
  public let chargeSigma: Double
  /// What an error of one standard deviation of mass and capacity adds: signed, shared by all frames.
  public let scaleSigma: Double
  /// What an error of one standard deviation of the clock adds: the rate times the clock's uncertainty, signed, shared
  /// by all frames.
  public let clockSigma: Double

  /// The uncertainty that scales all frames alike.
  public var commonSigma: Double { (chargeSigma * chargeSigma + scaleSigma * scaleSigma).squareRoot() }
  /// Standard uncertainty of the middle.
  public var sigma: Double { (commonSigma * commonSigma + clockSigma * clockSigma).squareRoot() }

  /// Covariance of the middles of two exposures: each part is shared by all of a series.
  public func covariance(with other: FrameCharge) -> Double {
    chargeSigma * other.chargeSigma + scaleSigma * other.scaleSigma + clockSigma * other.clockSigma
  }
}

/// The coulombic state of charge of a series.
public struct ChargedSeries: Sendable, Hashable {
  /// One for each exposure; `nil` outside the record.
  public let frames: [FrameCharge?]
  /// What does not overlap.
  public let statements: [SeriesStatement]
}
