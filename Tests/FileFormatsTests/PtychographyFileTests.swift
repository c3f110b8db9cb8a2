import ArrayMath
import FileFormats
import Foundation
import Ptychography
import TestSupport
import Testing

/// Scans: written and read, and as others write them.
@Suite struct PtychographyFileTests {
  /// A CXI file of a dictionary of entries below `entry_1`.
  private func cxi(
    _ path: String, source: [String: NeXusNode], beam: [String: NeXusNode]? = nil, positions: Int = 4
  ) throws {
    func group(_ children: [String: NeXusNode]) -> NeXusNode { .group(NeXusGroup("", children: children)) }
    var instrument: [String: NeXusNode] = [
      "source_1": group(source),
      "detector_1": group([
        "data": .dataset(
          NeXusDataset(NeXusArray(shape: [4, 8, 9], values: .int32((0..<288).map { Int32($0) })))),
        "distance": .dataset(NeXusDataset(1.5)), "x_pixel_size": .dataset(NeXusDataset(5e-5)),
        "y_pixel_size": .dataset(NeXusDataset(5e-5)),
      ]),
    ]
    if let beam { instrument["beam_1"] = group(beam) }
    let translation = NeXusDataset((0..<3 * positions).map { Double($0) * 1e-7 }, shape: [positions, 3])
    try NeXusFile.write(
      NeXusGroup(
        "",
        children: [
          "cxi_version": .dataset(NeXusDataset(.integer(140))),
          "entry_1": group([
            "instrument_1": group(instrument),
            "data_1": group(["data": .link(target: "/entry_1/instrument_1/detector_1/data")]),
            "sample_1": group(["geometry_1": group(["translation": .dataset(translation)])]),
          ]),
        ]), to: path)
  }

  private static let keV = 1.602_176_634e-16

  @Test func readsBackWhatItWrote() throws {
    try withFrameFolder { folder in
      let scan = PtychographySamples.scan()
      try CXIScanWriter.write(scan, to: folder.path("scan.cxi"))
      #expect(try PtychographyFile.layout(of: folder.path("scan.cxi")) == .cxi)
      let read = try PtychographyFile.read(folder.path("scan.cxi"))
      #expect(read.name == scan.name && read.positions == scan.positions && read.mask == scan.mask)
      #expect(read.probe == scan.probe && read.exposure == scan.exposure)
      #expect(abs((read.angle ?? 0) - 0.25) < 1e-15)
      #expect(abs(read.geometry.wavelength / scan.geometry.wavelength - 1) < 1e-14)
      #expect(read.geometry.distance == 9.47 && read.geometry.pixelHeight == 55e-6 && read.geometry.pixelWidth == 56e-6)
      #expect(abs((read.centre?.row ?? 0) - 5.25) < 1e-9 && abs((read.centre?.column ?? 0) - 8) < 1e-9)
      #expect(!read.isCornerCentred && read.frames.pixelType == .uint16)
      for frame in 0..<6 { #expect(try read.frames.floats(frame: frame) == scan.frames.floats(frame: frame)) }
      #expect(read.notes.contains { $0.contains("/beam_1/energy") && $0.contains("9.7 keV") })
      #expect(read.notes.contains { $0.contains("rows +y, columns +x") })
      // Equal scans give equal bytes.
      try CXIScanWriter.write(scan, to: folder.path("again.cxi"))
      #expect(try FrameSamples.bytes(folder.path("scan.cxi")) == FrameSamples.bytes(folder.path("again.cxi")))
    }
  }

  @Test func nearFieldAndCornerSurviveTheFile() throws {
    try withFrameFolder { folder in
      var scan = PtychographySamples.scan()
      scan.isCornerCentred = true
      scan.geometry.propagation = .nearField
      scan.geometry.focusDistance = 3.65e-3
      scan.mask = nil
      scan.centre = nil
      try CXIScanWriter.write(scan, to: folder.path("near.cxi"), compression: .gzip)
      let read = try PtychographyFile.read(folder.path("near.cxi"))
      #expect(read.isCornerCentred && read.geometry.propagation == .nearField && read.geometry.focusDistance == 3.65e-3)
      #expect(read.mask == nil && read.centre == nil)
    }
  }

  @Test func nxvalidateFindsNoError() throws {
    guard let tool = Tools.path("nxvalidate") else { return }
    try withFrameFolder { folder in
      try CXIScanWriter.write(PtychographySamples.scan(), to: folder.path("scan.cxi"), compression: .gzip)
      let output = try Tools.run(tool, [folder.path("scan.cxi")])
      #expect(output.contains("NXcxi_ptycho") && output.contains("Total number of errors: 0"), "\(output)")
    }
  }

  // MARK: - The energy of the photons

  @Test func theBeamsEnergyComesFirst() throws {
    try withFrameFolder { folder in
      // A file of its own for each: the library keeps a file that is still open.
      let (first, second, third) = (folder.path("a.cxi"), folder.path("b.cxi"), folder.path("c.cxi"))
      // The machine's 3 GeV are no photon's energy.
      try cxi(
        first, source: ["energy": .dataset(NeXusDataset(3e6 * Self.keV))],
        beam: ["energy": .dataset(NeXusDataset(8 * Self.keV))])
      let machine = try PtychographyFile.read(first)
      #expect(abs(machine.geometry.photonEnergy / Self.keV - 8) < 1e-12)
      #expect(machine.notes.contains { $0.contains("beam_1/energy") && $0.contains("source_1/energy is 3e+06 keV") })
      // Both plausible and equal to 0.1 %.
      try cxi(
        second, source: ["energy": .dataset(NeXusDataset(8.004 * Self.keV))],
        beam: ["incident_beam_energy": .dataset(NeXusDataset(8.0, units: "keV"))])
      #expect(abs(try PtychographyFile.read(second).geometry.photonEnergy / Self.keV - 8) < 1e-12)
      // CXI alone: the source's.
      try cxi(third, source: ["energy": .dataset(NeXusDataset(8 * Self.keV))])
      #expect(
        try PtychographyFile.read(third).notes.contains { $0.contains("from /entry_1/instrument_1/source_1/energy") })
    }
  }

