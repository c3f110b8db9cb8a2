import Foundation
import Pipeline
import Stages
import Testing

/// The section `response:` of a diffraction measurement.
@Suite struct ResponseSettingsTests {
  static let text = """
    operando: 1
    title: test
    electrochemistry:
      - name: particle
        mass: 4.69 ng
        protocol: { current: 30 pA, duration: 15500 s }
      - name: cell
        mass: 20 mg
        protocol: { current: 2.755 mA, duration: 2 h }
    diffraction:
      - name: scan
        geometry: scan.poni
        frames: [scan.h5]
        scan: { positions: 13, step: 1.5 um }
        peaks: { reflections: [003, 104] }
        lattice: { method: peaks }
        response: { charge: particle, curve_from: cell-scan, clock: given, clock_offset: 37 s +- 5 s }
      - name: cell-scan
        geometry: scan.poni
        frames: [cell.h5]
        lattice: { method: pawley }
        response: { charge: cell }
        beam_height: 2 mm
        beam_width: 10.1 mm
    """

  func decode(_ text: String) -> (settings: ExperimentSettings?, texts: [String]) {
    let (settings, diagnostics) = ExperimentDocument(bytes: Array(text.utf8), file: "e.yaml").decode(
      ExperimentSettings.self)
    return (settings, diagnostics.map(\.description))
  }

  func plan(_ text: String) throws -> [PlannedStage] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "response-settings-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "experiment.yaml").path
    try Data(text.utf8).write(to: URL(filePath: path))
    let (experiment, diagnostics) = Experiment.load(path, requiringFiles: false)
    return try #require(experiment, "\(diagnostics)").plannedStages()
  }

  @Test func aResponseComesAfterWhatItNeeds() throws {
    #expect(decode(Self.text).texts.isEmpty)
    let stages = try plan(Self.text)
    let scan = try #require(stages.first { $0.name == "charge-response-scan" })
    #expect(
      Set(scan.upstream) == [
        "lattice-parameters-scan", "diffraction-peaks-scan", "state-of-charge-particle", "charge-response-cell-scan",
      ])
    let cell = try #require(stages.first { $0.name == "charge-response-cell-scan" })
    #expect(Set(cell.upstream) == ["lattice-parameters-cell-scan", "state-of-charge-cell"])
    // Every stage can be placed.
    _ = try RunPlan(stages)
  }

  @Test func whatChangesTheNumbersChangesTheKey() throws {
    func text(_ old: String, _ new: String) throws -> String {
      let text = Self.text.replacing(old, with: new)
      return try #require(plan(text).first { $0.name == "charge-response-scan" }).canonicalParameters
    }
    let base = try text("", "")
    #expect(try text("37 s +- 5 s", "38 s +- 5 s") != base)
    #expect(try text("step: 1.5 um", "step: 1.4 um") != base)
    #expect(try text("step: 1.5 um", "step: 1500 nm") == base)
  }

  @Test(arguments: [
    ("charge: particle,", "charge: particel,", "there is no electrochemistry measurement of that name"),
    ("curve_from: cell-scan", "curve_from: scan", "no other diffraction measurement of that name has a response"),
    ("{ charge: cell }", "{ charge: cell, curve_from: scan }", "comes from yet another one"),
    ("clock: given, clock_offset: 37 s +- 5 s", "clock: given", "the offset of the clocks is not given"),
    ("clock: given,", "clock: recorded,", "taken at their word"),
    ("curve_from: cell-scan", "curve_from: cell-scan, curve: a.csv", "both a file and a measurement give the curve"),
    ("curve_from: cell-scan", "curve: a.csv, curve_columns: [1, 1, 2]", "these are not three columns"),
    ("curve_from: cell-scan", "curve_columns: [1, 2, 3]", "there is no file with these columns"),
    ("37 s +- 5 s", "37 m", "a length; expected a time"),
    ("    lattice: { method: pawley }\n", "", "there are no lattice parameters that could follow a charge"),
    ("    beam_width: 10.1 mm", "", "has one side"),
    ("clock: given", "clock: guessed", "clock"),
  ])
  func whatIsWrongIsSaidWithItsPlace(old: String, new: String, message: String) {
    let (_, texts) = decode(Self.text.replacing(old, with: new))
    #expect(texts.contains { $0.contains(message) }, "\(texts)")
    #expect(texts.allSatisfy { $0.hasPrefix("e.yaml:") && !$0.hasPrefix("e.yaml: ") }, "\(texts)")
  }
}
