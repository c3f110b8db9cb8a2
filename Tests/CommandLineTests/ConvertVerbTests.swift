import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import TestSupport
import Testing

/// `convert` and `inspect` of geometries, patterns, frames and structures.
@Suite(.serialized) struct ConvertVerbTests: RunsOperando {
  static let geometry = DiffractionVerbTests.geometry

  @Test func geometriesGoThroughEveryConventionAndBack() throws {
    try withFolder { folder in
      try write(PoniFile(Self.geometry).write(), folder + "/a.poni")
      let chain = ["a.poni", "b.nxs", "c.fit2d", "d.poni", "e.nxs", "f.poni"]
      for (from, to) in zip(chain, chain.dropFirst()) {
        let result = try operando("convert", folder + "/" + from, folder + "/" + to)
        #expect(result.status == 0 && result.output == folder + "/" + to + "\n", "\(result.errors)")
      }
      let back = try PoniFile.read([UInt8](Data(contentsOf: URL(filePath: folder + "/f.poni"))), named: "f.poni")
      #expect(abs(back.poni.distance - Self.geometry.poni.distance) < 1e-12)
      #expect(abs(back.poni.rotation1 - Self.geometry.poni.rotation1) < 1e-12)
      #expect(back.shape == Self.geometry.grid.shape)
      #expect(abs((back.wavelength ?? 0) - 0.6525484e-10) < 1e-20)

      for file in ["a.poni", "c.fit2d"] {
        let seen = try operando("inspect", folder + "/" + file)
        for text in [
          "PONI: distance 130 mm", "FIT2D: distance", "DAWN", "460 rows x 440 columns", "0.6525484 angstrom",
        ] {
          #expect(seen.output.contains(text), "\(file): \(seen.output)\(seen.errors)")
        }
      }
      // Version 1 states no extent, which NeXus needs.
      #expect(try operando("convert", folder + "/a.poni", folder + "/old.poni", "--poni-version", "1").status == 0)
      let bare = try operando("convert", folder + "/old.poni", folder + "/old.nxs")
      #expect(bare.status == 2 && bare.errors.contains("--shape") && !exists(folder + "/old.nxs"), "\(bare.errors)")
      #expect(try operando("convert", folder + "/old.poni", folder + "/old.nxs", "--shape", "460x440").status == 0)
      #expect(try operando("inspect", folder + "/old.poni").output.contains("extent not stated"))
    }
  }

  @Test func patternsChangeTheirFileAndTheirAxis() throws {
    try withFolder { folder in
      try write("# 2th_deg I sigma\n5 10 1\n6 20 2\n8 30 3\n", folder + "/a.xye")
      let blind = try operando("convert", folder + "/a.xye", folder + "/a.nxs")
      #expect(blind.status == 2 && blind.errors.contains("wavelength") && !exists(folder + "/a.nxs"))
      #expect(try operando("convert", folder + "/a.xye", folder + "/a.nxs", "--energy", "19 keV").status == 0)
      try expectValid(folder + "/a.nxs", definition: "NXazint1d")
      #expect(try operando("convert", folder + "/a.nxs", folder + "/q.nxs", "--unit", "q").status == 0)
      #expect(try operando("convert", folder + "/q.nxs", folder + "/d.xye", "--unit", "d").status == 0)
      let read = try PatternTextFile.read([UInt8](Data(contentsOf: URL(filePath: folder + "/d.xye"))), named: "d.xye")
      #expect(read.axis == .latticeSpacing && read.intensities == [30, 20, 10] && read.sigmas == [3, 2, 1])
      let wavelength = 12.398419843320026e-10 / 19
      #expect(abs(read.positions[2] - wavelength / (2 * sin(2.5 * .pi / 180))) < 1e-17)
      let seen = try operando("inspect", folder + "/d.xye")
      #expect(seen.output.contains("d / angstrom") && seen.output.contains("in 3 bins"), "\(seen.output)")
    }
  }

