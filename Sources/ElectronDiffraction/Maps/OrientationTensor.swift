public import Crystallography

/// The second moment of axes, T = ⟨c cᵀ⟩, of trace 1.
///
/// Its eigenvalues say how the axes are spread: all one third for random axes, 1 along a common axis, 0 across a girdle
/// (Scheidegger 1965; Mardia & Jupp, "Directional Statistics", section 9.4.3).
public struct OrientationTensor: Sendable, Hashable {
  public let matrix: SymmetricMatrix3

  /// - Parameters:
  ///   - axes: unit vectors; the sign of each does not matter.
  ///   - weights: not negative, for example areas; all equal by default.
  /// - Returns: nil without axes or weight.
  public init?(axes: [SIMD3<Double>], weights: [Double]? = nil) {
    precondition(weights.map { $0.count == axes.count } ?? true, "each axis has a weight")
    var (sum, total) = (SymmetricMatrix3(xx: 0, yy: 0, zz: 0, yz: 0, xz: 0, xy: 0), 0.0)
    for (index, axis) in axes.enumerated() {
      let (weight, outer) = (weights?[index] ?? 1, SymmetricMatrix3(outer: axis))
      sum.xx += weight * outer.xx
      sum.yy += weight * outer.yy
      sum.zz += weight * outer.zz
      sum.yz += weight * outer.yz
      sum.xz += weight * outer.xz
      sum.xy += weight * outer.xy
      total += weight
    }
    guard total > 0 else { return nil }
    matrix = SymmetricMatrix3(
      xx: sum.xx / total, yy: sum.yy / total, zz: sum.zz / total, yz: sum.yz / total, xz: sum.xz / total,
      xy: sum.xy / total)
  }

  /// Eigenvalues in ascending order, of sum 1.
  public var eigenvalues: SIMD3<Double> { matrix.eigen.values }

  /// The axis around which the axes gather: that of the largest eigenvalue.
  public var meanAxis: SIMD3<Double> { matrix.eigen.vectors[2] }

  /// Of a girdle the pole: the axis of the smallest eigenvalue.
  public var girdleAxis: SIMD3<Double> { matrix.eigen.vectors[0] }
}
