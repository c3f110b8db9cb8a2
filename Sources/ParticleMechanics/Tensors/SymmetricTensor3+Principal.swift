extension SymmetricTensor3 {
  /// The principal values, the largest first.
  public var principalValues: SIMD3<Double> { principal.values }

  /// The principal values, the largest first, and the direction of each, of unit length and right-handed.
  ///
  /// Jacobi's rotations: accurate to rounding of the largest value even where two are nearly equal, which the closed
  /// form is not. G. H. Golub, C. F. Van Loan, Matrix Computations, section 8.5.
  public var principal: (values: SIMD3<Double>, directions: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)) {
    var diagonal = SIMD3(xx, yy, zz)
    // Off-diagonal components at the index of the axis they leave out.
    var off = SIMD3(yz, xz, xy)
    var columns = (SIMD3<Double>(1, 0, 0), SIMD3<Double>(0, 1, 0), SIMD3<Double>(0, 0, 1))
    for _ in 0..<20 {
      let size = (diagonal * diagonal).sum() + 2 * (off * off).sum()
      // The negated comparison also stops at numbers that are not finite.
      if !((off * off).sum() > 1e-34 * size) { break }
      for (p, q, r) in [(0, 1, 2), (0, 2, 1), (1, 2, 0)] where off[r] != 0 {
        let angle = (diagonal[q] - diagonal[p]) / (2 * off[r])
        let tangent = (angle < 0 ? -1 : 1) / (angle.magnitude + (1 + angle * angle).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        let sine = tangent * cosine
        diagonal[p] -= tangent * off[r]
        diagonal[q] += tangent * off[r]
        off[r] = 0
        // off[q] couples p with r, off[p] couples q with r.
        let (pr, qr) = (off[q], off[p])
        off[q] = cosine * pr - sine * qr
        off[p] = sine * pr + cosine * qr
        let (first, second) = (Self.column(p, columns), Self.column(q, columns))
        Self.set(p, &columns, cosine * first - sine * second)
        Self.set(q, &columns, sine * first + cosine * second)
      }
    }
    let order = [0, 1, 2].sorted { diagonal[$0] > diagonal[$1] }
    let (first, second) = (Self.column(order[0], columns), Self.column(order[1], columns))
    let third = SIMD3(
      first.y * second.z - first.z * second.y, first.z * second.x - first.x * second.z,
      first.x * second.y - first.y * second.x)
    return (SIMD3(diagonal[order[0]], diagonal[order[1]], diagonal[order[2]]), (first, second, third))
  }

  private typealias Columns = (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)

  private static func column(_ index: Int, _ columns: Columns) -> SIMD3<Double> {
    index == 0 ? columns.0 : index == 1 ? columns.1 : columns.2
  }

  private static func set(_ index: Int, _ columns: inout Columns, _ value: SIMD3<Double>) {
    switch index {
    case 0: columns.0 = value
    case 1: columns.1 = value
    default: columns.2 = value
    }
  }
}
