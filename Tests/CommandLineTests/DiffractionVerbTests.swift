import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import TestSupport
import Testing

/// `calibrate` and `integrate` on small frames of known geometry: options, and input that is wrong.
@Suite(.serialized) struct DiffractionVerbTests: RunsOperando {
  static let shape = FrameShape(rows: 460, columns: 440)
  static let geometry = DetectorGeometry(
    poni: PoniGeometry(distance: 0.13, poni1: 0.0462, poni2: 0.0437, rotation1: 0.004, rotation2: -0.003),
    grid: DetectorGrid(shape: shape, pixelHeight: 200e-6, pixelWidth: 200e-6), wavelength: 0.6525484e-10)
  static let rings: [Float] = {
    var rings = SimulatedRings(
      geometry: geometry, dSpacings: SimulatedRings.lanthanumHexaboride(least: 0.9e-10), height: 800, background: 20,
      width: 0.15 * .pi / 180)
    rings.polarisation = 0.99
    return (try? rings.frame(seed: 1)) ?? []
  }()

  static func tiff(_ pixels: [Float], _ path: String, shape: FrameShape = shape) throws {
    try TIFFFrameWriter.write(MemoryFrames(pixels, shape: shape), to: path)
  }

  static func whole(_ pixels: [Float]) -> [UInt16] { pixels.map { UInt16(min(max($0, 0), 65535)) } }

  /// A folder with `rings.tif`, `lab6.poni` and whatever a test adds.
  func withFrames(_ body: (_ folder: String) throws -> Void) throws {
    try withFolder { folder in
      try TIFFFrameWriter.write(MemoryFrames(Self.whole(Self.rings), shape: Self.shape), to: folder + "/rings.tif")
      try write(PoniFile(Self.geometry).write(), folder + "/lab6.poni")
      try body(folder)
    }
  }

  func integrate(_ folder: String, _ options: String..., output: String = "out.nxs") throws -> ChildProcess {
    try operando(
      ["integrate", folder + "/rings.tif", "--geometry", folder + "/lab6.poni", "-o", folder + "/" + output] + options)
  }

  func intensities(_ path: String) throws -> [Double] {
    try #require(NeXusFile.read(path)[group: "entry"]?[group: "data"]?[dataset: "I"]?.numbers)
  }

  // MARK: - Options

