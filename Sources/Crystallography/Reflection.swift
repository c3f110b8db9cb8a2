/// A family of lattice planes that are equivalent under the Laue class.
public struct Reflection: Sendable, Hashable {
  /// The representative: the equivalent with the fewest negative indices, then with l and k not negative, then with the
  /// largest h, k, l in this order. Cubic: h ≥ k ≥ l; R -3 m on hexagonal axes: 003, 101, 012, 104, 015.
  public var indices: MillerIndices
  /// How many equivalents there are, Friedel's mates included.
  public var multiplicity: Int
  /// The spacing of the planes, in metres.
  public var dSpacing: Double

  public init(indices: MillerIndices, multiplicity: Int, dSpacing: Double) {
    (self.indices, self.multiplicity, self.dSpacing) = (indices, multiplicity, dSpacing)
  }
}

extension SpaceGroup {
  /// All reflections down to a spacing that the symmetry allows, one a family, by falling spacing.
  ///
  /// Families of equal spacing (cubic 300 and 221) stay apart, the one with the larger first index first; see
  /// ``groupedBySpacing(_:relativeTolerance:)``.
  ///
  /// - Parameters:
  ///   - cell: the unit cell.
  ///   - minimumSpacing: the smallest spacing, in metres.
  ///   - limit: the largest number of lattice points to look at, both of Friedel's mates counted.
  /// - Throws: ``CrystallographyError/outOfRange(name:value:expected:)`` for a spacing that is not positive,
  ///   ``CrystallographyError/tooManyReflections(limit:)``.
  public func reflections(
    cell: UnitCell, minimumSpacing: Double, limit: Int = 10_000_000
  ) throws(CrystallographyError) -> [Reflection] {
    guard minimumSpacing.isFinite, minimumSpacing > 0 else {
      throw .outOfRange(name: "the smallest d spacing", value: minimumSpacing, expected: "a positive length in metres")
    }
    // h = a·g for a reciprocal vector g, and |g| ≤ 1/d: no index exceeds the edge over the spacing.
    let bounds = [cell.a, cell.b, cell.c].map { ($0 / minimumSpacing).rounded(.down) }
    guard (2 * bounds[0] + 1) * (2 * bounds[1] + 1) * (2 * bounds[2] + 1) <= Double(limit) else {
      throw .tooManyReflections(limit: limit)
    }
    let metric = cell.reciprocalMetric
    // A reflection exactly at the limit belongs to the list whatever the rounding.
    let largest = (1 + 1e-12) / (minimumSpacing * minimumSpacing)
    let (hMax, kMax, lMax) = (Int(bounds[0]), Int(bounds[1]), Int(bounds[2]))
    var found: [Reflection] = []
    for l in -lMax...lMax {
      for k in -kMax...kMax {
        for h in -hMax...hMax {
          let indices = MillerIndices(h, k, l)
          let squared = metric.form(indices.vector)
          guard squared <= largest, squared > 0, isRepresentative(indices), !isAbsent(indices) else { continue }
          found.append(
            Reflection(
              indices: indices, multiplicity: equivalents(of: indices).count, dSpacing: 1 / squared.squareRoot()))
        }
      }
    }
    found.sort { $0.dSpacing > $1.dSpacing }
    return Self.groupedBySpacing(found).flatMap { family in
      family.sorted { ($0.indices.h, $0.indices.k, $0.indices.l) > ($1.indices.h, $1.indices.k, $1.indices.l) }
    }
  }

  private func isRepresentative(_ indices: MillerIndices) -> Bool {
    !laueOperations.contains { $0(indices).represents(before: indices) }
  }

  /// Consecutive reflections of equal spacing put together.
  ///
  /// - Parameters:
  ///   - reflections: by falling spacing.
  ///   - relativeTolerance: spacings that differ by less than this fraction are equal.
  public static func groupedBySpacing(
    _ reflections: [Reflection], relativeTolerance: Double = 1e-9
  ) -> [[Reflection]] {
    reflections.reduce(into: [[Reflection]]()) { groups, reflection in
      if let first = groups.last?.first,
        abs(first.dSpacing - reflection.dSpacing) <= relativeTolerance * first.dSpacing
      {
        groups[groups.count - 1].append(reflection)
      } else {
        groups.append([reflection])
      }
    }
  }
}
