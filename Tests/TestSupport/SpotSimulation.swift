public import ArrayMath
import Foundation
public import PowderDiffraction

/// Spotty rings with known spots.
public enum SpotSimulation {
  /// A Gaussian spot of a polar map.
  public struct Spot: Sendable {
    public var twoTheta, azimuth, photons, twoThetaWidth, azimuthWidth: Double

    public init(
      twoTheta: Double, azimuth: Double, photons: Double, twoThetaWidth: Double = Self.width,
      azimuthWidth: Double = Self.along
    ) {
      self.twoTheta = twoTheta
      self.azimuth = azimuth
      self.photons = photons
      self.twoThetaWidth = twoThetaWidth
      self.azimuthWidth = azimuthWidth
    }

    /// Standard deviation across the ring: 25 mdeg full width.
    public static let width = 25e-3 * Double.pi / 180 / 2.354_82
    /// Standard deviation along the ring: 0.6 degrees full width.
    public static let along = 0.6 * Double.pi / 180 / 2.354_82
  }

  /// The ring 003 of the pristine material at 19 keV.
  public static let ring = 7.91 * Double.pi / 180
  public static let twoTheta = (0..<48).map { ring + (Double($0) - 24) * 10e-3 * .pi / 180 }
  public static let azimuths = (0..<1800).map { -Double.pi + (Double($0) + 0.5) * .pi / 900 }
  public static let band = RingBand("003", about: ring, halfWidth: 0.15 * .pi / 180)
  /// Pixels in a bin.
  static let pixels = 1.5

  /// Counted photons of spots over a flat background and a smooth ring.
  ///
  /// - Parameters:
  ///   - background: photons a pixel.
  ///   - powder: photons a pixel on the crest of the smooth ring.
  public static func map(
    _ spots: [Spot], background: Double = 20, powder: Double = 0, masked: Range<Int> = 0..<0,
    saturation: Double? = nil, _ generator: inout SeededGenerator
  ) throws -> PolarMap {
    let width = twoTheta.count
    let (binWidth, sectorWidth) = (twoTheta[1] - twoTheta[0], azimuths[1] - azimuths[0])
    func share(_ from: Double, _ to: Double, _ sigma: Double) -> Double {
      (erfc(-to / (sigma * 2.0.squareRoot())) - erfc(-from / (sigma * 2.0.squareRoot()))) / 2
    }
    var photons = [Double](repeating: 0, count: width * azimuths.count)
    for column in 0..<width {
      let offset = (twoTheta[column] - ring) / Spot.width
      let mean = background + powder * exp(-offset * offset / 2)
      for sector in azimuths.indices { photons[sector * width + column] = pixels * mean }
    }
    for spot in spots {
      for sector in azimuths.indices {
        let along = remainder(azimuths[sector] - spot.azimuth, 2 * .pi)
        guard abs(along) < 8 * spot.azimuthWidth else { continue }
        let part = share(along - sectorWidth / 2, along + sectorWidth / 2, spot.azimuthWidth)
        for column in 0..<width {
          let across = twoTheta[column] - spot.twoTheta
          photons[sector * width + column] +=
            spot.photons * part * share(across - binWidth / 2, across + binWidth / 2, spot.twoThetaWidth)
        }
      }
    }
    let counts = photons.map { Double(generator.poisson($0)) }
    var intensities = counts.map { min($0 / pixels, saturation ?? .infinity) }
    var pixelCounts = [Double](repeating: pixels, count: counts.count)
    for sector in masked {
      for column in 0..<width {
        intensities[sector * width + column] = .nan
        pixelCounts[sector * width + column] = 0
      }
    }
    return try PolarMap(
      twoTheta: twoTheta, azimuths: azimuths, intensities: intensities,
      sigmas: counts.map { $0.squareRoot() / pixels }, pixelCounts: pixelCounts, saturation: saturation)
  }

