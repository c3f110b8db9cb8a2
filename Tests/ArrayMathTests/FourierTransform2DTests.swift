import ArrayMath
import Foundation
import Testing

@Suite struct FourierTransform2DTests {
  static func noise(_ shape: FrameShape) -> ComplexImage {
    var generator = SeededGenerator(seed: 1)
    return ComplexImage(
      (0..<shape.count).map { _ in ComplexFloat(Float(generator.normal()), Float(generator.normal())) }, shape: shape)
  }

  @Test(arguments: [
    (1, 1), (4, 6), (15, 8), (33, 17), (16, 48), (1, 16), (2, 32), (3, 80), (9, 240), (25, 96), (14, 112), (60, 144),
    (64, 400), (625, 16),
  ])
  func equalsTheSum(rows: Int, columns: Int) {
    let shape = FrameShape(rows: rows, columns: columns)
    let input = Self.noise(shape)
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

  /// Every frequency of every length, by sums in double precision: an image of one row, and one of one column.
  @Test(arguments: [16, 96, 100, 128, 192, 256, 320, 384, 400, 512, 640, 768, 1024])
  func everyFrequencyOfALine(length: Int) {
    let input = Self.noise(FrameShape(rows: 1, columns: length)).pixels
    let circle = (0..<length).map { 2 * .pi * Double($0) / Double(length) }.map { (cos($0), sin($0)) }
    for shape in [FrameShape(rows: 1, columns: length), FrameShape(rows: length, columns: 1)] {
      var forward = ComplexImage(input, shape: shape)
      var backward = forward
      let transform = FourierTransform2D(shape)
      transform.forward(&forward)
      transform.backward(&backward)
      var worst = 0.0
      for k in 0..<length {
        var (evenReal, evenImaginary, oddReal, oddImaginary) = (0.0, 0.0, 0.0, 0.0)
        for n in 0..<length {
          let (cosine, sine) = circle[k * n % length]
          evenReal += Double(input[n].real) * cosine
          evenImaginary += Double(input[n].imaginary) * cosine
          oddReal += Double(input[n].imaginary) * sine
          oddImaginary -= Double(input[n].real) * sine
        }
        worst = max(
          worst, abs(Double(forward.pixels[k].real) - evenReal - oddReal),
          abs(Double(forward.pixels[k].imaginary) - evenImaginary - oddImaginary),
          abs(Double(backward.pixels[k].real) - evenReal + oddReal),
          abs(Double(backward.pixels[k].imaginary) - evenImaginary + oddImaginary))
      }
      // Rounding grows with the logarithm of the length; values with its root.
      #expect(worst < 1.5e-6 * Double(length).squareRoot(), "\(shape): \(worst)")
    }
  }

  @Test(arguments: [(512, 512), (100, 100), (96, 128), (37, 64)])
  func keepsThePower(rows: Int, columns: Int) {
    let shape = FrameShape(rows: rows, columns: columns)
    let input = Self.noise(shape)
    var output = input
    FourierTransform2D(shape).forward(&output)
    func power(_ image: ComplexImage) -> Double { image.pixels.reduce(0) { $0 + Double($1.squaredModulus) } }
    #expect(abs(power(output) / (power(input) * Double(shape.count)) - 1) < 1e-6)
  }

  @Test func bitsDoNotDependOnWhereTheImageLies() {
    let shape = FrameShape(rows: 100, columns: 112)
    let input = Self.noise(shape)
    let transform = FourierTransform2D(shape)
    var expected = input
    transform.forward(&expected)
    for offset in 0..<9 {
      var memory = [ComplexFloat](repeating: .zero, count: offset) + input.pixels
      memory.withUnsafeMutableBufferPointer { transform.forward(UnsafeMutableBufferPointer(rebasing: $0[offset...])) }
      #expect(Array(memory[offset...]) == expected.pixels)
    }
  }
}
