import ArrayMath
import FileFormats
import Foundation
import TestSupport
import Testing
import Tomography

@Suite struct ProjectionFileTests {
  @Test func dxchange() throws {
    try withFrameFolder { folder in
      let path = folder.path("scan.h5")
      try TomographySamples.writeDXchange(to: path)
      let read = try ProjectionFile.read(path)
      #expect(try ProjectionFile.layout(ofHDF5: path) == .dxchange)
      #expect(read.name == "grain" && read.frames.count == 4 && read.content == .intensity)
      #expect(read.angles?[1] == 45 * .pi / 180 && read.angleUnitIsStated)
      #expect(read.flats.count == 2 && read.flats[1].pixels[0] == 5048 && read.darks[0].pixels[47] == 57)
      #expect(abs((read.pixel?.height ?? 0) - 1.18e-6) < 1e-18 && abs((read.pixel?.width ?? 0) - 1.17e-6) < 1e-18)
      #expect(abs((read.wavelength ?? 0) * 1e10 - 12.398_419_84 / 24) < 1e-8)
      #expect(try read.frames.floats(frame: 3)[5] == Float(3 * 48 + 5))
      #expect(try ProjectionFile.description(ofHDF5: path)?.contains("angles: 0 to 135 deg") == true)
      // Files of their own: the library knows one that is still open by its inode.
      try TomographySamples.writeDXchange(to: folder.path("open.h5"), units: nil)
      let open = try ProjectionFile.read(folder.path("open.h5"))
      #expect(open.angles == [0, 45, 90, 135] && !open.angleUnitIsStated)
      try TomographySamples.writeDXchange(to: folder.path("sinograms.h5"), axes: "y:theta:x")
      #expect {
        _ = try ProjectionFile.read(folder.path("sinograms.h5"))
      } throws: {
        "\($0)".contains("not sinograms")
      }
    }
  }

  @Test func phaseImages() throws {
    try withFrameFolder { folder in
      let path = folder.path("series.h5")
      try TomographySamples.writePhaseImages(to: path)
      _ = try folder.write(Array("# rotational positions [rad]\n1.5\n2.5\n3.5\n".utf8), "angles.txt")
      let read = try ProjectionFile.read(path)
      #expect(read.frames.count == 3 && read.content == .negativePhase)
      // In the order of their numbers: 0, 2, 10.
      #expect(try (0..<3).map { try read.frames.floats(frame: $0)[0] } == [0, 2, 10])
      #expect(read.angles == [1.5, 2.5, 3.5] && read.angleUnitIsStated)
      #expect(read.pixel?.width == 1.39e-7 && read.wavelength == 6.47e-7)
      #expect(read.notes.contains { $0.contains("1.335") })
      try TomographySamples.writePhaseImages(to: folder.path("corrected.h5"), hasBackground: true)
      let corrected = try ProjectionFile.read(folder.path("corrected.h5"))
      #expect(try corrected.frames.floats(frame: 1)[3] == Float(2) + Float(3) / 100 - 0.25)
    }
  }

  @Test func aFolderOfTIFFWithFlatsAndDarksByName() throws {
    try withFrameFolder { folder in
      let shape = TomographySamples.shape
      func write(_ name: String, _ value: UInt16) throws {
        try TIFFFrameWriter.write(
          MemoryFrames([UInt16](repeating: value, count: shape.count), shape: shape), to: folder.path(name))
      }
      for index in [0, 1, 2, 10] { try write("view_\(index).tif", UInt16(index)) }
      try write("flat_0.tif", 100)
      try write("dark.tif", 7)
      _ = try folder.write(Array("angle / deg\n0\n10\n20\n30\n".utf8), "angles.txt")
      let read = try ProjectionFile.read(folder.url.path)
      #expect(try (0..<4).map { try read.frames.floats(frame: $0)[0] } == [0, 1, 2, 10])
      #expect(read.flats.map { $0.pixels[0] } == [100] && read.darks.map { $0.pixels[0] } == [7])
      #expect(read.content == .intensity && read.angles?[2] == 20 * .pi / 180)
      // The same by names that are given.
      var options = ProjectionReadOptions()
      options.flats = [folder.path("dark.tif")]
      options.content = .absorption
      let pattern = try ProjectionFile.read(folder.path("view_*.tif"), options: options)
      #expect(pattern.frames.count == 4 && pattern.flats[0].pixels[0] == 7 && pattern.content == .absorption)
      let list = try ProjectionFile.read([folder.path("view_10.tif"), folder.path("view_2.tif")])
      #expect(try (0..<2).map { try list.frames.floats(frame: $0)[0] } == [10, 2])
    }
  }

  @Test func aDatasetByItsName() throws {
    try withFrameFolder { folder in
      let path = folder.path("any.h5")
      try NeXusFile.write(
        NeXusGroup(
          "",
          children: [
            "a": .dataset(NeXusDataset((0..<96).map { Float($0) }, shape: [2, 6, 8])),
            "b": .dataset(NeXusDataset((0..<144).map { Float($0) }, shape: [3, 6, 8])),
            "t": .dataset(NeXusDataset([0.0, 1, 2], units: "rad")),
          ]), to: path)
      #expect(throws: FormatError.self) { try ProjectionFile.read(path) }
      var options = ProjectionReadOptions()
      options.anglesFile = path + "::/t"
      options.content = .phase
      let read = try ProjectionFile.read(path + "::/b", options: options)
      #expect(read.frames.count == 3 && read.angles == [0, 1, 2] && read.content == .phase)
      let bare = try ProjectionFile.read(path + "::/b")
      #expect(bare.angles == nil && bare.content == nil)
      #expect(bare.notes.contains { $0.contains("nothing states the angles") })
    }
  }

  @Test func anglesAsText() throws {
    try withFrameFolder { folder in
      let frames = MemoryFrames((0..<144).map { Float($0) }, shape: TomographySamples.shape)
      try TIFFFrameWriter.write(frames, to: folder.path("a.tif"))
      func angles(_ text: String, _ change: (inout ProjectionReadOptions) -> Void = { _ in }) throws
        -> MeasuredProjections
      {
        var options = ProjectionReadOptions()
        options.anglesFile = try folder.write(Array(text.utf8), "turns.txt")
        change(&options)
        return try ProjectionFile.read(folder.path("a.tif"), options: options)
      }
      #expect(try angles("0\r\n60\r\n120\r\n").angles == [0, 60, 120])
      #expect(try angles("# deg\n0\n180\n90\n").angles == [0, .pi, .pi / 2])
      #expect(try angles("view,angle / rad\n1,0.5\n2,0.75\n3,1\n") { $0.angleColumn = 2 }.angles == [0.5, 0.75, 1])
      let padded = "-88\n-88\n-88\n0\n1\n2\n2\n2\n"
      #expect(try angles(padded) { $0.angleLines = 3...5 }.angles == [-88, 0, 1])
      #expect {
        _ = try angles(padded)
      } throws: {
        "\($0)".contains("8 angles for 3 projections (the first 3 are one angle and the last 3 another")
      }
      #expect {
        _ = try angles("0\nx\n2\n")
      } throws: {
        "\($0)".contains("line 2")
      }
      #expect(throws: FormatError.self) { try angles("0\n1\n2\n") { $0.angleLines = 1...9 } }
      #expect(throws: FormatError.self) { try angles("0\n1\n2\n") { $0.angleColumn = 2 } }
      #expect(throws: FormatError.self) { try angles("# nothing\n") }
    }
  }

  @Test func aListBesideThatDoesNotFitIsLeftAside() throws {
    try withFrameFolder { folder in
      let frames = MemoryFrames((0..<144).map { Float($0) }, shape: TomographySamples.shape)
      try TIFFFrameWriter.write(frames, to: folder.path("a.tif"))
      _ = try folder.write(Array("0\n1\n2\n3\n".utf8), "angles.txt")
      let read = try ProjectionFile.read(folder.path("a.tif"))
      #expect(read.angles == nil && read.warnings.contains { $0.contains("4 angles for 3 projections") })
      var options = ProjectionReadOptions()
      options.angleLines = 2...4
      #expect(try ProjectionFile.read(folder.path("a.tif"), options: options).angles == [1, 2, 3])
    }
  }

  @Test func extentsThatDoNotFitAreRefused() throws {
    try withFrameFolder { folder in
      try TIFFFrameWriter.write(
        MemoryFrames((0..<48).map { Float($0) }, shape: TomographySamples.shape), to: folder.path("a.tif"))
      try TIFFFrameWriter.write(
        MemoryFrames((0..<6).map { Float($0) }, shape: FrameShape(rows: 2, columns: 3)), to: folder.path("b.tif"))
      var options = ProjectionReadOptions()
      options.flats = [folder.path("b.tif")]
      #expect {
        _ = try ProjectionFile.read(folder.path("a.tif"), options: options)
      } throws: {
        "\($0)".contains("flats of 2 x 3 pixels for projections of 6 x 8")
      }
      options.flats = []
      options.pixelHeight = -1
      #expect(throws: FormatError.self) { try ProjectionFile.read(folder.path("a.tif"), options: options) }
    }
  }
}
