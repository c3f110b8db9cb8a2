import Crystallography
import Foundation
import Testing

@Suite struct UnitCellTests {
  let triclinic = UnitCell(a: 4e-10, b: 5e-10, c: 6e-10, alpha: 1.4, beta: 1.65, gamma: 1.83)

  @Test func theVolumeOfAHexagonalCell() {
    let cell = UnitCell(
      a: 2.8704e-10, b: 2.8704e-10, c: 14.1918e-10, alpha: .pi / 2, beta: .pi / 2, gamma: 2 * .pi / 3)
    #expect(abs(cell.volume / 101.264e-30 - 1) < 1e-5)
    #expect(cell == UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10))
  }

  @Test func spacingsOfAHexagonalCell() {
    // 1/d² = 4/3 (h² + hk + k²)/a² + l²/c².
    let cell = UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10)
    for (h, k, l) in [(0, 0, 3), (1, 0, 4), (1, 1, 0), (-2, 1, 7)] {
      let inverse = 4.0 / 3 * Double(h * h + h * k + k * k) / (cell.a * cell.a) + Double(l * l) / (cell.c * cell.c)
      #expect(abs(cell.dSpacing(h, k, l) * inverse.squareRoot() - 1) < 1e-14)
    }
    #expect(abs(cell.dSpacing(1, 0, 4) - 2.03587e-10) < 1e-15)
    #expect(cell.dSpacing(0, 0, 0) == .infinity)
  }

  @Test func theOrthogonalisationHasAAlongXAndCStarAlongZ() {
    let a = triclinic.cartesian(SIMD3(1, 0, 0))
    let b = triclinic.cartesian(SIMD3(0, 1, 0))
    let c = triclinic.cartesian(SIMD3(0, 0, 1))
    #expect(a.y == 0 && a.z == 0 && b.z == 0 && b.y > 0 && c.z > 0)
    func length(_ v: SIMD3<Double>) -> Double { (v * v).sum().squareRoot() }
    #expect(abs(length(b) / triclinic.b - 1) < 1e-14 && abs(length(c) / triclinic.c - 1) < 1e-14)
    #expect(abs((a * b).sum() / (triclinic.a * triclinic.b) - cos(triclinic.gamma)) < 1e-14)
    #expect(abs((b * c).sum() / (triclinic.b * triclinic.c) - cos(triclinic.alpha)) < 1e-14)
    #expect(abs((a * c).sum() / (triclinic.a * triclinic.c) - cos(triclinic.beta)) < 1e-14)
    #expect(abs(a.x * b.y * c.z / triclinic.volume - 1) < 1e-13)
  }

  @Test func theReciprocalOfTheReciprocalIsTheCell() {
    let back = triclinic.reciprocal.reciprocal
    #expect(abs(back.a / triclinic.a - 1) < 1e-13 && abs(back.c / triclinic.c - 1) < 1e-13)
    #expect(abs(back.alpha - triclinic.alpha) < 1e-13 && abs(back.gamma - triclinic.gamma) < 1e-13)
    #expect(abs(triclinic.reciprocal.volume * triclinic.volume - 1) < 1e-13)
    #expect(abs(triclinic.dSpacing(1, 0, 0) * triclinic.reciprocal.a - 1) < 1e-14)
  }

  @Test func distancesAndAngles() {
    let (p, q) = (SIMD3(0.1, 0.2, 0.3), SIMD3(0.7, -0.1, 0.95))
    let difference = triclinic.cartesian(p) - triclinic.cartesian(q)
    #expect(abs(triclinic.distance(p, q) / (difference * difference).sum().squareRoot() - 1) < 1e-14)
    let angle = triclinic.angle(SIMD3(1, 0, 0), vertex: .zero, SIMD3(0, 1, 0))
    #expect(abs(angle - triclinic.gamma) < 1e-14)
  }

  @Test func impossibleCellsAreRecognised() {
    #expect(!UnitCell.isPossible(a: 1, b: 1, c: 1, alpha: 1, beta: 1, gamma: 2.5))
    #expect(!UnitCell.isPossible(a: 0, b: 1, c: 1, alpha: 1, beta: 1, gamma: 1))
    #expect(!UnitCell.isPossible(a: .nan, b: 1, c: 1, alpha: 1, beta: 1, gamma: 1))
    #expect(!UnitCell.isPossible(a: 1, b: 1, c: 1, alpha: .infinity, beta: 1, gamma: 1))
    #expect(UnitCell.isPossible(a: 1, b: 1, c: 1, alpha: 1, beta: 1, gamma: 1))
  }
}
