import Foundation
public import Pipeline
import PowderDiffraction
public import Quantities

/// A line scan as it was meant: from the lower end of the needle to beyond the particle's free edge, pass after pass.
public struct LineScanSettings: ExperimentDecodable {
  @Setting("positions of a pass", in: 1...100_000, example: "13")
  public var positions: Int
  @Setting("from one position to the next", in: Length(si: 1e-9)...Length(si: 1), example: "1.5 um")
  public var step: Length
  @Setting("first position, on the scan's own axis", default: Length(0, .micrometre))
  public var first: Length
  @Setting("how passes follow each other: one-way (each starts at the needle) or boustrophedon", default: .oneWay)
  public var direction: Direction
  @Setting("exposure of a frame; left out, what the files state", in: 1e-3 * .second...1e5 * .second)
  public var exposure: TimeSpan?
  @Setting(
    "from the start of one exposure to the next within a pass; left out, the median of the series",
    in: 1e-3 * .second...1e6 * .second)
  public var period: TimeSpan?
  @Setting(
    "additional time between passes; needed where they do not follow each other at once", in: TimeSpan(0, .second)...)
  public var pause: TimeSpan?
  @Setting(
    "height of the beam along the scan, full width at half maximum", default: Length(380, .nanometre),
    in: Length(si: 1e-9)...Length(si: 1e-2))
  public var beam: Length
  @Setting("how the particle scatters along the scan: sphere or slab", default: .sphere)
  public var shape: Shape

  public init() {}

  /// How passes follow each other.
  public enum Direction: String, SettingChoice {
    case oneWay = "one-way"
    case boustrophedon
  }

  /// How the particle's intensity goes from edge to edge.
  public enum Shape: String, SettingChoice {
    case sphere, slab

    var technique: ParticleShape { self == .sphere ? .sphere : .slab }
  }

  /// The scan that a series of exposures makes.
  ///
  /// - Parameters:
  ///   - times: when each exposure began, in seconds; nil where no file tells, and then exposures follow each other.
  ///   - exposure: in seconds, as the files state it.
  ///   - count: of exposures.
  /// - Throws: `LineScanError`, and `StageDocumentError` where nothing states the exposure.
  func scan(times: [Double]?, exposure stated: Double?, count: Int) throws -> LineScan {
    guard let exposure = exposure?.si ?? stated else {
      throw StageDocumentError(path: "scan", problem: "no file states the exposure; give `exposure` such as 20 s")
    }
    let starts = times ?? (0..<count).map { Double($0) * (period?.si ?? exposure) }
    let plan = try LineScanPlan(
      positions: (0..<positions).map { first.si + Double($0) * step.si },
      direction: direction == .oneWay ? .oneWay : .boustrophedon, exposure: exposure, period: period?.si,
      turnaround: pause?.si ?? measuredPause(starts))
    return try LineScan(starts.map { ExposureStamp(start: $0) }, plan: plan)
  }

  /// The additional time between passes that the exposures themselves show: the median of as many of the longest
  /// intervals as there are turns between passes, less that of all. A frame that is missing makes one of them longer and
  /// moves none.
  private func measuredPause(_ starts: [Double]) -> Double? {
    let turns = (starts.count + positions - 1) / positions - 1
    guard turns > 0, positions > 1 else { return nil }
    let intervals = zip(starts.dropFirst(), starts).map { $0 - $1 }.sorted()
    return max(intervals[intervals.count - 1 - turns / 2] - intervals[intervals.count / 2], 0)
  }
}
