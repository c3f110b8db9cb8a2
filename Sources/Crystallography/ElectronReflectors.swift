extension CrystalStructure {
  /// The families of lattice planes with their amplitudes for electrons, the strongest first.
  ///
  /// - Parameter minimumSpacing: the smallest spacing, in metres.
  /// - Returns: the families that the group allows; ``Reflector/amplitude`` is |F| of electrons at rest, in metres.
  ///   Families of equal amplitude are ordered by falling spacing.
  /// - Throws: ``CrystallographyError``.
  public func electronReflectors(minimumSpacing: Double) throws(CrystallographyError) -> [Reflector] {
    let factors = try ElectronStructureFactors(self, kiloelectronvolts: 0)
    let reflections = try spaceGroup.reflections(cell: cell, minimumSpacing: minimumSpacing)
    let reflectors = reflections.map {
      Reflector($0.indices, cell: cell, spaceGroup: spaceGroup, amplitude: factors.elastic($0.indices).magnitude)
    }
    // Rounding must not decide between equals: 303 and 033 of R -3 m have the same |F|.
    return reflectors.enumerated().sorted { first, second in
      let (a, b) = (first.element.amplitude, second.element.amplitude)
      return abs(a - b) > 1e-9 * max(a, b) ? a > b : first.offset < second.offset
    }.map(\.element)
  }

  /// The families of bands to look for in patterns, the strongest first.
  ///
  /// A family is kept where its |F| reaches a share of the largest and no stronger family has the same planes: 0 0 12
  /// adds no band to that of 003, only edges. Added are the strongest families that break each pseudo-symmetry (see
  /// ``pseudoSymmetries(minimumSpacing:)``), until ``breakingFamilies`` of them are there: without them a wrong
  /// orientation fits as well as the true one. NMC811: 104, 003, 110, 018, 024, 107, 101.
  ///
  /// - Parameters:
  ///   - minimumSpacing: the smallest spacing, in metres.
  ///   - relativeAmplitude: the share of the largest |F|, 0...1.
  ///   - breakingFamilies: families wanted that break each pseudo-symmetry.
  /// - Throws: ``CrystallographyError``.
  public func indexingReflectors(
    minimumSpacing: Double = 0.8e-10, relativeAmplitude: Double = 0.4, breakingFamilies: Int = 3
  ) throws(CrystallographyError) -> [Reflector] {
    let all = try electronReflectors(minimumSpacing: minimumSpacing)
    guard let largest = all.first?.amplitude, largest > 0 else { return [] }
    var distinct: [Reflector] = []
    for reflector in all where reflector.amplitude > 1e-6 * largest {
      if !distinct.contains(where: { $0.hasPlanes(of: reflector) }) { distinct.append(reflector) }
    }
    var kept = distinct.map { $0.amplitude >= relativeAmplitude * largest }
    for rotation in pseudoSymmetries(of: all) {
      let breaking = distinct.indices.filter { index in
        !Self.isMapped(distinct[index], by: rotation, onto: all)
      }
      for index in breaking.prefix(breakingFamilies) { kept[index] = true }
    }
    return zip(distinct, kept).filter(\.1).map(\.0)
  }
}

extension Reflector {
  /// Whether the planes of another family are parallel to this one's.
  func hasPlanes(of other: Reflector) -> Bool {
    guard let pole = other.poles.first else { return false }
    return poles.contains { abs(($0 * pole).sum()) > 1 - 1e-9 }
  }
}
