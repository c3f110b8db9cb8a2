import Foundation

/// From which depth below the face through which they leave the electrons of a pattern start.
///
/// In backscatter diffraction that is the face that the beam enters; in transmission it is the exit face, and depth is
/// counted from there.
public enum DepthProfile: Sendable, Hashable {
  /// exp(−z/d)/d with a mean depth d, in metres: electrons lose their coherence over a mean free path.
  case exponential(mean: Double)
  /// The same from every depth down to a thickness, in metres.
  case uniform(thickness: Double)

  /// The mean of exp((2πi p − q) z) over the profile; p and q in 1/m, q not negative.
  @inline(__always)
  func mean(phase p: Double, decay q: Double) -> (real: Double, imaginary: Double) {
    switch self {
    case .exponential(let depth):
      let (a, b) = (1 + q * depth, 2 * .pi * p * depth)
      let norm = 1 / (a * a + b * b)
      return (a * norm, b * norm)
    case .uniform(let thickness):
      let (x, y) = (-q * thickness, 2 * .pi * p * thickness)
      return Self.slope(x, y)
    }
  }
}

extension DepthProfile {
  /// (exp(w) − 1)/w of w = x + iy.
  private static func slope(_ x: Double, _ y: Double) -> (real: Double, imaginary: Double) {
    let norm = x * x + y * y
    // The series loses less than the difference below this size.
    if norm < 1e-6 { return (1 + x / 2 + (x * x - y * y) / 6, y / 2 + x * y / 3) }
    let growth = exp(x)
    let (real, imaginary) = (growth * cos(y) - 1, growth * sin(y))
    return ((real * x + imaginary * y) / norm, (imaginary * x - real * y) / norm)
  }
}
