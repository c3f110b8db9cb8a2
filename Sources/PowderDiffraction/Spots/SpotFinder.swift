import Foundation

/// Finds the spots of spotty rings.
///
/// The background of each bin of 2θ is the sigma-clipped mean along the azimuth. Bins that stand out by the threshold
/// seed regions that grow to the extent; a region with several maxima is divided along the valleys between them. The
/// spots of a region are then fitted together as Gaussians, integrated over the bins, so that centroid, second moments
/// and intensity have uncertainties from counting and from the background.
public struct SpotFinder: Sendable {
  public let bands: [RingBand]
  public let settings: SpotSettings

  /// - Throws: ``SpotError`` when there is no band or a setting is out of range.
  public init(bands: [RingBand], settings: SpotSettings = SpotSettings()) throws(SpotError) {
    guard !bands.isEmpty else { throw .tooFew(what: "ring bands", found: 0, needed: 1) }
    try settings.check()
    self.bands = bands
    self.settings = settings
  }

  /// The spots of a map, ring by ring, along each by azimuth.
  ///
  /// - Throws: ``SpotError/bandOutside(label:)`` when a band holds fewer than three bins of the map.
  public func spots(in map: PolarMap) throws(SpotError) -> [DetectedSpot] {
    var result: [DetectedSpot] = []
    for band in bands {
      let inside = map.twoTheta.indices.filter { band.range.contains(map.twoTheta[$0]) }
      guard let first = inside.first, let last = inside.last, inside.count >= 3 else {
        throw .bandOutside(label: band.label)
      }
      let strip = SpotStrip(map: map, columns: first..<last + 1, settings: settings)
      let regions = strip.regions()
      var owner = [Int](repeating: -1, count: strip.significance.count)
      for (number, region) in regions.enumerated() { for place in region.bins { owner[place] = number } }
      let owners = owner
      result += regions.enumerated().flatMap { number, region in
        SpotFit(
          strip: strip, region: region, ring: band.label, isForeign: { owners[$0] >= 0 && owners[$0] != number }
        ).spots()
      }
      .sorted { ($0.azimuth, $0.twoTheta) < ($1.azimuth, $1.twoTheta) }
    }
    return result
  }
}

/// A ring's band of a map: excess over the background and its significance.
struct SpotStrip {
  /// Bins that belong together, with the maxima they climb to.
  struct Region {
    var bins: [Int]
    /// For each maximum, the bins that belong to it.
    var basins: [[Int]]
    var peaks: [Int]
  }

  let map: PolarMap
  let columns: Range<Int>
  let settings: SpotSettings
  let background: RingBackground
  /// Variance of one pixel for each unit of intensity: one for counted photons.
  let counting: Double
  /// Sectors x columns: excess in standard deviations; NaN where masked. Counting noise grows with the excess; the square
  /// root `2 (√(v + φ E) − √v) √n / φ` has a deviation of one at any height, and the tails of the normal distribution.
  let plain: [Double]
  /// The same, gathered with the filter where there is one.
  let significance: [Double]

  var width: Int { columns.count }

  init(map: PolarMap, columns: Range<Int>, settings: SpotSettings) {
    self.map = map
    self.columns = columns
    self.settings = settings
    let background = RingBackground(map, columns: columns, clip: settings.clip)
    self.background = background
    let width = columns.count
    let counting = Self.countingFactor(map, columns, background)
    self.counting = counting
    var values = [Double](repeating: .nan, count: map.sectorCount * width)
    for sector in 0..<map.sectorCount {
      for column in 0..<width {
        let bin = sector * map.binCount + columns.lowerBound + column
        let pixels = map.pixels(bin)
        let variance = background.pixelVariance[column]
        guard pixels > 0, variance > 0 else { continue }
        let excess = map.intensities[bin] - background.mean[column]
        let height =
          if counting * abs(excess) > 1e-6 * variance {
            2 * (max(variance + counting * excess, 0).squareRoot() - variance.squareRoot()) / counting
          } else {
            excess / variance.squareRoot()
          }
        // The background's own uncertainty adds to the noise.
        let known = variance / (variance + pixels * background.sigma[column] * background.sigma[column])
        values[sector * width + column] = height * (pixels * known).squareRoot()
      }
    }
    plain = values
    significance =
      settings.filter.map { filter in
        Self.filtered(
          values, map: map, width: width,
          sigmas: SIMD2(filter.twoTheta / map.binWidth, filter.azimuth / map.sectorWidth))
      } ?? values
  }

  /// The slope of the stated variances against the excess; one where none are stated.
  private static func countingFactor(_ map: PolarMap, _ columns: Range<Int>, _ background: RingBackground) -> Double {
    guard let sigmas = map.sigmas else { return 1 }
    var (above, below) = (0.0, 0.0)
    for sector in 0..<map.sectorCount {
      for column in columns {
        let bin = sector * map.binCount + column
        let pixels = map.pixels(bin)
        let excess = map.intensities[bin] - background.mean[column - columns.lowerBound]
        guard pixels > 0, excess > 0, sigmas[bin].isFinite else { continue }
        let variance = sigmas[bin] * sigmas[bin] * pixels
        above += (variance - background.pixelVariance[column - columns.lowerBound]) * excess
        below += excess * excess
      }
    }
    return below > 0 ? max(above / below, 0) : 1
  }

