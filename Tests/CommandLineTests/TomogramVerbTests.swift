import ArrayMath
import FileFormats
import Foundation
import TestSupport
import Testing
import Tomography

/// `tomogram` and `volume` as a user meets them, and both examples from raw files to the answer.
@Suite(.serialized) struct TomogramVerbTests: RunsOperando {
  /// Projections of a small particle on a needle, made once.
  private static let made = Result { () throws -> String in
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "tomogram-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let experiment = """
      operando: 1
      title: t
      tomography:
        - name: particle
          energy: 9.7 keV
          pixel: 100 nm
          particle: { medium: vacuum, mount: neck }
          simulation: { projections: 40, diameter: 3.2 um, jitter: 1, drift: 1, noise: 0.03, margin: 12, cracks: 0, porosity: 0 }
      """
    try Data(experiment.utf8).write(to: folder.appending(path: "experiment.yaml"))
    let made = try ChildProcess.run(
      ChildProcess.operando,
      ["simulate", folder.path + "/experiment.yaml", "-o", folder.appending(path: "virtual").path])
    #expect(made.status == 0, "\(made.errors)")
    return folder.path
  }

  private func number(_ path: String, _ place: String) throws -> Double {
    let entry = try NeXusFile.read(path)[group: "entry"]
    return try #require(entry?.dataset(at: place)?.numbers?.first, "\(place)")
  }

  @Test func projectionsBecomeAVolumeAndAMass() throws {
    let made = try Self.made.get()
    let projections = made + "/virtual/raw/particle.nxs"
    try withFolder { folder in
      let tomogram = try operando(
        "tomogram", projections, "--align", "reprojection", "--algorithm", "fbp", "-o", folder + "/volume.nxs",
        "--report", folder + "/volume.html", "--threads", "2")
      #expect(tomogram.status == 0, "\(tomogram.errors)")
      #expect(tomogram.output.contains("edge of a voxel: 100 nm"), "\(tomogram.output)")
      #expect(tomogram.errors.contains("on one core"))
      try expectValid(folder + "/volume.nxs")
      let page = try String(contentsOfFile: folder + "/volume.html", encoding: .utf8)
      #expect(page.contains("Slices across the axis of rotation") && page.contains("A sinogram before and after"))

      let volume = try operando(
        "volume", folder + "/volume.nxs", "--medium", "vacuum", "--density", "4.77 g/cm3 +- 1 %", "--mount", "neck",
        "--charge", "0.01 nAh", "-o", folder + "/particle.csv", "--mesh", folder + "/particle.stl", "--report",
        folder + "/particle.html")
      #expect(volume.status == 0, "\(volume.errors)")
      let lines = try String(contentsOfFile: folder + "/particle.csv", encoding: .utf8).split(separator: "\n")
      #expect(lines.first == "Quantity,Value,Uncertainty,Unit")
      let truth = try number(made + "/virtual/truth.nxs", "particle_particle/solid_volume") * 1e18
      let found = try #require(lines.first { $0.hasPrefix("volume of matter,") }).split(separator: ",")
      let (value, sigma) = try (#require(Double(found[1])), #require(Double(found[2])))
      #expect(abs(value - truth) < 3.3 * sigma && found[3] == "um3", "\(value) +- \(sigma), truth \(truth)")
      #expect(
        lines.contains { $0.hasPrefix("\"state of charge, mass by electrons\"") || $0.contains("state of charge") })
      let mesh = try STLFile.read(
        [UInt8](try Data(contentsOf: URL(filePath: folder + "/particle.stl"))), named: "particle.stl")
      #expect(abs(mesh.volume * 1e18 / value - 1) < 0.15 && mesh.isWatertight)
      #expect(try String(contentsOfFile: folder + "/particle.html", encoding: .utf8).contains("mesh3d") || true)
      let whole = try operando(
        "volume", folder + "/volume.nxs", "--medium", "vacuum", "--mount", "neck", "-o", folder + "/particle.nxs")
      #expect(whole.status == 0, "\(whole.errors)")
      try expectValid(folder + "/particle.nxs")

      // Other programs' files, there and back.
      for kind in ["tiff", "mrc"] {
        let other = try operando(
          "tomogram", projections, "--without-halves", "-o", folder + "/volume." + kind, "--threads", "2")
        #expect(other.status == 0, "\(other.errors)")
        let read = try operando(
          "volume", folder + "/volume." + kind, "--medium", "vacuum", "--mount", "neck", "--energy", "9.7 keV", "-o",
          folder + "/other.csv")
        #expect(read.status == 0, "\(read.errors)")
      }
    }
  }

  @Test func wrongInputIsRefused() throws {
    let made = try Self.made.get()
    let projections = made + "/virtual/raw/particle.nxs"
    try withFolder { folder in
      let whole = try Data(contentsOf: URL(filePath: projections))
      try whole.prefix(whole.count / 2).write(to: URL(filePath: folder + "/half.nxs"))
      try Data().write(to: URL(filePath: folder + "/empty.tiff"))
      func refused(_ words: String, _ arguments: String...) throws {
        let result = try operando(arguments + ["-o", folder + "/out.nxs"])
        #expect(
          result.status == 2 && result.errors.contains(words), "\(arguments): \(result.status) \(result.errors)")
        #expect(!exists(folder + "/out.nxs"))
      }
      try refused("absent.nxs", "tomogram", folder + "/absent.nxs")
      try refused("half.nxs", "tomogram", folder + "/half.nxs")
      try refused("empty.tiff", "tomogram", folder + "/empty.tiff")
      try refused("--align", "tomogram", projections, "--align", "eye")
      try refused("--algorithm", "tomogram", projections, "--algorithm", "magic")
      try refused("--energy", "tomogram", projections, "--energy", "9.7 m")
      try refused("--pixel", "tomogram", projections, "--pixel", "43 nA")
      try refused("--content", "tomogram", projections, "--content", "light")
      try refused("--cut-off", "tomogram", projections, "--cut-off", "3")
      try refused("--medium", "volume", projections)
      try refused("the medium is not known", "volume", projections, "--medium", "soup")
      try refused("--density", "volume", projections, "--medium", "vacuum", "--density", "4.77 g")
      try refused("cannot be read", "volume", projections, "--medium", "vacuum", "--composition", "Xx")
      try refused("has a height", "volume", projections, "--medium", "vacuum", "--mount", "plane")
      #expect(try operando("tomogram", projections, "-o", folder + "/out.txt").status == 2)
      #expect(
        try operando("volume", projections, "--medium", "vacuum", "-o", folder + "/out.nxs", "--mesh", "a.obj").status
          == 2)
    }
  }

  @Test func anInterruptedVerbWritesNothing() throws {
    let made = try Self.made.get()
    try withFolder { folder in
      let result = try operando(
        "tomogram", made + "/virtual/raw/particle.nxs", "-o", folder + "/out.nxs", killAfter: 0.3, signal: SIGINT)
      // A quick machine may be done by then.
      #expect(result.status == 130 || result.status == 0, "\(result.status) \(result.errors)")
      #expect(exists(folder + "/out.nxs") == (result.status == 0))
    }
  }

  /// From simulated patterns to the state of charge, within the stated uncertainty.
  @Test func theExampleGoesFromPatternsToTheStateOfCharge() throws {
    try withFolder { folder in
      let example = SharedData.checkout.appending(path: "Examples/ptychographic-tomography/experiment.yaml").path
      let simulated = try operando("simulate", example, "-o", folder + "/virtual")
      #expect(simulated.status == 0, "\(simulated.errors)")
      let experiment = folder + "/virtual/experiment.yaml"
      let checked = try operando("check", experiment)
      #expect(checked.status == 0 && checked.output.contains("rotation of particle"), "\(checked.output)")
      #expect(try operando("estimate", experiment).output.contains("tomogram-particle"))
      let result = try operando("run", experiment, "-o", folder + "/run", "--threads", "2")
      #expect(result.status == 0, "\(result.errors)")
      let files = try stageFiles(folder + "/run")
      #expect(files.count == 4, "\(files)")
      for file in files { try expectValid(folder + "/run/stages/" + file) }
      func stage(_ part: String) throws -> String {
        folder + "/run/stages/" + (try #require(files.first { $0.contains(part) }))
      }
      func expect(_ key: String, _ truth: String, _ scale: Double) throws {
        let value = try number(stage("particle-volume"), "quantities/" + key)
        let sigma = try number(stage("particle-volume"), "quantities/\(key)_errors")
        let isTrue = try number(folder + "/virtual/truth.nxs", "particle_particle/" + truth) * scale
        #expect(
          abs(value - isTrue) < 3.3 * sigma && sigma < 0.05 * isTrue, "\(key): \(value) +- \(sigma), truth \(isTrue)")
      }
      try expect("envelope_volume", "envelope_volume", 1e18)
      try expect("mass", "mass", 1e12)
      // The state of charge by the mass that the tomogram gives.
      let report = try String(contentsOfFile: folder + "/run/report.html", encoding: .utf8)
      for words in ["Surface of the particle", "17.8 %", "Where the uncertainty comes from", "What the density does"] {
        #expect(report.contains(words), "\(words)")
      }
    }
  }
}
