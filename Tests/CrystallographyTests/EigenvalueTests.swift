import ArrayMath
import Crystallography
import Testing

@Suite struct EigenvalueTests {
  @Test func vectorsAreScaledByTheirValues() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<200 {
      let e = (0..<6).map { _ in generator.normal() }
      let matrix = SymmetricMatrix3(xx: e[0], yy: e[1], zz: e[2], yz: e[3], xz: e[4], xy: e[5])
      let rows = Matrix3(SIMD3(e[0], e[5], e[4]), SIMD3(e[5], e[1], e[3]), SIMD3(e[4], e[3], e[2]))
      let (values, vectors) = matrix.eigen
      #expect(values.x <= values.y && values.y <= values.z)
      #expect(abs(values.sum() - e[0] - e[1] - e[2]) < 1e-12)
      for index in 0..<3 {
        let error = rows * vectors[index] - values[index] * vectors[index]
        #expect((error * error).sum().squareRoot() < 1e-12)
        #expect(abs((vectors[index] * vectors[index]).sum() - 1) < 1e-12)
      }
    }
  }

  @Test func aDiagonalMatrixAndZeroNeedNoWork() {
    let (values, vectors) = SymmetricMatrix3(xx: 3, yy: 1, zz: 2, yz: 0, xz: 0, xy: 0).eigen
    #expect(values == SIMD3(1, 2, 3) && vectors[0] == SIMD3(0, 1, 0))
    #expect(SymmetricMatrix3(xx: 0, yy: 0, zz: 0, yz: 0, xz: 0, xy: 0).eigen.values == .zero)
  }
}
