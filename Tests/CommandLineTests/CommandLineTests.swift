import FileFormats
import Foundation
import TestSupport
import Testing

/// The program as a user meets it: every verb, its exit status and what it leaves behind.
@Suite(.serialized) struct CommandLineTests: RunsOperando {
  static let experiment = """
    operando: 1
    title: A small experiment
    material: { name: NMC811 }
    electrochemistry:
      - name: particle
        mass: 4.69 ng
        protocol: { current: 30 pA, duration: 15500 s }
    particle_model:
      structures: [core-shell]
      output_times: [500 s, 1000 s]
    claims: { particle.state_of_charge: 10.3 % }
    """

  static let verbs = [
    "run", "check", "estimate", "simulate", "example", "status", "report", "compare", "clean", "inspect", "convert",
    "schema", "doctor", "charge", "calibrate", "integrate", "particle",
    "index", "texture",
  ]

  @Test(arguments: verbs) func everyVerbHasHelpWithAnExample(verb: String) throws {
    let help = try operando(verb, "--help")
    #expect(help.status == 0 && help.output.contains("operando \(verb)"))
    #expect(help.output.contains("Example:"), "\(verb)")
  }

  @Test func usageErrorsEndWithTwo() throws {
    #expect(try operando("run").status == 2)
    #expect(try operando("nothing").status == 2)
    #expect(try operando("run", "x.yaml", "--threads", "0").status == 2)
    #expect(try operando("particle", "x.yaml", "-o", "x.png").status == 2)
    #expect(try operando("--version").status == 0)
  }

