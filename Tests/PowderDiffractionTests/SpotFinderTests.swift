import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport
import Testing

private let degree = Double.pi / 180

@Suite struct SpotFinderTests {
  typealias Spot = SpotSimulation.Spot
  let finder: SpotFinder

  init() throws { finder = try SpotFinder(bands: [SpotSimulation.band]) }

  @Test func brightSpotsAreAllFoundAndMeasuredHonestly() throws {
    let score = try SpotSimulation.score(seeds: 1...12, photons: 3000)
    #expect(score.found == score.expected)
    #expect(score.falseAlarms == 0)
    for (name, pulls) in score.all {
      #expect(pulls.isUnbiased, "\(name): \(pulls.text)")
      #expect(pulls.coversOneSigma, "\(name): \(pulls.text)")
    }
  }

  @Test func weakSpotsAreFoundWithTheFilter() throws {
    // 250 photons over 20 to 30 a pixel: some nine deviations in all, four in the highest bin.
    let filtered = try SpotSimulation.score(seeds: 1...6, photons: 250)
    let plain = try SpotSimulation.score(seeds: 1...6, photons: 250, filtered: false)
    #expect(Double(filtered.found) > 0.9 * Double(filtered.expected))
    #expect(plain.found < filtered.found)
    #expect(filtered.falseAlarms == 0 && plain.falseAlarms == 0)
  }

  @Test(arguments: [true, false])
  func noiseHasNoSpots(filtered: Bool) throws {
    let score = try SpotSimulation.score(seeds: 1...12, photons: nil, powder: 100, filtered: filtered)
    #expect(score.falseAlarms == 0)
  }

  @Test func overlappingSpotsAreSeparated() throws {
    var generator = SeededGenerator(seed: 5)
    var pulls = SeriesPulls()
    for _ in 1...20 {
      let truth = [
        Spot(twoTheta: SpotSimulation.ring, azimuth: 0.5, photons: 6000),
        Spot(twoTheta: SpotSimulation.ring + 0.5 * Spot.width, azimuth: 0.5 + 4.2 * Spot.along, photons: 4000),
      ]
      let spots = try finder.spots(in: SpotSimulation.map(truth, &generator))
      #expect(spots.count == 2)
      for (spot, known) in zip(spots, truth) {
        #expect(spot.flags.contains(.blended))
        pulls.add(spot.twoTheta, sigma: spot.twoThetaSigma, truth: known.twoTheta)
        pulls.add(spot.azimuth, sigma: spot.azimuthSigma, truth: known.azimuth)
        pulls.add(spot.intensity, sigma: spot.intensitySigma, truth: known.photons)
      }
    }
    #expect(pulls.isUnbiased, "\(pulls.text)")
    #expect(abs(pulls.deviation - 1) < 0.25, "\(pulls.text)")
  }

  @Test func spotsTooCloseToTellApartAreFlagged() throws {
    var generator = SeededGenerator(seed: 5)
    for _ in 1...10 {
      let truth = [
        Spot(twoTheta: SpotSimulation.ring, azimuth: 0.5, photons: 6000),
        Spot(twoTheta: SpotSimulation.ring + 0.5 * Spot.width, azimuth: 0.5 + 3 * Spot.along, photons: 4000),
      ]
      let spots = try finder.spots(in: SpotSimulation.map(truth, &generator))
      #expect(spots.count == 2 || spots.allSatisfy { $0.flags.contains(.misfit) })
      let alone = try finder.spots(in: SpotSimulation.map([truth[0]], &generator))
      #expect(alone.count == 1 && alone[0].flags.isEmpty)
    }
  }

  @Test func aSpotAcrossTheEndsOfTheAzimuthIsOne() throws {
    var generator = SeededGenerator(seed: 6)
    let truth = Spot(twoTheta: SpotSimulation.ring, azimuth: .pi - 1e-4, photons: 6000)
    let spots = try finder.spots(in: SpotSimulation.map([truth], &generator))
    #expect(spots.count == 1)
    let spot = try #require(spots.first)
    #expect(abs(remainder(spot.azimuth - truth.azimuth, 2 * .pi)) < 5 * spot.azimuthSigma)
    #expect(abs(spot.intensity - 6000) < 5 * spot.intensitySigma)
    #expect(spot.flags.isEmpty)
  }

  @Test func maskedSaturatedAndCutSpotsAreFlagged() throws {
    var generator = SeededGenerator(seed: 7)
    let spot = Spot(twoTheta: SpotSimulation.ring, azimuth: SpotSimulation.azimuths[300], photons: 20_000)
    let masked = try finder.spots(in: SpotSimulation.map([spot], masked: 301..<303, &generator))
    #expect(masked.count == 1 && masked[0].flags.contains(.masked))
    // What is hidden is taken from the shape of the rest.
    #expect(abs(masked[0].intensity - 20_000) < 5 * masked[0].intensitySigma)
    #expect(masked[0].intensitySigma > 150)
    let saturated = try finder.spots(in: SpotSimulation.map([spot], saturation: 100, &generator))
    #expect(saturated.count == 1 && saturated[0].flags.contains(.saturated))
    let edge = Spot(twoTheta: SpotSimulation.band.range.upperBound - 0.5 * Spot.width, azimuth: 1, photons: 20_000)
    let cut = try finder.spots(in: SpotSimulation.map([edge], &generator))
    #expect(cut.count == 1 && cut[0].flags.contains(.cut))
  }

