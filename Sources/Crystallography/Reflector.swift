/// A family of lattice planes as electron diffraction shows them: a band for each pair ±hkl.
public struct Reflector: Sendable, Hashable {
  /// The representative of the family, see ``Reflection``.
  public var indices: MillerIndices
  /// Unit normals of the planes in the crystal's Cartesian frame, one of each pair ±hkl.
  public var poles: [SIMD3<Double>]
  /// The spacing of the planes, in metres.
  public var dSpacing: Double
  /// |F|, in any unit that is the same for all reflectors of a list.
  public var amplitude: Double

  public init(indices: MillerIndices, poles: [SIMD3<Double>], dSpacing: Double, amplitude: Double) {
    (self.indices, self.poles, self.dSpacing, self.amplitude) = (indices, poles, dSpacing, amplitude)
  }

  /// The family of one plane.
  public init(_ indices: MillerIndices, cell: UnitCell, spaceGroup: SpaceGroup, amplitude: Double) {
    let all = spaceGroup.equivalents(of: indices)
    // Of each pair the one whose last index that is not zero is positive.
    let half = all.filter { $0.l != 0 ? $0.l > 0 : $0.k != 0 ? $0.k > 0 : $0.h > 0 }
    self.init(
      indices: spaceGroup.representative(of: indices), poles: half.map { cell.planeNormal($0) },
      dSpacing: cell.dSpacing(indices), amplitude: amplitude)
  }
}

extension UnitCell {
  /// The unit normal of the planes hkl in the cell's Cartesian frame, see ``orthogonalisation``.
  public func planeNormal(_ indices: MillerIndices) -> SIMD3<Double> {
    let m = orthogonalisation
    // Rows of the inverse of an upper triangular matrix are the reciprocal axes.
    let x = indices.vector.x / m.row1.x
    let y = (indices.vector.y - m.row1.y * x) / m.row2.y
    let z = (indices.vector.z - m.row1.z * x - m.row2.z * y) / m.row3.z
    let g = SIMD3(x, y, z)
    return g / (g * g).sum().squareRoot()
  }
}
