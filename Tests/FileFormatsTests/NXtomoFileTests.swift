import ArrayMath
import FileFormats
import Foundation
import TestSupport
import Testing
import Tomography

@Suite struct NXtomoFileTests {
  @Test func whatIsWrittenReadsBack() throws {
    try withFrameFolder { folder in
      let path = folder.path("scan.nxs")
      let written = TomographySamples.projections()
      try TomographySamples.writeNXtomo(to: path)
      let read = try ProjectionFile.read(path)
      #expect(try ProjectionFile.layout(ofHDF5: path) == .nxTomo)
      #expect(read.name == "sample" && read.frames.count == 5 && read.frames.shape == TomographySamples.shape)
      for index in 0..<5 {
        #expect(try read.frames.floats(frame: index) == TomographySamples.counts(index))
      }
      #expect(read.flats == written.flats && read.darks == written.darks)
      let angles = try #require(read.angles)
      #expect(zip(angles, written.angles ?? []).allSatisfy { abs($0 - $1) < 1e-15 } && read.angleUnitIsStated)
      #expect(read.pixel?.height == 43e-9 && read.pixel?.width == 44e-9)
      #expect(abs((read.wavelength ?? 0) - 1.278e-10) < 1e-20 && read.axisColumn == 4.25)
      #expect(read.content == .intensity && read.warnings.isEmpty)
    }
  }

  @Test func phaseKeepsItsKindAndItsBits() throws {
    try withFrameFolder { folder in
      var phase = MeasuredProjections(
        name: "phase", frames: MemoryFrames((0..<96).map { Float($0) / 7 }, shape: TomographySamples.shape))
      phase.content = .negativePhase
      phase.angles = [12, 34]
      phase.angleUnitIsStated = false
      try NXtomoFile.write(phase, NXtomoFile.Facts(title: "phase"), to: folder.path("phase.nxs"))
      let read = try ProjectionFile.read(folder.path("phase.nxs"))
      #expect(read.content == .negativePhase && read.angles == [12, 34] && !read.angleUnitIsStated)
      #expect(try read.frames.floats(frame: 1) == (48..<96).map { Float($0) / 7 })
      #expect(read.frames.pixelType == .float32)
    }
  }

  @Test func equalProjectionsGiveEqualFiles() throws {
    try withFrameFolder { folder in
      for name in ["a.nxs", "b.nxs"] { try TomographySamples.writeNXtomo(to: folder.path(name)) }
      #expect(try FrameSamples.bytes(folder.path("a.nxs")) == FrameSamples.bytes(folder.path("b.nxs")))
    }
  }

  @Test func anEntryWithinAnother() throws {
    try withFrameFolder { folder in
      try TomographySamples.writeDiamondNXtomo(to: folder.path("diamond.nxs"))
      let read = try ProjectionFile.read(folder.path("diamond.nxs"))
      #expect(read.name == "tooth" && read.frames.count == 3 && read.flats.count == 1 && read.darks.count == 1)
      #expect(zip(read.angles ?? [], [0, 60, 120]).allSatisfy { abs($0 - $1 * .pi / 180) < 1e-15 })
      // Projections are frames 2, 3 and 5 of the stack.
      #expect(try read.frames.floats(frame: 2).first == Float(5 * 48 % 251))
      #expect(read.flats[0].pixels.first == 48 && read.darks[0].pixels.first == 0)
      #expect(read.notes.contains { $0.contains("1 frames are marked invalid") })
      #expect(read.notes.contains { $0.contains("monitor") })
    }
  }

  @Test func anglesWithoutUnitStayAsTheyAre() throws {
    try withFrameFolder { folder in
      let path = folder.path("diamond.nxs")
      try TomographySamples.writeDiamondNXtomo(to: path, units: nil)
      let read = try ProjectionFile.read(path)
      #expect(read.angles == [0, 60, 120] && !read.angleUnitIsStated)
      // A file of its own: the library knows one that is still open by its inode.
      try TomographySamples.writeDiamondNXtomo(to: folder.path("odd.nxs"), units: "furlong")
      let odd = try ProjectionFile.read(folder.path("odd.nxs"))
      #expect(odd.angles == [0, 60, 120] && !odd.angleUnitIsStated && odd.warnings.contains { $0.contains("furlong") })
      var options = ProjectionReadOptions()
      options.angleUnit = .degrees
      #expect(try ProjectionFile.read(path, options: options).angles?[1] == 60 * .pi / 180)
      options.angleUnit = .radians
      options.angles = [1, 2, 3]
      let given = try ProjectionFile.read(path, options: options)
      #expect(given.angles == [1, 2, 3] && given.angleUnitIsStated)
      options.angles = [1, 2]
      #expect {
        _ = try ProjectionFile.read(path, options: options)
      } throws: {
        "\($0)".contains("holds 2 angles for 3 projections")
      }
    }
  }

  @Test func aListOfAnglesOfAllFramesServesTheProjections() throws {
    try withFrameFolder { folder in
      try TomographySamples.writeDiamondNXtomo(to: folder.path("diamond.nxs"))
      var options = ProjectionReadOptions()
      options.angles = [9, 9, 0.1, 0.2, 9, 0.3]
      options.angleUnit = .radians
      #expect(try ProjectionFile.read(folder.path("diamond.nxs"), options: options).angles == [0.1, 0.2, 0.3])
    }
  }

  @Test func nxvalidateFindsNoError() throws {
    guard let tool = Tools.path("nxvalidate") else { return }
    try withFrameFolder { folder in
      try TomographySamples.writeNXtomo(to: folder.path("scan.nxs"))
      let output = try Tools.run(tool, ["-a", "NXtomo", folder.path("scan.nxs")])
      #expect(output.contains("Total number of errors: 0"), "\(output)")
    }
  }

  @Test func projectionsWithoutAnglesCannotBeWritten() throws {
    var projections = TomographySamples.projections()
    projections.angles = [0]
    #expect {
      try NXtomoFile.write(projections, NXtomoFile.Facts(title: "a"), to: "/tmp/never.nxs")
    } throws: {
      "\($0)".contains("an angle for each of 5 projections")
    }
  }
}
