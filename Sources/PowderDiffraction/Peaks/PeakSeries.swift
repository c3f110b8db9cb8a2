public import Crystallography

/// A model fitted to all frames of a series.
public struct PeakSeries: Sendable, Hashable {
  /// The fit of each frame, with its joint covariance; in the order of the frames.
  public var fits: [PeakFit]
  /// Places where a line jumps.
  public var jumps: [PeakJump]
  /// Frames whose fits forwards and backwards in time came to rest at places more than five sigma apart; the better of
  /// the two was kept.
  public var ambiguousFrames: [Int]

  /// The number of frames.
  public var frameCount: Int { fits.count }

  /// One line in all frames.
  ///
  /// - Returns: frames in order; `nil` where the model has no such line.
  public func estimates(_ phase: String, _ indices: MillerIndices) -> [PeakEstimate]? {
    let estimates = fits.compactMap { $0.peak(phase, indices) }
    return estimates.count == fits.count && !estimates.isEmpty ? estimates : nil
  }
}

/// A line that moved from one frame to the next by more than five sigma beyond the trend of the frames around.
public struct PeakJump: Sendable, Hashable {
  /// The frame after the jump.
  public var frame: Int
  /// The line, as counted in the fit.
  public var peak: Int
  /// The jump over its standard deviation.
  public var deviation: Double
}
