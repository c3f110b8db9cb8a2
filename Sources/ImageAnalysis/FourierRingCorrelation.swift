internal import ArrayMath
internal import Foundation

/// How two measurements of one thing agree, frequency by frequency, and the resolution that follows.
///
///     FRC(q) = Re Σ F₁ conj F₂ / √(Σ|F₁|² Σ|F₂|²),   sums over the ring of q,
///
/// with the threshold of the information content whose signal-to-noise ratio in the sum of both is S,
///
///     T(n) = (S + 2√S/√n + 1/√n) / (S + 1 + 2√S/√n),
///
/// S = (√2 − 1)/2 for half a bit (each image has half of the dose) and S = 1/2 for one bit (each is a whole scan). n is the
/// number of independent samples of a ring: its pixels, times (Σw²)²/(NΣw⁴) for the window w, and half of that for real
/// images, whose opposite frequencies say the same.
///
/// M. van Heel, M. Schatz, J. Struct. Biol. 151 (2005) 250.
public struct FourierRingCorrelation: Sendable, Hashable {
  /// The information a frequency must have to be called resolved.
  public enum Criterion: String, Sendable, Hashable, Codable, CaseIterable {
    case halfBit = "half-bit"
    case oneBit = "one-bit"

    /// S of the threshold.
    public var signalToNoise: Double {
      switch self {
      case .halfBit: (2.0.squareRoot() - 1) / 2
      case .oneBit: 0.5
      }
    }

    /// T(n).
    public func threshold(samples n: Double) -> Double {
      guard n > 0 else { return 1 }
      let (s, root) = (signalToNoise, n.squareRoot())
      return min(1, (s + (2 * s.squareRoot() + 1) / root) / (s + 1 + 2 * s.squareRoot() / root))
    }
  }

  /// Which crossing of the threshold counts.
  public enum Crossing: String, Sendable, Hashable, Codable, CaseIterable {
    /// The first one from low frequencies: nothing beyond is believed.
    case first
    /// The last one before half a cycle per pixel: a gap in the spectrum does not end the resolution.
    case last
  }

  /// Cycles per pixel of each ring, from 0 to at most 0.5.
  public let frequencies: [Double]
  /// FRC of each ring, from −1 to 1.
  public let correlation: [Double]
  /// Independent samples of each ring, n.
  public let samples: [Double]
  /// Threshold of half a bit.
  public let halfBit: [Double]
  /// Threshold of one bit.
  public let oneBit: [Double]
  /// The displacement of the second image that was taken off; nil without registration.
  public internal(set) var registration: ImageRegistration?
  /// What happened on the way, in words a report can print.
  public internal(set) var notes: [String] = []

  /// - Parameters:
  ///   - shells: sums over rings or spheres.
  ///   - independent: independent samples for each pixel of the transform.
  init(_ shells: FourierShells, independent: Double) {
    frequencies = shells.counts.indices.map { Double($0) / Double(shells.extent) }
    correlation = shells.counts.indices.map { shell in
      let power = shells.firstPower[shell] * shells.secondPower[shell]
      return power > 0 ? shells.cross[shell].real / power.squareRoot() : 0
    }
    samples = shells.counts.map { Double($0) * independent }
    halfBit = samples.map { Criterion.halfBit.threshold(samples: $0) }
    oneBit = samples.map { Criterion.oneBit.threshold(samples: $0) }
  }

  /// Rings below this one have too few samples for their crossing to mean anything.
  private static let firstRing = 3

  /// The resolution as a half period.
  ///
  /// The frequency lies between the rings on both sides of the crossing, on straight lines through correlation and
  /// threshold. The three lowest rings are passed over.
  ///
  /// - Returns: half of the period at the crossing, in pixels; nil where the threshold is not crossed: the images agree down
  ///   to the pixel, which is to be said instead of a number. Infinite where no ring is above the threshold.
  public func resolution(_ criterion: Criterion, crossing: Crossing = .first) -> Double? {
    let threshold = criterion == .halfBit ? halfBit : oneBit
    let excess = zip(correlation, threshold).map { $0 - $1 }
    let rings = Array(excess.indices.dropFirst(Self.firstRing))
    guard rings.contains(where: { excess[$0] >= 0 }) else { return .infinity }
    let below: Int?
    switch crossing {
    case .first: below = rings.first { excess[$0] < 0 }
    case .last:
      let last = rings.last { excess[$0] >= 0 } ?? 0
      below = last + 1 < excess.count ? last + 1 : nil
    }
    guard let below else { return nil }
    guard below > Self.firstRing else { return 0.5 / frequencies[below] }
    let part = excess[below - 1] / (excess[below - 1] - excess[below])
    return 0.5 / (frequencies[below - 1] + part * (frequencies[below] - frequencies[below - 1]))
  }
}
