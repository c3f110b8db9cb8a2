public import Crystallography
import Foundation

/// The pose that fits a pattern best, with its uncertainty.
public struct RefinedPattern: Sendable, Hashable {
  public var pose: CrystalPose
  /// The normalised correlation of the pattern with the projected one, −1...1.
  public var correlation: Double
  /// Standard deviation of the projected pattern over that of what it leaves of the measured one.
  public var signalToNoise: Double
  /// Covariance of the unknowns by rows: the turn in the crystal's frame that takes the stated orientation to the true one
  /// (radians), then the pattern centre and ln(c/a), as far as they were refined.
  public var covariance: [Double]
  /// What was refined beside the orientation.
  public var parameters: RefinedParameters
  /// Steps that were taken.
  public var steps: Int
  /// Whether the last step was small against the uncertainty.
  public var isConverged: Bool

  /// Covariance of the turn, in square radians.
  public var orientationCovariance: SymmetricMatrix3 {
    let n = parameters.indices.count
    return SymmetricMatrix3(
      xx: covariance[0], yy: covariance[n + 1], zz: covariance[2 * n + 2], yz: covariance[n + 2], xz: covariance[2],
      xy: covariance[1])
  }

  /// Standard uncertainty of ln(c/a); NaN where it was not refined.
  public var logAxialRatioUncertainty: Double {
    parameters.contains(.axialRatio) ? (covariance.last ?? .nan).squareRoot() : .nan
  }

  /// Standard uncertainties of the pattern centre; NaN where it was not refined.
  public var patternCentreUncertainty: PatternCentre {
    guard parameters.contains(.patternCentre) else { return PatternCentre(x: .nan, y: .nan, z: .nan) }
    let n = parameters.indices.count
    let variances = (3..<6).map { covariance[$0 * n + $0] }
    return PatternCentre(
      x: variances[0].squareRoot(), y: variances[1].squareRoot(), z: variances[2].squareRoot())
  }

  /// The pattern as a point of a map.
  ///
  /// - Parameters:
  ///   - phase: index into the phases that were looked for.
  ///   - confidence: how far this answer stands above the next, 0...1.
  public func indexed(
    phase: Int = 0, status: IndexingStatus = .indexed, confidence: Double, bands: Int = 0, fit: Double = .nan
  ) -> IndexedPattern {
    IndexedPattern(
      phase: phase, orientation: pose.orientation, status: status, fit: fit, confidence: confidence,
      quality: signalToNoise, bands: bands, covariance: orientationCovariance)
  }
}
