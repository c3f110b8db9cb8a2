import Crystallography
import Foundation
import Testing

@Suite struct ReflectionTests {
  @Test func theFirstReflectionsOfALayeredOxide() throws {
    let group = try SpaceGroup(symbol: "R -3 m :H")
    let reflections = try group.reflections(
      cell: UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10), minimumSpacing: 1.37e-10)
    #expect(
      reflections.map(\.indices.description)
        == ["003", "101", "006", "012", "104", "015", "009", "107", "018", "110", "113"])
    #expect(reflections.map(\.multiplicity) == [2, 6, 2, 6, 6, 6, 2, 6, 6, 6, 12])
  }

  /// Families, multiplicities and spacings of eleven groups, absences with them, as gemmi has them.
  @Test func familiesAgreeWithGemmi() throws {
    var expected: Set<MillerIndices> = []
    var found: [MillerIndices: Reflection] = [:]
    var current: SpaceGroup?
    var groups = 0
    for fields in try SpaceGroupTests.lines("reflections-gemmi.tsv") {
      let numbers = fields.compactMap(Double.init)
      if numbers.count == 7 {
        #expect(expected == Set(found.keys))
        let group = try SpaceGroup(symbol: fields[0])
        let angles = numbers[3...5].map { $0 == 90 ? .pi / 2 : $0 == 120 ? 2 * .pi / 3 : $0 * .pi / 180 }
        let cell = UnitCell(
          a: numbers[0] * 1e-10, b: numbers[1] * 1e-10, c: numbers[2] * 1e-10, alpha: angles[0], beta: angles[1],
          gamma: angles[2])
        let list = try group.reflections(cell: cell, minimumSpacing: numbers[6] * 1e-10)
        #expect(zip(list, list.dropFirst()).allSatisfy { $0.dSpacing >= $1.dSpacing * (1 - 1e-12) })
        found = Dictionary(uniqueKeysWithValues: list.map { ($0.indices, $0) })
        (expected, current, groups) = ([], group, groups + 1)
      } else {
        let indices = MillerIndices(Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
        let representative = try #require(current).representative(of: indices)
        expected.insert(representative)
        let reflection = found[representative]
        #expect(reflection?.multiplicity == Int(numbers[3]), "\(indices)")
        #expect(abs((reflection?.dSpacing ?? 0) - numbers[4] * 1e-10) < 1e-18, "\(indices)")
      }
    }
    #expect(expected == Set(found.keys))
    #expect(groups == 11)
  }

  @Test func coincidentFamiliesStayApartAndAreGrouped() throws {
    let reflections = try SpaceGroup(symbol: "Pm-3m").reflections(
      cell: UnitCell(cubic: 4.156826e-10), minimumSpacing: 4.156826e-10 / 3)
    #expect(
      reflections.map(\.indices.description) == ["100", "110", "111", "200", "210", "211", "220", "300", "221"])
    let groups = SpaceGroup.groupedBySpacing(reflections)
    #expect(groups.count == 8 && groups[7].map(\.multiplicity) == [6, 24])
  }

  /// The sum of all multiplicities is the number of lattice points in the sphere, counted one by one.
  @Test func everyLatticePointIsCountedOnce() throws {
    let cell = UnitCell(a: 4e-10, b: 5e-10, c: 6e-10, alpha: 1.4, beta: 1.65, gamma: 1.83)
    let list = try SpaceGroup(number: 2).reflections(cell: cell, minimumSpacing: 0.8e-10)
    var count = 0
    for h in -9...9 {
      for k in -9...9 {
        for l in -9...9 where (h, k, l) != (0, 0, 0) && cell.dSpacing(h, k, l) >= 0.8e-10 { count += 1 }
      }
    }
    #expect(list.reduce(0) { $0 + $1.multiplicity } == count)
  }

  @Test func badLimitsAreRefused() throws {
    let group = try SpaceGroup(number: 225)
    for spacing in [0, -1, Double.nan, .infinity, 1e-30, 1e-300, .leastNonzeroMagnitude] {
      #expect(throws: CrystallographyError.self) {
        try group.reflections(cell: UnitCell(cubic: 4e-10), minimumSpacing: spacing)
      }
    }
  }
}
