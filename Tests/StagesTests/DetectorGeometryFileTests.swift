import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import Stages
import TestSupport
import Testing

/// Geometries through files of every convention and back: each point of the image keeps its angles.
@Suite struct DetectorGeometryFileTests {
  static let shape = FrameShape(rows: 40, columns: 60)

  static func geometry(
    _ orientation: DetectorOrientation, isTransposed: Bool = false, rotation3: Double = 0
  ) -> DetectorGeometry {
    DetectorGeometry(
      poni: PoniGeometry(
        distance: 0.13, poni1: 0.005, poni2: 0.007, rotation1: 0.03, rotation2: -0.02, rotation3: rotation3),
      grid: DetectorGrid(shape: shape, pixelHeight: 200e-6, pixelWidth: 150e-6, orientation: orientation),
      wavelength: 0.65e-10, isTransposed: isTransposed)
  }

  func withFolder(_ body: (_ folder: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "geometry-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  /// 2θ and χ of some points of the stored image.
  func angles(_ geometry: DetectorGeometry) -> [Double] {
    [(0.5, 0.5), (3.5, 20.5), (30.5, 11.5)].flatMap { row, column in
      let (i, j) = geometry.isTransposed ? (column, row) : (row, column)
      return [geometry.twoTheta(row: i, column: j), geometry.azimuth(row: i, column: j)]
    }
  }

  @Test(arguments: DetectorOrientation.allCases, [false, true]) func poniAndNeXusKeepEveryPixel(
    orientation: DetectorOrientation, isTransposed: Bool
  ) throws {
    try withFolder { folder in
      let original = Self.geometry(orientation, isTransposed: isTransposed, rotation3: 0.1)
      let stored =
        isTransposed ? FrameShape(rows: Self.shape.columns, columns: Self.shape.rows) : Self.shape
      var current = original
      for name in ["a.poni", "b.nxs", "c.poni", "d.nxs"] {
        let written = try DetectorGeometryFile.write(current, to: folder + "/" + name, comment: "made", creator: "test")
        #expect(written.files.first == folder + "/" + name)
        current = try DetectorGeometryFile.read(folder + "/" + name, frame: stored)
        for (found, expected) in zip(angles(current), angles(original)) { #expect(abs(found - expected) < 1e-9) }
        #expect(abs((current.wavelength ?? 0) - 0.65e-10) < 1e-20)
      }
      #expect(throws: StageDocumentError.self) {
        _ = try DetectorGeometryFile.read(folder + "/b.nxs", frame: FrameShape(rows: 1, columns: 1))
      }
    }
  }

  @Test func fit2DKeepsTheRingsAndSaysWhatIsLost() throws {
    try withFolder { folder in
      let path = folder + "/a.fit2d"
      let plain = Self.geometry(.bottomRight)
      #expect(try DetectorGeometryFile.write(plain, to: path, comment: "made", creator: "test").notes == [])
      let back = try DetectorGeometryFile.read(path)
      #expect(back.grid.shape == Self.shape)
      for (found, expected) in zip(angles(back), angles(plain)) { #expect(abs(found - expected) < 1e-9) }
      let turned = try DetectorGeometryFile.write(
        Self.geometry(.topRight, rotation3: 0.1), to: path, comment: "made", creator: "test")
      #expect(turned.notes.count == 2 && turned.notes[1].contains("bottom right"))
      // FIT2D keeps 2theta of the turned image.
      let lost = try DetectorGeometryFile.read(path).poni.twoTheta(axis1: 0.001, axis2: 0.002)
      #expect(abs(lost - Self.geometry(.topRight).poni.twoTheta(axis1: 0.001, axis2: 0.002)) < 1e-12)
    }
  }

  @Test func versionsWithoutAnOrientationAreWrittenOnlyWithoutOne() throws {
    try withFolder { folder in
      let path = folder + "/old.poni"
      for version in [PoniFile.Version.version1, .version2] {
        _ = try DetectorGeometryFile.write(
          Self.geometry(.bottomRight), to: path, version: version, comment: "made", creator: "test")
        let back = try DetectorGeometryFile.read(path, frame: Self.shape)
        #expect(back.poni == Self.geometry(.bottomRight).poni)
        #expect(throws: FormatError.self) {
          _ = try DetectorGeometryFile.write(
            Self.geometry(.topLeft), to: path, version: version, comment: "made", creator: "test")
        }
      }
    }
  }

  @Test(arguments: [
    ("sample to detector distance: 131.67 mm", "x-pixel coordinate of beam is missing"),
    ("sample to detector distance: 131.67 m", "in mm"), ("distance: 131.67 mm", "there is no \"distance\""),
    ("sample to detector distance: far mm", "a finite number"), ("131.67", "name: value unit"),
    ("rows: 1.5 pixels\ncolumns: 2 pixels", "whole numbers"),
  ]) func damagedFit2DFilesAreRefused(text: String, message: String) {
    #expect { _ = try Fit2DFile.read(Array(text.utf8), named: "x.fit2d") } throws: { error in
      "\(error)".contains("x.fit2d") && "\(error)".contains(message)
    }
  }

  @Test func damagedFit2DFilesEndInWords() throws {
    let geometry = Self.geometry(.bottomRight)
    let plate = try Fit2DGeometry(geometry.poni, pixelWidth: 150e-6, pixelHeight: 200e-6)
    let text = Fit2DFile(geometry: plate, shape: Self.shape, wavelength: geometry.wavelength).write()
    let result = MutatedReads(of: [Array(text.utf8)], count: 100) {
      _ = try Fit2DFile.read($0, named: "damaged.fit2d").geometry.poni()
    }
    #expect(result.silentErrors == 0 && result.errors > 10 && result.slowest < 2)
  }
}
