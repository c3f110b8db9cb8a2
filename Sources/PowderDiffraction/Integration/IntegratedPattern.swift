/// A frame reduced to a function of the radius.
public struct IntegratedPattern: Sendable, Hashable {
  /// What the positions count.
  public var unit: RadialUnit
  /// The centres of the bins, in the SI unit of ``unit``.
  public var positions: [Double]
  /// `Σ c s / Σ c n` of each bin; the empty value of the settings where ``count`` is 0.
  public var intensity: [Double]
  /// Σ c s.
  public var sumSignal: [Double]
  /// Σ c n.
  public var sumNormalisation: [Double]
  /// Σ c² n².
  public var sumNormalisationSquared: [Double]
  /// Σ c, the number of pixels in the bin.
  public var count: [Double]
  /// The uncertainty; `nil` where the error model is none.
  public var uncertainty: PatternUncertainty?

  /// Standard uncertainty of the intensity, where there is one.
  public var sem: [Double]? { uncertainty?.sem }
}

/// The uncertainty of a pattern. All are zero in bins without pixels.
public struct PatternUncertainty: Sendable, Hashable {
  /// Σ c² V, the variance of the sum of the signal.
  public var sumVariance: [Double]
  /// √(Σ c² V) / Σ c n: the standard uncertainty of the intensity.
  public var sem: [Double]
  /// √(Σ c² V / Σ c² n²): the standard deviation of one pixel.
  public var std: [Double]
  /// The covariance of the intensities of bins b and b + 1, which share pixels; one element fewer than bins.
  public var neighbourCovariance: [Double]
  /// The covariance of the intensities of bins b and b + 2; two elements fewer than bins.
  public var secondNeighbourCovariance: [Double]
}
