/// How peaks are fitted and judged.
public struct PeakFitSettings: Sendable, Hashable {
  /// Where the uncertainty of the intensities comes from; `nil` takes that of the pattern, and counts where it has none.
  public var noise: PeakNoise?
  /// How far a free line may lie from where its cell puts it, as a fraction of its spacing; also how far the edges of a
  /// cell may go.
  public var searchRange: Double
  /// The chance that a window without a line shows one anywhere in the search range.
  public var falseAlarm: Double
  /// Widths wider than this many times that expected (the instrument's or the median) are none of a line.
  public var largestWidthRatio: Double
  /// Steps before a fit is given up.
  public var iterations: Int

  public init(
    noise: PeakNoise? = nil, searchRange: Double = 0.03, falseAlarm: Double = 0.001, largestWidthRatio: Double = 3,
    iterations: Int = 60
  ) {
    self.noise = noise
    self.searchRange = searchRange
    self.falseAlarm = falseAlarm
    self.largestWidthRatio = largestWidthRatio
    self.iterations = iterations
  }
}

/// Where the uncertainty of a pattern's intensities comes from.
public enum PeakNoise: Sendable, Hashable, Codable {
  /// The pattern states it: standard uncertainties, and the covariances of neighbouring bins where it has them.
  case given
  /// Intensities are counts of Poisson's law.
  case counts
  /// Variances are proportional to the intensity; how large is taken from the scatter about the fit, in each window.
  case scatter
}
