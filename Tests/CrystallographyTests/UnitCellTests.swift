import Crystallography
import Testing

@Suite struct UnitCellTests {
  @Test func theVolumeOfAHexagonalCell() {
    let cell = UnitCell(
      a: 2.8704e-10, b: 2.8704e-10, c: 14.1918e-10, alpha: .pi / 2, beta: .pi / 2, gamma: 2 * .pi / 3)
    #expect(abs(cell.volume / 101.264e-30 - 1) < 1e-5)
  }
}
