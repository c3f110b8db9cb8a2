public import Crystallography
import Foundation

extension IndexedPattern {
  /// The square of the rotation from the stated orientation to another one, in units of the stated covariance, r V⁻¹ r.
  ///
  /// - Parameter group: of the equivalents of the other orientation the nearest one counts.
  public func squaredDistance(to other: Rotation, group: RotationGroup) -> Double {
    let turn = (group.closest(other, to: orientation) * orientation.inverse).quaternion
    let vector = 2 * SIMD3(turn.x, turn.y, turn.z) * (turn.w < 0 ? -1 : 1)
    return covariance.inverse.form(vector)
  }

  /// Below which ``squaredDistance(to:group:)`` of the true orientation stays with a probability.
  ///
  /// Hotelling's T² of three dimensions, 3 ν / (ν − 2) F(3, ν − 2); χ² of three degrees of freedom where the covariance is
  /// known (Anderson, "An Introduction to Multivariate Statistical Analysis", 2003, section 5.2).
  ///
  /// - Returns: infinity with two degrees of freedom or fewer.
  public func regionLimit(probability: Double) -> Double {
    guard degreesOfFreedom > 2 else { return .infinity }
    var (low, high) = (0.0, 1.0)
    while Self.hotelling(high, degreesOfFreedom) < probability, high < 1e12 { high *= 2 }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if Self.hotelling(middle, degreesOfFreedom) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The probability that T² lies below a value.
  private static func hotelling(_ value: Double, _ degrees: Double) -> Double {
    guard degrees.isFinite else {
      return erf((value / 2).squareRoot()) - (2 * value / .pi).squareRoot() * exp(-value / 2)
    }
    // With t = sin² φ the incomplete beta integral I(3/2, (ν − 2)/2) is one over 2 sin² φ cos^(ν − 3) φ.
    let end = atan((value / degrees).squareRoot())
    let steps = 400
    func integral(to end: Double) -> Double {
      let width = end / Double(steps)
      return (0..<steps).reduce(0.0) {
        let angle = (Double($1) + 0.5) * width
        return $0 + sin(angle) * sin(angle) * pow(cos(angle), degrees - 3) * width
      }
    }
    return integral(to: end) / integral(to: .pi / 2)
  }
}
