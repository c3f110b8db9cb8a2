import FileFormats
import Foundation
import PowderDiffraction
import Stages
import Testing

@Suite struct PatternFileTests {
  func withPath(_ name: String, _ body: (_ path: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "pattern-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path + "/" + name)
  }

  static func series() throws -> PowderPatternSeries {
    try PowderPatternSeries(
      axis: .twoTheta, positions: [0.1, 0.2, 0.4], edges: [0.05, 0.15, 0.3, 0.5], frameCount: 2,
      intensities: [1, 2, 3, 4, .nan, 6], sigmas: [0.1, 0.2, 0.3, 0.4, .nan, 0.6],
      neighbourCovariances: [0.01, 0.02, 0.03, 0.04], pixelCounts: [10, 20, 30], wavelength: 0.65e-10)
  }

  @Test func anotherAxisKeepsEveryValueAtItsPlace() throws {
    let series = try Self.series()
    let spacing = try series.converted(to: .latticeSpacing)
    for (index, angle) in series.positions.enumerated() {
      let d = 0.65e-10 / (2 * sin(angle / 2))
      #expect(abs(spacing.positions[2 - index] - d) < 1e-15 * 1e5 * d)
    }
    #expect(spacing.intensities[..<3] == [3, 2, 1] && spacing.intensities[3] == 6 && spacing.intensities[5] == 4)
    #expect(spacing.neighbourCovariances == [0.02, 0.01, 0.04, 0.03])
    #expect(spacing.pixelCounts == [30, 20, 10])
    let back = try spacing.converted(to: .scatteringVector).converted(to: .twoTheta)
    #expect(zip(back.positions, series.positions).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(back.sigmas?[0] == 0.1 && back.intensities[3...5].last == 6)
    #expect(zip(back.edges ?? [], series.edges ?? []).allSatisfy { abs($0 - $1) < 1e-12 })
    let blind = try PowderPatternSeries(axis: .twoTheta, positions: [0.1], frameCount: 1, intensities: [1])
    #expect(throws: PatternError.needsWavelength) { _ = try blind.converted(to: .scatteringVector) }
  }

  @Test func convertedPatternsAreReadBack() throws {
    try withPath("p.nxs") { path in
      let series = try Self.series()
      try NeXusFile.write(
        PatternFile.nexusTree(of: series, source: "p.xye", program: "test", version: "1"), to: path)
      let back = try PatternFile.read(path)
      #expect(back.sigmas?[0] == 0.1 && back.frameCount == 2 && back.intensities[4].isNaN)
      #expect(zip(back.positions, series.positions).allSatisfy { abs($0 - $1) < 1e-12 })
      #expect(PatternFile.description(of: back).contains("patterns: 2"))
      #expect(PatternFile.description(of: back).contains("bins without pixels: 1"))
    }
    try withPath("p.xye") { path in
      let text = PatternTextFile.write(try Self.series().pattern(frame: 0))
      try Data(text.utf8).write(to: URL(filePath: path))
      let back = try PatternFile.read(path)
      #expect(back.frameCount == 1 && back.intensities == [1, 2, 3] && back.sigmas == [0.1, 0.2, 0.3])
      #expect(abs((back.wavelength ?? 0) - 0.65e-10) < 1e-20)
    }
  }
}
