import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct FrameWriterTests {
  let folder: FrameFolder

  init() throws { folder = try FrameFolder() }

  func expectEqual(_ file: FrameFile, _ frames: any FrameSource, _ what: String) throws {
    #expect(file.frames.shape == frames.shape && file.frames.count == frames.count, "\(what)")
    #expect(file.frames.pixelType == frames.pixelType, "\(what)")
    for index in 0..<frames.count {
      let read = try file.frames.bothWays(index), written = try frames.bothWays(index).whole
      #expect(read.whole == written && read.pieces == written, "\(what), frame \(index)")
    }
  }

  @Test(arguments: [NeXusFrameWriter.Compression.none, .gzip, .bitshuffleLZ4])
  func nexusFramesReadBackEqual(_ compression: NeXusFrameWriter.Compression) throws {
    var metadata = FrameMetadata()
    metadata.pixelWidth = 31e-6
    metadata.distance = 0.13167
    metadata.wavelength = 0.65e-10
    let path = folder.path("stack.nxs")
    for source: any FrameSource in [
      FrameSamples.counts(UInt16.self), FrameSamples.counts(Int32.self, rows: 200, columns: 300),
      FrameSamples.counts(UInt8.self, rows: 1, columns: 5),
    ] {
      try NeXusFrameWriter.write(source, to: path, compression: compression, metadata: metadata)
      let file = try FrameFile.open(path: path)
      try expectEqual(file, source, "\(compression)")
      #expect(file.metadata.pixelWidth == 31e-6 && file.metadata.distance == 0.13167)
      #expect(abs((file.metadata.wavelength ?? 0) - 0.65e-10) < 1e-22)
      try expectEqual(try FrameFile.open(path: path + "::/entry/data/data"), source, "by its path")
    }
  }

  @Test func tiffFramesReadBackEqual() throws {
    let path = folder.path("stack.tif")
    for compression in [TIFFFrameWriter.Compression.none, .deflate, .lzw, .packBits] {
      for tile in [nil, 16] {
        let frames = FrameSamples.counts(UInt16.self)
        try TIFFFrameWriter.write(frames, to: path, compression: compression, tile: tile)
        try expectEqual(try FrameFile.open(path: path), frames, "\(compression) \(tile ?? 0)")
      }
    }
  }

  @Test func aSeriesNamesTheFileThatDiffers() throws {
    let names = ["f_2.tif", "f_10.tif", "f_1.tif"]
    for (seed, name) in names.enumerated() {
      try TIFFFrameWriter.write(
        FrameSamples.counts(UInt16.self, frames: 1, seed: UInt64(seed)), to: folder.path(name))
    }
    let series = try FrameFile.open(paths: [folder.path("f_*.tif")])
    #expect(series.paths.map { URL(filePath: $0).lastPathComponent } == ["f_1.tif", "f_2.tif", "f_10.tif"])
    #expect(series.frames.count == 3)
    #expect(
      try series.frames.bothWays(2).whole == FrameSamples.counts(UInt16.self, frames: 1, seed: 1).bothWays(0).whole)
    try TIFFFrameWriter.write(FrameSamples.counts(UInt16.self, frames: 1, rows: 5), to: folder.path("f_3.tif"))
    #expect { try FrameFile.open(paths: [folder.path("f_*.tif")]) } throws: { "\($0)".contains("f_3.tif") }
  }

  @Test func aMaskComesBackFromTheBitField() throws {
    let frames = FrameSamples.counts(UInt16.self, frames: 1, rows: 4, columns: 3)
    let mask: [UInt8] = [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    let path = folder.path("masked.nxs")
    try NeXusFrameWriter.write(frames, to: path, mask: mask)
    #expect(try PixelMaskFile.read(path: path) == PixelMask(mask, shape: frames.shape))
  }

  @Test func everyCutOfAFileIsAnErrorInWords() throws {
    for name in ["t_u2_be.tif", "e_u2.edf", "c.cbf"] {
      let bytes = try FrameSamples.bytes(FrameSamples.golden.appending(path: name).path)
      for end in stride(from: 0, to: bytes.count, by: 97) {
        do {
          let frames = try FrameFile.read(Array(bytes[..<end]), named: name).frames
          for index in 0..<frames.count { _ = try frames.bothWays(index) }
        } catch { #expect("\(error)".count > 10) }
      }
    }
    #expect(throws: FormatError.self) { try FrameFile.read([], named: "empty") }
  }
}
