import FileFormats
import Foundation
import TestSupport
import Testing

/// The example that calibrates and integrates, from simulated raw files to the report, held against their truth.
@Suite(.serialized) struct DiffractionExampleTests: RunsOperando {
  /// The example's virtual experiment, made once, and its run with two threads.
  private static let made = Result { () throws -> Made in
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "example-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let made = Made(folder: folder.path)
    let example = SharedData.checkout.appending(path: "Examples/calibrate-and-integrate/experiment.yaml").path
    let simulated = try ChildProcess.run(ChildProcess.operando, ["simulate", example, "-o", made.virtual])
    #expect(simulated.status == 0, "\(simulated.errors)")
    let run = try ChildProcess.run(
      ChildProcess.operando, ["run", made.virtual + "/experiment.yaml", "-o", made.run, "--threads", "2"])
    #expect(run.status == 0, "\(run.errors)")
    return made
  }

  private struct Made {
    let folder: String
    var virtual: String { folder + "/virtual" }
    var run: String { folder + "/run" }

    func stage(_ part: String) throws -> String {
      let names = try FileManager.default.contentsOfDirectory(atPath: run + "/stages")
      return run + "/stages/" + (try #require(names.first { $0.contains(part) && $0.hasSuffix(".nxs") }))
    }

    func entry(_ part: String) throws -> NeXusGroup { try #require(NeXusFile.read(stage(part))[group: "entry"]) }
  }

  private func number(_ group: NeXusGroup?, _ path: String) throws -> Double {
    try #require(group?.dataset(at: path)?.numbers?.first)
  }

  @Test func theExampleIsRunnableAsItStands() throws {
    let examples = try operando("example")
    // Without the share folder the program says so; `make test` sets it up.
    guard examples.status == 0 else { return }
    #expect(examples.output.contains("calibrate-and-integrate"))
    try withFolder { folder in
      #expect(try operando("example", "calibrate-and-integrate", folder + "/mine").status == 0)
      let check = try operando("check", folder + "/mine/experiment.yaml")
      #expect(check.status == 0, "\(check.errors)")
      #expect(check.output.contains("polarisation of scan"), "\(check.output)")
      let estimate = try operando("estimate", folder + "/mine/experiment.yaml")
      #expect(estimate.status == 0 && estimate.output.contains("azimuthal-integration-scan"))
    }
  }

  @Test func theGeometryIsThatOfTheTruth() throws {
    let made = try Self.made.get()
    let truth = try NeXusFile.read(made.virtual + "/truth.nxs")[group: "entry"]?[group: "scan"]
    let geometry = try made.entry("detector-calibration")[group: "geometry"]
    let covariance = try #require(geometry?[dataset: "covariance"]?.numbers)
    let names = try #require(geometry?[dataset: "covariance_names"]?.texts)
    for name in ["distance", "poni1", "poni2", "rotation1", "rotation2"] {
      let index = try #require(names.firstIndex(of: name.replacing("rotation", with: "rotation ")))
      let sigma = covariance[index * 9].squareRoot()
      let difference = try number(geometry, name) - number(truth, name)
      #expect(sigma > 0 && abs(difference) < 3.3 * sigma, "\(name): \(difference) +- \(sigma)")
    }
    // The ruler is off by more than the rings leave open.
    let found = try number(geometry, "distance")
    #expect(covariance[0].squareRoot() < 1e-6 && abs(found - 0.13167) > 1e-3)
  }

  @Test func theLineOf003LiesWhereTheLatticePutsIt() throws {
    let made = try Self.made.get()
    let truth = try NeXusFile.read(made.virtual + "/truth.nxs")[group: "entry"]?[group: "scan"]
    let axes = try #require(truth?[group: "series"]?[dataset: "c"]?.numbers)
    let data = try #require(made.entry("azimuthal-integration")[group: "patterns"])
    let angles = try #require(data[dataset: "two_theta"]?.numbers)
    let intensities = try #require(data[dataset: "intensity"]?.numbers)
    let wavelength = try number(data, "wavelength")
    #expect(intensities.count == angles.count * axes.count)
    for frame in [0, axes.count - 1] {
      let spacing = axes[frame] * 1e10 / 3
      let expected = 2 * asin(wavelength / (2 * spacing)) * 180 / .pi
      let near = angles.indices.filter { abs(angles[$0] - expected) < 0.15 }
      let values = near.map { intensities[frame * angles.count + $0] }
      let background = (values.first ?? 0) / 2 + (values.last ?? 0) / 2
      let weights = values.map { $0 - background }
      let centre = zip(near, weights).reduce(0) { $0 + angles[$1.0] * $1.1 } / weights.reduce(0, +)
      // Three thousandths of a degree are 5e-4 of d.
      #expect(abs(centre - expected) < 3e-3, "frame \(frame): \(centre), expected \(expected)")
    }
  }

  @Test func theReportAndTheFilesAreComplete() throws {
    let made = try Self.made.get()
    let report = try String(contentsOfFile: made.run + "/report.html", encoding: .utf8)
    for text in ["Detector calibration on LaB6", "Azimuthal integration", "131.67 mm", "Correlations", "polarisation"] {
      #expect(report.contains(text), "\(text)")
    }
    for part in ["detector-calibration", "azimuthal-integration"] { try expectValid(made.stage(part)) }
  }

  @Test func oneThreadGivesTheSameFiles() throws {
    let made = try Self.made.get()
    let single = made.folder + "/single"
    #expect(try operando("run", made.virtual + "/experiment.yaml", "-o", single, "--threads", "1").status == 0)
    #expect(try operando("compare", made.run, single).output == "the same\n")
  }

  @Test func aStoppedRunGoesOn() throws {
    let made = try Self.made.get()
    let stopped = made.folder + "/stopped"
    var statuses: [Int32] = []
    for seconds in [0.15, 0.4, 0.8] {
      statuses.append(
        try operando(
          "run", made.virtual + "/experiment.yaml", "-o", stopped, "--threads", "1", killAfter: seconds, signal: SIGINT
        ).status)
    }
    #expect(statuses.allSatisfy { $0 == 130 || $0 == 0 }, "\(statuses)")
    #expect(try operando("run", made.virtual + "/experiment.yaml", "-o", stopped).status == 0)
    #expect(try operando("compare", made.run, stopped).output == "the same\n")
  }

  @Test func singleVerbsGiveTheValuesOfTheRun() throws {
    let made = try Self.made.get()
    try withFolder { folder in
      let settings = try String(contentsOfFile: made.virtual + "/experiment.yaml", encoding: .utf8)
      let wavelength = try #require(settings.firstMatch(of: /wavelength: ([^#\n]+)/)?.1)
      let calibrate = try operando(
        "calibrate", made.virtual + "/raw/scan-lab6.tif", "--calibrant", "LaB6", "--wavelength",
        wavelength.trimmingCharacters(in: .whitespaces), "--pixel", "124 um", "--distance", "131.67 mm", "-o",
        folder + "/lab6.nxs", "--report", folder + "/lab6.html")
      #expect(calibrate.status == 0 && exists(folder + "/lab6.html"), "\(calibrate.errors)")
      #expect(calibrate.output.contains("distance from sample to detector: "))
      let own = try NeXusFile.read(folder + "/lab6.nxs")[group: "entry"]?[group: "geometry"]
      #expect(try own == made.entry("detector-calibration")[group: "geometry"])
      try expectValid(folder + "/lab6.nxs")

      // The same geometry from the run's stage file gives the run's patterns to the last bit.
      let scan = made.virtual + "/raw/scan.h5"
      let integrate = try operando(
        "integrate", scan, "--geometry", made.stage("detector-calibration"), "--points", "1200", "--splitting", "full",
        "-o", folder + "/scan.nxs")
      #expect(integrate.status == 0, "\(integrate.errors)")
      let data = try NeXusFile.read(folder + "/scan.nxs")[group: "entry"]?[group: "data"]
      let stage = try made.entry("azimuthal-integration")[group: "patterns"]
      #expect(data?[dataset: "I"]?.numbers == stage?[dataset: "intensity"]?.numbers)
      #expect(data?[dataset: "I_errors"]?.numbers == stage?[dataset: "intensity_errors"]?.numbers)
      try expectValid(folder + "/scan.nxs", definition: "NXazint1d")
      let cake = try operando(
        "integrate", scan, "--geometry", made.stage("detector-calibration"), "--cake", "36x200", "-o",
        folder + "/cake.nxs")
      #expect(cake.status == 0, "\(cake.errors)")
      try expectValid(folder + "/cake.nxs", definition: "NXazint2d")
    }
  }
}