  @Test func aRunLeavesWhatTheContractSays() throws {
    try withFolder { folder in
      try write(Self.experiment, folder + "/experiment.yaml")
      let run = folder + "/run"
      let first = try operando("run", folder + "/experiment.yaml", "-o", run)
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output == run + "/report.html\n")
      for name in ["experiment.yaml", "resolved.yaml", "run.log", "results.nxs", "report.html", "citations.bib"] {
        #expect(exists(run + "/" + name), "\(name)")
      }
      #expect(try String(contentsOfFile: run + "/experiment.yaml", encoding: .utf8) == Self.experiment)
      #expect(try stageFiles(run).count == 2)
      let results = try NeXusFile.read(run + "/results.nxs")
      #expect(results.children.count == 2)
      let report = try String(contentsOfFile: run + "/report.html", encoding: .utf8)
      #expect(report.contains("A small experiment") && report.contains("10.3 %"))

      let before = try stageFiles(run)
      let second = try operando("run", folder + "/experiment.yaml", "-o", run, "--json")
      #expect(second.status == 0)
      let events = try second.output.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      #expect(events.count >= 4, "\(second.output)")
      #expect(second.output.components(separatedBy: "stageSkipped").count == 3, "\(second.output)")
      #expect(try stageFiles(run) == before)

      try write(Self.experiment.replacing("30 pA", with: "31 pA"), folder + "/experiment.yaml")
      #expect(try operando("run", folder + "/experiment.yaml", "-o", run).status == 0)
      #expect(try stageFiles(run).count == 3)
      #expect(try operando("status", run).output.contains("stale"))
      #expect(try operando("clean", run).output.contains("removed"))
      #expect(try stageFiles(run).count == 2)
      #expect(try operando("report", run).status == 0)
      #expect(try operando("compare", run, run).output == "the same\n")
    }
  }

  @Test func selectionsRunWhatTheyName() throws {
    try withFolder { folder in
      try write(Self.experiment, folder + "/experiment.yaml")
      let run = folder + "/run"
      #expect(
        try operando("run", folder + "/experiment.yaml", "-o", run, "--only", "state-of-charge-particle").status == 0)
      #expect(try stageFiles(run).count == 1)
      let unknown = try operando("run", folder + "/experiment.yaml", "-o", run, "--only", "nothing")
      #expect(unknown.status == 2 && unknown.errors.contains("particle-model"))
      #expect(try operando("run", folder + "/experiment.yaml", "-o", run, "--from", "particle-model").status == 0)
      #expect(try stageFiles(run).count == 2)
    }
  }

  @Test func killedAndInterruptedRunsGoOn() throws {
    try withFolder { folder in
      try write(Self.experiment.replacing("[core-shell]", with: "[core-shell, random]"), folder + "/experiment.yaml")
      func run(_ name: String, killAfter: Double? = nil, signal: Int32 = SIGKILL) throws -> Int32 {
        try operando(
          "run", folder + "/experiment.yaml", "-o", folder + "/" + name, "--threads", "2", killAfter: killAfter,
          signal: signal
        ).status
      }
      #expect(try run("whole") == 0)
      let names = try stageFiles(folder + "/whole")
      for (place, seconds) in [0.1, 0.3, 0.5].enumerated() {
        let name = "killed-\(place)"
        _ = try run(name, killAfter: seconds)
        #expect(try run(name) == 0)
        #expect(try stageFiles(folder + "/" + name) == names)
        for file in names {
          let differences = try NeXusFile.differences(
            folder + "/whole/stages/" + file, folder + "/\(name)/stages/" + file)
          #expect(differences == [])
        }
      }
      // Interrupted as by Ctrl-C: it stops at an item and says that it can go on.
      let status = try run("interrupted", killAfter: 0.25, signal: SIGINT)
      #expect(status == 130 || status == 0)
      #expect(try run("interrupted") == 0)
      #expect(try operando("compare", folder + "/whole", folder + "/interrupted").output == "the same\n")
    }
  }

  @Test func wrongInputWritesNothing() throws {
    try withFolder { folder in
      try write(Self.experiment.replacing("4.69 ng", with: "4.69 kV"), folder + "/experiment.yaml")
      let run = try operando("run", folder + "/experiment.yaml", "-o", folder + "/run")
      #expect(run.status == 2 && !exists(folder + "/run"))
      #expect(run.errors.contains("experiment.yaml:6:11: error") && run.errors.contains("a voltage"), "\(run.errors)")
      let check = try operando("check", folder + "/experiment.yaml")
      #expect(check.status == 2)

      try write("", folder + "/empty.mpr")
      try write("BIO-LOGIC MODULAR FILE", folder + "/cut.mpr")
      for (name, advice) in [
        ("missing.mpr", "exists"), ("empty.mpr", "is empty"), ("cut.mpr", "cut.mpr"), ("", "is not a file"),
      ] {
        let output = folder + "/out.csv"
        let charge = try operando("charge", folder + "/" + name, "--mass", "1 mg", "-o", output)
        #expect(charge.status == 2 && charge.errors.contains(advice), "\(name): \(charge.errors)")
        #expect(!exists(output))
      }
      let unit = try operando("charge", folder + "/cut.mpr", "--mass", "1 kV", "-o", folder + "/out.csv")
      #expect(unit.status == 2 && unit.errors.contains("a voltage") && unit.errors.contains("a mass"), "\(unit.errors)")
    }
  }

  @Test func aFullDiskAndALockedFolderAreSaid() throws {
    try withFolder { folder in
      try write(Self.experiment, folder + "/experiment.yaml")
      let limited = try ChildProcess.run(
        "/bin/bash",
        [
          "-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" run \"$1\" -o \"$2\"", ChildProcess.operando,
          folder + "/experiment.yaml", folder + "/run",
        ])
      #expect(limited.status == 1 && limited.errors.contains(folder + "/run"), "\(limited.errors)")
      #expect(try operando("run", folder + "/experiment.yaml", "-o", folder + "/run").status == 0)
    }
  }

  @Test func recordsAreReadConvertedAndAccountedFor() throws {
    guard let record = SharedData.path("diffraction/yadg/gcpl.issue_149.mpr") else { return }
    try withFolder { folder in
      #expect(try operando("inspect", record).output.contains("technique: GCPL"))
      #expect(try operando("convert", record, folder + "/run.csv").status == 0)
      #expect(try operando("convert", folder + "/run.csv", folder + "/run.mpr").status == 0)
      func charge(_ path: String) throws -> [Double] {
        let output = folder + "/charge.csv"
        let result = try operando("charge", path, "--mass", "1 mg", "--capacity", "275.5 mAh/g", "-o", output)
        #expect(result.status == 0, "\(result.errors)")
        let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
        #expect(lines[0].hasPrefix("Test Time / s,Current / A,"))
        for column in ["Charge / mAh", "Counter Charge / mAh", "State of Charge / 1", "C-rate Uncertainty / 1/h"] {
          #expect(lines[0].contains(column), "\(column)")
        }
        return lines.dropFirst().map { Double($0.split(separator: ",", omittingEmptySubsequences: false)[5]) ?? .nan }
      }
      let direct = try charge(record), converted = try charge(folder + "/run.mpr")
      #expect(direct.count == 132 && converted.count == 132)
      let largest = direct.map { abs($0) }.max() ?? 0
      #expect(zip(direct, converted).allSatisfy { abs($0 - $1) < 1e-6 * largest })
      let nexus = try operando("charge", record, "--mass", "1 mg", "-o", folder + "/charge.nxs")
      #expect(nexus.status == 0)
      #expect(try NeXusFile.read(folder + "/charge.nxs")[group: "entry"]?[group: "state_of_charge"] != nil)
    }
  }

  @Test func theParticleAlone() throws {
    try withFolder { folder in
      try write(Self.experiment, folder + "/model.yaml")
      let result = try operando(
        "particle", folder + "/model.yaml", "-o", folder + "/particle.vtkhdf", "--profile", folder + "/profile.csv")
      #expect(result.status == 0, "\(result.errors)")
      #expect(exists(folder + "/particle.vtkhdf"))
      let lines = try String(contentsOfFile: folder + "/profile.csv", encoding: .utf8).split(separator: "\n")
      #expect(
        lines[0]
          == "Time / s,Radius / um,Lithiation / 1,Radial Stress / MPa,Hoop Stress / MPa,Axial Stress / MPa")
      let last = try #require(lines.last).split(separator: ",").compactMap { Double($0) }
      // Table 5.6 of the reference page: the surface at 1000 s.
      #expect(last[0] == 1000 && abs(last[4] - 5309.0215) < 5)
      #expect(try operando("inspect", folder + "/particle.vtkhdf").output.contains("VTKHDF"))
    }
  }

  @Test func theVirtualExperimentRuns() throws {
    try withFolder { folder in
      try write(Self.experiment.replacing("[core-shell]", with: "[random]"), folder + "/experiment.yaml")
      for name in ["one", "two"] {
        #expect(try operando("simulate", folder + "/experiment.yaml", "-o", folder + "/" + name).status == 0)
      }
      for name in ["raw/particle.mpr", "experiment.yaml", "truth.nxs"] {
        let files = try ["one", "two"].map { try Data(contentsOf: URL(filePath: folder + "/\($0)/" + name)) }
        #expect(files[0] == files[1], "\(name)")
      }
      #expect(try operando("run", folder + "/one/experiment.yaml", "-o", folder + "/run").status == 0)
      #expect(try operando("simulate", folder + "/experiment.yaml", "-o", folder + "/one").status == 2)
    }
  }

  @Test(arguments: [("single-particle-diffraction", "scan"), ("full-cell-diffraction", "cell-scan")])
  func theDiffractionExamplesRun(example: String, measurement: String) throws {
    try withFolder { folder in
      #expect(try operando("example", example, folder + "/mine").status == 0)
      let result = try operando("run", folder + "/mine/experiment.yaml", "-o", folder + "/run")
      #expect(result.status == 0, "\(result.errors)")
      let stages = try FileManager.default.contentsOfDirectory(atPath: folder + "/run/stages")
      #expect(stages.contains { $0.contains("azimuthal-integration-\(measurement)") }, "\(stages)")
      #expect(exists(folder + "/run/report.html"))
    }
  }

  @Test func examplesSchemaAndEstimate() throws {
    try withFolder { folder in
      #expect(try operando("example").output.contains("nmc811-particle"))
      #expect(try operando("example", "nmc811-particle", folder + "/mine").status == 0)
      #expect(try operando("check", folder + "/mine/experiment.yaml").status == 0)
      #expect(try operando("example", "nmc811-particle", folder + "/mine").status == 2)
      #expect(try operando("example", "nothing", folder + "/other").status == 2)
      let schema = try operando("schema").output
      #expect(try JSONSerialization.jsonObject(with: Data(schema.utf8)) is [String: Any])
      #expect(try operando("schema", "--list").output.contains("particle_model.radius"))
      #expect(try operando("estimate", folder + "/mine/experiment.yaml").output.contains("particle-model"))
    }
  }
}