  @Test func bandsAreThePiecesOfTheWholePattern() throws {
    try withFrames { folder in
      let range = ["--range", "5 deg,20 deg", "--points", "300", "--splitting", "none"]
      #expect(
        try operando(
          ["integrate", folder + "/rings.tif", "--geometry", folder + "/lab6.poni", "-o", folder + "/whole.nxs"] + range
        ).status == 0)
      let banded = try operando(
        [
          "integrate", folder + "/rings.tif", "--geometry", folder + "/lab6.poni", "-o", folder + "/bands.nxs",
          "--band",
          "8 deg,10 deg", "--band", "12 deg,14 deg",
        ] + range)
      #expect(banded.status == 0, "\(banded.errors)")
      let (whole, bands) = (try intensities(folder + "/whole.nxs"), try intensities(folder + "/bands.nxs"))
      for bin in 0..<300 {
        let angle = 5 + (Double(bin) + 0.5) * 0.05
        // Pixels are chosen by their centres, so the bins at the ends of a band are whole only inside.
        if (8.05...9.95).contains(angle) || (12.05...13.95).contains(angle) {
          #expect(bands[bin] == whole[bin], "\(angle)")
        } else if !(7.95...10.05).contains(angle) && !(11.95...14.05).contains(angle) {
          #expect(bands[bin].isNaN, "\(angle)")
        }
      }
      // Without a range the bins cover the bands.
      #expect(try integrate(folder, "--band", "8 deg,10 deg", "--band", "12 deg,14 deg").status == 0)
      let axis = try #require(
        NeXusFile.read(folder + "/out.nxs")[group: "entry"]?[group: "data"]?[dataset: "radial_axis"]?.numbers)
      #expect(abs(axis[0] - 8) < 0.01 && abs(axis[axis.count - 1] - 14) < 0.01)
    }
  }

  @Test func clippingAndTheMedianTakeAwaySpikes() throws {
    try withFrames { folder in
      var spiked = Self.whole(Self.rings)
      for index in stride(from: 0, to: spiked.count, by: 997) { spiked[index] = 60_000 }
      try TIFFFrameWriter.write(MemoryFrames(spiked, shape: Self.shape), to: folder + "/spiked.tif")
      /// The largest change of a bin by the spikes, relative to the bin.
      func change(_ options: String...) throws -> Double {
        let patterns = try ["rings", "spiked"].map { frame in
          let result = try operando(
            [
              "integrate", folder + "/\(frame).tif", "--geometry", folder + "/lab6.poni", "--points", "300", "-o",
              folder + "/out.nxs",
            ] + options)
          #expect(result.status == 0, "\(result.errors)")
          return try intensities(folder + "/out.nxs")
        }
        // The ends have few pixels.
        return (20..<200).map { abs(patterns[0][$0] - patterns[1][$0]) / patterns[0][$0] }.max() ?? .infinity
      }
      #expect(try change() > 1)
      let (clipped, median) = (try change("--clip", "6", "--errors", "azimuthal"), try change("--median"))
      #expect(clipped < 0.1 && median < 0.1, "\(clipped) \(median)")
      try expectValid(folder + "/out.nxs", definition: "NXazint1d")
    }
  }

  @Test func gainAndReadNoiseAreTheUncertainty() throws {
    try withFrames { folder in
      let flat = [Float](repeating: 100, count: Self.shape.count)
      try Self.tiff(flat, folder + "/rings.tif")
      let options = ["--splitting", "none", "--no-solid-angle", "--polarisation", "none", "--points", "100"]
      func sigmas(_ more: String...) throws -> (sigmas: [Double], counts: [Double]) {
        let result = try operando(
          ["integrate", folder + "/rings.tif", "--geometry", folder + "/lab6.poni", "-o", folder + "/out.nxs"] + options
            + more)
        #expect(result.status == 0, "\(result.errors)")
        let data = try NeXusFile.read(folder + "/out.nxs")[group: "entry"]?[group: "data"]
        return (
          try #require(data?[dataset: "I_errors"]?.numbers), try #require(data?[dataset: "norm"]?.numbers)
        )
      }
      let noisy = try sigmas("--errors", "variance", "--gain", "4", "--read-noise", "10")
      // A pixel has 4 x 100 + 100 counts squared, and a bin of N pixels the N-th part.
      #expect(zip(noisy.sigmas, noisy.counts).allSatisfy { $1 == 0 || abs($0 * $0 * $1 - 500) < 1e-3 })
      // Two dark frames of 8 and 12 counts: the mean is 10 and has a variance of 4.
      let dark = [Float](repeating: 8, count: Self.shape.count) + [Float](repeating: 12, count: Self.shape.count)
      try TIFFFrameWriter.write(MemoryFrames(dark, shape: Self.shape), to: folder + "/dark.tif")
      let darkened = try sigmas(
        "--errors", "variance", "--gain", "4", "--read-noise", "10", "--dark", folder + "/dark.tif")
      #expect(zip(darkened.sigmas, darkened.counts).allSatisfy { $1 == 0 || abs($0 * $0 * $1 - 464) < 1e-3 })
      let counted = try sigmas()
      #expect(zip(counted.sigmas, counted.counts).allSatisfy { $1 == 0 || abs($0 * $0 * $1 - 100) < 1e-3 })
    }
  }

  @Test func theEnergyStandsInForAWavelength() throws {
    try withFrames { folder in
      var file = PoniFile(Self.geometry)
      file.wavelength = nil
      try write(file.write(), folder + "/lab6.poni")
      let without = try integrate(folder)
      #expect(without.status == 2 && without.errors.contains("--energy"), "\(without.errors)")
      #expect(!exists(folder + "/out.nxs"))
      #expect(try integrate(folder, "--energy", "19 keV", "--unit", "q").status == 0)
      try expectValid(folder + "/out.nxs", definition: "NXazint1d")
    }
  }

  @Test func patternsAreText() throws {
    try withFrames { folder in
      let result = try integrate(folder, "--unit", "d", "--range", "5 deg,20 deg", output: "out.xye")
      #expect(result.status == 0, "\(result.errors)")
      let pattern = try PatternTextFile.read(
        [UInt8](Data(contentsOf: URL(filePath: folder + "/out.xye"))), named: "out.xye")
      #expect(pattern.axis == .latticeSpacing && pattern.sigmas != nil)
    }
  }

  // MARK: - What is wrong

  @Test func wrongFramesAndImagesAreRefused() throws {
    try withFrames { folder in
      let small = FrameShape(rows: 20, columns: 30)
      try Self.tiff([Float](repeating: 1, count: small.count), folder + "/small.tif", shape: small)
      try Self.tiff([Float](repeating: 1, count: Self.shape.count), folder + "/all.tif")
      let whole = try Data(contentsOf: URL(filePath: folder + "/rings.tif"))
      try whole.prefix(whole.count / 2).write(to: URL(filePath: folder + "/cut.tif"))
      try Self.tiff([Float](repeating: .nan, count: Self.shape.count), folder + "/nan.tif")
      try NeXusFrameWriter.write(MemoryFrames(Self.rings, shape: Self.shape), to: folder + "/rings.h5")
      func refused(_ frame: String, _ options: [String], _ words: String...) throws {
        let output = folder + "/refused.nxs"
        let result = try operando(
          ["integrate", folder + "/" + frame, "--geometry", folder + "/lab6.poni", "-o", output] + options)
        #expect(result.status == 2, "\(frame) \(options): \(result.errors)")
        for word in words { #expect(result.errors.contains(word), "\(frame) \(options): \(result.errors)") }
        #expect(!exists(output))
      }
      for option in ["--mask", "--dark", "--flat"] {
        try refused("rings.tif", [option, folder + "/small.tif"], "small.tif", "20 x 30", "460 x 440")
        try refused("rings.tif", [option, folder + "/missing.tif"], "missing.tif")
      }
      try refused("rings.tif", ["--mask", folder + "/all.tif"], "no pixel is left")
      try refused("rings.tif", ["--saturation", "1"], "no pixel is left")
      try refused("rings.tif", ["--band", "80 deg,90 deg"], "no pixel is left")
      try refused("nan.tif", [], "no pixel is left")
      try refused("cut.tif", [], "cut.tif")
      try refused("small.tif", [], "lab6.poni", "460 x 440", "20 x 30")
      try refused("rings.h5::/entry/nothing", [], "/entry/nothing")
      try refused("missing.tif", [], "missing.tif")
      try refused("lab6.poni", [], "lab6.poni", "not a file of frames")
      try refused("rings.tif", ["--geometry", folder + "/small.tif"], "small.tif")
      try refused("rings.tif", ["--energy", "19 mm"], "--energy", "an energy")
      try refused("rings.tif", ["--band", "8 deg"], "--band", "two angles")
      try refused("rings.tif", ["--band", "9 deg,8 deg"], "no range of 2theta")
      try refused("rings.tif", ["--clip", "1"], "--clip", "2.0 to 100.0")
      try refused("rings.tif", ["--clip", "5", "--median"], "a median needs no clipping")
      try refused("rings.tif", ["--clip", "5", "--cake", "36x100"], "a cake is made of means")
      try refused("rings.tif", ["--gain", "4"], "belong to `errors: variance`")
      try refused("rings.tif", ["--cake", "36"], "sectors and bins")
      try refused("rings.tif", ["--points", "3"], "--points", "10 to 65000")
      try refused("rings.tif", ["--unit", "d"], "not d")
      try refused("rings.tif", ["--sensor", "Si"], "material and its thickness")
      try refused("rings.tif", ["--sensor", "Xx", "--sensor-thickness", "1 mm"], "Xx")
    }
  }

  /// Pixels without a number and saturated ones leave the bins of the others as they are.
  @Test func badPixelsAreLeftOut() throws {
    try withFrames { folder in
      let flat = [Float](repeating: 50, count: Self.shape.count)
      var damaged = flat
      for index in stride(from: 5, to: damaged.count, by: 101) { damaged[index] = index.isMultiple(of: 2) ? .nan : 9e6 }
      var dark = [Float](repeating: 10, count: Self.shape.count)
      dark[41_000] = .nan
      try Self.tiff(damaged, folder + "/rings.tif")
      try Self.tiff(dark, folder + "/dark.tif")
      let result = try integrate(
        folder, "--no-solid-angle", "--polarisation", "none", "--saturation", "1e6", "--dark", folder + "/dark.tif",
        "--points", "100")
      #expect(result.status == 0, "\(result.errors)")
      #expect(try intensities(folder + "/out.nxs").allSatisfy { abs($0 - 40) < 1e-4 })
    }
  }

  @Test func imagesWithoutTheRingsAreRefused() throws {
    try withFrames { folder in
      var generator = SeededGenerator(seed: 1, item: 0)
      try Self.tiff((0..<Self.shape.count).map { _ in Float(generator.poisson(20)) }, folder + "/noise.tif")
      try Self.tiff([Float](repeating: 1, count: Self.shape.count), folder + "/all.tif")
      try Self.tiff([Float](repeating: 0, count: Self.shape.count), folder + "/zero.tif")
      try write("data_nothing\n", folder + "/nothing.cif")
      let usual = ["--calibrant", "LaB6", "--energy", "19 keV", "--pixel", "200 um", "--distance", "130 mm"]
      func refused(_ frame: String, _ options: [String], _ words: String...) throws {
        let output = folder + "/refused.poni"
        let result = try operando(["calibrate", folder + "/" + frame] + options + ["-o", output])
        #expect(result.status == 2, "\(frame) \(options): \(result.output)\(result.errors)")
        for word in words { #expect(result.errors.contains(word), "\(frame) \(options): \(result.errors)") }
        #expect(!exists(output))
      }
      try refused("noise.tif", usual, "calibration, ", ";")
      try refused("zero.tif", usual, "calibration, ")
      try refused("rings.tif", usual + ["--mask", folder + "/all.tif"], "calibration, ")
      try refused("rings.tif", usual.map { $0 == "LaB6" ? "Al2O3" : $0 }, "calibration, ")
      try refused("rings.tif", usual.map { $0 == "LaB6" ? "LaB7" : $0 }, "LaB7")
      try refused("rings.tif", usual.map { $0 == "LaB6" ? folder + "/nothing.cif" : $0 }, "nothing.cif")
      try refused("rings.tif", Array(usual[..<2]) + Array(usual[4...]), "photon energy")
      try refused("rings.tif", Array(usual[..<4]) + Array(usual[6...]), "extent of its pixels")
      try refused("missing.tif", usual, "missing.tif")
      try refused("rings.tif", usual + ["--refine", "distance,zoom"], "zoom", "rotation1")
      try refused("rings.tif", usual + ["--refine", "distance,wavelength"], "wavelength from the distance")

      let found = try operando(["calibrate", folder + "/rings.tif"] + usual + ["-o", folder + "/found.poni"])
      #expect(found.status == 0, "\(found.errors)")
      let poni = try PoniFile.read([UInt8](Data(contentsOf: URL(filePath: folder + "/found.poni"))), named: "found")
        .poni
      #expect(abs(poni.distance - Self.geometry.poni.distance) < 100e-6, "\(poni)")
    }
  }
}
