/// A symmetric 3 x 3 matrix, for example a metric tensor or the displacement tensor of an atom.
public struct SymmetricMatrix3: Sendable, Hashable, Codable {
  /// The six independent elements.
  public var xx, yy, zz, yz, xz, xy: Double

  /// A matrix from its six elements, the diagonal first.
  public init(xx: Double, yy: Double, zz: Double, yz: Double, xz: Double, xy: Double) {
    (self.xx, self.yy, self.zz, self.yz, self.xz, self.xy) = (xx, yy, zz, yz, xz, xy)
  }

  /// The quadratic form vᵀ A v.
  public func form(_ v: SIMD3<Double>) -> Double {
    xx * v.x * v.x + yy * v.y * v.y + zz * v.z * v.z + 2 * (yz * v.y * v.z + xz * v.x * v.z + xy * v.x * v.y)
  }

  /// The determinant.
  public var determinant: Double {
    xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz)
  }

  /// The inverse; its elements are not finite where the matrix is singular.
  public var inverse: SymmetricMatrix3 {
    let d = determinant
    return SymmetricMatrix3(
      xx: (yy * zz - yz * yz) / d, yy: (xx * zz - xz * xz) / d, zz: (xx * yy - xy * xy) / d,
      yz: (xy * xz - xx * yz) / d, xz: (xy * yz - yy * xz) / d, xy: (xz * yz - xy * zz) / d)
  }
}

/// A 3 x 3 matrix by rows.
public struct Matrix3: Sendable, Hashable {
  /// The rows.
  public var row1, row2, row3: SIMD3<Double>

  /// A matrix from its rows.
  public init(_ row1: SIMD3<Double>, _ row2: SIMD3<Double>, _ row3: SIMD3<Double>) {
    (self.row1, self.row2, self.row3) = (row1, row2, row3)
  }

  /// The product with a column vector.
  public static func * (matrix: Matrix3, v: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3((matrix.row1 * v).sum(), (matrix.row2 * v).sum(), (matrix.row3 * v).sum())
  }
}

extension Matrix3 {
  /// The unit matrix.
  public static let identity = Matrix3(SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1))

  /// Rows and columns exchanged.
  public var transposed: Matrix3 {
    Matrix3(
      SIMD3(row1.x, row2.x, row3.x), SIMD3(row1.y, row2.y, row3.y), SIMD3(row1.z, row2.z, row3.z))
  }

  /// The matrix product.
  public static func * (left: Matrix3, right: Matrix3) -> Matrix3 {
    let columns = right.transposed
    func row(_ r: SIMD3<Double>) -> SIMD3<Double> {
      SIMD3((r * columns.row1).sum(), (r * columns.row2).sum(), (r * columns.row3).sum())
    }
    return Matrix3(row(left.row1), row(left.row2), row(left.row3))
  }
}
