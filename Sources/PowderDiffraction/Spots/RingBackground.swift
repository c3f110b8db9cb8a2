import Foundation

/// The background of each bin of 2θ: the mean along the azimuth with what stands out left out.
///
/// A smooth part of the ring itself belongs to it, so that spots are what is above the powder.
struct RingBackground {
  /// Mean and its standard uncertainty, for each column of the band.
  let mean, sigma: [Double]
  /// Variance of a bin with one pixel about the mean, for each column.
  let pixelVariance: [Double]

  /// Share of the variance of a normal distribution that is left within ± k deviations.
  private static func keptVariance(_ clip: Double) -> Double {
    // 1 − 2 k φ(k) / (2 Φ(k) − 1)
    let density = exp(-clip * clip / 2) / (2 * Double.pi).squareRoot()
    return 1 - 2 * clip * density / erf(clip / 2.0.squareRoot())
  }

  init(_ map: PolarMap, columns: Range<Int>, clip: Double) {
    var mean: [Double] = []
    var sigma: [Double] = []
    var variance: [Double] = []
    let kept = Self.keptVariance(clip)
    for column in columns {
      let bins = (0..<map.sectorCount).map { $0 * map.binCount + column }.filter { map.pixels($0) > 0 }
      guard bins.count >= 8 else {
        mean.append(.nan)
        sigma.append(.nan)
        variance.append(.nan)
        continue
      }
      // Start from the lower half, which spots touch least.
      let sorted = bins.map { map.intensities[$0] }.sorted()
      var centre = sorted[sorted.count / 2]
      let quarter = sorted[sorted.count / 4]
      let pixels = bins.reduce(0) { $0 + map.pixels($1) } / Double(bins.count)
      var spread = pixels * pow((centre - quarter) / 0.674_49, 2)
      var chosen = bins
      for round in 0..<12 {
        let next = bins.filter { bin in
          let distance = map.intensities[bin] - centre
          return distance * distance * map.pixels(bin) <= clip * clip * spread || spread == 0 && distance == 0
        }
        guard next.count >= 4 else { break }
        if round > 1, next == chosen { break }
        chosen = next
        let weight = chosen.reduce(0) { $0 + map.pixels($1) }
        centre = chosen.reduce(0) { $0 + map.pixels($1) * map.intensities[$1] } / weight
        let squares = chosen.reduce(0) { $0 + map.pixels($1) * pow(map.intensities[$1] - centre, 2) }
        spread = squares / Double(chosen.count - 1) / kept
      }
      mean.append(centre)
      variance.append(spread)
      sigma.append((spread / chosen.reduce(0) { $0 + map.pixels($1) }).squareRoot())
    }
    self.mean = mean
    self.sigma = sigma
    pixelVariance = variance
  }
}
