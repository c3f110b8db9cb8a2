public import ArrayMath
import Foundation

/// Which pixels of a bin are left out of its mean.
public struct SigmaClipping: Sendable, Hashable {
  /// Where the standard deviation of a pixel comes from.
  public enum Spread: Sendable, Hashable {
    /// The pixels of the bin.
    case azimuthal
    /// Counting statistics.
    case poisson
  }

  /// Pixels farther from the mean than this many standard deviations are left out; with ``widensWithCount`` at least.
  public var threshold: Double
  /// Whether the threshold is at least `√(2 ln(N / √(2π)))` in a bin of N pixels, so that fewer than one good pixel a bin
  /// is lost (after Chauvenet).
  public var widensWithCount: Bool
  public var spread: Spread
  /// Rounds of leaving out at most; it ends when nothing changes.
  public var iterations: Int

  public init(threshold: Double = 5, widensWithCount: Bool = true, spread: Spread = .azimuthal, iterations: Int = 5) {
    self.threshold = threshold
    self.widensWithCount = widensWithCount
    self.spread = spread
    self.iterations = iterations
  }
}

extension AzimuthalIntegrator {
  /// The pattern without the pixels that stand out of their bins.
  ///
  /// Never for reflections of few grains: their spots are what it removes. Bins of fewer than three pixels keep all. Holds
  /// the whole frame sorted by bin: about 60 bytes a pixel while it runs.
  ///
  /// - Returns: the pattern; its uncertainty is that of the pixels that stay, by the spread of the clipping. Covariances
  ///   of neighbours are not kept.
  /// - Throws: ``IntegrationError`` for a frame that does not fit, or what the source throws.
  public func clipped(
    _ source: some FrameSource, frame: Int = 0, clipping: SigmaClipping = SigmaClipping(),
    scratch: inout IntegrationScratch
  ) throws -> IntegratedPattern {
    guard clipping.threshold > 0 else { throw IntegrationError.parameter("the threshold", clipping.threshold) }
    try reducer.check(source, frame: frame, scale: 1, variance: [Float](repeating: 0, count: frameShape.count))
    let entries = try BinEntries(reducer, source, frame: frame, scratch: &scratch)
    let bins = positions.count
    let zero = [Double](repeating: 0, count: bins)
    var pattern = IntegratedPattern(
      unit: settings.unit, positions: positions, intensity: zero, sumSignal: zero, sumNormalisation: zero,
      sumNormalisationSquared: zero, count: zero)
    var uncertainty = PatternUncertainty(
      sumVariance: zero, sem: zero, std: zero, neighbourCovariance: Array(zero.dropLast()),
      secondNeighbourCovariance: Array(zero.dropLast(2)))
    for bin in 0..<bins {
      let range = entries.starts[bin]..<entries.starts[bin + 1]
      var kept = Array(range)
      var moments = entries.moments(kept, clipping.spread)
      for _ in 0..<clipping.iterations where kept.count >= 3 {
        let widened = (2 * log(Double(kept.count) / (2 * Double.pi).squareRoot())).squareRoot()
        let limit = clipping.widensWithCount ? max(clipping.threshold, widened.isNaN ? 0 : widened) : clipping.threshold
        let reach = limit * moments.std
        let stays = kept.filter { abs(entries.values[$0] - moments.mean) <= reach }
        guard stays.count < kept.count, !stays.isEmpty else { break }
        kept = stays
        moments = entries.moments(kept, clipping.spread)
      }
      guard !kept.isEmpty else {
        pattern.intensity[bin] = settings.emptyValue
        continue
      }
      pattern.intensity[bin] = moments.mean
      pattern.sumSignal[bin] = moments.signal
      pattern.sumNormalisation[bin] = moments.weight
      pattern.sumNormalisationSquared[bin] = moments.weightSquared
      pattern.count[bin] = Double(kept.count)
      uncertainty.sumVariance[bin] = moments.variance
      uncertainty.sem[bin] = moments.variance.squareRoot() / moments.weight
      uncertainty.std[bin] = moments.std
    }
    pattern.uncertainty = uncertainty
    return pattern
  }

  /// The quantile of the pixels in each bin, weighted by their normalisation: 0.5 is the azimuthal median.
  ///
  /// - Parameter fraction: from 0 to 1. The value at which the running weight passes this part of the whole; the mean of
  ///   two values where it is met exactly.
  /// - Returns: one value a bin; the empty value of the settings where there is no pixel.
  /// - Throws: ``IntegrationError`` for a frame that does not fit, or what the source throws.
  public func quantile(
    _ fraction: Double, of source: some FrameSource, frame: Int = 0, scratch: inout IntegrationScratch
  ) throws -> [Double] {
    guard (0...1).contains(fraction) else { throw IntegrationError.parameter("the quantile", fraction) }
    try reducer.check(source, frame: frame, scale: 1, variance: [Float](repeating: 0, count: frameShape.count))
    let entries = try BinEntries(reducer, source, frame: frame, scratch: &scratch)
    return positions.indices.map { bin in
      let order = (entries.starts[bin]..<entries.starts[bin + 1]).sorted { entries.values[$0] < entries.values[$1] }
      guard let last = order.last else { return settings.emptyValue }
      let goal = fraction * order.reduce(0) { $0 + entries.weights[$1] }
      var running = 0.0
      for (index, entry) in order.enumerated() {
        running += entries.weights[entry]
        if abs(running - goal) <= 1e-12 * goal, index + 1 < order.count {
          return 0.5 * (entries.values[entry] + entries.values[order[index + 1]])
        }
        if running > goal { return entries.values[entry] }
      }
      return entries.values[last]
    }
  }
}

extension BinEntries {
  /// Sums over some entries of a bin.
  struct Moments {
    var signal, weight, weightSquared, variance: Double
    var mean: Double { signal / weight }
    var std: Double { (variance / weightSquared).squareRoot() }
  }

  func moments(_ entries: [Int], _ spread: SigmaClipping.Spread) -> Moments {
    var moments = Moments(signal: 0, weight: 0, weightSquared: 0, variance: 0)
    for entry in entries {
      moments.signal += weights[entry] * values[entry]
      moments.weight += weights[entry]
      moments.weightSquared += weights[entry] * weights[entry]
    }
    let mean = moments.mean
    for entry in entries {
      switch spread {
      case .azimuthal:
        let deviation = weights[entry] * (values[entry] - mean)
        moments.variance += deviation * deviation
      case .poisson: moments.variance += counts[entry]
      }
    }
    return moments
  }
}
