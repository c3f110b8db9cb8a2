import Electrochemistry
import FileFormats
import Foundation
import Pipeline
import Stages
import Testing

@Suite struct SimulatedDiffractionTests {
  static let text = """
    operando: 1
    title: test
    particle_mass: { volume: 2.13e-15 m3, density: 2.2 g/cm3 }
    electrochemistry:
      - name: particle
        file: raw/particle.mpr
        mass_from: particle-mass
    diffraction:
      - name: scan
        calibration: { frames: [{ file: raw/scan-lab6.tif }], calibrant: LaB6, energy: 19 keV, pixel: 248 um, distance: 131.67 mm }
        frames: [raw/scan.h5]
        simulation:
          sample: line-scan
          charge: particle
          current: 30 pA
          duration: 15500 s
          clock_offset: -12 s
          active_share: 80 %
          scan: { positions: 3, passes: 2, step: 5 um, grains: 100 }
    """

  /// Loads an experiment file of this text, in a folder that is removed afterwards.
  private func withExperiment(_ text: String, _ body: (Experiment?, [Diagnostic], _ folder: String) throws -> Void)
    throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "simulated-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder + "/raw", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(text.utf8).write(to: URL(filePath: folder + "/experiment.yaml"))
    let (experiment, diagnostics) = Experiment.load(folder + "/experiment.yaml", requiringFiles: false)
    try body(experiment, diagnostics, folder)
  }

  private func series(_ simulation: Experiment.Simulation, _ name: String) throws -> NeXusGroup {
    try #require(simulation.truth[group: "entry"]?[group: name]?[group: "series"])
  }

  private func numbers(_ group: NeXusGroup, _ name: String) throws -> [Double] {
    try #require(group[dataset: name]?.array.numbers)
  }

  @Test func recordFramesAndTruthAgree() throws {
    try withExperiment(Self.text) { experiment, diagnostics, folder in
      let simulation = try #require(experiment, "\(diagnostics)").simulate(seed: 1)
      let scan = try #require(simulation.truth[group: "entry"]?[group: "scan"])
      let truth = try series(simulation, "scan")
      // The frames' times are the detector's; the record's clock is 12 s behind and its current starts after 60 s.
      let write = try #require(simulation.frameFiles["raw/scan.h5"])
      try write(folder + "/raw/scan.h5")
      let times = try #require(try FrameFile.open(path: folder + "/raw/scan.h5").metadata.timestamps)
      #expect(times == (try numbers(truth, "time")))
      let record = try PotentiostatFile.read(try #require(simulation.files["raw/particle.mpr"]), named: "a.mpr")
      #expect(record.startDate?.hasPrefix("2020-01-01T09:59:48") == true, "\(record.startDate ?? "")")
      #expect(times.first == 1_577_872_860.0)
      // The counter of the record against the true state of charge of the last exposure's middle.
      let mass = try #require(scan[dataset: "active_mass"]?.array.number)
      let counter = try #require(record.instrumentCounterCharge)
      let middle = try #require(times.last) + 10 - 1_577_872_800
      let next = try #require(record.time.firstIndex { $0 >= middle })
      let share = (middle - record.time[next - 1]) / (record.time[next] - record.time[next - 1])
      let charge = counter[next - 1] + share * (counter[next] - counter[next - 1])
      let state = try #require(try numbers(truth, "mean_state_of_charge").last)
      // The record has a gain error of 0.1 % and a clock of 0.01 %.
      #expect(abs(charge / (mass * 275.5 * 3600) / state - 1) < 5e-3)
      #expect(abs(state - 0.1 / 0.8) < 2e-3)
    }
  }

  @Test func theFilesThatAreMadeAreAnExperiment() throws {
    try withExperiment(Self.text) { experiment, _, folder in
      let simulation = try #require(experiment).simulate(seed: 2)
      #expect(Set(simulation.files.keys) == ["experiment.yaml", "raw/particle.mpr", "raw/particle.mpt"])
      #expect(Set(simulation.frameFiles.keys) == ["raw/scan.h5", "raw/scan-lab6.tif"])
      for (path, bytes) in simulation.files { try Data(bytes).write(to: URL(filePath: "\(folder)/\(path)")) }
      for (path, write) in simulation.frameFiles { try write("\(folder)/\(path)") }
      let (again, diagnostics) = Experiment.load(folder + "/experiment.yaml")
      #expect(again != nil, "\(diagnostics)")
      let settings = [again, experiment].map { $0?.settings.diffraction[0].simulation?.canonicalText() }
      #expect(settings[0] != nil && settings[0] == settings[1])
    }
  }

  @Test func aFullCellIsChargedToItsVoltageLimit() throws {
    let text = Self.text.replacing("sample: line-scan", with: "sample: full-cell")
      .replacing("scan: { positions: 3, passes: 2, step: 5 um, grains: 100 }", with: "cell: { frames: 5 }")
      .replacing("current: 30 pA", with: "current: 646 pA").replacing("active_share: 80 %", with: "active_share: 100 %")
      .replacing("mass_from: particle-mass", with: "mass_from: particle-mass\n    voltage_limit: 4.4 V")
    try withExperiment(text) { experiment, diagnostics, _ in
      let simulation = try #require(experiment, "\(diagnostics)").simulate(seed: 1)
      #expect(simulation.truth[group: "entry"]?[group: "particle"]?[dataset: "end"]?.array.text == "voltageLimit")
      let states = try numbers(try series(simulation, "scan"), "state_of_charge")
      let c = try numbers(try series(simulation, "scan"), "c")
      #expect(states.count == 5 && states[4] > 0.7 && states[4] < 0.85)
      #expect(c[4] < (c.max() ?? 0) - 1e-12)
    }
  }

  @Test(arguments: [
    ("charge: particle", "charge: partical", "there is no electrochemistry measurement of that name"),
    ("sample: line-scan", "sample: line", "line-scan"),
    ("positions: 3", "positions: 0", "1 to 100000"),
    ("duration: 15500 s", "duration: 15500 m", "a length"),
    ("passes: 2", "pases: 2", "did you mean `passes`?"),
  ])
  func badSettingsAreRefused(old: String, new: String, message: String) throws {
    try withExperiment(Self.text.replacing(old, with: new)) { experiment, diagnostics, _ in
      #expect(experiment == nil)
      #expect(diagnostics.contains { $0.description.contains(message) }, "\(diagnostics.map(\.description))")
    }
  }

  @Test func aChargeBeyondWhatTheMaterialHoldsIsRefused() throws {
    let text = Self.text.replacing("active_share: 80 %", with: "active_share: 5 %")
    try withExperiment(text) { experiment, _, _ in
      let experiment = try #require(experiment)
      #expect { try experiment.simulate(seed: 1) } throws: { "\($0)".contains("larger active mass") }
    }
  }
}
