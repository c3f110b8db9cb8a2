/// The stiffness of a crystal that is alike all round its c axis, in pascals.
///
/// A trigonal crystal has C14 as well, whose sign turns with the a axes; the mean over turns about c, which is all that a
/// c axis can tell, has none. In Voigt's order xx, yy, zz, yz, xz, xy with engineering shears.
public struct TransverseStiffness: Sendable, Hashable, Codable {
  public var c11, c12, c13, c33, c44: Double

  public init(c11: Double, c12: Double, c13: Double, c33: Double, c44: Double) {
    (self.c11, self.c12, self.c13, self.c33, self.c44) = (c11, c12, c13, c33, c44)
  }

  /// Layered oxides by interpolation between calculated isostructural ones (LiCrO₂, LiCuO₂ of the Materials Project): no
  /// measured single-crystal values of NMC811 are known to us.
  public static let layeredOxide = TransverseStiffness(c11: 270e9, c12: 90e9, c13: 65e9, c33: 185e9, c44: 50e9)

  /// Whether every deformation costs energy.
  public var isPositiveDefinite: Bool {
    c44 > 0 && c11 > abs(c12) && (c11 + c12) * c33 > 2 * c13 * c13
  }

  /// The element C_ijkl for a c axis along the unit vector n (Walpole, Adv. Appl. Mech. 21, 169 (1981)):
  ///
  ///     λ δij δkl + μ (δik δjl + δil δjk) + α (δij nk nl + ni nj δkl)
  ///       + (μ' − μ) (δik nj nl + δil nj nk + δjk ni nl + δjl ni nk) + β ni nj nk nl.
  func element(_ i: Int, _ j: Int, _ k: Int, _ l: Int, axis n: SIMD3<Double>) -> Double {
    func delta(_ a: Int, _ b: Int) -> Double { a == b ? 1 : 0 }
    let (lambda, mu) = (c12, (c11 - c12) / 2)
    let isotropic = lambda * delta(i, j) * delta(k, l) + mu * (delta(i, k) * delta(j, l) + delta(i, l) * delta(j, k))
    let coupling = (c13 - c12) * (delta(i, j) * n[k] * n[l] + n[i] * n[j] * delta(k, l))
    let first = delta(i, k) * n[j] * n[l] + delta(i, l) * n[j] * n[k]
    let second = delta(j, k) * n[i] * n[l] + delta(j, l) * n[i] * n[k]
    let beta = c11 + c33 - 2 * c13 - 4 * c44
    return isotropic + coupling + (c44 - mu) * (first + second) + beta * n[i] * n[j] * n[k] * n[l]
  }

  /// The 6 × 6 matrix by rows for a c axis along a unit vector.
  public func matrix(axis: SIMD3<Double>) -> [Double] {
    let pairs = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]
    return pairs.flatMap { first in
      pairs.map { second in element(first.0, first.1, second.0, second.1, axis: axis) }
    }
  }
}
