internal import ArrayMath
internal import ImageAnalysis

/// The kinds of matter in a volume, told apart by their density: void, the particle, and what may be lighter (a droplet) or
/// denser (a metal).
///
/// Values are parted by Otsu's threshold and its half level again and again, as long as both halves lie at least three of
/// their standard deviations from the level between them: one normal class gives 0.9, an even spread (the edges of a
/// denser body) 1.5.
struct MatterClasses {
  /// Medians of void and particle.
  let void: Double
  let particle: Double
  /// Half-way between void and particle.
  let threshold: Double
  let otsu: Double
  /// Standard deviations of the noise from the threshold.
  let separation: Double
  /// Half-way to the next denser kind, where there is one.
  let ceiling: Double?
  /// Half-way between void and the lightest kind of matter, where that is not the particle.
  let floor: Double?

  private static let leastSeparation = 3.0
  /// A kind of matter has at least a part of all voxels: less is noise, or rings.
  private static let leastPart = 1e-3

  init(_ volume: ScalarVolume, expected: Double?) throws {
    let coarse = try ValueHistogram(volume.voxels)
    // A few wild voxels would leave all others in few bins.
    let (low, high) = (coarse.quantile(1e-5), coarse.quantile(1 - 1e-5))
    let histogram = ValueHistogram(volume.voxels, from: low, to: high)
    let whole = try DensityClasses(histogram)
    let found = Self.parted(histogram, total: Double(histogram.total), depth: 0)
    let background = found[0].median
    let kinds = found.dropFirst()
    let chosen: Kind?
    if let expected {
      chosen = kinds.min { abs($0.median - background - expected) < abs($1.median - background - expected) }
    } else {
      chosen = kinds.max { $0.count * ($0.median - background) < $1.count * ($1.median - background) }
    }
    guard let chosen else {
      throw ImageAnalysisError.invalid("all values are the same; there are no two classes to tell apart")
    }
    void = background
    particle = chosen.median
    threshold = (background + chosen.median) / 2
    otsu = whole.otsu
    let deviation = max(found[0].deviation, chosen.deviation)
    separation = deviation > 0 ? (chosen.median - background) / 2 / deviation : .infinity
    ceiling = kinds.first { $0.median > chosen.median }.map { ($0.median + chosen.median) / 2 }
    floor = kinds.first { $0.median < chosen.median }.map { ($0.median + background) / 2 }
  }

  private struct Kind {
    var median: Double
    var deviation: Double
    var count: Double
  }

  /// The kinds of a histogram by rising density; the whole one is always parted once.
  private static func parted(_ histogram: ValueHistogram, total: Double, depth: Int) -> [Kind] {
    let count = Double(histogram.total)
    let median = histogram.quantile(0.5)
    let deviation = (histogram.quantile(0.8413) - histogram.quantile(0.1587)) / 2
    let whole = [Kind(median: median, deviation: deviation, count: count)]
    guard depth < 3, let classes = try? DensityClasses(histogram) else { return whole }
    let cut = min(
      max(Int(((classes.halfLevel - histogram.lower) / histogram.width).rounded()), 1), histogram.counts.count - 1)
    let parts = [histogram.part(0..<cut), histogram.part(cut..<histogram.counts.count)]
    let isClear =
      classes.separation >= leastSeparation && parts.allSatisfy { Double($0.total) >= leastPart * total }
    guard depth == 0 || isClear else { return whole }
    let inner = parts.map { parted($0, total: total, depth: depth + 1) }
    // A class that is one kind has the spread of its side away from the other, where there are no voxels of the edge.
    var kinds = inner[0] + inner[1]
    if inner[0].count == 1 { kinds[0].deviation = classes.lowerDeviation }
    if inner[1].count == 1 { kinds[kinds.count - 1].deviation = classes.upperDeviation }
    return kinds
  }
}
