import Foundation

/// The rotation R3 R2 R1 of a detector; see ``PoniGeometry``.
public struct DetectorRotation: Sendable, Hashable {
  /// The rows of the matrix: what gives the laboratory axes 1, 2 and 3.
  public let row1, row2, row3: SIMD3<Double>

  /// - Parameters:
  ///   - rotation1: about axis 1, left-handed, in radians.
  ///   - rotation2: about axis 2, left-handed, in radians.
  ///   - rotation3: about axis 3, right-handed, in radians.
  public init(_ rotation1: Double, _ rotation2: Double, _ rotation3: Double) {
    let (s1, c1) = (sin(rotation1), cos(rotation1))
    let (s2, c2) = (sin(rotation2), cos(rotation2))
    let (s3, c3) = (sin(rotation3), cos(rotation3))
    row1 = SIMD3(c2 * c3, c3 * s1 * s2 - c1 * s3, -c1 * c3 * s2 - s1 * s3)
    row2 = SIMD3(c2 * s3, c1 * c3 + s1 * s2 * s3, -c1 * s2 * s3 + c3 * s1)
    row3 = SIMD3(s2, -c2 * s1, c1 * c2)
  }

  /// Turns a vector of the detector into one of the laboratory.
  public func callAsFunction(_ v: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3((row1 * v).sum(), (row2 * v).sum(), (row3 * v).sum())
  }
}