  @Test func energiesThatDisagreeAreRefused() throws {
    try withFrameFolder { folder in
      let path = folder.path("a.cxi")
      try cxi(
        path, source: ["energy": .dataset(NeXusDataset(8.01 * Self.keV))],
        beam: ["energy": .dataset(NeXusDataset(8 * Self.keV))])
      #expect {
        _ = try PtychographyFile.read(path)
      } throws: {
        "\($0)".contains("8 keV at") && "\($0)".contains("8.01 keV at") && "\($0)".contains("source_1/energy")
      }
      // What the user gives ends the argument.
      var options = PtychographyReadOptions()
      options.photonEnergy = 8.01 * Self.keV
      #expect(abs(try PtychographyFile.read(path, options).geometry.photonEnergy / Self.keV - 8.01) < 1e-12)
      try cxi(path, source: ["energy": .dataset(NeXusDataset(3e6 * Self.keV))])
      #expect {
        _ = try PtychographyFile.read(path)
      } throws: {
        "\($0)".contains("states no photon energy") && "\($0)".contains("3e+06 keV")
      }
    }
  }

  @Test func whatDoesNotFitIsNamed() throws {
    try withFrameFolder { folder in
      let path = folder.path("a.cxi")
      try cxi(path, source: ["energy": .dataset(NeXusDataset(8 * Self.keV))], positions: 5)
      #expect {
        _ = try PtychographyFile.read(path)
      } throws: {
        "\($0)".contains(path) && "\($0)".contains("geometry_1/translation") && "\($0)".contains("5 positions for 4")
      }
      try cxi(path, source: ["energy": .dataset(NeXusDataset(8.0, units: "parsec"))])
      #expect {
        _ = try PtychographyFile.read(path)
      } throws: {
        "\($0)".contains("source_1/energy") && "\($0)".contains("parsec")
      }
      try NeXusFile.write(NeXusSamples.stage, to: folder.path("other.nxs"))
      #expect {
        _ = try PtychographyFile.read(folder.path("other.nxs"))
      } throws: {
        "\($0)".contains("no scan that is known")
      }
      #expect(try PtychographyFile.description(ofHDF5: folder.path("other.nxs")) == nil)
    }
  }

  // MARK: - Other layouts

  @Test func diamondsRasterIsRead() throws {
    try withFrameFolder { folder in
      try PtychographySamples.writeDiamond(to: folder.path("86742.nxs"))
      #expect(try PtychographyFile.layout(of: folder.path("86742.nxs")) == .diamond)
      let scan = try PtychographyFile.read(folder.path("86742.nxs"))
      #expect(scan.frames.count == 6 && scan.frames.shape == FrameShape(rows: 10, columns: 9) && scan.name == "86742")
      #expect(abs(scan.positions[4].y - 1.001e-3) < 1e-12 && abs(scan.positions[4].x - 2.001e-3) < 1e-12)
      #expect(abs(scan.geometry.photonEnergy / Self.keV - 9.7) < 1e-12 && scan.exposure == 0.02)
      #expect(scan.notes.contains { $0.contains("dcm/energy (without unit, taken as keV)") })
      #expect(try PtychographyFile.description(ofHDF5: folder.path("86742.nxs"))?.contains("9.7 keV") == true)
      var options = PtychographyReadOptions()
      options.positionNames = ("nowhere_y", "nowhere_x")
      #expect {
        _ = try PtychographyFile.read(folder.path("86742.nxs"), options)
      } throws: {
        "\($0)".contains("nowhere_y") && "\($0)".contains("/entry1/instrument/t1_sxy/t1_sx")
      }
    }
  }

  @Test func aProductNeedsItsPatterns() throws {
    try withFrameFolder { folder in
      let result = PtychographySamples.reconstruction()
      try result.write(to: folder.path("product.h5"))
      #expect(try PtychographyFile.layout(of: folder.path("product.h5")) == .ptychodus)
      #expect {
        _ = try PtychographyFile.read(folder.path("product.h5"))
      } throws: {
        "\($0)".contains("holds no patterns")
      }
      let patterns = NeXusDataset(NeXusArray(shape: [6, 8, 8], values: .uint16([UInt16](repeating: 3, count: 384))))
      try NeXusFile.write(NeXusGroup("", children: ["dp": .dataset(patterns)]), to: folder.path("dp.h5"))
      var options = PtychographyReadOptions()
      options.patterns = [folder.path("dp.h5::/dp")]
      let scan = try PtychographyFile.read(folder.path("product.h5"), options)
      #expect(scan.frames.count == 6 && scan.probe == result.reconstruction.probes)
      for (read, expected) in zip(scan.positions, result.scanPositions) {
        #expect(abs(read.y - expected.y) < 1e-15 && abs(read.x - expected.x) < 1e-15)
      }
      // The object's pixel in the patterns' window is the product's.
      let pixel = scan.geometry.objectPixel(for: scan.frames.shape)
      #expect(abs(pixel.height / result.objectPixel.height - 1) < 1e-12)
      #expect(abs(pixel.width / result.objectPixel.width - 1) < 1e-12)
    }
  }
}
