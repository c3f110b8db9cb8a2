import ArrayMath
import FileFormats
import Foundation
import Ptychography
import TestSupport
import Testing

/// Scans that a description explains.
@Suite struct PtychographyStackTests {
  private func description(
    _ frames: [String], _ positions: PtychographyStackDescription.Positions,
    unit: PtychographyStackDescription.Unit = .length(1e-6)
  ) -> PtychographyStackDescription {
    PtychographyStackDescription(
      name: "stack", frames: frames, positions: positions, positionUnit: unit, photonEnergy: 9.7e3 * 1.602_176_634e-19,
      distance: 9.47, pixelHeight: 55e-6, pixelWidth: 55e-6)
  }

  @Test func tablesAreReadByNameAndByNumber() throws {
    try withFrameFolder { folder in
      try TIFFFrameWriter.write(FrameSamples.counts(UInt16.self), to: folder.path("frames.tif"))
      let expected = [(1.0, 2.0), (3.0, 4.5), (-5.0, 6e-1)].map { ScanPosition(y: $0.0 * 1e-6, x: $0.1 * 1e-6) }
      let tables: [(String, PtychographyStackDescription.Column, PtychographyStackDescription.Column)] = [
        ("y / um,x / um\n1,2\n3,4.5\n-5,0.6\n", .name("y"), .name("x")),
        ("# made by hand\n2;1\n4.5;3\r\n0.6;-5", .index(1), .index(0)),
        ("n x y\n1  2 1\n2 4.5   3\n\n3 6e-1 -5\n", .name("y"), .name("x")),
      ]
      for (text, y, x) in tables {
        _ = try folder.write(Array(text.utf8), "positions.csv")
        let scan = try description(["frames.tif"], .table(path: "positions.csv", y: y, x: x)).read(
          relativeTo: folder.url.path)
        #expect(zip(scan.positions, expected).allSatisfy { abs($0.y - $1.y) < 1e-18 && abs($0.x - $1.x) < 1e-18 })
        #expect(scan.positions.count == 3 && scan.frames.count == 3)
      }
      _ = try folder.write(Array("y,x\n1,2\n3,four\n".utf8), "positions.csv")
      #expect {
        _ = try description(["frames.tif"], .table(path: "positions.csv", y: .name("y"), x: .name("x"))).read(
          relativeTo: folder.url.path)
      } throws: {
        "\($0)".contains("positions.csv: line 3") && "\($0)".contains("3,four")
      }
      #expect {
        _ = try description(["frames.tif"], .table(path: "positions.csv", y: .name("z"), x: .name("x"))).read(
          relativeTo: folder.url.path)
      } throws: {
        "\($0)".contains("no column \"z\"") && "\($0)".contains("y, x")
      }
      #expect {
        _ = try description(["frames.tif"], .inline([ScanPosition(y: 0, x: 0)])).read(relativeTo: folder.url.path)
      } throws: {
        "\($0)".contains("1 positions for 3 patterns")
      }
    }
  }

  @Test func pixelsOfTheObjectBecomeMetres() throws {
    try withFrameFolder { folder in
      try TIFFFrameWriter.write(FrameSamples.counts(UInt16.self, rows: 32, columns: 64), to: folder.path("frames.tif"))
      let positions = [(0.0, 0.0), (10.0, 20.0), (-1.5, 7)].map { ScanPosition(y: $0.0, x: $0.1) }
      let scan = try description([folder.path("frames.tif")], .inline(positions), unit: .objectPixels).read()
      let wavelength = scan.geometry.wavelength
      #expect(abs(scan.positions[1].y / (10 * wavelength * 9.47 / (32 * 55e-6)) - 1) < 1e-12)
      #expect(abs(scan.positions[1].x / (20 * wavelength * 9.47 / (64 * 55e-6)) - 1) < 1e-12)
    }
  }

  @Test func gapsAndMasksAreLeftOut() throws {
    try withFrameFolder { folder in
      let shape = FrameShape(rows: 10, columns: 12)
      var pixels = [Int32](repeating: 4, count: 2 * shape.count)
      for row in 0..<10 { pixels[row * 12 + 6] = -1 }
      try NeXusFile.write(
        NeXusGroup(
          "", children: ["counts": .dataset(NeXusDataset(NeXusArray(shape: [2, 10, 12], values: .int32(pixels))))]),
        to: folder.path("a.h5"))
      var flags = [UInt8](repeating: 0, count: shape.count)
      flags[0] = 1
      try TIFFFrameWriter.write(MemoryFrames(flags, shape: shape), to: folder.path("mask.tif"))
      var stack = description(
        [folder.path("a.h5::/counts")], .inline([ScanPosition(y: 0, x: 0), ScanPosition(y: 0, x: 1)]))
      stack.gapValues = [4_294_967_295]
      stack.mask = folder.path("mask.tif")
      let scan = try stack.read()
      #expect(scan.mask?.pixels.count { $0 } == 11)
      #expect(scan.mask?[3, 6] == true && scan.mask?[0, 0] == true && scan.mask?[3, 5] == false)
      stack.maskMarksGood = true
      #expect(try stack.read().notes.contains { $0.contains("leaves out most pixels") })
      flags.removeLast(12)
      try TIFFFrameWriter.write(
        MemoryFrames(flags, shape: FrameShape(rows: 9, columns: 12)), to: folder.path("mask.tif"))
      #expect {
        _ = try stack.read()
      } throws: {
        "\($0)".contains("mask.tif") && "\($0)".contains("9 x 12 pixels for patterns of 10 x 12")
      }
    }
  }
}