  /// The detected spot nearest to a true one, within three widths.
  public static func match(_ truth: Spot, in spots: [DetectedSpot]) -> DetectedSpot? {
    func distance(_ spot: DetectedSpot) -> Double {
      let along = remainder(spot.azimuth - truth.azimuth, 2 * .pi) / truth.azimuthWidth
      let across = (spot.twoTheta - truth.twoTheta) / truth.twoThetaWidth
      return along * along + across * across
    }
    return spots.min { distance($0) < distance($1) }.flatMap { distance($0) < 9 ? $0 : nil }
  }

  /// How detected spots compare with true ones.
  public struct Score: Sendable {
    public var twoTheta = SeriesPulls()
    public var azimuth = SeriesPulls()
    public var intensity = SeriesPulls()
    public var twoThetaWidth = SeriesPulls()
    public var azimuthWidth = SeriesPulls()
    public var found = 0
    public var expected = 0
    public var falseAlarms = 0
    public var maps = 0
    public var all: [(name: String, pulls: SeriesPulls)] {
      [
        ("2θ", twoTheta), ("azimuth", azimuth), ("intensity", intensity), ("width along 2θ", twoThetaWidth),
        ("width along azimuth", azimuthWidth),
      ]
    }
  }

  /// Maps of well separated spots of one brightness over background and a smooth ring.
  ///
  /// - Parameter photons: of each spot; none makes maps of background alone.
  public static func score(
    seeds: ClosedRange<Int>, photons: Double?, spots count: Int = 8, background: Double = 20, powder: Double = 10,
    filtered: Bool = true
  ) throws -> Score {
    var score = Score()
    let filter = (twoTheta: 25e-3 * Double.pi / 180, azimuth: 0.6 * Double.pi / 180)
    let finder = try SpotFinder(bands: [band], settings: SpotSettings(filter: filtered ? filter : nil))
    for seed in seeds {
      var generator = SeededGenerator(seed: UInt64(seed), item: 430)
      let truth = (0..<(photons == nil ? 0 : count)).map { number in
        Spot(
          twoTheta: ring + 0.4 * Spot.width * generator.normal(),
          azimuth: remainder(
            2 * Double.pi * (Double(number) + 0.6 * generator.uniform()) / Double(count), 2 * Double.pi),
          photons: photons ?? 0)
      }
      let spots = try finder.spots(in: map(truth, background: background, powder: powder, &generator))
      score.maps += 1
      score.expected += truth.count
      var matched = 0
      for spot in truth {
        guard let found = match(spot, in: spots) else { continue }
        matched += 1
        score.twoTheta.add(found.twoTheta, sigma: found.twoThetaSigma, truth: spot.twoTheta)
        score.azimuth.add(
          spot.azimuth + remainder(found.azimuth - spot.azimuth, 2 * .pi), sigma: found.azimuthSigma,
          truth: spot.azimuth)
        score.intensity.add(found.intensity, sigma: found.intensitySigma, truth: spot.photons)
        score.twoThetaWidth.add(found.twoThetaWidth, sigma: found.twoThetaWidthSigma, truth: spot.twoThetaWidth)
        score.azimuthWidth.add(found.azimuthWidth, sigma: found.azimuthWidthSigma, truth: spot.azimuthWidth)
      }
      score.found += matched
      score.falseAlarms += spots.count - matched
    }
    return score
  }
}

// MARK: - Tracks

extension SpotSimulation {
  /// How tracks compare with grains.
  public struct TrackScore: Sendable {
    /// Spots of a track that belong to its most frequent grain, and all of them.
    public var pure = 0
    public var linked = 0
    /// Detections of each grain in its longest track, and all of them.
    public var complete = 0
    public var detections = 0
    public var pulls = SeriesPulls()
    public var purity: Double { Double(pure) / Double(linked) }
    public var completeness: Double { Double(complete) / Double(detections) }
  }

