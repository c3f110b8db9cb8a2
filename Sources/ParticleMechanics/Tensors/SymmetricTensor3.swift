/// A symmetric tensor in space: a diffusivity, a strain or a stress. Shear components are those of the tensor, half the
/// engineering shear where it is a strain.
public struct SymmetricTensor3: Sendable, Hashable {
  public var xx: Double
  public var yy: Double
  public var zz: Double
  public var yz: Double
  public var xz: Double
  public var xy: Double

  public init(
    xx: Double = 0, yy: Double = 0, zz: Double = 0, yz: Double = 0, xz: Double = 0, xy: Double = 0
  ) {
    self.xx = xx
    self.yy = yy
    self.zz = zz
    self.yz = yz
    self.xz = xz
    self.xy = xy
  }

  /// a I.
  public init(isotropic a: Double) {
    self.init(xx: a, yy: a, zz: a)
  }

  /// along n⊗n + across (I − n⊗n), for a direction n of unit length.
  public init(axis n: SIMD3<Double>, along: Double, across: Double) {
    let difference = along - across
    self.init(
      xx: across + difference * n.x * n.x, yy: across + difference * n.y * n.y, zz: across + difference * n.z * n.z,
      yz: difference * n.y * n.z, xz: difference * n.x * n.z, xy: difference * n.x * n.y)
  }

  /// The sum of the diagonal.
  public var trace: Double { xx + yy + zz }

  /// T v.
  public func callAsFunction(_ v: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(xx * v.x + xy * v.y + xz * v.z, xy * v.x + yy * v.y + yz * v.z, xz * v.x + yz * v.y + zz * v.z)
  }

  /// a · T b: a component along two directions.
  public func component(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
    (a * self(b)).sum()
  }

  public static func + (a: SymmetricTensor3, b: SymmetricTensor3) -> SymmetricTensor3 {
    SymmetricTensor3(
      xx: a.xx + b.xx, yy: a.yy + b.yy, zz: a.zz + b.zz, yz: a.yz + b.yz, xz: a.xz + b.xz, xy: a.xy + b.xy)
  }

  public static func - (a: SymmetricTensor3, b: SymmetricTensor3) -> SymmetricTensor3 { a + -1 * b }

  public static func * (factor: Double, t: SymmetricTensor3) -> SymmetricTensor3 {
    SymmetricTensor3(
      xx: factor * t.xx, yy: factor * t.yy, zz: factor * t.zz, yz: factor * t.yz, xz: factor * t.xz,
      xy: factor * t.xy)
  }
}
