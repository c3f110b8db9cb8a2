/// A symmetric tensor of the particle's plane with its axial component: xx, yy, zz and xy (half the engineering shear
/// where it is a strain).
public struct SymmetricTensor: Sendable, Hashable {
  public var xx: Double
  public var yy: Double
  public var zz: Double
  public var xy: Double

  public init(xx: Double = 0, yy: Double = 0, zz: Double = 0, xy: Double = 0) {
    self.xx = xx
    self.yy = yy
    self.zz = zz
    self.xy = xy
  }

  /// A tensor given by its radial, hoop, axial and radial-hoop components where the radius points along
  /// (cosine, sine).
  public init(radial: Double, hoop: Double, axial: Double, shear: Double, cosine c: Double, sine s: Double) {
    xx = radial * c * c + hoop * s * s - 2 * shear * c * s
    yy = radial * s * s + hoop * c * c + 2 * shear * c * s
    xy = (radial - hoop) * c * s + shear * (c * c - s * s)
    zz = axial
  }

  /// The radial, hoop, axial and radial-hoop components where the radius points along (cosine, sine).
  public func polar(cosine c: Double, sine s: Double) -> (radial: Double, hoop: Double, axial: Double, shear: Double) {
    (
      radial: xx * c * c + yy * s * s + 2 * xy * c * s, hoop: xx * s * s + yy * c * c - 2 * xy * c * s, axial: zz,
      shear: (yy - xx) * c * s + xy * (c * c - s * s)
    )
  }

  /// A third of the trace.
  public var hydrostatic: Double { (xx + yy + zz) / 3 }

  /// The equivalent (von Mises) value, √(3/2 s:s) of the deviator s.
  public var vonMises: Double {
    let (a, b, c) = (xx - yy, yy - zz, zz - xx)
    return (0.5 * (a * a + b * b + c * c) + 3 * xy * xy).squareRoot()
  }

  /// The three principal values, the largest first.
  public var principal: SIMD3<Double> {
    let middle = (xx + yy) / 2
    let half = ((xx - yy) * (xx - yy) / 4 + xy * xy).squareRoot()
    let (large, small) = (middle + half, middle - half)
    if zz >= large { return SIMD3(zz, large, small) }
    return zz >= small ? SIMD3(large, zz, small) : SIMD3(large, small, zz)
  }
}
