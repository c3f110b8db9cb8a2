import Foundation

/// The spots of one frame, for tracking.
public struct SpotFrame: Sendable, Hashable {
  /// Middle of the exposure, in seconds.
  public var time: Double
  public var spots: [DetectedSpot]

  public init(time: Double, spots: [DetectedSpot]) {
    self.time = time
    self.spots = spots
  }
}

/// One spot of a track.
public struct TrackPoint: Sendable, Hashable {
  /// Number of the frame in the series that was tracked.
  public let frame: Int
  /// Number of the spot in its frame.
  public let index: Int
  /// Middle of the exposure, in seconds.
  public let time: Double
  public let spot: DetectedSpot
}

/// A grain seen from frame to frame.
public struct SpotTrack: Sendable, Hashable {
  /// The label of the ring.
  public let ring: String
  /// Its spots in order of time, at least one.
  public let points: [TrackPoint]
}

/// Follows spots from frame to frame, ring by ring.
///
/// A spot belongs to a track when it lies within the gate of where the track is expected,
///
///     χ² = (Δ2θ)²/(σ² + σ_track² + D²Δt) + (Δχ)²/(σ² + σ_track² + A²Δt)  ≤  G,
///
/// with G such that χ² of two coordinates exceeds it as rarely as a normal deviate exceeds the gate: 11.83 for 3 standard
/// deviations, one in 370. Of all such pairings the one of lowest total cost is taken, where a track without a spot and a
/// spot without a track cost G each. Spots without a track begin one; a track that has missed too many frames ends.
public struct SpotTracker: Sendable, Hashable {
  /// In standard deviations.
  public var gate: Double
  /// How far 2θ of a grain may wander in one second, standard deviation in radians per √s.
  public var twoThetaWalk: Double
  /// How far the azimuth of a grain may wander in one second, standard deviation in radians per √s.
  public var azimuthWalk: Double
  /// How many frames a track may miss in a row.
  public var longestGap: Int

  /// - Throws: ``SpotError`` when a setting is out of range.
  public init(
    gate: Double = 3, twoThetaWalk: Double, azimuthWalk: Double, longestGap: Int = 2
  ) throws(SpotError) {
    try SpotError.require(gate > 0 && gate < 30, "gate", gate, "a positive number of deviations below 30")
    try SpotError.require(twoThetaWalk >= 0, "walk of 2θ", twoThetaWalk, "zero or more")
    try SpotError.require(azimuthWalk >= 0, "walk of the azimuth", azimuthWalk, "zero or more")
    try SpotError.require(longestGap >= 0, "longest gap", Double(longestGap), "zero or more frames")
    self.gate = gate
    self.twoThetaWalk = twoThetaWalk
    self.azimuthWalk = azimuthWalk
    self.longestGap = longestGap
  }

  /// G: χ² of two degrees of freedom has the tail exp(−G/2).
  var limit: Double { -2 * log(erfc(gate / 2.0.squareRoot())) }

  /// A track under way: the filtered position with its variances.
  private struct Live {
    var points: [TrackPoint]
    var position, variance: SIMD2<Double>
    var missed = 0

    init(_ point: TrackPoint) {
      points = [point]
      position = SIMD2(point.spot.twoTheta, point.spot.azimuth)
      variance = Self.variance(point.spot)
    }

    static func variance(_ spot: DetectedSpot) -> SIMD2<Double> {
      SIMD2(spot.twoThetaSigma * spot.twoThetaSigma, spot.azimuthSigma * spot.azimuthSigma)
    }

    func offset(_ spot: DetectedSpot) -> SIMD2<Double> {
      SIMD2(spot.twoTheta - position.x, remainder(spot.azimuth - position.y, 2 * .pi))
    }

    /// Kalman's update of two independent numbers.
    mutating func add(_ point: TrackPoint, walk: SIMD2<Double>) {
      let interval = point.time - points[points.count - 1].time
      let predicted = variance + walk * walk * interval
      let gain = predicted / (predicted + Self.variance(point.spot))
      position += gain * offset(point.spot)
      variance = (1 - gain) * predicted
      points.append(point)
      missed = 0
    }
  }

  /// The tracks of a series, ring by ring, in the order in which they begin.
  ///
  /// - Parameter frames: in order of time, all of one place on the sample.
  /// - Throws: ``SpotError`` when a time is not finite or does not rise.
  public func tracks(_ frames: [SpotFrame]) throws(SpotError) -> [SpotTrack] {
    for index in frames.indices {
      guard frames[index].time.isFinite else { throw .notFinite(what: "time of frame", index: index) }
      guard index == 0 || frames[index].time > frames[index - 1].time else {
        throw .notEven(what: "time of frames", index: index)
      }
    }
    var rings: [String] = []
    for spot in frames.flatMap(\.spots) where !rings.contains(spot.ring) { rings.append(spot.ring) }
    return rings.flatMap { ring in follow(ring, frames) }
  }

  private func follow(_ ring: String, _ frames: [SpotFrame]) -> [SpotTrack] {
    var live: [Live] = []
    var ended: [Live] = []
    let walk = SIMD2(twoThetaWalk, azimuthWalk)
    for (number, frame) in frames.enumerated() {
      let points = frame.spots.indices.filter { frame.spots[$0].ring == ring }.map {
        TrackPoint(frame: number, index: $0, time: frame.time, spot: frame.spots[$0])
      }
      let pairs = pairing(live, points, walk)
      for (index, pair) in pairs.enumerated() {
        if let pair {
          live[index].add(points[pair], walk: walk)
        } else {
          live[index].missed += 1
        }
      }
      let taken = Set(pairs.compactMap(\.self))
      ended += live.filter { $0.missed > longestGap }
      live.removeAll { $0.missed > longestGap }
      live += points.indices.filter { !taken.contains($0) }.map { Live(points[$0]) }
    }
    return (ended + live).sorted {
      ($0.points[0].frame, $0.points[0].index) < ($1.points[0].frame, $1.points[0].index)
    }.map { SpotTrack(ring: ring, points: $0.points) }
  }

  /// The spot of each track; `nil` for none.
  private func pairing(_ live: [Live], _ points: [TrackPoint], _ walk: SIMD2<Double>) -> [Int?] {
    guard !live.isEmpty, !points.isEmpty else { return [Int?](repeating: nil, count: live.count) }
    // Each track has a column of its own for "no spot"; a spot without a track costs the same for every pairing with as
    // many pairs, so that its cost joins that of the track.
    let columns = points.count + live.count
    let limit = limit
    let none = 2 * limit
    let forbidden = 1e6 * none
    var costs = [Double](repeating: forbidden, count: live.count * columns)
    for (row, track) in live.enumerated() {
      for (column, point) in points.enumerated() {
        let last = track.points[track.points.count - 1]
        let variance = track.variance + walk * walk * (point.time - last.time) + Live.variance(point.spot)
        let offset = track.offset(point.spot)
        let cost = (offset * offset / variance).sum()
        if cost <= limit { costs[row * columns + column] = cost }
      }
      costs[row * columns + points.count + row] = none
    }
    return optimalAssignment(costs: costs, rows: live.count, columns: columns).map { $0 < points.count ? $0 : nil }
  }
}
