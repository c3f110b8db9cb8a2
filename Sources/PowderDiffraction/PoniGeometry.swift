import Foundation

/// Where a flat detector stands: the six parameters of the PONI convention.
///
/// Axis 1 runs along the slow direction of the detector (upwards), axis 2 along the fast one, axis 3 along the beam. The
/// PONI is the foot of the perpendicular from the sample onto the plate. A point at (p1, p2) of the plate lies, before the
/// rotations, at
///
///     v = (p1 − poni1, p2 − poni2, distance),
///
/// and in the laboratory at `t = R3 R2 R1 v` with
///
///     R1 = [1 0 0; 0 c1 s1; 0 −s1 c1],  R2 = [c2 0 −s2; 0 1 0; s2 0 c2],  R3 = [c3 −s3 0; s3 c3 0; 0 0 1],
///
/// left-handed about axes 1 and 2, right-handed about 3. The scattering angle is `2θ = atan2(√(t1² + t2²), t3)`, the
/// azimuth `χ = atan2(t1, t2)`.
///
/// Source: Kieffer, Valls, Blanc & Hennig, J. Synchrotron Rad. 27, 558 (2020).
public struct PoniGeometry: Sendable, Hashable, Codable {
  /// From the sample to the PONI, in metres.
  public var distance: Double
  /// Place of the PONI along axis 1, in metres from the outer corner of the first pixel of an unflipped image.
  public var poni1: Double
  /// Place of the PONI along axis 2, in metres from the outer corner of the first pixel of an unflipped image.
  public var poni2: Double
  /// Rotations about axes 1, 2 and 3, in radians.
  public var rotation1, rotation2, rotation3: Double

  public init(
    distance: Double, poni1: Double, poni2: Double, rotation1: Double = 0, rotation2: Double = 0, rotation3: Double = 0
  ) {
    self.distance = distance
    self.poni1 = poni1
    self.poni2 = poni2
    self.rotation1 = rotation1
    self.rotation2 = rotation2
    self.rotation3 = rotation3
  }

  /// The rotation of the detector, R3 R2 R1; columns are the detector's axes in the laboratory.
  public var rotation: DetectorRotation { DetectorRotation(rotation1, rotation2, rotation3) }

  /// The place in the laboratory of a point of the plate, in metres along axes 1, 2 and 3.
  public func laboratoryPosition(axis1: Double, axis2: Double) -> SIMD3<Double> {
    rotation(SIMD3(axis1 - poni1, axis2 - poni2, distance))
  }

  /// The scattering angle 2θ at a point of the plate, in radians.
  public func twoTheta(axis1: Double, axis2: Double) -> Double {
    let t = laboratoryPosition(axis1: axis1, axis2: axis2)
    return atan2((t.x * t.x + t.y * t.y).squareRoot(), t.z)
  }

  /// The azimuth χ at a point of the plate, in radians, from −π to π; 0 along axis 2, π/2 along axis 1.
  public func azimuth(axis1: Double, axis2: Double) -> Double {
    let t = laboratoryPosition(axis1: axis1, axis2: axis2)
    return atan2(t.x, t.y)
  }

  /// Where the direct beam meets the plate, in metres along axes 1 and 2; `nil` when it does not.
  public var beamCentre: (axis1: Double, axis2: Double)? {
    let c1 = cos(rotation1)
    let c2 = cos(rotation2)
    guard c1 * c2 > 0 else { return nil }
    return (poni1 + distance * tan(rotation2) / c1, poni2 - distance * tan(rotation1))
  }

  /// The angle between the beam and the normal of the plate, in radians.
  public var tilt: Double { acos(min(max(cos(rotation1) * cos(rotation2), -1), 1)) }
}
