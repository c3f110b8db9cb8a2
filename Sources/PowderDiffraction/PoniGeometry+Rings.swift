import Foundation

extension PoniGeometry {
  /// Where a ray from the sample meets the plate; the inverse of ``twoTheta(axis1:axis2:)`` and ``azimuth(axis1:axis2:)``.
  ///
  /// - Parameters:
  ///   - twoTheta: the scattering angle, in radians.
  ///   - azimuth: χ, in radians.
  /// - Returns: metres along axes 1 and 2; `nil` for a ray that leaves the plate behind.
  public func platePosition(twoTheta: Double, azimuth: Double) -> (axis1: Double, axis2: Double)? {
    let ray = SIMD3(sin(twoTheta) * sin(azimuth), sin(twoTheta) * cos(azimuth), cos(twoTheta))
    let rotation = rotation
    // The transposed rotation takes the ray into the frame of the plate, whose points have the third coordinate `distance`.
    let inPlate = rotation.row1 * ray.x + rotation.row2 * ray.y + rotation.row3 * ray.z
    guard inPlate.z > 1e-9 else { return nil }
    let scale = distance / inPlate.z
    return (poni1 + scale * inPlate.x, poni2 + scale * inPlate.y)
  }
}
