import ArrayMath
import Foundation
import TestSupport
import Testing

@testable import PowderDiffraction

@Suite struct OptimalAssignmentTests {
  /// The plain twin tries every permutation.
  private func best(_ costs: [Double], _ rows: Int, _ columns: Int) -> Double {
    func search(_ row: Int, _ used: Set<Int>) -> Double {
      guard row < rows else { return 0 }
      return (0..<columns).filter { !used.contains($0) }.map {
        costs[row * columns + $0] + search(row + 1, used.union([$0]))
      }.min() ?? .infinity
    }
    return search(0, [])
  }

  @Test func findsTheLowestTotal() {
    for seed in 1...200 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let rows = 1 + Int(5 * generator.uniform())
      let columns = rows + Int(3 * generator.uniform())
      let costs = (0..<rows * columns).map { _ in (10 * generator.uniform()).rounded() - 3 }
      let chosen = optimalAssignment(costs: costs, rows: rows, columns: columns)
      #expect(Set(chosen).count == rows)
      let total = chosen.enumerated().reduce(0) { $0 + costs[$1.offset * columns + $1.element] }
      #expect(abs(total - best(costs, rows, columns)) < 1e-9)
    }
  }
}

@Suite struct SpotTrackerTests {
  static func spot(_ twoTheta: Double, _ azimuth: Double) -> DetectedSpot {
    .simulated(twoTheta: twoTheta, twoThetaSigma: 1e-5, azimuth: azimuth, azimuthSigma: 1e-3)
  }

  @Test func grainsAreFollowed() throws {
    let score = try SpotSimulation.tracks(seeds: 1...10)
    #expect(score.purity > 0.99, "\(score.purity)")
    #expect(score.completeness > 0.95, "\(score.completeness)")
    #expect(score.pulls.isUnbiased, "\(score.pulls.text)")
    #expect(abs(score.pulls.deviation - 1) < 0.35, "\(score.pulls.text)")
  }

  @Test func tracksAreBornAndDie() throws {
    let tracker = try SpotTracker(twoThetaWalk: 0, azimuthWalk: 0, longestGap: 1)
    let frames = [
      SpotFrame(time: 0, spots: [Self.spot(0.1, 0)]), SpotFrame(time: 1, spots: []),
      SpotFrame(time: 2, spots: [Self.spot(0.1, 0), Self.spot(0.1, 1)]), SpotFrame(time: 3, spots: []),
      SpotFrame(time: 4, spots: []), SpotFrame(time: 5, spots: [Self.spot(0.1, 0)]),
    ]
    let tracks = try tracker.tracks(frames)
    #expect(tracks.map { $0.points.map(\.frame) } == [[0, 2], [2], [5]])
  }

  @Test func theGateHolds() throws {
    let tracker = try SpotTracker(gate: 3, twoThetaWalk: 0, azimuthWalk: 0)
    func count(_ shift: Double) throws -> Int {
      try tracker.tracks([
        SpotFrame(time: 0, spots: [Self.spot(0.1, 0)]), SpotFrame(time: 1, spots: [Self.spot(0.1 + shift, 0)]),
      ]).count
    }
    // σ of the difference is √2 · 10⁻⁵; χ² of two exceeds 11.829 once in 370 times.
    #expect(abs(tracker.limit - 11.829_16) < 1e-4)
    #expect(try count(3.4 * 2.0.squareRoot() * 1e-5) == 1)
    #expect(try count(3.5 * 2.0.squareRoot() * 1e-5) == 2)
  }

  @Test func theBestPairingWinsOverTheNearestFirst() throws {
    // The nearest pair alone would leave the other track without its spot.
    let tracker = try SpotTracker(gate: 3, twoThetaWalk: 0, azimuthWalk: 0)
    let unit = 2.0.squareRoot() * 1e-5
    let tracks = try tracker.tracks([
      SpotFrame(time: 0, spots: [Self.spot(0.1, 0), Self.spot(0.1 + 2 * unit, 0)]),
      SpotFrame(time: 1, spots: [Self.spot(0.1 + 1.5 * unit, 0), Self.spot(0.1 + 4.9 * unit, 0)]),
    ])
    #expect(tracks.count == 2)
    #expect(tracks[0].points.map(\.index) == [0, 0])
    #expect(tracks[1].points.map(\.index) == [1, 1])
  }

  @Test func tracksCrossTheEndsOfTheAzimuth() throws {
    let tracker = try SpotTracker(twoThetaWalk: 0, azimuthWalk: 0)
    let tracks = try tracker.tracks([
      SpotFrame(time: 0, spots: [Self.spot(0.1, .pi - 2e-4)]), SpotFrame(time: 1, spots: [Self.spot(0.1, -.pi + 2e-4)]),
    ])
    #expect(tracks.count == 1)
  }