  @Test func framesKeepTheirPixels() throws {
    try withFolder { folder in
      let pixels = DiffractionVerbTests.whole(DiffractionVerbTests.rings)
      let frames = MemoryFrames(pixels + pixels.reversed(), shape: DiffractionVerbTests.shape)
      try TIFFFrameWriter.write(frames, to: folder + "/a.tif")
      for (from, to) in [("a.tif", "b.h5"), ("b.h5", "c.nxs"), ("c.nxs", "d.tif")] {
        let result = try operando("convert", folder + "/" + from, folder + "/" + to)
        #expect(result.status == 0, "\(result.errors)")
        let file = try FrameFile.open(path: folder + "/" + to)
        #expect(file.frames.count == 2 && file.frames.pixelType == .uint16)
        for frame in 0..<2 { #expect(try file.frames.floats(frame: frame) == frames.floats(frame: frame)) }
      }
      #expect(try operando("inspect", folder + "/d.tif").output.contains("460 rows x 440 columns of uint16"))
      let whole = try Data(contentsOf: URL(filePath: folder + "/a.tif"))
      try whole.prefix(whole.count / 2).write(to: URL(filePath: folder + "/cut.tif"))
      let cut = try operando("convert", folder + "/cut.tif", folder + "/cut.h5")
      #expect(cut.status == 2 && cut.errors.contains("cut.tif") && !exists(folder + "/cut.h5"), "\(cut.errors)")
    }
  }

  @Test func wrongConversionsAreRefused() throws {
    try withFolder { folder in
      try write(PoniFile(Self.geometry).write(), folder + "/a.poni")
      try write("nothing", folder + "/b.poni")
      func refused(_ arguments: String..., words: String) throws {
        let result = try operando(["convert"] + arguments)
        #expect(result.status == 2 && result.errors.contains(words), "\(arguments): \(result.errors)")
        #expect(!exists(folder + "/out.nxs") && !exists(folder + "/out.tif"))
      }
      try refused(folder + "/a.poni", folder + "/out.tif", words: "no conversion from poni to tif")
      try refused(folder + "/b.poni", folder + "/out.nxs", words: "b.poni")
      try refused(folder + "/missing.poni", folder + "/out.nxs", words: "missing.poni")
      try refused(folder + "/a.poni", folder + "/out.nxs", "--poni-version", "7", words: "--poni-version")
      try refused(folder + "/a.poni", folder + "/out.nxs", "--energy", "19 mm", words: "--energy")
      try refused(folder + "/a.poni", folder + "/out.nxs", "--shape", "many", words: "--shape")
    }
  }

  /// The oxygen of the other origin gives lithium the bonds of the transition metals, and the sites are named.
  @Test(arguments: [("0.2584", false), ("0.2416", true)]) func structuresAreHeldAgainstTheirBonds(
    z: String, isWrong: Bool
  ) throws {
    try withFolder { folder in
      try write(
        """
        data_NMC811
        _cell_length_a 2.8704
        _cell_length_b 2.8704
        _cell_length_c 14.1918
        _cell_angle_alpha 90
        _cell_angle_beta 90
        _cell_angle_gamma 120
        _space_group_name_H-M_alt 'R -3 m :H'
        _space_group_IT_number 166
        loop_
        _atom_site_label
        _atom_site_type_symbol
        _atom_site_fract_x
        _atom_site_fract_y
        _atom_site_fract_z
        _atom_site_occupancy
        Li Li 0 0 0.5 1
        Ni Ni 0 0 0 0.8
        Mn Mn 0 0 0 0.1
        Co Co 0 0 0 0.1
        O O 0 0 \(z) 1

        """, folder + "/nmc.cif")
      let seen = try operando("inspect", folder + "/nmc.cif")
      #expect(seen.status == 0 && seen.output.contains("number 166"), "\(seen.errors)")
      #expect(seen.output.contains("warning: ") == isWrong, "\(seen.output)")
      if !isWrong {
        #expect(seen.output.contains("Ni - O: 1.969 angstrom") && seen.output.contains("Li - O: 2.107 angstrom"))
      } else {
        #expect(seen.output.contains("Li") && seen.output.contains("origin"))
      }
    }
  }
}
