import FileFormats
import Foundation
import Testing

@Suite struct VTKHDFFileTests {
  /// One biquadratic cell of side 1 at two times.
  static let points: [Double] = [
    0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0.5, 0, 0, 1, 0.5, 0, 0.5, 1, 0, 0, 0.5, 0, 0.5, 0.5, 0,
  ]

  func write(
    cells: [Int] = Array(0..<9), times: [Double] = [0, 1], values: [Double] = (0..<18).map { Double($0) },
    _ body: (NeXusGroup) throws -> Void = { _ in }
  ) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "cell-\(UUID().uuidString).vtkhdf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try VTKHDFFile.write(
      points: Self.points, cells: cells, cellSize: 9, cellType: VTKHDFFile.biquadraticQuadrilateral, times: times,
      fields: [VTKHDFFile.Field(name: "u", components: 1, values: values)], to: path)
    try body(try NeXusFile.read(path))
  }

  @Test func theMeshIsWrittenOnceAndTheFieldForEachTime() throws {
    try write { root in
      let grid = try #require(root[group: "VTKHDF"])
      #expect(grid.attributes["Type"]?.text == "UnstructuredGrid")
      #expect(grid.attributes["Version"]?.integers == [2, 0])
      #expect(grid[dataset: "Points"]?.shape == [9, 3])
      #expect(grid[dataset: "Offsets"]?.integers == [0, 9])
      #expect(grid[dataset: "Types"]?.integers == [28])
      #expect(grid.dataset(at: "PointData/u")?.numbers == (0..<18).map { Double($0) })
      #expect(grid.dataset(at: "Steps/Values")?.numbers == [0, 1])
      #expect(grid.dataset(at: "Steps/PointDataOffsets/u")?.integers == [0, 9])
    }
  }

  @Test func countsThatDoNotBelongTogetherAreRefused() {
    #expect(throws: FormatError.self) { try write(cells: Array(0..<8)) }
    #expect(throws: FormatError.self) { try write(cells: [0, 1, 2, 3, 4, 5, 6, 7, 9]) }
    #expect(throws: FormatError.self) { try write(times: [1, 0]) }
    #expect(throws: FormatError.self) { try write(times: [0]) }
    #expect(throws: FormatError.self) { try write(values: []) }
  }
}
