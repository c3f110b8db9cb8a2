internal import Foundation

/// The filter of filtered back-projection: the ramp |u|, its window and its cut-off.
///
/// The ramp is made from its exact samples in space, h(0) = 1/4, h(n) = −1/(πn)² for odd n, 0 for even n, so that the mean
/// is right at any padding (A. C. Kak, M. Slaney, Principles of Computerized Tomographic Imaging (1988), eq. 3.61).
public struct RampFilter: Sendable, Hashable, Codable {
  /// What the ramp is multiplied by, with v = u / (cut-off × 1/2) from 0 to 1.
  public enum Window: String, Sendable, Hashable, Codable, CaseIterable {
    /// 1: the ramp alone (Ram-Lak).
    case ramp
    /// sinc(v/2).
    case sheppLogan = "shepp-logan"
    /// cos(πv/2).
    case cosine
    /// 0.5 + 0.5 cos πv.
    case hann
    /// 0.54 + 0.46 cos πv.
    case hamming
    /// 1 − 6v²(1 − v) up to 1/2, 2(1 − v)³ from there.
    case parzen
    /// 1/√(1 + (2v)⁸): falls to 1/√2 at half the cut-off.
    case butterworth
  }

  public var window: Window
  /// Where the window ends, as a fraction of the Nyquist frequency; frequencies beyond it count nothing.
  public var cutOff: Double

  public init(_ window: Window = .ramp, cutOff: Double = 1) {
    self.window = window
    self.cutOff = cutOff
  }

  /// What a frequency is multiplied by, the ramp apart.
  ///
  /// - Parameter frequency: |u| in cycles a pixel, 0...0.5.
  public func factor(_ frequency: Double) -> Double {
    let v = 2 * frequency / cutOff
    guard v <= 1 else { return 0 }
    switch window {
    case .ramp: return 1
    case .sheppLogan: return v == 0 ? 1 : sin(.pi * v / 2) / (.pi * v / 2)
    case .cosine: return cos(.pi * v / 2)
    case .hann: return 0.5 + 0.5 * cos(.pi * v)
    case .hamming: return 0.54 + 0.46 * cos(.pi * v)
    case .parzen: return v < 0.5 ? 1 - 6 * v * v * (1 - v) : 2 * (1 - v) * (1 - v) * (1 - v)
    case .butterworth: return 1 / (1 + pow(2 * v, 8)).squareRoot()
    }
  }
}
