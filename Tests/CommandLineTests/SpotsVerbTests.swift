import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import TestSupport
import Testing

/// `spots` on a small frame with two grains, and input that is wrong.
@Suite struct SpotsVerbTests: RunsOperando {
  static let places = [(twoTheta: 7.93, azimuth: 0.5), (twoTheta: 18.40, azimuth: -2.0)]

  /// Two spots of 4000 counts over 20 a pixel.
  static func frame() throws -> MemoryFrames<UInt16> {
    let shape = DiffractionVerbTests.shape, geometry = DiffractionVerbTests.geometry
    var generator = SeededGenerator(seed: 1)
    var expected = [Double](repeating: 20, count: shape.count)
    for place in places {
      let plate = try #require(
        geometry.poni.platePosition(twoTheta: place.twoTheta * .pi / 180, azimuth: place.azimuth))
      let centre = geometry.grid.pixel(axis1: plate.axis1, axis2: plate.axis2)
      for row in Int(centre.row) - 8...Int(centre.row) + 8 {
        for column in Int(centre.column) - 8...Int(centre.column) + 8 {
          let down = Double(row) + 0.5 - centre.row, right = Double(column) + 0.5 - centre.column
          expected[row * shape.columns + column] += 4000 / (2 * .pi) * exp(-(down * down + right * right) / 2)
        }
      }
    }
    return MemoryFrames(
      expected.map { UInt16(max(($0 + $0.squareRoot() * generator.normal()).rounded(), 0)) }, shape: shape)
  }

  private func withFrame(_ body: (_ folder: String) throws -> Void) throws {
    try withFolder { folder in
      try TIFFFrameWriter.write(Self.frame(), to: folder + "/frame.tif")
      try write(PoniFile(DiffractionVerbTests.geometry).write(), folder + "/lab6.poni")
      try body(folder)
    }
  }

  private func spots(_ folder: String, _ output: String, _ options: String...) throws -> ChildProcess {
    try operando(
      ["spots", folder + "/frame.tif", "--geometry", folder + "/lab6.poni", "-o", folder + "/" + output] + options)
  }

  @Test func spotsAreRowsOfATable() throws {
    try withFrame { folder in
      let result = try spots(folder, "spots.csv")
      #expect(result.status == 0, "\(result.errors)")
      let lines = try String(contentsOfFile: folder + "/spots.csv", encoding: .utf8).split(separator: "\n")
      #expect(lines[0].hasPrefix("Pattern / 1,Reflection / 1,Two Theta / deg,Two Theta Uncertainty / deg,"))
      #expect(lines.count == 3)
      for (line, place) in zip(lines.dropFirst(), Self.places) {
        let numbers = line.split(separator: ",").map { Double($0) ?? .nan }
        #expect(abs(numbers[2] - place.twoTheta) < 4 * numbers[3])
        #expect(abs(numbers[4] - place.azimuth * 180 / .pi) < 4 * numbers[5])
      }
      #expect(try spots(folder, "spots.nxs", "--report", folder + "/spots.html").status == 0)
      try expectValid(folder + "/spots.nxs")
      #expect(exists(folder + "/spots.html"))
    }
  }

  @Test func wrongOptionsAreRefused() throws {
    try withFrame { folder in
      func refused(_ words: String, _ options: String...) throws {
        let result = try operando(
          ["spots", folder + "/frame.tif", "--geometry", folder + "/lab6.poni", "-o", folder + "/out.nxs"] + options)
        #expect(result.status == 2 && result.errors.contains(words), "\(options): \(result.errors)")
        #expect(!exists(folder + "/out.nxs"))
      }
      try refused("extinct", "--reflections", "001")
      try refused("indices of a reflection", "--reflections", "003,10x")
      try refused("--threshold", "--threshold", "1")
      try refused("--half-width", "--half-width", "0.3 mm")
      try refused("--positions", "--positions", "0")
      try refused("no file states the exposure", "--positions", "3")
      try refused("no phase that is known", "--phase", "NCA")
      #expect(try spots(folder, "out.xye").status == 2)
    }
  }
}
