/// How spots are found.
public struct SpotSettings: Sendable, Hashable {
  /// A region belongs to a spot when a bin of it stands this many standard deviations above the background.
  public var threshold: Double
  /// It extends to where the excess has fallen to this many.
  public var extent: Double
  /// Two maxima of one region are two spots when the saddle between them lies this many standard deviations (of the
  /// difference) below the lower one.
  public var saddle: Double
  /// Background bins farther than this many deviations from the mean of their ring are left out.
  public var clip: Double
  /// Full widths at half maximum of a Gaussian over which significance is gathered, in radians of 2θ and of azimuth;
  /// `nil` takes single bins. Those of the expected spot find the weakest ones.
  public var filter: (twoTheta: Double, azimuth: Double)?

  public init(
    threshold: Double = 5, extent: Double = 2, saddle: Double = 3, clip: Double = 3,
    filter: (twoTheta: Double, azimuth: Double)? = nil
  ) {
    self.threshold = threshold
    self.extent = extent
    self.saddle = saddle
    self.clip = clip
    self.filter = filter
  }

  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.threshold == rhs.threshold && lhs.extent == rhs.extent && lhs.saddle == rhs.saddle && lhs.clip == rhs.clip
      && lhs.filter?.twoTheta == rhs.filter?.twoTheta && lhs.filter?.azimuth == rhs.filter?.azimuth
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(threshold)
    hasher.combine(extent)
    hasher.combine(saddle)
    hasher.combine(clip)
    hasher.combine(filter?.twoTheta)
    hasher.combine(filter?.azimuth)
  }

  func check() throws(SpotError) {
    try SpotError.require(threshold > 0, "threshold of a spot", threshold, "a positive number of deviations")
    try SpotError.require(extent > 0 && extent <= threshold, "extent of a spot", extent, "above 0, up to the threshold")
    try SpotError.require(saddle >= 0, "saddle between spots", saddle, "zero or more deviations")
    try SpotError.require(clip >= 1.5, "clip of the background", clip, "1.5 deviations or more")
    if let filter {
      try SpotError.require(filter.twoTheta > 0, "filter along 2θ", filter.twoTheta, "a positive angle")
      try SpotError.require(filter.azimuth > 0, "filter along the azimuth", filter.azimuth, "a positive angle")
    }
  }
}
