import ArrayMath
import Foundation
import Testing

@Suite struct FourierTransform3DTests {
  @Test func isThePlainSum() throws {
    let shape = VolumeShape(slices: 6, rows: 7, columns: 5)
    var generator = SeededGenerator(seed: 1)
    let values = (0..<shape.count).map { _ in ComplexFloat(Float(generator.normal()), Float(generator.normal())) }
    let transform = FourierTransform3D(shape)
    func transformed(_ threads: Int) throws -> [ComplexFloat] {
      var copy = values
      try copy.withUnsafeMutableBufferPointer { try transform.forward($0, threads: threads) }
      return copy
    }
    let fast = try transformed(2)
    #expect(try transformed(1) == fast)
    for (s, r, c) in [(0, 0, 0), (1, 0, 0), (0, 2, 0), (5, 6, 4), (3, 1, 2)] {
      var (real, imaginary) = (0.0, 0.0)
      for index in values.indices {
        let (i, j, k) = (index / 35, index / 5 % 7, index % 5)
        let turns = Double(i * s) / 6 + Double(j * r) / 7 + Double(k * c) / 5
        let (x, y) = (cos(-2 * .pi * turns), sin(-2 * .pi * turns))
        real += Double(values[index].real) * x - Double(values[index].imaginary) * y
        imaginary += Double(values[index].real) * y + Double(values[index].imaginary) * x
      }
      let found = fast[(s * 7 + r) * 5 + c]
      #expect(abs(Double(found.real) - real) < 1e-3 && abs(Double(found.imaginary) - imaginary) < 1e-3)
    }
  }

  @Test func fastLengthsHaveSmallFactors() {
    #expect(FourierTransform3D.fastLength(atLeast: 1) == 1)
    #expect(FourierTransform3D.fastLength(atLeast: 7) == 8)
    #expect(FourierTransform3D.fastLength(atLeast: 401) == 405)
    #expect(FourierTransform3D.fastLength(atLeast: 401, multipleOf: 16) == 432)
  }
}
