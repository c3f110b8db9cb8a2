import ArrayMath
public import Crystallography
import Foundation

/// What spoils a pattern.
public enum PatternNoise: Sendable, Hashable {
  /// Nothing.
  case none
  /// Gaussian noise of the same size everywhere; the standard deviation of the bands over that of the noise is the
  /// signal-to-noise ratio.
  case gaussian(signalToNoise: Double)
  /// Counts by Poisson's law with this mean over the pattern.
  case poisson(meanCount: Double)

  /// Adds noise of the bands to a pattern.
  ///
  /// - Parameters:
  ///   - pattern: changed in place; with ``poisson(meanCount:)`` it becomes counts.
  ///   - signal: the standard deviation of the bands in the pattern's unit.
  ///   - isVisible: the pixels that electrons reach; the others get Gaussian noise but no counts.
  func apply(
    to pattern: inout [Float], signal: Double, isVisible: [Bool], generator: inout SeededGenerator
  ) {
    switch self {
    case .none: return
    case .gaussian(let ratio):
      let deviation = signal / ratio
      for pixel in pattern.indices { pattern[pixel] += Float(deviation * generator.normal()) }
    case .poisson(let meanCount):
      let mean = PatternMoments(pattern, isVisible: isVisible).mean
      let scale = mean > 0 ? meanCount / mean : 0
      for pixel in pattern.indices {
        pattern[pixel] = isVisible[pixel] ? Float(generator.poisson(mean: max(0, Double(pattern[pixel]) * scale))) : 0
      }
    }
  }
}

extension SeededGenerator {
  /// A number of counts by Poisson's law: by multiplication of uniform numbers (Knuth) where the mean is small, from
  /// the normal distribution, which is then as good, above 50.
  mutating func poisson(mean: Double) -> Double {
    guard mean < 50 else { return max(0, (mean + mean.squareRoot() * normal()).rounded()) }
    let limit = exp(-mean)
    var (count, product) = (0.0, uniform())
    while product > limit {
      count += 1
      product *= uniform()
    }
    return count
  }
}

extension PatternSimulator {
  /// A pattern as a camera records it.
  ///
  /// The same orientation, seed and item give the same pattern. The signal-to-noise ratio refers to the bands: with a
  /// background it is the standard deviation of what they add to it.
  ///
  /// - Parameters:
  ///   - orientation: from the sample's frame to the crystal's.
  ///   - background: nil leaves the intensity of the master pattern.
  ///   - noise: what spoils it.
  ///   - seed: of the run.
  ///   - item: the number of the pattern.
  public func recording(
    _ orientation: Rotation, background: PatternBackground? = nil, noise: PatternNoise = .none, seed: UInt64 = 1,
    item: Int = 0
  ) -> [Float] {
    var result = pattern(orientation)
    var signal = PatternMoments(result, isVisible: isVisible).deviation
    if let background {
      let flat = PatternBackground(
        x: background.x, y: background.y, width: background.width, floor: background.floor, contrast: 0)
      let smooth = flat.applied(to: result, shape: geometry.shape, isVisible: isVisible)
      result = background.applied(to: result, shape: geometry.shape, isVisible: isVisible)
      signal = PatternMoments(zip(result, smooth).map { $0 - $1 }, isVisible: isVisible).deviation
    }
    var generator = SeededGenerator(seed: seed, item: item)
    noise.apply(to: &result, signal: signal, isVisible: isVisible, generator: &generator)
    return result
  }
}