  /// A place of the strip in the map.
  func bin(_ place: Int) -> Int { place / width * map.binCount + columns.lowerBound + place % width }

  /// Significances weighted with a Gaussian, again in units of one standard deviation.
  private static func filtered(_ values: [Double], map: PolarMap, width: Int, sigmas: SIMD2<Double>) -> [Double] {
    func kernel(_ fwhm: Double) -> [Double] {
      let sigma = max(fwhm / 2.354_82, 1e-6)
      return (0...Int(3 * sigma)).map { exp(-0.5 * pow(Double($0) / sigma, 2)) }
    }
    let (across, along) = (kernel(sigmas.x), kernel(sigmas.y))
    // Sums of weighted values and of squared weights, first across the ring, then along it.
    var sums = [SIMD2<Double>](repeating: .zero, count: values.count)
    for sector in 0..<map.sectorCount {
      for column in 0..<width {
        var sum = SIMD2<Double>.zero
        for offset in -(across.count - 1)...across.count - 1 where column + offset >= 0 && column + offset < width {
          let value = values[sector * width + column + offset]
          guard !value.isNaN else { continue }
          let weight = across[abs(offset)]
          sum += SIMD2(weight * value, weight * weight)
        }
        sums[sector * width + column] = sum
      }
    }
    var result = values
    for sector in 0..<map.sectorCount {
      for column in 0..<width where !values[sector * width + column].isNaN {
        var sum = SIMD2<Double>.zero
        for offset in -(along.count - 1)...along.count - 1 {
          guard let other = map.sector(sector + offset) else { continue }
          let weight = along[abs(offset)]
          sum += SIMD2(weight, weight * weight) * sums[other * width + column]
        }
        result[sector * width + column] = sum.y > 0 ? sum.x / sum.y.squareRoot() : .nan
      }
    }
    return result
  }

  private func neighbours(_ place: Int) -> [Int] {
    let (sector, column) = (place / width, place % width)
    var result: [Int] = []
    for step in -1...1 {
      guard let other = map.sector(sector + step) else { continue }
      for shift in -1...1 where (step != 0 || shift != 0) && column + shift >= 0 && column + shift < width {
        result.append(other * width + column + shift)
      }
    }
    return result
  }

  /// Regions above the extent that hold a bin above the threshold, divided into spots.
  func regions() -> [Region] {
    var isTaken = [Bool](repeating: false, count: significance.count)
    var result: [Region] = []
    for seed in significance.indices where significance[seed] > settings.threshold && !isTaken[seed] {
      var bins = [seed]
      isTaken[seed] = true
      var next = 0
      while next < bins.count {
        for other in neighbours(bins[next]) where !isTaken[other] && significance[other] > settings.extent {
          isTaken[other] = true
          bins.append(other)
        }
        next += 1
      }
      var basins = divided(bins, significance)
      if settings.filter != nil { basins = basins.flatMap { divided($0, plain) } }
      result.append(
        Region(
          bins: bins, basins: basins,
          peaks: basins.map { $0.max { (significance[$0], $1) < (significance[$1], $0) } ?? seed }))
    }
    return result
  }

  /// Each bin climbs to a maximum; maxima without a clear saddle between them are one.
  private func divided(_ bins: [Int], _ heights: [Double]) -> [[Int]] {
    let inside = Set(bins)
    var peakOf: [Int: Int] = [:]
    // From the highest down, so that each bin's higher neighbours have their peak already.
    for place in bins.sorted(by: { (heights[$0], $1) > (heights[$1], $0) }) {
      let higher = neighbours(place).filter { peakOf[$0] != nil }
        .max { (heights[$0], $1) < (heights[$1], $0) }
      peakOf[place] = higher.flatMap { peakOf[$0] } ?? place
    }
    // The highest saddle between each pair of neighbouring peaks.
    var saddles: [SIMD2<Int>: Double] = [:]
    for place in bins {
      for other in neighbours(place) where inside.contains(other) {
        guard let a = peakOf[place], let b = peakOf[other], a < b else { continue }
        let height = min(heights[place], heights[other])
        saddles[SIMD2(a, b)] = max(saddles[SIMD2(a, b)] ?? -.infinity, height)
      }
    }
    var merged: [Int: Int] = [:]
    func root(_ peak: Int) -> Int {
      var peak = peak
      while let next = merged[peak] { peak = next }
      return peak
    }
    // Maximum and saddle have a deviation of one each.
    let least = settings.saddle * 2.0.squareRoot()
    for (pair, height) in saddles.sorted(by: { ($0.value, $1.key.x, $1.key.y) > ($1.value, $0.key.x, $0.key.y) }) {
      let (a, b) = (root(pair.x), root(pair.y))
      guard a != b else { continue }
      let (low, high) = heights[a] < heights[b] ? (a, b) : (b, a)
      // A maximum below the threshold is no spot of its own either.
      if heights[low] - height < least || heights[low] < settings.threshold { merged[low] = high }
    }
    return Dictionary(grouping: bins) { root(peakOf[$0] ?? $0) }.sorted { $0.key < $1.key }.map(\.value)
  }
}
