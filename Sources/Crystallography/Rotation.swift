import Foundation

/// A rotation in space, kept as a unit quaternion.
///
/// `rotation(v)` multiplies the column vector v by the matrix of the rotation,
///
///     R = (w² − |q|²) I + 2 q qᵀ + 2 w [q]×,  quaternion (w, q).
///
/// An orientation is the rotation that takes the components of a vector in the sample's frame to those in the crystal's
/// frame, v_crystal = g(v_sample): the passive convention of Bunge (1982), see ``init(bunge:)``. The crystal's Cartesian
/// frame has x along a and z along c*, see ``UnitCell/orthogonalisation``.
public struct Rotation: Sendable, Hashable, Codable {
  /// The quaternion: w in the last lane, so (x, y, z, w); of length 1.
  public let quaternion: SIMD4<Double>

  /// The rotation by nothing.
  public static let identity = Rotation(unit: SIMD4(0, 0, 0, 1))

  private init(unit: SIMD4<Double>) { quaternion = unit }

  /// A rotation from a quaternion of any positive length.
  ///
  /// - Precondition: the quaternion is finite and not zero.
  public init(w: Double, x: Double, y: Double, z: Double) {
    let q = SIMD4(x, y, z, w)
    let length = (q * q).sum().squareRoot()
    precondition(length.isFinite && length > 0, "a quaternion of a rotation is finite and not zero")
    // Rounding aside it is of length 1 already: then it is kept to the last bit, as files need it.
    quaternion = abs(length - 1) < 1e-15 ? q : q / length
  }

  /// A turn of vectors about an axis, counter-clockwise seen against it.
  ///
  /// - Parameters:
  ///   - axis: of any length but zero; a zero angle may have any axis.
  ///   - angle: in radians.
  public init(axis: SIMD3<Double>, angle: Double) {
    let length = (axis * axis).sum().squareRoot()
    guard length > 0 else {
      precondition(angle == 0, "a turn has an axis")
      self = .identity
      return
    }
    let s = sin(angle / 2) / length
    self.init(w: cos(angle / 2), x: axis.x * s, y: axis.y * s, z: axis.z * s)
  }

  /// A rotation from its vector: along the axis, as long as the angle in radians.
  public init(vector: SIMD3<Double>) {
    self.init(axis: vector, angle: (vector * vector).sum().squareRoot())
  }

  /// The rotation of an orthogonal matrix of determinant 1, by the method of Shepperd (1978).
  ///
  /// A matrix that is nearly orthogonal gives a rotation near to it.
  public init(matrix m: Matrix3) {
    let (xx, yy, zz) = (m.row1.x, m.row2.y, m.row3.z)
    let trace = xx + yy + zz
    let largest = max(max(xx, yy), max(zz, trace))
    if largest == trace {
      self.init(w: 1 + trace, x: m.row3.y - m.row2.z, y: m.row1.z - m.row3.x, z: m.row2.x - m.row1.y)
    } else if largest == xx {
      self.init(w: m.row3.y - m.row2.z, x: 1 + 2 * xx - trace, y: m.row1.y + m.row2.x, z: m.row1.z + m.row3.x)
    } else if largest == yy {
      self.init(w: m.row1.z - m.row3.x, x: m.row1.y + m.row2.x, y: 1 + 2 * yy - trace, z: m.row2.z + m.row3.y)
    } else {
      self.init(w: m.row2.x - m.row1.y, x: m.row1.z + m.row3.x, y: m.row2.z + m.row3.y, z: 1 + 2 * zz - trace)
    }
  }

  /// The orientation of three Euler angles: g = Z(φ2) X(Φ) Z(φ1) of passive turns, v_crystal = g v_sample.
  public init(bunge angles: BungeEuler) {
    let (sum, difference) = ((angles.phi1 + angles.phi2) / 2, (angles.phi1 - angles.phi2) / 2)
    let (s, c) = (sin(angles.Phi / 2), cos(angles.Phi / 2))
    self.init(w: c * cos(sum), x: -s * cos(difference), y: -s * sin(difference), z: -c * sin(sum))
  }

  /// The matrix of the rotation.
  public var matrix: Matrix3 {
    let (x, y, z, w) = (quaternion.x, quaternion.y, quaternion.z, quaternion.w)
    return Matrix3(
      SIMD3(1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
      SIMD3(2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
      SIMD3(2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)))
  }

  /// The rotation back.
  public var inverse: Rotation { Rotation(unit: quaternion * SIMD4(-1, -1, -1, 1)) }

  /// The angle of the rotation, 0...π radians.
  public var angle: Double {
    let vector = SIMD3(quaternion.x, quaternion.y, quaternion.z)
    return 2 * atan2((vector * vector).sum().squareRoot(), abs(quaternion.w))
  }

  /// A vector after the rotation.
  public func callAsFunction(_ v: SIMD3<Double>) -> SIMD3<Double> { matrix * v }

  /// The second rotation, `right`, is done first.
  public static func * (left: Rotation, right: Rotation) -> Rotation {
    let (a, b) = (left.quaternion, right.quaternion)
    return Rotation(
      w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
      x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
      y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
      z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w)
  }

  /// The Euler angles of the orientation: φ1 and φ2 in 0..<2π, Φ in 0...π. Where Φ is 0 or π, φ2 is 0.
  public var bunge: BungeEuler {
    let m = matrix
    let sine = (m.row3.x * m.row3.x + m.row3.y * m.row3.y).squareRoot()
    let Phi = atan2(sine, m.row3.z)
    guard sine > 1e-9 else {
      return BungeEuler(phi1: Self.turn(atan2(m.row1.y, m.row1.x)), Phi: m.row3.z > 0 ? 0 : .pi, phi2: 0)
    }
    return BungeEuler(
      phi1: Self.turn(atan2(m.row3.x, -m.row3.y)), Phi: Phi, phi2: Self.turn(atan2(m.row1.z, m.row2.z)))
  }

  private static func turn(_ angle: Double) -> Double {
    let reduced = angle - 2 * .pi * (angle / (2 * .pi)).rounded(.down)
    return reduced < 2 * .pi ? reduced : 0
  }
}

/// The three angles of an orientation in the convention of Bunge, in radians.
///
/// They name passive turns, φ1 about the sample's z, Φ about the new x, φ2 about the new z (Bunge, "Texture Analysis in
/// Materials Science", 1982).
public struct BungeEuler: Sendable, Hashable, Codable {
  public var phi1, Phi, phi2: Double

  public init(phi1: Double, Phi: Double, phi2: Double) {
    (self.phi1, self.Phi, self.phi2) = (phi1, Phi, phi2)
  }

  /// Angles given in degrees.
  public init(degrees phi1: Double, _ Phi: Double, _ phi2: Double) {
    self.init(phi1: phi1 * .pi / 180, Phi: Phi * .pi / 180, phi2: phi2 * .pi / 180)
  }
}
