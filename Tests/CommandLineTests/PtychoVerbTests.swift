import ArrayMath
import FileFormats
import Foundation
import Ptychography
import TestSupport
import Testing

/// `ptycho` as a user meets it, and the example from scans to phases.
@Suite(.serialized) struct PtychoVerbTests: RunsOperando {
  /// Two small scans of the virtual experiment.
  private static let experiment = """
    operando: 1
    title: t
    ptychography:
      - name: particle
        energy: 9.7 keV
        distance: 9.47 m
        pixel: 440 um
        preparation: { window: [64, 64] }
        optics: { defocus: 1 mm }
        reconstruction: { probe: zone-plate, iterations: 20 }
        simulation:
          projections: 2
          diameter: 1.2 um
          phase_diameter: 4.8 um
          field: 1.5 um
          step: 0.15 um
          photons: 100000
    """

  private func withScans(_ body: (_ folder: String) throws -> Void) throws {
    try withFolder { folder in
      try write(Self.experiment, folder + "/experiment.yaml")
      let made = try operando("simulate", folder + "/experiment.yaml", "-o", folder + "/virtual")
      try #require(made.status == 0, "\(made.errors)")
      try body(folder)
    }
  }

  private static let optics = ["--probe", "zone-plate", "--zone-plate", "400 um,150 nm,60 um", "--defocus", "1 mm"]

  @Test func oneScanBecomesAPhaseImageInEveryFormat() throws {
    try withScans { folder in
      let scan = folder + "/virtual/raw/particle-0000.cxi"
      func made(_ output: String, _ options: String...) throws -> ChildProcess {
        try operando(
          ["ptycho", scan, "--iterations", "15", "--axes", "+y+x", "-o", folder + "/" + output] + Self.optics + options)
      }
      let everything = try made(
        "object.nxs", "--report", folder + "/object.html", "--preview", folder + "/now.html", "--halves", "counts")
      #expect(everything.status == 0, "\(everything.errors)")
      #expect(everything.errors.contains("on one core"), "\(everything.errors)")
      #expect(everything.output.contains("pixel of the object: 42.98"), "\(everything.output)")
      #expect(everything.output.contains("resolution"))
      try expectValid(folder + "/object.nxs")
      #expect(exists(folder + "/object.html") && exists(folder + "/now.html"))
      let page = try String(contentsOfFile: folder + "/now.html", encoding: .utf8)
      #expect(page.contains("data:image/png;base64"))
      for output in ["object.cxi", "object.h5", "object.tiff"] {
        let result = try made(output)
        #expect(result.status == 0 && exists(folder + "/" + output), "\(result.errors)")
      }
      let read = try PtychographyReconstructionFile.read(folder + "/object.h5")
      #expect(read.reconstruction.positions.count == 100)
      // The same command gives the same numbers.
      #expect(try made("again.nxs", "--threads", "2").status == 0)
      #expect(try made("once-more.nxs").status == 0)
      let phases = try ["again", "once-more"].map {
        try NeXusFile.read(folder + "/\($0).nxs").dataset(at: "entry/projections/object")
      }
      #expect(phases[0] == phases[1] && phases[0] != nil)
    }
  }

  @Test func wrongInputIsRefused() throws {
    try withScans { folder in
      let scans = [folder + "/virtual/raw/particle-0000.cxi", folder + "/virtual/raw/particle-0001.cxi"]
      try write("x", folder + "/notes.cxi")
      try Data().write(to: URL(filePath: folder + "/empty.h5"))
      try write("frames: [absent.tif]\nenergy: 3 V\n", folder + "/scan.yaml")
      func refused(_ words: String, _ scans: [String], _ options: String...) throws {
        let result = try operando(["ptycho"] + scans + ["--iterations", "5", "-o", folder + "/out.cxi"] + options)
        #expect(result.status == 2 && result.errors.contains(words), "\(options): \(result.status) \(result.errors)")
        #expect(!exists(folder + "/out.cxi"))
      }
      try refused("absent.cxi", [folder + "/absent.cxi"])
      try refused("notes.cxi", [folder + "/notes.cxi"])
      try refused("empty.h5", [folder + "/empty.h5"])
      try refused("scan.yaml:2:9", [folder + "/scan.yaml"])
      try refused("holds one projection", scans)
      try refused("--engine", [scans[0]], "--engine", "pie")
      try refused("--energy", [scans[0]], "--energy", "9.7 m")
      try refused("--window", [scans[0]], "--window", "4x4")
      try refused("--centre", [scans[0]], "--centre", "5")
      try refused("--axes", [scans[0]], "--axes", "xy")
      try refused("--zone-plate", [scans[0]], "--zone-plate", "400 um")
      try refused("zone plate is not described", [scans[0]], "--probe", "zone-plate")
      try refused("holds no probe", [scans[0]], "--probe", "file", "--axes", "+y+x")
      try refused(
        "zone plate's cone is larger", [scans[0]], "--axes", "+y+x", "--probe", "zone-plate", "--zone-plate",
        "400 um,30 nm")
      #expect(try operando("ptycho", scans[0], "-o", folder + "/out.txt").status == 2)
    }
  }

  @Test func anInterruptedVerbWritesNothing() throws {
    try withScans { folder in
      let result = try operando(
        [
          "ptycho", folder + "/virtual/raw/particle-0000.cxi", "--iterations", "1000000", "--axes", "+y+x", "-o",
          folder + "/out.nxs",
        ] + Self.optics, killAfter: 3, signal: SIGINT)
      #expect(result.status == 130, "\(result.status) \(result.errors)")
      #expect(!exists(folder + "/out.nxs"))
    }
  }

  @Test func theExampleGoesFromScansToPhases() throws {
    try withFolder { folder in
      let copied = try operando("example", "ptychography", folder + "/mine")
      // Without the share folder the program says so; `make test` sets it up.
      guard copied.status == 0, exists(folder + "/mine/raw/particle-0000.cxi") else { return }
      let checked = try operando("check", folder + "/mine/experiment.yaml")
      #expect(checked.status == 0 && checked.output.contains("matter is negative"), "\(checked.output)")
      let result = try operando("run", folder + "/mine/experiment.yaml", "-o", folder + "/run", "--threads", "2")
      #expect(result.status == 0, "\(result.errors)")
      let files = try stageFiles(folder + "/run")
      #expect(files.count == 1, "\(files)")
      for file in files { try expectValid(folder + "/run/stages/" + file) }
      let entry = try #require(NeXusFile.read(folder + "/run/stages/" + files[0])[group: "entry"])
      #expect(entry.dataset(at: "projections/valid")?.integers == [1, 1, 1])
      let report = try String(contentsOfFile: folder + "/run/report.html", encoding: .utf8)
      #expect(
        report.contains("Phase and amplitude of the object") && report.contains("How the positions&#39; axes lie"))
    }
  }
}