  /// Grains that are seen now and then while their lattice expands, followed through a series.
  public static func tracks(
    seeds: ClosedRange<Int>, grains: Int = 12, frames: Int = 40, visible: Double = 0.9
  ) throws -> TrackScore {
    var score = TrackScore()
    let wavelength = SeedInstrument.wavelength
    let period = 1000.0
    // The charge moves 003 by 12 mdeg over the series; each grain at its own pace.
    let rate = 12e-3 * Double.pi / 180 / (period * Double(frames))
    let tracker = try SpotTracker(
      twoThetaWalk: 1.5 * rate * period.squareRoot(), azimuthWalk: 1e-4 / period.squareRoot(), longestGap: 4)
    for seed in seeds {
      var generator = SeededGenerator(seed: UInt64(seed), item: 440)
      let starts = (0..<grains).map { _ in
        (
          twoTheta: ring + 8e-3 * Double.pi / 180 * generator.normal(),
          azimuth: Double.pi * (2 * generator.uniform() - 1), pace: rate * (0.5 + generator.uniform())
        )
      }
      let sigmas = (twoTheta: 0.4e-3 * Double.pi / 180, azimuth: 0.02 * Double.pi / 180)
      var owners: [[Int]] = []
      var series: [SpotFrame] = []
      for frame in 0..<frames {
        let time = period * Double(frame)
        var spots: [DetectedSpot] = []
        var owner: [Int] = []
        for (grain, start) in starts.enumerated() where generator.uniform() < visible {
          spots.append(
            .simulated(
              twoTheta: start.twoTheta - start.pace * time + sigmas.twoTheta * generator.normal(),
              twoThetaSigma: sigmas.twoTheta, azimuth: start.azimuth + sigmas.azimuth * generator.normal(),
              azimuthSigma: sigmas.azimuth))
          owner.append(grain)
        }
        // A false alarm now and then.
        if generator.uniform() < 0.2 {
          spots.append(
            .simulated(
              twoTheta: ring + 8e-3 * Double.pi / 180 * generator.normal(), twoThetaSigma: sigmas.twoTheta,
              azimuth: Double.pi * (2 * generator.uniform() - 1), azimuthSigma: sigmas.azimuth))
          owner.append(-1 - frame)
        }
        owners.append(owner)
        series.append(SpotFrame(time: time, spots: spots))
      }
      let tracks = try tracker.tracks(series)
      var longest = [Int](repeating: 0, count: grains)
      for track in tracks {
        let names = Dictionary(grouping: track.points) { owners[$0.frame][$0.index] }.mapValues(\.count)
        guard let most = names.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { continue }
        score.pure += most.value
        score.linked += track.points.count
        guard most.key >= 0 else { continue }
        longest[most.key] = max(longest[most.key], most.value)
        guard track.points.count >= 20 else { continue }
        let history = try GrainHistory(track, wavelength: wavelength)
        // In the middle, where a smoother that lags would show it.
        let middle = history.times.count / 2
        let truth = starts[most.key].twoTheta - starts[most.key].pace * history.times[middle]
        score.pulls.add(
          history.smoothed[middle], sigma: history.smoothedSigma[middle], truth: wavelength / (2 * sin(truth / 2)))
      }
      score.complete += longest.reduce(0, +)
      score.detections += owners.reduce(0) { $0 + $1.filter { $0 >= 0 }.count }
    }
    return score
  }
}

extension DetectedSpot {
  /// A spot as it might have been measured.
  public static func simulated(
    twoTheta: Double, twoThetaSigma: Double, azimuth: Double, azimuthSigma: Double, intensity: Double = 1000,
    intensitySigma: Double = 40, flags: Flags = []
  ) -> DetectedSpot {
    DetectedSpot(
      ring: "003", twoTheta: twoTheta, twoThetaSigma: twoThetaSigma, azimuth: remainder(azimuth, 2 * .pi),
      azimuthSigma: azimuthSigma, intensity: intensity, intensitySigma: intensitySigma,
      twoThetaWidth: SpotSimulation.Spot.width, twoThetaWidthSigma: 0, azimuthWidth: SpotSimulation.Spot.along,
      azimuthWidthSigma: 0, significance: 20, flags: flags)
  }
}
