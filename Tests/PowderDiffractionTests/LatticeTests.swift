import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction
import Testing

@Suite struct LatticeTests {
  static let wavelength = 0.6525484e-10
  static let pristine = UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10)

  func lattice(_ d003: Double, _ d104: Double) throws -> HexagonalLattice {
    try HexagonalLattice(d003: d003, d104: d104, covariance: SpacingCovariance(d003: 0, both: 0, d104: 0))
  }

  @Test func spacingsGiveTheLatticeBack() throws {
    let cell = Self.pristine
    let found = try lattice(cell.dSpacing(0, 0, 3), cell.dSpacing(1, 0, 4))
    #expect(abs(found.a / cell.a - 1) < 1e-14 && abs(found.c / cell.c - 1) < 1e-14)
    #expect(abs(found.volume * 1e30 - 101.264) < 1e-3)
  }

  @Test func covarianceIsThatOfManyDraws() throws {
    let (d003, d104) = (Self.pristine.dSpacing(0, 0, 3), Self.pristine.dSpacing(1, 0, 4))
    let (s003, s104, r) = (2e-14, 1e-14, 0.6)
    let stated = try HexagonalLattice(
      d003: d003, d104: d104, covariance: SpacingCovariance(d003: s003 * s003, both: r * s003 * s104, d104: s104 * s104)
    ).covariance
    var random = SeededGenerator(seed: 1)
    let count = 20_000
    var (aa, ac, cc) = (0.0, 0.0, 0.0)
    for _ in 0..<count {
      let (u, v) = (random.normal(), random.normal())
      let drawn = try lattice(d003 + s003 * u, d104 + s104 * (r * u + (1 - r * r).squareRoot() * v))
      let (da, dc) = (drawn.a - Self.pristine.a, drawn.c - Self.pristine.c)
      (aa, ac, cc) = (aa + da * da, ac + da * dc, cc + dc * dc)
    }
    // 20000 draws know a variance to 1 %.
    #expect(abs(aa / Double(count) / stated.aa - 1) < 0.04 && abs(cc / Double(count) / stated.cc - 1) < 0.04)
    #expect(abs(ac / Double(count) - stated.ac) < 0.04 * (stated.aa * stated.cc).squareRoot())
    // da/a = 1.4909 (dd/d)104 − 0.4909 (dd/d)003, from a numeric derivative elsewhere.
    let jump = try lattice(d003, d104 * (1 + 1e-7)).a / Self.pristine.a - 1
    #expect(abs(jump / 1e-7 - 1.4909) < 1e-4)
  }

  @Test func displacementMovesBothSpacingsAlmostAlike() throws {
    let (d003, d104) = (Self.pristine.dSpacing(0, 0, 3), Self.pristine.dSpacing(1, 0, 4))
    let z = 1e-4
    let distance = 131.67e-3
    let error = try SpacingCommonError.shift(
      .transmission(distance: distance), sigma: z, wavelength: Self.wavelength, d003: d003, d104: d104)
    #expect(abs(error.d003 / d003 / (z / distance) - 0.986) < 1e-3)
    #expect(abs(error.d104 / d104 / (z / distance) - 0.924) < 1e-3)
  }

  @Test func shiftsHaveTheDerivativesOfTheirPositions() {
    for shift in [GeometryShift.zero, .transmission(distance: 0.13), .reflection(radius: 0.24)] {
      for twoTheta in [0.1, 0.9, 1.7, 2.5] {
        let amount = 0.3e-3
        let step = 1e-6
        let here = shift(twoTheta, amount)
        let slope = (shift(twoTheta + step, amount).position - shift(twoTheta - step, amount).position) / (2 * step)
        let perAmount = (shift(twoTheta, amount + step).position - shift(twoTheta, amount - step).position) / (2 * step)
        #expect(abs(here.slope - slope) < 1e-8 && abs(here.perAmount - perAmount) < 1e-8 * max(1, abs(perAmount)))
      }
    }
    // A sample on the detector's side of its place makes smaller rings.
    #expect(GeometryShift.transmission(distance: 0.13)(0.2, 1e-4).position < 0.2)
    // A surface below the axis makes smaller angles.
    #expect(GeometryShift.reflection(radius: 0.24)(0.2, 1e-4).position < 0.2)
  }

  @Test func spacingsThatBelongToNoLatticeAreRefused() {
    #expect(throws: LatticeError.self) { try lattice(4.73e-10, 3.6e-10) }
    #expect(throws: LatticeError.self) { try lattice(.nan, 2e-10) }
    #expect(throws: LatticeError.self) { try lattice(4.73e-10, -2e-10) }
    #expect(throws: LatticeError.covariance(what: "a and c")) {
      try HexagonalLattice(
        d003: 4.7306e-10, d104: 2.03587e-10, covariance: SpacingCovariance(d003: 1e-28, both: 9e-28, d104: 1e-28))
    }
  }
}

