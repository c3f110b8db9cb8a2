import ArrayMath
import Crystallography
import Foundation

/// The vector product.
func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

/// A unit vector at right angles to a unit vector.
func perpendicular(to v: SIMD3<Double>) -> SIMD3<Double> {
  let helper = abs(v.x) < 0.6 ? SIMD3(1.0, 0, 0) : SIMD3(0, 1.0, 0)
  let side = cross(v, helper)
  return side / (side * side).sum().squareRoot()
}

/// A direction drawn evenly from the sphere.
func evenDirection(_ generator: inout SeededGenerator) -> SIMD3<Double> {
  while true {
    let v = SIMD3(2 * generator.uniform() - 1, 2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
    let square = (v * v).sum()
    if square > 1e-6, square <= 1 { return v / square.squareRoot() }
  }
}

/// The axis nearest to many: the eigenvector of the largest eigenvalue of Σ c cᵀ, by powers of the matrix.
///
/// The sense of a c axis means nothing, which the product c cᵀ respects and a mean of vectors would not.
func principalAxis(_ tensor: SymmetricMatrix3) -> SIMD3<Double> {
  var matrix = Matrix3(
    SIMD3(tensor.xx, tensor.xy, tensor.xz), SIMD3(tensor.xy, tensor.yy, tensor.yz),
    SIMD3(tensor.xz, tensor.yz, tensor.zz))
  // Each squaring doubles the power; the trace keeps the numbers in range.
  for _ in 0..<12 {
    let trace = matrix.row1.x + matrix.row2.y + matrix.row3.z
    guard trace > 0 else { return SIMD3(0, 0, 1) }
    let scaled = Matrix3(matrix.row1 / trace, matrix.row2 / trace, matrix.row3 / trace)
    matrix = scaled * scaled
  }
  let rows = [matrix.row1, matrix.row2, matrix.row3]
  let longest = rows.max { ($0 * $0).sum() < ($1 * $1).sum() } ?? SIMD3(0, 0, 1)
  let axis = longest / (longest * longest).sum().squareRoot()
  return axis.z < 0 ? -axis : axis
}
