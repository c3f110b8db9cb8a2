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

extension PeakModel {
  /// The model with the intensities of a phase restrained to what a series shows where its lines stand free.
  ///
  /// Where a line of the sample crosses a neighbour, only the sum of the two intensities is seen, and the position of the
  /// sample's line with it. The neighbour is the same in all frames: the median of its intensity over the frames where
  /// it is found and not overlapped, and the scatter of these frames as standard deviation, tell the two apart.
  ///
  /// - Parameters:
  ///   - phase: the neighbour's name.
  ///   - series: a first fit of the same model.
  /// - Returns: the model; lines that fewer than five frames show free stay free.
  public func restrainingIntensities(of phase: String, to series: PeakSeries) -> PeakModel {
    guard let index = phases.firstIndex(where: { $0.name == phase }) else { return self }
    var model = self
    model.phases[index].intensities = .restrained(
      phases[index].reflections.map { indices in
        let free = series.fits.compactMap { $0.peak(phase, indices) }.filter { $0.status == .fitted }
        guard free.count >= 5 else { return nil }
        let values = free.map(\.intensity.value)
        let middle = median(values)
        // 1.4826 makes the median deviation of a normal scatter its standard deviation.
        let scatter = 1.4826 * median(values.map { abs($0 - middle) })
        return PeakValue(middle, sigma: max(scatter, median(free.map(\.intensity.sigma))))
      })
    return model
  }
}