  @Test func badInputIsRefused() throws {
    #expect(throws: SpotError.self) { try SpotTracker(gate: 0, twoThetaWalk: 0, azimuthWalk: 0) }
    #expect(throws: SpotError.self) { try SpotTracker(twoThetaWalk: .nan, azimuthWalk: 0) }
    #expect(throws: SpotError.self) { try SpotTracker(twoThetaWalk: 0, azimuthWalk: 0, longestGap: -1) }
    let tracker = try SpotTracker(twoThetaWalk: 0, azimuthWalk: 0)
    #expect(throws: SpotError.notEven(what: "time of frames", index: 1)) {
      try tracker.tracks([SpotFrame(time: 1, spots: []), SpotFrame(time: 1, spots: [])])
    }
    #expect(throws: SpotError.notFinite(what: "time of frame", index: 0)) {
      try tracker.tracks([SpotFrame(time: .nan, spots: [])])
    }
    #expect(try tracker.tracks([]).isEmpty)
    let track = SpotTrack(
      ring: "003", points: [TrackPoint(frame: 0, index: 0, time: 0, spot: Self.spot(0.1, 0))])
    #expect(throws: SpotError.self) { try GrainHistory(track, wavelength: 0) }
    let history = try GrainHistory(track, wavelength: 1e-10)
    #expect(history.smoothed.count == 1 && abs(history.smoothed[0] - 1e-10 / (2 * sin(0.05))) < 1e-18)
  }
}

@Suite struct RingGrainsTests {
  static func spots(_ intensities: [Double], _ twoTheta: [Double]) -> [DetectedSpot] {
    zip(intensities, twoTheta).map {
      .simulated(
        twoTheta: $1, twoThetaSigma: 1e-6, azimuth: 0, azimuthSigma: 1e-3, intensity: $0, intensitySigma: 0)
    }
  }

  @Test func equalGrainsCountOneEach() throws {
    var generator = SeededGenerator(seed: 1)
    let grains = try RingGrains(
      Self.spots(.init(repeating: 100, count: 20), .init(repeating: 0.1, count: 20)), generator: &generator)
    #expect(abs(grains.effectiveNumber - 20) < 1e-9)
    #expect(grains.difference == 0)
  }

  @Test func exponentialBrightnessHalvesTheNumber() throws {
    var generator = SeededGenerator(seed: 2)
    let intensities = (0..<20_000).map { _ in -log(1 - generator.uniform()) }
    let grains = try RingGrains(
      Self.spots(intensities, intensities.map { _ in 0.1 }), generator: &generator, draws: 2)
    #expect(abs(grains.effectiveNumber / 10_000 - 1) < 0.05)
  }

  @Test func aBrightGrainPullsThePowderMeanNotTheMedian() throws {
    var generator = SeededGenerator(seed: 3)
    let twoTheta = (0..<30).map { _ in 0.138 + 2e-5 * generator.normal() }
    let grains = try RingGrains(
      Self.spots([3000] + .init(repeating: 100, count: 30), [0.139] + twoTheta), generator: &generator)
    #expect(grains.powderMean > 0.1384)
    #expect(abs(grains.spotMedian - 0.138) < 2e-5)
    #expect(grains.difference > 3e-4)
    #expect(grains.effectiveNumber < 4.1)
    #expect(grains.differenceSigma > 5e-5)
  }

  @Test func theUncertaintyOfTheMeansIsThatOfOtherGrains() throws {
    var mean = SeriesPulls()
    var median = SeriesPulls()
    for seed in 1...150 {
      var generator = SeededGenerator(seed: UInt64(seed), item: 450)
      let twoTheta = (0..<40).map { _ in 0.138 + 2e-5 * generator.normal() }
      let intensities = (0..<40).map { _ in 1 + generator.uniform() }
      let grains = try RingGrains(Self.spots(intensities, twoTheta), generator: &generator, draws: 200)
      mean.add(grains.powderMean, sigma: grains.powderMeanSigma, truth: 0.138)
      median.add(grains.spotMedian, sigma: grains.spotMedianSigma, truth: 0.138)
    }
    #expect(mean.isUnbiased && mean.coversOneSigma, "\(mean.text)")
    #expect(median.isUnbiased && abs(median.deviation - 1) < 0.2, "\(median.text)")
  }

  @Test func badInputIsRefused() {
    var generator = SeededGenerator(seed: 4)
    #expect(throws: SpotError.tooFew(what: "usable spots", found: 1, needed: 2)) {
      try RingGrains(Self.spots([1], [0.1]), generator: &generator)
    }
    #expect(throws: SpotError.self) { try RingGrains([], generator: &generator) }
    let flagged = [DetectedSpot](
      repeating: .simulated(
        twoTheta: 0.1, twoThetaSigma: 1e-5, azimuth: 0, azimuthSigma: 1e-3, flags: .saturated), count: 5)
    #expect(throws: SpotError.self) { try RingGrains(flagged, generator: &generator) }
  }
}