@Suite struct CellSystemTests {
  let cells: [(CellSystem, UnitCell)] = [
    (.cubic, UnitCell(cubic: 4e-10)), (.hexagonal, UnitCell(hexagonal: 2.87e-10, c: 14.2e-10)),
    (.tetragonal, UnitCell(a: 4e-10, b: 4e-10, c: 6e-10, alpha: .pi / 2, beta: .pi / 2, gamma: .pi / 2)),
    (.rhombohedral, UnitCell(a: 5e-10, b: 5e-10, c: 5e-10, alpha: 0.6, beta: 0.6, gamma: 0.6)),
    (.orthorhombic, UnitCell(a: 4e-10, b: 5e-10, c: 6e-10, alpha: .pi / 2, beta: .pi / 2, gamma: .pi / 2)),
    (.monoclinic, UnitCell(a: 4e-10, b: 5e-10, c: 6e-10, alpha: .pi / 2, beta: 1.8, gamma: .pi / 2)),
    (.triclinic, UnitCell(a: 4e-10, b: 5e-10, c: 6e-10, alpha: 1.4, beta: 1.8, gamma: 1.7)),
  ]

  @Test func derivativesAreThoseOfTheSpacing() throws {
    for (system, cell) in cells {
      let values = system.values(of: cell)
      #expect(system.cell(values) == cell)
      for indices in [MillerIndices(1, 0, 4), MillerIndices(2, 1, -3), MillerIndices(0, 0, 3)] {
        let found = system.inverseSquareSpacing(indices, cell: cell)
        #expect(abs(found.value * pow(cell.dSpacing(indices), 2) - 1) < 1e-12)
        for free in 0..<system.count {
          let step = 1e-6 * values[free]
          var (up, down) = (values, values)
          up[free] += step
          down[free] -= step
          let difference =
            pow(try #require(system.cell(up)).dSpacing(indices), -2)
            - pow(try #require(system.cell(down)).dSpacing(indices), -2)
          let scale = found.value / values[free]
          #expect(abs(found.derivatives[free] - difference / (2 * step)) < 1e-8 * scale, "\(system.parameters) \(free)")
        }
      }
    }
  }

  @Test func groupsKnowTheirSystem() throws {
    let nmc = try SpaceGroup(symbol: "R -3 m :H")
    #expect(CellSystem(nmc, cell: UnitCell(hexagonal: 2.87e-10, c: 14.2e-10)) == .hexagonal)
    let rhombohedral = try SpaceGroup(symbol: "R -3 m :R")
    #expect(CellSystem(rhombohedral, cell: cells[3].1) == .rhombohedral)
    #expect(CellSystem(try SpaceGroup(symbol: "F m -3 m"), cell: cells[0].1) == .cubic)
    #expect(CellSystem(try SpaceGroup(symbol: "C 2/m"), cell: cells[5].1).parameters == [.a, .b, .c, .beta])
    #expect(CellSystem.hexagonal.cell([-1, 1]) == nil)
  }
}
