import FileFormats
import Foundation
import Pipeline
import Stages
import TestSupport
import Testing

@Suite struct ExperimentTests {
  func withExperiment(_ text: String, _ body: (_ path: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "experiment-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "experiment.yaml").path
    try Data(text.utf8).write(to: URL(filePath: path))
    try body(path)
  }

  func keys(_ text: String) throws -> [String: ContentKey] {
    var keys: [String: ContentKey] = [:]
    try withExperiment(text) { path in
      let (experiment, diagnostics) = Experiment.load(path)
      keys = try RunPlan(#require(experiment, "\(diagnostics)").plannedStages()).keys()
    }
    return keys
  }

  static let text = """
    operando: 1
    title: test
    material: { name: NMC811 }
    particle_mass: { volume: 2.13e-15 m3, density: 2.2 g/cm3 }
    electrochemistry:
      - name: particle
        protocol: { current: 30 pA, duration: 15500 s }
      - name: other
        mass: 1 ng
        protocol: { current: 10 pA, duration: 100 s }
    particle_model: { radius: 10 um }
    """

  @Test func aChangedParameterChangesTheKeysOfWhatDependsOnIt() throws {
    let base = try keys(Self.text)
    func changed(_ old: String, _ new: String) throws -> Set<String> {
      let other = try keys(Self.text.replacing(old, with: new))
      return Set(base.keys.filter { base[$0] != other[$0] })
    }
    #expect(base.count == 4)
    #expect(try changed("2.13e-15 m3", "2.14e-15 m3") == ["particle-mass", "state-of-charge-particle"])
    #expect(try changed("10 pA", "11 pA") == ["state-of-charge-other"])
    #expect(try changed("radius: 10 um", "radius: 9 um") == ["particle-model"])
    #expect(try changed("radius: 10 um", "radius: 10000 nm") == [])
    #expect(try changed("title: test", "title: another") == [])
    // The same value, but stated instead of assumed: the report differs.
    #expect(try changed("radius: 10 um", "radius: 10 um, youngs_modulus: 140 GPa") == ["particle-model"])
  }

  @Test(arguments: [
    ("title: test", "titel: test", "did you mean `title`?"),
    ("density: 2.2 g/cm3", "density: 2.2 g", "a mass; expected a density"),
    ("radius: 10 um", "radius: 5 um", "the transition lies outside the particle"),
    ("- name: other", "- name: particle", "two measurements are named particle"),
    ("    mass: 1 ng\n", "    mass: 1 ng\n    file: nowhere.mpr\n", "both a file and a protocol are given"),
    ("protocol: { current: 10 pA, duration: 100 s }", "file: nowhere.mpr", "there is no such file"),
    ("volume: 2.13e-15 m3, ", "", "the volume is not known"),
    ("radius: 10 um", "charged_lithiation: 100 %", "holds no less lithium"),
    ("radius: 10 um", "output_times: [100 s, 50 s]", "not ascending"),
    ("radius: 10 um", "output_times: [100 s, 20000 s]", "after the end of the leg"),
    ("radius: 10 um", "poisson_ratio: 0.5", "0 to 0.49"),
    ("radius: 10 um", "structures: [core-shell, core-shell]", "a structure is given twice"),
    ("radius: 10 um", "structures: [coreshell]", "core-shell"),
    ("radius: 10 um", "protocol: []", "no leg is given"),
    ("radius: 10 um", "transition_width: 9 um", "does not fit"),
    ("name: other", "name: a/b", "letters, digits"),
    ("operando: 1", "operando: 2", "`2`; expected 1"),
  ])
  func whatIsWrongIsSaidWithItsPlace(old: String, new: String, message: String) throws {
    try withExperiment(Self.text.replacing(old, with: new)) { path in
      let (experiment, diagnostics) = Experiment.load(path)
      #expect(experiment == nil)
      let texts = diagnostics.map(\.description)
      #expect(texts.contains { $0.contains(message) }, "\(texts)")
      #expect(diagnostics.allSatisfy { $0.line != nil && $0.column != nil })
    }
  }

  @Test func aMissingOrUnreadableFileIsSaid() {
    let (experiment, diagnostics) = Experiment.load("/nonexistent/experiment.yaml")
    #expect(experiment == nil && diagnostics.count == 1)
    #expect(diagnostics[0].description.contains("there is no such file"))
  }

  @Test func damagedExperimentsAreRefusedInWords() throws {
    let result = MutatedReads(of: [Array(Self.text.utf8)], count: 100) { bytes in
      let (settings, diagnostics) = ExperimentDocument(bytes: bytes, file: "e.yaml").decode(ExperimentSettings.self)
      if settings == nil, let first = diagnostics.first { throw first }
    }
    #expect(result.silentErrors == 0 && result.errors > 10 && result.slowest < 2)
  }

  /// Raw files with a known truth, analysed: the truth lies where the uncertainty says, neither nearer nor farther.
  @Test func theVirtualExperimentIsRecovered() throws {
    let text = Self.text.replacing("    mass: 1 ng\n", with: "    mass: 1 ng\n    current_gain_uncertainty: 1 %\n")
    try withExperiment(text) { path in
      let experiment = try #require(Experiment.load(path).experiment)
      var inside = 0
      var sum = 0.0
      let count = 60
      for seed in 1...count {
        let simulation = try experiment.simulate(seed: UInt64(seed))
        let bytes = try #require(simulation.files["raw/other.mpr"])
        let truth = try #require(
          simulation.truth[group: "entry"]?[group: "other"]?[dataset: "state_of_charge"]?.array.number)
        var parameters = experiment.settings.electrochemistry[1]
        parameters.protocol = nil
        var input = try Experiment.stateOfChargeInput(
          experiment.settings.electrochemistry[1], experiment.settings.material, particleMass: nil)
        input.series = try PotentiostatFile.read(bytes, named: "other.mpr")
        let summary = try StateOfChargeStage.run(input, parameters, RunContext()).summary
        let state = try #require(summary.headlines.first { $0.key == "other.state_of_charge" })
        let deviation = (state.value - 100 * truth) / (try #require(state.uncertainty))
        sum += deviation
        if abs(deviation) < 1 { inside += 1 }
      }
      // 99 % of binomial counts with p = 0.6827 and n = 60 lie in 31...50.
      #expect((31...50).contains(inside), "\(inside) of \(count)")
      #expect(abs(sum / Double(count)) < 0.2 + 2.6 / Double(count).squareRoot(), "\(sum / Double(count))")
    }
  }
}
