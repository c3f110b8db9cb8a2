import ArrayMath
import FileFormats
import Foundation
import Ptychography
import TestSupport
import Testing

/// Reconstructions, written and read, and read by h5py.
@Suite struct PtychographyReconstructionFileTests {
  private func expectEqual(_ read: PtychographyReconstructionFile, _ written: PtychographyReconstructionFile) {
    #expect(read.name == written.name && read.comments == written.comments && read.exposure == written.exposure)
    #expect(read.reconstruction.object == written.reconstruction.object)
    #expect(read.reconstruction.probes == written.reconstruction.probes)
    #expect(read.reconstruction.errors == written.reconstruction.errors)
    #expect(abs((read.angle ?? 0) - (written.angle ?? 0)) < 1e-15)
    #expect(abs(read.geometry.wavelength / written.geometry.wavelength - 1) < 1e-14)
    #expect(read.geometry.distance == written.geometry.distance)
    #expect(read.objectPixel == written.objectPixel)
    for (a, b) in zip(read.reconstruction.positions, written.reconstruction.positions) {
      #expect(abs(a.row - b.row) < 1e-9 && abs(a.column - b.column) < 1e-9)
    }
    for (a, b) in zip(read.scanPositions, written.scanPositions) {
      #expect(abs(a.y - b.y) < 1e-15 && abs(a.x - b.x) < 1e-15)
    }
  }

  @Test(arguments: ["result.cxi", "result.nxs", "product.h5"])
  func isReadBack(_ name: String) throws {
    try withFrameFolder { folder in
      let written = PtychographySamples.reconstruction()
      #expect(try written.write(to: folder.path(name)) == [folder.path(name)])
      let read = try PtychographyReconstructionFile.read(folder.path(name))
      expectEqual(read, written)
      #expect(try PtychographyFile.description(ofHDF5: folder.path(name))?.contains("21 x 24 pixels") == true)
    }
  }

  @Test func theNearFieldIsKeptInCXI() throws {
    try withFrameFolder { folder in
      var written = PtychographySamples.reconstruction()
      written.geometry.propagation = .nearField
      written.geometry.focusDistance = 3.65e-3
      written.reconstruction.background = ScalarImage(
        [Float](repeating: 0.5, count: 64), shape: FrameShape(rows: 8, columns: 8))
      try written.write(to: folder.path("near.cxi"))
      let read = try PtychographyReconstructionFile.read(folder.path("near.cxi"))
      #expect(read.geometry.propagation == .nearField && read.geometry.focusDistance == 3.65e-3)
      #expect(read.reconstruction.background == written.reconstruction.background)
      #expect(read.program == ("operando", "1") && read.settings == "{\"engine\":\"epie\"}")
      #expect(throws: FormatError.self) { try written.write(to: folder.path("near.h5")) }
      #expect(throws: FormatError.self) { try written.write(to: folder.path("near.png")) }
    }
  }

  @Test func nxvalidateAcceptsAResultWithItsPatterns() throws {
    guard let tool = Tools.path("nxvalidate") else { return }
    try withFrameFolder { folder in
      try CXIScanWriter.write(PtychographySamples.scan(), to: folder.path("scan.cxi"), compression: .gzip)
      try PtychographySamples.reconstruction().write(
        to: folder.path("result.cxi"), patterns: ("scan.cxi", "/entry_1/instrument_1/detector_1/data"))
      let output = try Tools.run(tool, [folder.path("result.cxi")])
      #expect(output.contains("Total number of errors: 0"), "\(output)")
      let scan = try PtychographyFile.read(folder.path("result.cxi"))
      #expect(scan.frames.count == 6)
      #expect(try PtychographyReconstructionFile.read(folder.path("result.cxi")).reconstruction.positions.count == 6)
    }
  }

  @Test func h5pySeesComplexNumbersAndTheNamesOfPtychodus() throws {
    guard let python = Tools.path("python3"), Tools.path("nxvalidate") != nil else { return }
    let script = """
      import h5py, sys
      with h5py.File(sys.argv[1]) as f, h5py.File(sys.argv[2]) as p:
          o = f["entry_1/image_1/data"]
          print(o.dtype, o.shape, f["entry_1/image_2/data"].shape, f["entry_1/phase"].attrs["signal"].decode())
          print(p["object"].dtype, p["object"].shape, p["probe"].shape, bool((p["object"][0] == o[()]).all()))
          print(round(float(p.attrs["probe_energy_eV"]), 6), float(p.attrs["detector_object_distance_m"]))
          x = p["probe_position_x_m"][()]
          w = p["object"].attrs["pixel_width_m"]
          print([round(float((v - p["object"].attrs["center_x_m"]) / w + 24 / 2 - 8 / 2), 6) for v in x])
          print(p["loss_values"][()].tolist(), p["object_layer_spacing_m"].shape, p["probe_position_indexes"][-1])
      """
    try withFrameFolder { folder in
      let result = PtychographySamples.reconstruction()
      try result.write(to: folder.path("a.cxi"))
      try result.write(to: folder.path("a.h5"))
      let output = try Tools.run(python, ["-c", script, folder.path("a.cxi"), folder.path("a.h5")])
      let expected = [
        "complex64 (21, 24) (2, 8, 8) phase", "complex64 (1, 21, 24) (1, 2, 8, 8) True", "9700.0 9.47",
        "[12.0, 10.5, 9.0, 7.5, 6.0, 4.5]", "[0.5, 0.25, 0.125] (0,) 5", "",
      ]
      #expect(output == expected.joined(separator: "\n"))
    }
  }

  @Test func tiffHoldsPhaseAndAmplitudeWithTheirPixel() throws {
    try withFrameFolder { folder in
      let result = PtychographySamples.reconstruction()
      let files = try result.write(to: folder.path("a.tif"))
      #expect(files == [folder.path("a-phase.tif"), folder.path("a-amplitude.tif")])
      let object = result.reconstruction.object
      #expect(try FrameFile.open(path: files[0]).frames.floats(frame: 0) == object.pixels.map(\.phase))
      #expect(try FrameFile.open(path: files[1]).frames.floats(frame: 0) == object.pixels.map(\.modulus))
      // Tags 282, 283 and 296 of the directory: pixels a centimetre as a ratio.
      let tags = try Self.tags(FrameSamples.bytes(files[0]))
      #expect(tags.unit == 3)
      #expect(abs(tags.x * result.objectPixel.width / 0.01 - 1) < 1e-6)
      #expect(abs(tags.y * result.objectPixel.height / 0.01 - 1) < 1e-6)
    }
  }

  private static func tags(_ bytes: [UInt8]) throws -> (x: Double, y: Double, unit: Int) {
    func number(_ offset: Int, _ size: Int) -> Int {
      (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    try #require(bytes[0] == 0x49)
    let directory = number(4, 4)
    var result = (x: 0.0, y: 0.0, unit: 0)
    for index in 0..<number(directory, 2) {
      let entry = directory + 2 + 12 * index
      let value = number(entry + 8, 4)
      switch number(entry, 2) {
      case 282: result.x = Double(number(value, 4)) / Double(number(value + 4, 4))
      case 283: result.y = Double(number(value, 4)) / Double(number(value + 4, 4))
      case 296: result.unit = value & 0xffff
      default: continue
      }
    }
    return result
  }
}
