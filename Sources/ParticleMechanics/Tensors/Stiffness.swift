/// A linear elastic stiffness in Voigt's notation: σ = C e with the rows and columns xx, yy, zz, yz, xz, xy and
/// engineering shears in e; pascals.
///
/// J. F. Nye, Physical Properties of Crystals (1985), chapter VIII.
public struct Stiffness: Sendable, Hashable {
  /// 36 values, row by row.
  public let values: [Double]

  /// - Precondition: 36 values.
  public init(_ values: [Double]) {
    precondition(values.count == 36, "a stiffness has 36 values")
    self.values = values
  }

  public subscript(row: Int, column: Int) -> Double { values[6 * row + column] }

  /// An isotropic material.
  public static func isotropic(youngsModulus e: Double, poissonRatio nu: Double) -> Stiffness {
    let lambda = e * nu / ((1 + nu) * (1 - 2 * nu))
    let mu = e / (2 * (1 + nu))
    return trigonal(c11: lambda + 2 * mu, c12: lambda, c13: lambda, c14: 0, c33: lambda + 2 * mu, c44: mu)
  }

  /// A crystal of the classes 32, 3m and -3m in its own frame: z along c, x along a; c14 = 0 makes it transversely
  /// isotropic about z.
  public static func trigonal(
    c11: Double, c12: Double, c13: Double, c14: Double, c33: Double, c44: Double
  ) -> Stiffness {
    Stiffness([
      c11, c12, c13, c14, 0, 0,
      c12, c11, c13, -c14, 0, 0,
      c13, c13, c33, 0, 0, 0,
      c14, -c14, 0, c44, 0, 0,
      0, 0, 0, 0, c44, c14,
      0, 0, 0, 0, c14, (c11 - c12) / 2,
    ])
  }

  /// σ of an elastic strain.
  public func callAsFunction(_ strain: SymmetricTensor3) -> SymmetricTensor3 {
    values.withUnsafeBufferPointer { Self.stress($0, strain) }
  }

  /// σ = C e with C given by its 36 values.
  @inline(__always)
  static func stress(_ c: UnsafeBufferPointer<Double>, _ strain: SymmetricTensor3) -> SymmetricTensor3 {
    let (xy, xz, yz) = (2 * strain.xy, 2 * strain.xz, 2 * strain.yz)
    @inline(__always) func row(_ first: Int) -> Double {
      let normal = c[first] * strain.xx + c[first + 1] * strain.yy + c[first + 2] * strain.zz
      return normal + (c[first + 3] * yz + c[first + 4] * xz + c[first + 5] * xy)
    }
    return SymmetricTensor3(xx: row(0), yy: row(6), zz: row(12), yz: row(18), xz: row(24), xy: row(30))
  }
}
