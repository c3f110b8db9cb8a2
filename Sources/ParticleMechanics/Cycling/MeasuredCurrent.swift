/// A recorded current that drives the particle, as constant pieces that pass exactly the recorded charge.
public struct MeasuredCurrent: Sendable, Hashable {
  /// A constant current for a time.
  public struct Piece: Sendable, Hashable {
    /// Since the start of the record, in seconds.
    public var start: Double
    public var end: Double
    /// In amperes, positive for a charge.
    public var current: Double
  }

  /// Since the first sample, in seconds; one a sample.
  public let times: [Double]
  /// In volts, one a sample, NaN where not known; for comparison only.
  public let voltages: [Double]
  public let pieces: [Piece]

  /// The length of the record, in seconds.
  public var duration: Double { times[times.count - 1] }

  /// The charge of the record, in coulombs.
  public var charge: Double { pieces.reduce(0) { $0 + $1.current * ($1.end - $1.start) } }

  /// - Parameters:
  ///   - times: in seconds, never falling; equal times are allowed (an instrument repeats one where steps meet).
  ///   - currents: in amperes, positive for a charge, one a time.
  ///   - voltages: in volts, one a time.
  ///   - currentIsAverage: whether a current is the mean over the interval that ends at its sample; otherwise the
  ///     currents are instantaneous and the charge of an interval is a trapezoid.
  ///   - tolerance: intervals are joined while their currents differ from the joint one by no more than this fraction of
  ///     the largest current; 0 joins only equal ones. The charge of a joint piece is that of its intervals.
  public init(
    times: [Double], currents: [Double], voltages: [Double]? = nil, currentIsAverage: Bool = false,
    tolerance: Double = 1e-3
  ) throws(CyclingProtocolError) {
    guard times.count == currents.count, voltages.map({ $0.count == times.count }) ?? true else {
      throw .invalidRecord(
        reason:
          "has \(times.count) times, \(currents.count) currents and \(voltages?.count ?? 0) voltages; expected as many")
    }
    guard times.count >= 2, times[times.count - 1] > times[0] else {
      throw .invalidRecord(reason: "has \(times.count) samples; expected at least 2 that span a time")
    }
    guard tolerance >= 0, tolerance < 1 else {
      throw .parameterOutOfRange(name: "tolerance of joint currents", value: tolerance, expected: "0 or more, below 1")
    }
    for sample in times.indices {
      guard times[sample].isFinite, currents[sample].isFinite else {
        throw .invalidRecord(
          reason: "is \(currents[sample]) A at \(times[sample]) s in sample \(sample + 1); expected two numbers")
      }
      guard sample == 0 || times[sample] >= times[sample - 1] else {
        throw .invalidRecord(
          reason:
            "goes back in time in sample \(sample + 1), from \(times[sample - 1]) s to \(times[sample]) s; expected "
            + "times that never fall: cut the record there")
      }
    }
    let start = times[0]
    self.times = times.map { $0 - start }
    self.voltages = voltages ?? [Double](repeating: .nan, count: times.count)
    let largest = currents.reduce(0) { max($0, $1.magnitude) }
    pieces = Self.pieces(
      times: self.times, currents: currents, isAverage: currentIsAverage, width: tolerance * largest)
  }

  /// Joins intervals greedily: all currents of a piece lie within `width` of each other's middle.
  private static func pieces(times: [Double], currents: [Double], isAverage: Bool, width: Double) -> [Piece] {
    var pieces: [Piece] = []
    var charge = 0.0
    var start = 0.0
    var end = 0.0
    var lowest = Double.infinity
    var highest = -Double.infinity
    for sample in 1..<times.count {
      let length = times[sample] - times[sample - 1]
      guard length > 0 else { continue }
      let current = isAverage ? currents[sample] : (currents[sample - 1] + currents[sample]) / 2
      if max(highest, current) - min(lowest, current) > 2 * width {
        if end > start { pieces.append(Piece(start: start, end: end, current: charge / (end - start))) }
        (charge, start, lowest, highest) = (0, times[sample - 1], current, current)
      }
      (lowest, highest) = (min(lowest, current), max(highest, current))
      charge += current * length
      end = times[sample]
    }
    pieces.append(Piece(start: start, end: end, current: charge / (end - start)))
    return pieces
  }
}
