import FileFormats
import Foundation
import TestSupport
import Testing

/// `particle` with a section particle_cycling, and both of its examples.
@Suite(.serialized) struct ParticleVerbTests: RunsOperando {
  static let quick = """
    operando: 1
    title: test
    material: { name: NMC811 }
    particle_cycling:
      shape: section
      grains: { count: 6 }
      mesh: { element_size: 25 % }
      protocol: { words: charge at 0.2 C until lithiation 0.8, kept_states: 2, tolerance: 0.001 }
      sensitivities: { enabled: false }
    """

  @Test func fieldsAreWrittenForParaView() throws {
    try withFolder { folder in
      try write(Self.quick, folder + "/model.yaml")
      for output in ["cycle.vtkhdf", "cycle.pvd", "cycle.nxs"] {
        let result = try operando(
          "particle", folder + "/model.yaml", "-o", folder + "/" + output, "--course", folder + "/course.csv")
        #expect(result.status == 0, "\(output): \(result.errors)")
        #expect(result.output.contains("largest tension") && exists(folder + "/" + output))
      }
      try expectValid(folder + "/cycle.nxs")
      let lines = try String(contentsOfFile: folder + "/course.csv", encoding: .utf8).split(separator: "\n")
      #expect(lines[0].hasPrefix("Test Time / s,Voltage / V,C-rate / 1/h,Lithiation / 1"))
    }
  }

  @Test func wrongInputIsRefused() throws {
    try withFolder { folder in
      func refused(_ words: String, _ change: (old: String, new: String), _ options: String...) throws {
        try write(Self.quick.replacing(change.old, with: change.new), folder + "/model.yaml")
        let result = try operando(["particle", folder + "/model.yaml", "-o", folder + "/out.vtkhdf"] + options)
        #expect(result.status == 2 && result.errors.contains(words), "\(change.new): \(result.errors)")
        #expect(!exists(folder + "/out.vtkhdf"))
      }
      try refused("untill", ("until lithiation", "untill lithiation"))
      try refused("no orientation measurement", ("{ count: 6 }", "{ source: orientation, orientation: map }"))
      try refused("no electrochemistry measurement", ("words: charge at 0.2 C until lithiation 0.8", "from: cell"))
      try refused("no elements", ("shape: section\n  grains: { count: 6 }", "shape: sphere"))
      try refused("no profile", ("title: test", "title: test"), "--profile", folder + "/profile.csv")
      try refused("has no grains", ("shape: section", "shape: sphere"))
      try refused("did you mean `particle_cycling`?", ("particle_cycling:", "particle_cycled:"))
    }
  }

  @Test(arguments: [("voronoi-particle", "cycling-boundaries"), ("cycling-particle", "cycling-sweep-2")])
  func theExamplesRun(example: String, figure: String) throws {
    try withFolder { folder in
      let copied = try operando("example", example, folder + "/mine")
      // Without the share folder the program says so; `make test` sets it up.
      guard copied.status == 0, example == "cycling-particle" || exists(folder + "/mine/raw/section.ctf") else {
        return
      }
      let checked = try operando("check", folder + "/mine/experiment.yaml")
      #expect(checked.status == 0 && checked.output.contains("protocol of the cycled particle"), "\(checked.output)")
      let result = try operando("run", folder + "/mine/experiment.yaml", "-o", folder + "/run", "--threads", "2")
      #expect(result.status == 0, "\(result.errors)")
      for file in try stageFiles(folder + "/run") { try expectValid(folder + "/run/stages/" + file) }
      let report = try String(contentsOfFile: folder + "/run/report.html", encoding: .utf8)
      #expect(report.contains(figure))
    }
  }
}
