/// Two classes of values, such as void and matter, by numbers that outliers do not move.
public struct DensityClasses: Sendable, Hashable {
  /// Medians of the classes.
  public let lower: Double
  public let upper: Double
  /// Standard deviations within the classes: from the median to the quantile that a normal distribution has there, on the
  /// side away from the other class, where there are no voxels of the edge.
  public let lowerDeviation: Double
  public let upperDeviation: Double
  /// The threshold of Otsu from which the classes were made.
  public let otsu: Double

  /// Half-way between the classes: where the edge of a blurred body lies.
  public var halfLevel: Double { (lower + upper) / 2 }

  /// How many standard deviations each class lies from the half level, the smaller one of the two.
  public var separation: Double {
    let half = (upper - lower) / 2
    let deviation = max(lowerDeviation, upperDeviation)
    return deviation > 0 ? half / deviation : .infinity
  }

  /// The classes of a histogram.
  ///
  /// Starts from Otsu's threshold; classes are parted at the half level between their medians until it rests.
  ///
  /// - Throws: ``ImageAnalysisError`` where all values are the same.
  public init(_ histogram: ValueHistogram) throws {
    let start = histogram.otsu.threshold
    let last = histogram.counts.count
    func bin(_ threshold: Double) -> Int {
      min(max(Int(((threshold - histogram.lower) / histogram.width).rounded()), 1), last - 1)
    }
    var cut = bin(start)
    var medians = (0.0, 0.0)
    for _ in 0..<20 {
      guard histogram.counts[..<cut].contains(where: { $0 > 0 }), histogram.counts[cut...].contains(where: { $0 > 0 })
      else {
        throw ImageAnalysisError.invalid("all values are the same; there are no two classes to tell apart")
      }
      medians = (histogram.quantile(0.5, bins: 0..<cut), histogram.quantile(0.5, bins: cut..<last))
      let next = bin((medians.0 + medians.1) / 2)
      if next == cut { break }
      cut = next
    }
    (lower, upper) = medians
    otsu = start

    let below = medians.0 - histogram.quantile(0.5 * 0.3173, bins: 0..<cut)
    let above = histogram.quantile(1 - 0.5 * 0.3173, bins: cut..<last) - medians.1
    (lowerDeviation, upperDeviation) = (max(below, 0), max(above, 0))
  }
}
