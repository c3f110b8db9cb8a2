import ElectronDiffraction
import FileFormats
import Foundation
import TestSupport
import Testing

/// `texture` and `index` as a user meets them, and the example from patterns to tensors.
@Suite(.serialized) struct OrientationVerbTests: RunsOperando {
  static let section: PhantomSection = {
    var phantom = TexturePhantom()
    phantom.size = 60
    phantom.step = 50e-9
    phantom.sectionRadius = 1.35e-6
    phantom.transitionRadius = 0.7e-6
    phantom.grainCount = 120
    phantom.mapToSample = EulerFrame.edax1.fromMap
    return phantom.make(seed: 1)
  }()

  private func withMaps(_ body: (_ folder: String) throws -> Void) throws {
    try withFolder { folder in
      try write(OrientationMapFile.channelText(Self.section.map), folder + "/map.ctf")
      try write(OrientationMapFile.edaxText(Self.section.map), folder + "/map.ang")
      try body(folder)
    }
  }

  private func order(_ output: String) throws -> Double {
    let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("order parameter S") })
    let words = try #require(line.split(separator: ":").last).split(separator: " ")
    return try #require(Double(words[0]))
  }

  @Test func bothFormatsGiveOneTexture() throws {
    try withMaps { folder in
      let one = try operando(
        "texture", folder + "/map.ctf", "--phase", "NMC811", "--centre", "auto", "--replicates", "200", "-o",
        folder + "/one.csv")
      #expect(one.status == 0, "\(one.errors)")
      let two = try operando("texture", folder + "/map.ang", "--replicates", "200", "-o", folder + "/two.csv")
      #expect(two.status == 0, "\(two.errors)")
      #expect(abs(try order(one.output) - order(two.output)) < 1e-6)
      let lines = try String(contentsOfFile: folder + "/one.csv", encoding: .utf8).split(separator: "\n")
      #expect(lines[0].hasPrefix("Angle / deg,Multiples of Random / 1,Multiples of Random Uncertainty / 1,"))
      #expect(lines.count == 10)
    }
  }

  @Test func theFileOfATextureIsValidAndTheReportIsWritten() throws {
    try withMaps { folder in
      let result = try operando(
        "texture", folder + "/map.ctf", "--centre", "1.475 um,1.475 um", "--replicates", "200", "-o",
        folder + "/texture.nxs", "--report", folder + "/texture.html")
      #expect(result.status == 0, "\(result.errors)")
      try expectValid(folder + "/texture.nxs")
      #expect(exists(folder + "/texture.html"))
    }
  }

  @Test func wrongInputIsRefused() throws {
    try withMaps { folder in
      try write("x", folder + "/notes.ctf")
      try Data().write(to: URL(filePath: folder + "/empty.ang"))
      func refused(_ words: String, _ map: String, _ options: String...) throws {
        let result = try operando(["texture", folder + "/" + map, "-o", folder + "/out.nxs"] + options)
        #expect(result.status == 2 && result.errors.contains(words), "\(map) \(options): \(result.errors)")
        #expect(!exists(folder + "/out.nxs"))
      }
      try refused("notes.ctf", "notes.ctf")
      try refused("is empty", "empty.ang")
      try refused("absent.ctf", "absent.ctf")
      try refused("NMC811", "map.ctf", "--phase", "LCO")
      try refused("--centre", "map.ctf", "--centre", "3.2 um")
      try refused("--centre", "map.ctf", "--centre", "3.2,4.1")
      try refused("--height", "map.ctf", "--height", "3 V")
      try refused("--euler-frame", "map.ctf", "--euler-frame", "tsl")
      try refused("--bins", "map.ctf", "--bins", "1")
      try refused("given twice", "map.ctf", "--height", "1 um", "--particle-radius", "2 um")
      #expect(try operando("texture", folder + "/map.ctf", "-o", folder + "/out.txt").status == 2)
    }
  }

  @Test func patternsOfAnotherKindAreRefused() throws {
    try withMaps { folder in
      func refused(_ words: String, _ file: String, _ options: String...) throws {
        let result = try operando(
          ["index", folder + "/" + file, "-o", folder + "/out.ctf", "--master", "kinematical"] + options)
        #expect(result.status == 2 && result.errors.contains(words), "\(file) \(options): \(result.errors)")
        #expect(!exists(folder + "/out.ctf"))
      }
      try refused("map.ctf", "map.ctf", "--sample-tilt", "70 deg")
      try refused("absent.h5", "absent.h5", "--sample-tilt", "70 deg")
      try refused("how the sample is tilted", "map.ctf")
      try refused("--angle-is", "map.ctf", "--mode", "transmission", "--angle", "45 deg", "--angle-is", "between")
      try refused("which angle", "map.ctf", "--mode", "transmission", "--angle", "45 deg")
      try refused("--pattern-centre", "map.ctf", "--sample-tilt", "70 deg", "--pattern-centre", "0.5,0.5")
      try refused("phase that is known", "map.ctf", "--sample-tilt", "70 deg", "--phase", "LCO")
    }
  }

  @Test func theExampleGoesFromPatternsToTensors() throws {
    try withFolder { folder in
      let copied = try operando("example", "tebsd-texture", folder + "/mine")
      // Without the share folder the program says so; `make test` sets it up.
      guard copied.status == 0, exists(folder + "/mine/raw/tebsd.h5") else { return }
      let checked = try operando("check", folder + "/mine/experiment.yaml")
      #expect(
        checked.status == 0 && checked.output.contains("between the foil and the horizontal"), "\(checked.output)")
      let result = try operando("run", folder + "/mine/experiment.yaml", "-o", folder + "/run", "--threads", "2")
      #expect(result.status == 0, "\(result.errors)")
      let files = try stageFiles(folder + "/run")
      #expect(files.count == 4, "\(files)")
      for file in files { try expectValid(folder + "/run/stages/" + file) }
      let texture = try #require(files.first { $0.contains("radial-texture") })
      let entry = try #require(NeXusFile.read(folder + "/run/stages/" + texture)[group: "entry"])
      let order = try #require(entry.dataset(at: "numbers/order_parameter")?.numbers?.first)
      #expect(order < -0.1 && order > -0.5)
      let report = try String(contentsOfFile: folder + "/run/report.html", encoding: .utf8)
      #expect(report.contains("From pattern to distribution"))
    }
  }
}
