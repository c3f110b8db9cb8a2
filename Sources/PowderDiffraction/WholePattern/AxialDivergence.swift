import Foundation

/// The spread of rays along the axis of a goniometer, which makes lines asymmetric.
///
/// A ray that comes in at an angle β and leaves at γ to the equatorial plane, scattered by 2θ, is recorded at 2φ with
///
///     cos 2φ = (cos 2θ − sin β sin γ) / (cos β cos γ).
///
/// An area detector that is integrated along the rings has none.
public enum AxialDivergence: Sendable, Hashable {
  /// All rays are in the equatorial plane.
  case none
  /// Parallel rays come in (a synchrotron): half the heights of the sample and of the receiving slit over the radius.
  ///
  /// Finger, Cox & Jephcoat, J. Appl. Cryst. 27, 892 (1994). With the height h of the slit over the sample as the
  /// variable, cos 2φ = cos 2θ √(1 + h²), their density loses its singularity at 2θ:
  ///
  ///     D dh ∝ W(h) / (sin 2φ (1 + h²)) dh,  W = 2 min(H, S) up to |H − S|, then H + S − h up to H + S.
  case slit(sample: Double, detector: Double)
  /// Soller slits before and behind the sample with these half apertures in radians; each passes the share
  /// 1 − |β| / aperture of a long source's rays.
  ///
  /// The model of Cheary & Coelho, J. Appl. Cryst. 31, 851 (1998), without limits on the heights of source, sample and
  /// detector.
  case soller(incident: Double, diffracted: Double)

  /// The first of the two numbers; zero without divergence. The refined parameter, the other follows in proportion.
  public var aperture: Double {
    switch self {
    case .none: 0
    case .slit(let sample, _): sample
    case .soller(let incident, _): incident
    }
  }

  /// The same divergence with both numbers multiplied.
  public func scaled(by factor: Double) -> AxialDivergence {
    switch self {
    case .none: .none
    case .slit(let sample, let detector): .slit(sample: factor * sample, detector: factor * detector)
    case .soller(let incident, let diffracted): .soller(incident: factor * incident, diffracted: factor * diffracted)
    }
  }

  /// Whether both numbers are positive and below one half.
  var isPossible: Bool {
    switch self {
    case .none: true
    case .slit(let first, let second), .soller(let first, let second):
      first > 0 && second > 0 && first < 0.5 && second < 0.5
    }
  }

  /// The shifts of a line, in radians, and their weights, which add up to one.
  ///
  /// - Parameters:
  ///   - twoTheta: the scattering angle, in radians.
  ///   - width: the full width of the line, in radians; decides how many points are needed.
  func points(twoTheta: Double, width: Double) -> [(shift: Double, weight: Double)] {
    switch self {
    case .none: [(0, 1)]
    case .slit(let sample, let detector):
      Self.slitPoints(sample: sample, detector: detector, twoTheta: twoTheta, width: width)
    case .soller(let incident, let diffracted):
      Self.sollerPoints(incident, diffracted, twoTheta: twoTheta, width: width)
    }
  }

  private static func slitPoints(
    sample: Double, detector: Double, twoTheta: Double, width: Double
  ) -> [(shift: Double, weight: Double)] {
    let largest = sample + detector
    let (sine, cosine) = (sin(twoTheta), cos(twoTheta))
    // The record of the highest ray; where it passes 0 or π the rays of such heights do not exist.
    let reach = cosine * (1 + largest * largest).squareRoot()
    let highest = abs(reach) < 1 ? largest : (1 / (cosine * cosine) - 1).squareRoot() * (1 - 1e-9)
    let span = abs(acos(min(max(cosine * (1 + highest * highest).squareRoot(), -1), 1)) - twoTheta)
    // Shifts grow as h²: the last gap is about twice the mean one.
    let rule = GaussLegendre(min(6 + Int(3 * span / width), 40))
    var points: [(shift: Double, weight: Double)] = []
    var total = 0.0
    for (point, weight) in zip(rule.points, rule.weights) {
      let h = (point + 0.5) * highest
      let root = (1 + h * h).squareRoot()
      let angle = acos(cosine * root)
      let height = h <= abs(sample - detector) ? 2 * min(sample, detector) : largest - h
      let density = weight * height * sine / (sin(angle) * (1 + h * h))
      points.append((angle - twoTheta, density))
      total += density
    }
    return points.map { ($0.shift, $0.weight / total) }
  }

  /// A rule of 20 by 40 points over both angles, gathered on even steps of a quarter of the width without moving the
  /// centre of gravity.
  private static func sollerPoints(
    _ incident: Double, _ diffracted: Double, twoTheta: Double, width: Double
  ) -> [(shift: Double, weight: Double)] {
    let (first, second) = (GaussLegendre(20), GaussLegendre(40))
    let (sine, cosine) = (sin(twoTheta), cos(twoTheta))
    var rays: [(shift: Double, weight: Double)] = []
    rays.reserveCapacity(800)
    for (p, v) in zip(first.points, first.weights) {
      // Turning both signs changes nothing: half of β is enough.
      let beta = (p + 0.5) * incident
      for (q, w) in zip(second.points, second.weights) {
        let gamma = 2 * q * diffracted
        let ratio = (cosine - sin(beta) * sin(gamma)) / (cos(beta) * cos(gamma))
        // The sine of the azimuth on the cone; rays are even in the azimuth, not in γ.
        let azimuth = (sin(gamma) - sin(beta) * cosine) / (cos(beta) * sine)
        guard abs(ratio) < 1, abs(azimuth) < 1 else { continue }
        let density = cos(gamma) / (1 - azimuth * azimuth).squareRoot()
        rays.append((acos(ratio) - twoTheta, v * w * density * (1 - beta / incident) * (1 - abs(gamma) / diffracted)))
      }
    }
    guard let low = rays.map(\.shift).min(), let high = rays.map(\.shift).max() else { return [(0, 1)] }
    let count = min(max(Int((high - low) / (width / 4)), 1), 80)
    let step = (high - low) / Double(count)
    guard step > 0 else { return [(low, 1)] }
    var weights = [Double](repeating: 0, count: count + 1)
    let total = rays.reduce(0) { $0 + $1.weight }
    for ray in rays {
      let place = (ray.shift - low) / step
      let index = min(Int(place), count - 1)
      let share = place - Double(index)
      weights[index] += ray.weight / total * (1 - share)
      weights[index + 1] += ray.weight / total * share
    }
    return weights.enumerated().filter { $0.1 > 1e-7 }.map { (low + Double($0.0) * step, $0.1) }
  }
}
