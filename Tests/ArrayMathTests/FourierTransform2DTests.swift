import ArrayMath
import Foundation
import Testing

@Suite struct FourierTransform2DTests {
  @Test(arguments: [(1, 1), (4, 6), (15, 8), (33, 17), (16, 48)])
  func equalsTheSum(rows: Int, columns: Int) {
    let shape = FrameShape(rows: rows, columns: columns)
    var generator = SeededGenerator(seed: 1)
    let input = ComplexImage(
      (0..<shape.count).map { _ in ComplexFloat(Float(generator.normal()), Float(generator.normal())) }, shape: shape)
    var output = input
    FourierTransform2D(shape).forward(&output)
    for (k, l) in [(0, 0), (rows / 2, columns / 3), (rows - 1, columns - 1)] {
      var real = 0.0
      var imaginary = 0.0
      for row in 0..<rows {
        for column in 0..<columns {
          let angle = -2 * .pi * (Double(k * row) / Double(rows) + Double(l * column) / Double(columns))
          let value = input[row, column]
          real += Double(value.real) * cos(angle) - Double(value.imaginary) * sin(angle)
          imaginary += Double(value.real) * sin(angle) + Double(value.imaginary) * cos(angle)
        }
      }
      let tolerance = 3e-6 * Double(shape.count).squareRoot() + 1e-6
      #expect(abs(Double(output[k, l].real) - real) < tolerance)
      #expect(abs(Double(output[k, l].imaginary) - imaginary) < tolerance)
    }
    FourierTransform2D(shape).backward(&output)
    let worst = zip(output.pixels, input.pixels).map { (1 / Float(shape.count) * $0 - $1).modulus }.max() ?? 0
    #expect(worst < 3e-6)
  }
}
