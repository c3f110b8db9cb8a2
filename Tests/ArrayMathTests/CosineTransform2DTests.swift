import ArrayMath
import Foundation
import Testing

@Suite struct CosineTransform2DTests {
  private func noise(_ shape: FrameShape) -> ScalarImage {
    var generator = SeededGenerator(seed: 1)
    return ScalarImage((0..<shape.count).map { _ in Float(generator.normal()) }, shape: shape)
  }

  @Test(arguments: [(1, 1), (1, 6), (7, 1), (5, 8), (6, 9), (13, 4)])
  func equalsTheSumItStandsFor(_ rows: Int, _ columns: Int) {
    let shape = FrameShape(rows: rows, columns: columns)
    let image = noise(shape)
    var transformed = image
    CosineTransform2D(shape).forward(&transformed)
    for i in 0..<rows {
      for j in 0..<columns {
        var sum = 0.0
        for row in 0..<rows {
          for column in 0..<columns {
            sum +=
              Double(image[row, column]) * cos(.pi * Double(i * (2 * row + 1)) / Double(2 * rows))
              * cos(.pi * Double(j * (2 * column + 1)) / Double(2 * columns))
          }
        }
        #expect(abs(Double(transformed[i, j]) - sum) < 1e-4)
      }
    }
    CosineTransform2D(shape).backward(&transformed)
    #expect(zip(transformed.pixels, image.pixels).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
