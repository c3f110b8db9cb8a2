/// The eleven Laue classes: point groups with an inversion centre.
public enum LaueClass: String, Sendable, Hashable, CaseIterable, Codable {
  case triclinic = "-1"
  case monoclinic = "2/m"
  case orthorhombic = "mmm"
  case tetragonalLow = "4/m"
  case tetragonalHigh = "4/mmm"
  case trigonalLow = "-3"
  case trigonalHigh = "-3m"
  case hexagonalLow = "6/m"
  case hexagonalHigh = "6/mmm"
  case cubicLow = "m-3"
  case cubicHigh = "m-3m"
}

/// The centring of a cell.
public enum Centring: String, Sendable, Hashable, Codable {
  case primitive = "P"
  case aFace = "A"
  case bFace = "B"
  case cFace = "C"
  case body = "I"
  case face = "F"
  /// Hexagonal axes of a rhombohedral lattice, obverse setting: (2/3, 1/3, 1/3).
  case rhombohedral = "R"
  /// Translations that none of the usual letters stands for, among them the reverse setting of R.
  case other = "?"
}

extension SpaceGroup {
  /// The translations of the centring, the zero translation included.
  public var centringTranslations: [SIMD3<Double>] { operations.filter(\.isTranslation).map(\.translation) }

  /// The centring, from the operations.
  public var centring: Centring {
    let twelfths = Set(centringTranslations.map { SIMD3<Int>(($0 * 12).rounded(.toNearestOrEven)) })
    let letters: [Set<SIMD3<Int>>: Centring] = [
      [.zero]: .primitive, [.zero, SIMD3(0, 6, 6)]: .aFace, [.zero, SIMD3(6, 0, 6)]: .bFace,
      [.zero, SIMD3(6, 6, 0)]: .cFace, [.zero, SIMD3(6, 6, 6)]: .body,
      [.zero, SIMD3(0, 6, 6), SIMD3(6, 0, 6), SIMD3(6, 6, 0)]: .face,
      [.zero, SIMD3(8, 4, 4), SIMD3(4, 8, 8)]: .rhombohedral,
    ]
    return letters[twelfths] ?? .other
  }

  /// Whether an inversion centre is among the operations, at the origin or elsewhere.
  public var isCentrosymmetric: Bool {
    operations.contains { $0.determinant == -1 && $0.trace == -3 }
  }

  /// Whether the symmetry extinguishes a reflection, for atoms at any place.
  ///
  /// Exact: hkl is absent when an operation maps it onto itself with a phase 2π h·w other than a multiple of 2π.
  public func isAbsent(_ indices: MillerIndices) -> Bool { operations.contains { $0.extinguishes(indices) } }

  /// All reflections equivalent to one under the Laue class, Friedel's mates included, without repetition.
  public func equivalents(of indices: MillerIndices) -> [MillerIndices] {
    var seen: Set<MillerIndices> = []
    return laueOperations.map { $0(indices) }.filter { seen.insert($0).inserted }
  }

  /// The equivalent reflection that stands for all of them, see ``Reflection``.
  public func representative(of indices: MillerIndices) -> MillerIndices {
    laueOperations.reduce(indices) { best, operation in
      let candidate = operation(indices)
      return candidate.represents(before: best) ? candidate : best
    }
  }

  /// How far a cell is from the symmetry: the largest relative change of an edge's or diagonal's squared length under
  /// the operations; zero where the cell fits.
  public func misfit(of cell: UnitCell) -> Double {
    let g = cell.metric
    let directions: [SIMD3<Double>] = [
      SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1), SIMD3(0, 1, 1), SIMD3(1, 0, 1), SIMD3(1, 1, 0),
    ]
    return laueOperations.reduce(0) { worst, operation in
      directions.reduce(worst) { max($0, abs(g.form(operation($1)) / g.form($1) - 1)) }
    }
  }
}
