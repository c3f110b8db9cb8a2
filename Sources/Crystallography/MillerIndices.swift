/// The indices hkl of lattice planes.
public struct MillerIndices: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The three indices.
  public var h, k, l: Int

  /// The planes hkl.
  public init(_ h: Int, _ k: Int, _ l: Int) { (self.h, self.k, self.l) = (h, k, l) }

  /// The indices as numbers.
  public var vector: SIMD3<Double> { SIMD3(Double(h), Double(k), Double(l)) }

  /// The opposite reflection, Friedel's mate.
  public static prefix func - (indices: MillerIndices) -> MillerIndices {
    MillerIndices(-indices.h, -indices.k, -indices.l)
  }

  /// Digits in a row, "104", or with spaces where an index has more than one character, "0 0 12" and "-1 1 1".
  public var description: String {
    let all = [h, k, l]
    return all.map(String.init).joined(separator: all.allSatisfy { (0...9).contains($0) } ? "" : " ")
  }

  /// Whether these indices represent their equivalents better than others do: fewer negative indices first, then l and
  /// k not negative, then the larger h, k, l in this order.
  ///
  /// So cubic families are written h ≥ k ≥ l, and those of R -3 m (hexagonal axes) 101, 012, 104, 015.
  func represents(before other: MillerIndices) -> Bool {
    let (mine, theirs) = (rank, other.rank)
    if mine != theirs { return mine < theirs }
    return (h, k, l) > (other.h, other.k, other.l)
  }

  private var rank: Int {
    let negative = (h < 0 ? 1 : 0) + (k < 0 ? 1 : 0) + (l < 0 ? 1 : 0)
    return negative * 4 + (l < 0 ? 2 : 0) + (k < 0 ? 1 : 0)
  }
}
