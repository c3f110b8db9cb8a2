import ArrayMath
import FileFormats
import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct VolumeFileTests {
  @Test(arguments: ["nxs", "h5", "tif", "mrc"]) func whatIsWrittenReadsBack(_ ending: String) throws {
    try withFrameFolder { folder in
      let path = folder.path("volume.\(ending)")
      let written = TomographySamples.volume()
      try written.write(to: path)
      let read = try VolumeFile.read(path)
      #expect(read.volume == written.volume && read.quantity == written.quantity)
      let (a, b) = (try #require(read.voxel), try #require(written.voxel))
      // MRC holds the cell in single precision.
      let precision = ending == "mrc" ? 1e-6 : 1e-12
      #expect(abs(a.slice / b.slice - 1) < precision && abs(a.row / b.row - 1) < precision)
      #expect(abs(a.column / b.column - 1) < precision)
      if ending == "nxs" {
        #expect(read.name == "sample" && read.program == ("operando", "1") && read.rawFile == "scan.nxs")
        #expect(read.notes == ["made for a test"])
        #expect(try VolumeFile.recognises(hdf5: path))
      }
      #expect(try VolumeFile.description(of: path).contains("3 slices x 4 rows x 5 columns"))
    }
  }

  @Test func numbersThatAreNone() throws {
    var volume = TomographySamples.volume()
    volume.volume[1, 2, 3] = .nan
    volume.volume[0, 0, 0] = .infinity
    try withFrameFolder { folder in
      for ending in ["nxs", "tif", "mrc"] {
        try volume.write(to: folder.path("a.\(ending)"))
        let read = try VolumeFile.read(folder.path("a.\(ending)")).volume
        #expect(read[1, 2, 3].isNaN && read[0, 0, 0] == .infinity && read[2, 3, 4] == volume.volume[2, 3, 4])
      }
    }
  }

  @Test func aDatasetByItsName() throws {
    try withFrameFolder { folder in
      let path = folder.path("a.nxs")
      try TomographySamples.volume().write(to: path)
      let read = try VolumeFile.read(path + "::/entry/data/data")
      #expect(read.volume == TomographySamples.volume().volume && read.voxel != nil)
      try NeXusFile.write(
        NeXusGroup("", children: ["v": .dataset(NeXusDataset((0..<24).map { Float($0) }, shape: [2, 3, 4]))]), to: path)
      #expect(try VolumeFile.read(path).volume.shape == VolumeShape(slices: 2, rows: 3, columns: 4))
      #expect(try !VolumeFile.recognises(hdf5: path))
    }
  }

  @Test func aClaimThatTheFileCannotHoldIsRefused() throws {
    try withFrameFolder { folder in
      let path = folder.path("a.h5")
      try HDF5File.create(path) { root in
        _ = try root.createChunked("v", .float32, shape: [100_000, 100, 100], chunk: [1, 100, 100], filter: .none)
      }
      #expect {
        _ = try VolumeFile.read(path)
      } throws: {
        "\($0)".contains("100000 x 100 x 100 voxels, more than its")
      }
    }
  }

  @Test func otherEndingsAreRefused() throws {
    #expect {
      try TomographySamples.volume().write(to: "/tmp/volume.raw")
    } throws: {
      "\($0)".contains("a volume is written as .nxs")
    }
  }

  @Test func nxvalidateFindsNoError() throws {
    guard let tool = Tools.path("nxvalidate") else { return }
    try withFrameFolder { folder in
      var volume = TomographySamples.volume()
      volume.date = "2026-01-01T00:00:00Z"
      volume.source = ("simulation", "Synchrotron X-ray Source", "x-ray")
      try volume.write(to: folder.path("a.nxs"))
      let output = try Tools.run(tool, [folder.path("a.nxs")])
      #expect(output.contains("Total number of errors: 0"), "\(output)")
    }
  }

  @Test func h5pyFollowsTheDefaultPlotToItsAxes() throws {
    guard let python = Tools.path("python3"), Tools.path("nxvalidate") != nil else { return }
    let script = """
      import h5py, sys
      text = lambda value: value.decode() if isinstance(value, bytes) else str(value)
      with h5py.File(sys.argv[1]) as file:
          data = file[text(file.attrs["default"])]
          data = data[text(data.attrs["default"])]
          signal = data[text(data.attrs["signal"])]
          axes = [data[text(name)] for name in data.attrs["axes"]]
          print(signal.shape, text(signal.attrs["units"]), [len(axis) for axis in axes],
                [text(axis.attrs["units"]) for axis in axes], round(float(axes[1][1] - axes[1][0]), 6),
                round(float(signal[2, 1, 4]), 4))
      """
    try withFrameFolder { folder in
      try TomographySamples.volume().write(to: folder.path("a.nxs"))
      let output = try Tools.run(python, ["-c", script, folder.path("a.nxs")])
      #expect(output == "(3, 4, 5) 1/m^3 [3, 4, 5] ['um', 'um', 'um'] 0.044 14.13\n")
    }
  }
}
