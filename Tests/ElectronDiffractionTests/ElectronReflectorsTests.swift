import Crystallography
import Foundation
import Testing

@Suite struct ElectronReflectorsTests {
  /// |F| with the factors of Weickenmeier and Kohl, computed with ebsdsim 0.2.4, in a relative unit.
  static let weickenmeierKohl: [(h: Int, k: Int, l: Int, amplitude: Double)] = [
    (1, 0, 4, 17.1107), (0, 0, 3, 12.1003), (1, 1, 0, 11.8476), (0, 1, 8, 11.4907),
    (0, 2, 4, 9.0160), (0, 0, 12, 8.4730), (1, 0, 7, 7.7076), (1, 0, 1, 7.6879),
    (2, 0, 8, 7.0913), (0, 1, 11, 6.0940), (2, 1, 4, 6.0120), (1, 1, 3, 5.7679),
    (1, 1, 12, 5.6634), (3, 0, 0, 5.1238), (0, 0, 15, 5.0288), (1, 2, 8, 4.9764),
    (0, 2, 7, 4.9047), (0, 1, 5, 4.8755), (1, 0, 16, 4.5565), (0, 2, 1, 4.3171),
    (0, 0, 6, 4.2584), (2, 0, 11, 4.2293), (0, 1, 2, 3.8422), (2, 1, 7, 3.5199),
    (2, 0, 5, 3.2158), (0, 0, 9, 3.1686), (2, 1, 1, 3.0963), (3, 0, 3, 2.8975),
    (0, 3, 3, 2.8975), (1, 2, 5, 2.4271), (1, 0, 10, 2.4156), (1, 1, 9, 2.3841),
    (0, 1, 14, 2.2358), (1, 1, 6, 2.0619), (0, 2, 10, 1.9205), (2, 0, 2, 1.8829),
    (1, 0, 13, 1.7695), (1, 2, 2, 1.5956), (0, 2, 13, 1.4754),
  ]

  @Test func agreeWithWeickenmeierAndKohl() throws {
    let reflectors = try TestCrystals.nmc811().electronReflectors(minimumSpacing: 0.8e-10)
    let group = try SpaceGroup(symbol: "R-3m")
    func amplitude(_ h: Int, _ k: Int, _ l: Int) -> Double {
      let wanted = group.representative(of: MillerIndices(h, k, l))
      return reflectors.first { $0.indices == wanted }?.amplitude ?? .nan
    }
    let reference = amplitude(1, 0, 4)
    for entry in Self.weickenmeierKohl {
      let ratio = amplitude(entry.h, entry.k, entry.l) / reference
      let expected = entry.amplitude / Self.weickenmeierKohl[0].amplitude
      // Two tables of the same atoms: they agree to 1 % of the strongest reflection and 3 % of each.
      #expect(abs(ratio - expected) < 0.01, "\(entry)")
      #expect(abs(ratio / expected - 1) < 0.03, "\(entry)")
    }
    #expect(reflectors[0].indices == MillerIndices(1, 0, 4))
  }

  @Test func theMetalHasTheShorterBonds() throws {
    // The site trap: with z = 0.2415 of the other origin, or Li at the origin, the layers are exchanged.
    let crystal = try TestCrystals.nmc811()
    let cell = crystal.cell
    let oxygen = SIMD3(1.0 / 3, 2.0 / 3, 2.0 / 3 - 0.2585)
    #expect(abs(cell.distance(oxygen, SIMD3(2.0 / 3, 1.0 / 3, 1.0 / 3)) * 1e10 - 1.969) < 1e-3)
    #expect(abs(cell.distance(oxygen, SIMD3(0, 0, 0.5)) * 1e10 - 2.109) < 1e-3)
    #expect(crystal.images[4].contains { cell.distance($0.position, oxygen) < 1e-14 })
  }

  @Test func indexingTakesTheSevenFamilies() throws {
    let crystal = try TestCrystals.nmc811()
    let names = Set(try crystal.indexingReflectors().map(\.indices.description))
    let seven: Set = ["003", "104", "110", "018", "024", "107", "101"]
    #expect(names == seven)
    // The five strongest alone do not tell c from its three pseudo-symmetric places; the other two are added.
    #expect(Set(try crystal.indexingReflectors(relativeAmplitude: 0.5).map(\.indices.description)) == seven)
    let charged = try TestCrystals.nmc811(a: 2.819, c: 14.483, lithium: 0.2)
    #expect(seven.isSubset(of: try charged.indexingReflectors().map(\.indices.description)))
    #expect(try TestCrystals.nickel().indexingReflectors().map(\.indices.description) == ["111", "200", "220", "311"])
    let wide = try crystal.indexingReflectors(relativeAmplitude: 0.25).map(\.indices.description)
    #expect(seven.isSubset(of: wide) && !wide.contains("006") && !wide.contains("012"))
  }

  @Test func theLayeredOxideHasThreePseudoSymmetries() throws {
    // The further c/a from that of a cube, 4.90, the less do the turns mean.
    for (a, c, tolerance) in [(2.872, 14.20, 0.5), (2.819, 14.483, 2.5), (2.83, 13.9, 0.2)] {
      let crystal = try TestCrystals.nmc811(a: a, c: c)
      let rotations = try crystal.pseudoSymmetries()
      #expect(rotations.count == 3)
      let group = RotationGroup(.trigonalHigh)
      let turns = Reflector(MillerIndices(1, 0, 4), cell: crystal.cell, spaceGroup: crystal.spaceGroup, amplitude: 1)
        .poles.map { Rotation(axis: $0, angle: .pi / 2) }
      for turn in turns {
        let nearest = rotations.map { group.disorientation($0, turn) * 180 / .pi }.min() ?? .nan
        #expect(nearest < tolerance)
      }
    }
    #expect(try TestCrystals.nickel().pseudoSymmetries().isEmpty)
  }
}
