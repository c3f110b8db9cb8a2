import Foundation

extension UnitCell {
  /// A hexagonal cell: a = b, right angles to c, 120° between a and b.
  ///
  /// - Parameters:
  ///   - a: edge of the basal plane, in metres.
  ///   - c: height, in metres.
  public init(hexagonal a: Double, c: Double) {
    self.init(a: a, b: a, c: c, alpha: .pi / 2, beta: .pi / 2, gamma: 2 * .pi / 3)
  }

  /// A cubic cell with an edge in metres.
  public init(cubic a: Double) {
    self.init(a: a, b: a, c: a, alpha: .pi / 2, beta: .pi / 2, gamma: .pi / 2)
  }

  /// The cosine of an angle, exact for those that symmetry fixes.
  ///
  /// The cosine of the double nearest to π/2 is 6e-17, which would split the lines of a cubic cell.
  private static func cosine(_ angle: Double) -> Double {
    if angle == .pi / 2 { return 0 }
    if angle == 2 * .pi / 3 { return -0.5 }
    if angle == .pi / 3 { return 0.5 }
    return cos(angle)
  }

  /// The metric tensor G of the cell, G_ij = a_i · a_j, in square metres.
  public var metric: SymmetricMatrix3 {
    SymmetricMatrix3(
      xx: a * a, yy: b * b, zz: c * c, yz: b * c * Self.cosine(alpha), xz: a * c * Self.cosine(beta),
      xy: a * b * Self.cosine(gamma))
  }

  /// The metric tensor of the reciprocal cell, G* = G⁻¹, in 1/m². Reciprocal edges are without the factor 2π.
  public var reciprocalMetric: SymmetricMatrix3 { metric.inverse }

  /// The reciprocal cell: edges a*, b*, c* in 1/m (without the factor 2π), angles in radians.
  ///
  /// Its type is that of a cell whose unit of length is 1/m.
  public var reciprocal: UnitCell {
    let g = reciprocalMetric
    let (ra, rb, rc) = (g.xx.squareRoot(), g.yy.squareRoot(), g.zz.squareRoot())
    return UnitCell(
      a: ra, b: rb, c: rc, alpha: acos(g.yz / (rb * rc)), beta: acos(g.xz / (ra * rc)), gamma: acos(g.xy / (ra * rb)))
  }

  /// The spacing of the lattice planes hkl, 1/√(h G* h), in metres; infinite for 000.
  public func dSpacing(_ h: Int, _ k: Int, _ l: Int) -> Double { dSpacing(MillerIndices(h, k, l)) }

  /// The spacing of the lattice planes hkl, in metres; infinite for 000.
  public func dSpacing(_ indices: MillerIndices) -> Double {
    1 / reciprocalMetric.form(indices.vector).squareRoot()
  }

  /// The matrix M that turns fractional coordinates into Cartesian ones in metres, x = M u.
  ///
  /// Convention: x along a, z along c* (perpendicular to a and b), y completes a right-handed set; therefore M is upper
  /// triangular. It is the convention of the Protein Data Bank.
  public var orthogonalisation: Matrix3 {
    let (ca, cb, cg) = (Self.cosine(alpha), Self.cosine(beta), Self.cosine(gamma))
    let sg = (1 - cg * cg).squareRoot()
    return Matrix3(
      SIMD3(a, b * cg, c * cb), SIMD3(0, b * sg, c * (ca - cb * cg) / sg), SIMD3(0, 0, volume / (a * b * sg)))
  }

  /// The Cartesian coordinates of a fractional point, in metres; see ``orthogonalisation``.
  public func cartesian(_ fractional: SIMD3<Double>) -> SIMD3<Double> { orthogonalisation * fractional }

  /// The distance between two fractional points as they are (no lattice translation is applied), in metres.
  public func distance(_ p: SIMD3<Double>, _ q: SIMD3<Double>) -> Double { metric.form(p - q).squareRoot() }

  /// The angle at a fractional point `vertex` between the directions to `p` and `q`, in radians.
  public func angle(_ p: SIMD3<Double>, vertex: SIMD3<Double>, _ q: SIMD3<Double>) -> Double {
    let (u, v) = (cartesian(p - vertex), cartesian(q - vertex))
    let cosine = (u * v).sum() / ((u * u).sum() * (v * v).sum()).squareRoot()
    return acos(min(max(cosine, -1), 1))
  }

  /// Edges and angles in angstrom and degrees, as people read them.
  public var inAngstromAndDegrees: (a: Double, b: Double, c: Double, alpha: Double, beta: Double, gamma: Double) {
    let degree = 180 / Double.pi
    return (a * 1e10, b * 1e10, c * 1e10, alpha * degree, beta * degree, gamma * degree)
  }
}
