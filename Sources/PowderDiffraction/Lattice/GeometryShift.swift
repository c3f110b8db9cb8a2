import Foundation

/// An error of the instrument that moves every line by a known function of its angle times one number.
///
/// A zero shift and a displacement move lines of one pattern almost alike: refine one of them, or both with lines over
/// a wide range or with an internal standard.
public enum GeometryShift: Sendable, Hashable {
  /// The scale of angles begins elsewhere; the number is in radians and added to 2θ.
  case zero
  /// The sample stands z metres nearer to a flat detector at `distance` (metres) than the calibrant did:
  /// r = (L − z) tan 2θ, so that tan 2θ' = (1 − z/L) tan 2θ.
  case transmission(distance: Double)
  /// The surface of a flat sample stands s metres below the axis of a Bragg-Brentano goniometer of this radius
  /// (metres): Δ2θ = −2 s cos θ / R (Parrish & Wilson, International Tables C (2004), chapter 2.3).
  case reflection(radius: Double)
  /// The surface of a flat sample touches the focusing circle in a line only: Δ2θ = −(α²/6) cot θ with the equatorial
  /// divergence α (the same chapter); the number is α²/6. Since cot θ = 2 cot 2θ + tan θ, it moves a lattice parameter by
  /// α²/12 of itself wherever the rest is taken for another aberration.
  case flatSample

  /// Where a line appears, in radians, and the derivatives of that with respect to 2θ and to the number.
  ///
  /// - Parameters:
  ///   - twoTheta: where the line belongs, in radians.
  ///   - amount: the number, in radians or metres.
  public func callAsFunction(
    _ twoTheta: Double, _ amount: Double
  ) -> (position: Double, slope: Double, perAmount: Double) {
    switch self {
    case .zero: return (twoTheta + amount, 1, 1)
    case .transmission(let distance):
      let factor = 1 - amount / distance
      let (s, c) = (sin(twoTheta), cos(twoTheta))
      // atan2 keeps angles beyond 90°.
      let norm = factor * factor * s * s + c * c
      return (atan2(factor * s, c), factor / norm, -s * c / (distance * norm))
    case .reflection(let radius):
      let (s, c) = (sin(twoTheta / 2), cos(twoTheta / 2))
      return (twoTheta - 2 * amount / radius * c, 1 + amount / radius * s, -2 * c / radius)
    case .flatSample:
      let s = sin(twoTheta / 2)
      let cotangent = cos(twoTheta / 2) / s
      return (twoTheta - amount * cotangent, 1 + amount / (2 * s * s), -cotangent)
    }
  }

  /// "zero shift" or "displacement".
  public var name: String {
    switch self {
    case .zero: "zero shift"
    case .transmission, .reflection: "displacement"
    case .flatSample: "flat sample"
    }
  }

  /// A step of the number that moves lines by about one milliradian; scales the solver.
  var scale: Double {
    switch self {
    case .zero, .flatSample: 1e-3
    case .transmission(let length), .reflection(let length): 1e-3 * length
    }
  }

  func check() throws(LatticeError) {
    switch self {
    case .zero, .flatSample: break
    case .transmission(let length): try LatticeError.requirePositive(length, "the distance of the detector", "metres")
    case .reflection(let length): try LatticeError.requirePositive(length, "the radius of the goniometer", "metres")
    }
  }
}
