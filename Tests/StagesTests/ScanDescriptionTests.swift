import ArrayMath
import FileFormats
import Foundation
import Pipeline
import Ptychography
import Quantities
import Testing

@testable import Stages

/// A small file of settings beside a stack of patterns.
@Suite struct ScanDescriptionTests {
  private func withFolder(_ body: (_ folder: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "description-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private func write(_ text: String, _ path: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }

  private static let complete = """
    frames: [frames.tif]
    positions: positions.csv
    columns: [y, x]
    position_unit: 1 um
    energy: 9.7 keV
    distance: 9.47 m
    pixel: 55 um
    angle: 30 deg
    """

  @Test func theScanIsThatOfItsFiles() throws {
    try withFolder { folder in
      let counts = (0..<5 * 64).map { UInt16($0 % 7) }
      try TIFFFrameWriter.write(
        MemoryFrames(counts, shape: FrameShape(rows: 8, columns: 8)), to: folder + "/frames.tif")
      try write("x,y\n0,0\n1,0\n0,2\n1,2\n3,4\n", folder + "/positions.csv")
      try write(Self.complete, folder + "/scan.yaml")
      var settings = PtychographySettings()
      let scan = try ScanInput.open(folder + "/scan.yaml", settings, angle: nil)
      #expect(scan.frames.count == 5 && scan.positions.count == 5)
      #expect(abs(scan.positions[4].y - 4e-6) < 1e-15 && abs(scan.positions[4].x - 3e-6) < 1e-15)
      #expect(abs((scan.angle ?? 0) - .pi / 6) < 1e-12)
      #expect(abs(scan.geometry.wavelength - 1.27819e-10) < 1e-14)
      // What the experiment file states wins.
      settings.distance = .init(5, .metre)
      #expect(try ScanInput.open(folder + "/scan.yaml", settings, angle: nil).geometry.distance == 5)
      // Its files belong to the key of the stage.
      #expect(
        ScanInput.companions(folder + "/scan.yaml").map { URL(filePath: $0).lastPathComponent }.sorted()
          == ["frames.tif", "positions.csv"])
    }
  }

  @Test func whatIsWrongHasItsLineAndColumn() throws {
    try withFolder { folder in
      func message(_ text: String) throws -> String {
        try write(text, folder + "/scan.yaml")
        do {
          _ = try ScanDescription.read(folder + "/scan.yaml")
          return ""
        } catch { return "\(error)" }
      }
      #expect(try message(Self.complete) == "")
      let ampere = try message(Self.complete.replacing("9.47 m", with: "9.47 mA"))
      #expect(ampere.contains("scan.yaml:6:11: error") && ampere.contains("expected a length"), "\(ampere)")
      #expect(try message(Self.complete.replacing("energy: 9.7 keV\n", with: "")).contains("energy"))
      #expect(try message(Self.complete + "\nenergie: 9 keV").contains("energie"))
      #expect(try message(Self.complete.replacing("[y, x]", with: "[y]")).contains("two columns"))
    }
  }
}
