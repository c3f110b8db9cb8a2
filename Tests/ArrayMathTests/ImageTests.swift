import ArrayMath
import Testing

@Suite struct ImageTests {
  let image = Image((0..<15).map { $0 }, shape: FrameShape(rows: 3, columns: 5))

  @Test func croppingKeepsTheRowsTogether() {
    #expect(image.cropped(rows: 1..<3, columns: 2..<4).pixels == [7, 8, 12, 13])
  }

  @Test func rollingMovesTheCornerAndBack() {
    let moved = image.rolled(rows: 1, columns: 2)
    #expect(moved[1, 2] == image[0, 0] && moved[0, 1] == image[2, 4])
    #expect(moved.rolled(rows: -1, columns: -2) == image)
  }
}