  @Test func theSmoothRingIsBackground() throws {
    var generator = SeededGenerator(seed: 8)
    let truth = Spot(twoTheta: SpotSimulation.ring, azimuth: -1, photons: 8000)
    let spots = try finder.spots(in: SpotSimulation.map([truth], powder: 200, &generator))
    #expect(spots.count == 1)
    #expect(abs(spots[0].intensity - 8000) < 4 * spots[0].intensitySigma)
  }

  /// From photons on a plate through the cake to spots: the forward model's grains.
  @Test func grainsOfTheForwardModelAreFound() throws {
    let score = try ForwardSpots.score(seeds: 1...4)
    #expect(score.expected > 20)
    #expect(Double(score.found) >= 0.95 * Double(score.expected), "\(score.found) of \(score.expected)")
    #expect(score.falseAlarms <= 1, "\(score.falseAlarms)")
    #expect(score.twoTheta.isUnbiased, "\(score.twoTheta.text)")
    #expect(score.azimuth.isUnbiased, "\(score.azimuth.text)")
    #expect(score.twoTheta.deviation < 1.6, "\(score.twoTheta.text)")
  }

  @Test func seriesOfCakesBecomeMaps() throws {
    let map = try SpotSimulation.map([], &Self.generator)
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: map.twoTheta, azimuths: map.azimuths, frameCount: 2,
      intensities: map.intensities + map.intensities.map { 2 * $0 },
      sigmas: (map.sigmas ?? []) + (map.sigmas ?? []), pixelCounts: map.pixelCounts)
    #expect(try PolarMap(series, frame: 0) == map)
    #expect(try PolarMap(series, frame: 1).intensities[5] == 2 * map.intensities[5])
    #expect(throws: SpotError.self) { try PolarMap(series, frame: 2) }
    let whole = try PowderPatternSeries(axis: .twoTheta, positions: [1, 2, 3], frameCount: 1, intensities: [1, 1, 1])
    #expect(throws: SpotError.noAzimuths) { try PolarMap(whole, frame: 0) }
    let q = try PowderPatternSeries(
      axis: .scatteringVector, positions: [1, 2, 3], azimuths: [0, 1, 2], frameCount: 1,
      intensities: .init(repeating: 1, count: 9))
    #expect(throws: SpotError.notTwoTheta(.scatteringVector)) { try PolarMap(q, frame: 0) }
  }

  static var generator: SeededGenerator {
    get { SeededGenerator(seed: 9) }
    set {}
  }

  @Test func emptyAndMaskedMapsHaveNoSpots() throws {
    let map = try SpotSimulation.map([], masked: 0..<1800, &Self.generator)
    #expect(try finder.spots(in: map).isEmpty)
    let flat = try PolarMap(
      twoTheta: SpotSimulation.twoTheta, azimuths: SpotSimulation.azimuths,
      intensities: .init(repeating: 0, count: 48 * 1800))
    #expect(try finder.spots(in: flat).isEmpty)
  }

  @Test func badInputIsRefused() throws {
    let axis = [0.1, 0.2, 0.3]
    let nine = [Double](repeating: 1, count: 9)
    #expect(throws: SpotError.lengths(what: "intensities", found: 2, expected: 9)) {
      try PolarMap(twoTheta: axis, azimuths: axis, intensities: [1, 2])
    }
    #expect(throws: SpotError.self) { try PolarMap(twoTheta: [0.1, 0.2], azimuths: axis, intensities: nine) }
    #expect(throws: SpotError.notEven(what: "2θ", index: 1)) {
      try PolarMap(twoTheta: [0.1, 0.25, 0.3], azimuths: axis, intensities: nine)
    }
    #expect(throws: SpotError.self) { try PolarMap(twoTheta: [0.3, 0.2, 0.1], azimuths: axis, intensities: nine) }
    #expect(throws: SpotError.self) { try PolarMap(twoTheta: [0.1, .nan, 0.3], azimuths: axis, intensities: nine) }
    #expect(throws: SpotError.self) {
      try PolarMap(twoTheta: axis, azimuths: axis, intensities: nine, sigmas: nine.map { -$0 })
    }
    var infinite = nine
    infinite[4] = .infinity
    #expect(throws: SpotError.self) { try PolarMap(twoTheta: axis, azimuths: axis, intensities: infinite) }
    #expect(throws: SpotError.self) { try SpotFinder(bands: []) }
    #expect(throws: SpotError.self) {
      try SpotFinder(bands: [SpotSimulation.band], settings: SpotSettings(threshold: 1, extent: 2))
    }
    let elsewhere = try SpotFinder(bands: [RingBand("104", about: 0.3, halfWidth: 0.01)])
    let map = try SpotSimulation.map([], &Self.generator)
    #expect(throws: SpotError.bandOutside(label: "104")) { try elsewhere.spots(in: map) }
  }
}
