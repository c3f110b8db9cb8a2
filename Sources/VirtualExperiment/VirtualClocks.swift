import Foundation

/// The clocks of detector and potentiostat, which are never quite the same.
public struct VirtualClocks: Sendable, Hashable {
  /// What the detector's clock shows at the time zero of a simulation, in seconds since 1970-01-01.
  public var detectorStart: Double
  /// What the potentiostat's clock shows more than the detector's at the same instant, in seconds.
  public var offset: Double

  /// The 1st of January 2020 at ten o'clock, unless another start is given.
  public init(detectorStart: Double = 1_577_872_800, offset: Double = 0) {
    self.detectorStart = detectorStart
    self.offset = offset
  }

  /// The start date that the potentiostat writes into a record which begins at a time of the simulation, in seconds.
  public func recordDate(start: Double) -> String {
    let date = Date(timeIntervalSince1970: detectorStart + offset + start)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt)
    // Foundation cuts fractions; half a millisecond more rounds them.
    return String(date.addingTimeInterval(5e-4).formatted(style).prefix(23))
  }
}
