import ArrayMath
import Testing

@testable import ImageAnalysis

@Suite struct BoxSumTests {
  @Test(arguments: [(7, 9, 1), (7, 9, 3), (3, 4, 6), (1, 5, 2), (6, 6, 0)])
  func equalsTheSumOverTheSquare(_ rows: Int, _ columns: Int, _ radius: Int) {
    let image = TestImages.noise(rows, columns, 1, seed: 1)
    let sums = boxSum(image.pixels, shape: image.shape, radius: radius)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Float = 0
        for otherRow in max(0, row - radius)...min(rows - 1, row + radius) {
          for otherColumn in max(0, column - radius)...min(columns - 1, column + radius) {
            sum += image[otherRow, otherColumn]
          }
        }
        #expect(abs(sums[row * columns + column] - sum) < 1e-4)
      }
    }
  }

  @Test func lengthsForTransformsHaveSmallFactors() {
    #expect([1, 11, 13, 884, 1768].map(smoothLength) == [1, 12, 14, 896, 1792])
  }
}
