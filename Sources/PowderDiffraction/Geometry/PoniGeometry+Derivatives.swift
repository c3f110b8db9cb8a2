import Foundation

/// A derivative with respect to each of the six parameters of a ``PoniGeometry``.
public struct PoniGradient<Value: Sendable & Hashable>: Sendable, Hashable {
  /// Per metre.
  public var distance, poni1, poni2: Value
  /// Per radian.
  public var rotation1, rotation2, rotation3: Value

  public init(distance: Value, poni1: Value, poni2: Value, rotation1: Value, rotation2: Value, rotation3: Value) {
    self.distance = distance
    self.poni1 = poni1
    self.poni2 = poni2
    self.rotation1 = rotation1
    self.rotation2 = rotation2
    self.rotation3 = rotation3
  }
}

/// Places and scattering angles with their derivatives by the six parameters, sines and cosines taken once.
///
/// With `w = R1 v`, `u = R2 w` and `t = R3 u`, each rotation turns two components only, so
///
///     ∂w/∂rot1 = (0, w3, −w2),  ∂u/∂rot2 = (−u3, 0, u1),  ∂t/∂rot3 = (−t2, t1, 0),
///
/// and the remaining derivatives are columns of R3 R2 R1.
public struct PoniDifferentiation: Sendable {
  private let geometry: PoniGeometry
  private let c1, s1, c2, s2, c3, s3: Double
  private let column1, column2, column3: SIMD3<Double>

  public init(_ geometry: PoniGeometry) {
    self.geometry = geometry
    (s1, c1) = (sin(geometry.rotation1), cos(geometry.rotation1))
    (s2, c2) = (sin(geometry.rotation2), cos(geometry.rotation2))
    (s3, c3) = (sin(geometry.rotation3), cos(geometry.rotation3))
    let rotation = geometry.rotation
    column1 = SIMD3(rotation.row1.x, rotation.row2.x, rotation.row3.x)
    column2 = SIMD3(rotation.row1.y, rotation.row2.y, rotation.row3.y)
    column3 = SIMD3(rotation.row1.z, rotation.row2.z, rotation.row3.z)
  }

  /// The place in the laboratory of a point of the plate, in metres, and its derivatives.
  public func laboratoryPosition(
    axis1: Double, axis2: Double
  ) -> (value: SIMD3<Double>, gradient: PoniGradient<SIMD3<Double>>) {
    let v = SIMD3(axis1 - geometry.poni1, axis2 - geometry.poni2, geometry.distance)
    let w = SIMD3(v.x, c1 * v.y + s1 * v.z, c1 * v.z - s1 * v.y)
    let u = SIMD3(c2 * w.x - s2 * w.z, w.y, s2 * w.x + c2 * w.z)
    let t = third(u)
    let gradient = PoniGradient(
      distance: column3, poni1: -column1, poni2: -column2,
      rotation1: third(SIMD3(s2 * w.y, w.z, -c2 * w.y)), rotation2: third(SIMD3(-u.z, 0, u.x)),
      rotation3: SIMD3(-t.y, t.x, 0))
    return (t, gradient)
  }

  /// The scattering angle 2θ at a point of the plate, in radians, and its derivatives.
  ///
  /// With `r = √(t1² + t2²)` it is `∂2θ = (t3 ∂r − r ∂t3) / (r² + t3²)`. In the beam centre 2θ has a kink; the
  /// derivatives are given as zero there.
  public func twoTheta(axis1: Double, axis2: Double) -> (value: Double, gradient: PoniGradient<Double>) {
    let (t, d) = laboratoryPosition(axis1: axis1, axis2: axis2)
    let radius = (t.x * t.x + t.y * t.y).squareRoot()
    let squared = radius * radius + t.z * t.z
    let weight = radius > 0 ? SIMD3(t.z * t.x / radius, t.z * t.y / radius, -radius) / squared : .zero
    let gradient = PoniGradient(
      distance: (weight * d.distance).sum(), poni1: (weight * d.poni1).sum(), poni2: (weight * d.poni2).sum(),
      rotation1: (weight * d.rotation1).sum(), rotation2: (weight * d.rotation2).sum(),
      // 2θ does not change when everything turns about the beam.
      rotation3: 0)
    return (atan2(radius, t.z), gradient)
  }

  private func third(_ u: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(c3 * u.x - s3 * u.y, s3 * u.x + c3 * u.y, u.z)
  }
}
