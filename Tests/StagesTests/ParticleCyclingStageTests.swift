import Figures
import FileFormats
import Foundation
import ParticleMechanics
import Pipeline
import Quantities
import Synchronization
import Testing

@testable import Stages

@Suite struct ParticleCyclingStageTests {
  typealias Parameters = ParticleCyclingStage.Parameters

  /// A small sphere that is charged quickly.
  func sphere(_ change: (inout Parameters) -> Void = { _ in }) -> Parameters {
    var parameters = Parameters()
    parameters.mesh.radialElements = 16
    parameters.protocol.words = "charge at 1 C until 4.2 V, discharge at 1 C until 3.6 V"
    parameters.protocol.initialLithiation = Ratio(si: 0.9)
    parameters.protocol.tolerance = 1e-3
    parameters.protocol.keptStates = 6
    parameters.sensitivities.parameters = ["elasticity.youngs_modulus"]
    change(&parameters)
    return parameters
  }

  func section(_ change: (inout Parameters) -> Void = { _ in }) -> Parameters {
    sphere {
      $0.shape = .section
      $0.grains = ParticleCyclingStage.GrainSettings()
      $0.grains?.count = 8
      $0.mesh.elementSize = Ratio(si: 0.2)
      $0.protocol.words = "charge at 0.2 C until lithiation 0.7"
      $0.protocol.keptStates = 3
      $0.sensitivities.enabled = false
      change(&$0)
    }
  }

  func problems(_ parameters: Parameters) -> [String] { parameters.validate().map { "\($0.message); \($0.detail)" } }

  // MARK: - Settings

  @Test func whatCannotBeIsTold() {
    #expect(problems(sphere()) == [])
    func refused(_ words: String, _ change: (inout Parameters) -> Void) {
      #expect(problems(sphere(change)).contains { $0.contains(words) }, "\(words)")
    }
    refused("has no grains") { $0.grains = ParticleCyclingStage.GrainSettings() }
    refused("there is no mesh") { $0.shape = .mesh }
    refused("has no kinetics") { $0.surface.kinetics = .none }
    refused("wetted evenly") { $0.contact = ParticleCyclingStage.ContactSettings() }
    refused("no hoop") {
      $0.structure = .coreShell
      $0.expansion.axis = .hoop
    }
    refused("did you mean `radius`?") { $0.sweep = [sweep("radios", ["5 um"])] }
    refused("expected a length") { $0.sweep = [sweep("radius", ["5 mA"])] }
    var protocols = ParticleCyclingStage.ProtocolSettings()
    protocols.words = "charge at 0.5 C unto 4.4 V"
    #expect(protocols.validate().contains { $0.detail.contains("unto") })
    var function = CyclingFunctionSettings<DiffusivityKind>()
    #expect(function.validate().contains { $0.message.contains("not given") })
    function.formula = "1e-14*exq(u)"
    #expect(function.validate().contains { $0.detail.contains("exq") })
  }

  func sweep(_ parameter: String, _ values: [String]) -> ParticleCyclingStage.SweepSettings {
    var sweep = ParticleCyclingStage.SweepSettings()
    sweep.parameter = parameter
    sweep.values = values
    return sweep
  }

  @Test func aSettingThatIsStatedHasNoAssumedRange() {
    func keys(_ parameters: Parameters) -> [String] { CyclingUncertainParameter.all(of: parameters).map(\.key) }
    let all = keys(sphere { $0.sensitivities.parameters = nil })
    #expect(all.contains("elasticity.youngs_modulus") && all.contains("material.exchange_current_factor"))
    let stated = keys(
      sphere {
        $0.sensitivities.parameters = nil
        $0.elasticity.youngsModulus = UncertainQuantity(140 * .gigapascal)
      })
    #expect(stated == all.filter { $0 != "elasticity.youngs_modulus" })
    let uncertain = CyclingUncertainParameter.all(
      of: sphere { $0.elasticity.youngsModulus = UncertainQuantity(140, 20, .gigapascal) })
    #expect(uncertain.first?.standardUncertainty == 20e9)
  }

  // MARK: - A sphere

  @Test func capacitiesAndStressesOfASphereArePlausible() throws {
    let result = try ParticleCyclingStage.run(.init(), sphere(), RunContext(threads: 2))
    let summary = result.summary
    func value(_ key: String) throws -> HeadlineValue {
      try #require(summary.headlines.first { $0.key == "cycling.\(key)" })
    }
    let lithiation = try #require(result.value.course.numbers("Lithiation"))
    let least = try #require(lithiation.min())
    // The capacity is the change of the mean lithiation times that of the material.
    #expect(abs(try value("charge_capacity").value - (0.9 - least) * 275.5) < 1e-9)
    let (charged, discharged) = (try value("charge_capacity").value, try value("discharge_capacity").value)
    #expect(discharged > 0 && discharged < charged)
    let voltage = try #require(result.value.course.numbers("Voltage"))
    #expect(abs((voltage.max() ?? 0) - 4.2) < 1e-6)
    #expect(try value("largest_spread").value > 0.01)
    #expect(try value("flaw_stress_intensity").value > 0)
    #expect(Set(summary.headlines.map(\.key)).count == summary.headlines.count)
    #expect(summary.headlines.contains { $0.isAnswer && ($0.uncertainty ?? 0) > 0 })
    #expect(summary.assumptions.allSatisfy { !$0.source.isEmpty && !$0.range.isEmpty && !$0.effect.isEmpty })
    let balance = try #require(
      summary.tables.first { $0.title.hasPrefix("How the cycled") }?.rows.first { $0[0].contains("balance") })
    #expect(try #require(Double(balance[1])) < 1e-9)
  }

  /// Without coupling all stresses are proportional to Young's modulus: its relative effect is 1.
  @Test func theEffectOfYoungsModulusIsKnown() throws {
    let result = try ParticleCyclingStage.run(.init(), sphere(), RunContext())
    let table = try #require(result.summary.tables.first { $0.title == "What the uncertain parameters do" })
    let column = try #require(table.columns.firstIndex { $0.hasPrefix("largest tension: relative") })
    let row = try #require(table.rows.first { $0[0] == "elasticity.youngs_modulus" })
    // The differences are taken at larger elements, the answer at the run's.
    #expect(abs(try #require(Double(row[column])) - 1) < 0.05)
    let change = try #require(table.columns.firstIndex { $0.hasPrefix("charge capacity: change") })
    #expect(abs(try #require(Double(row[change]))) < 1e-6)
  }

  @Test func aSweepShowsTheRateTakingCapacity() throws {
    let rates = ["charge at 0.2 C until 4.2 V", "charge at 2 C until 4.2 V"]
    let parameters = sphere {
      $0.sweep = [sweep("protocol.words", rates), sweep("radius", ["2 um", "6 um"])]
      $0.sensitivities.enabled = false
    }
    let result = try ParticleCyclingStage.run(.init(), parameters, RunContext(threads: 2))
    let capacity = try #require(result.value.sweeps.numbers("Charge Capacity"))
    #expect(capacity.count == 4 && capacity[0] > capacity[1] && capacity[2] > capacity[3])
    #expect(result.summary.figures.count { $0.identifier.hasPrefix("cycling-sweep") } == 2)
    #expect(result.summary.headlines.allSatisfy { $0.uncertainty == nil && !$0.uncertaintyNote.isEmpty })
  }

  @Test func threadsAndInterruptionsLeaveTheResultAsItIs() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cycling-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let parameters = sphere { $0.sweep = [sweep("radius", ["2 um", "6 um"])] }
    func write(_ name: String, _ context: RunContext) throws -> String {
      let path = folder.appending(path: name).path
      try StageDocument.write(try ParticleCyclingStage.run(.init(), parameters, context), parameters: "", to: path)
      return path
    }
    let undisturbed = try write("one.nxs", RunContext(threads: 1))
    let store = MemoryShards()
    for stopAfter in 1...4 {
      let done = Mutex(0)
      let context = RunContext(
        threads: 2, progress: { count, _ in done.withLock { $0 = count } },
        isCancelled: { done.withLock { $0 } >= stopAfter }, shards: store)
      #expect(throws: Interrupted.self) { try ParticleCyclingStage.run(.init(), parameters, context) }
    }
    let resumed = try write("two.nxs", RunContext(threads: 2, shards: store))
    #expect(try NeXusFile.differences(undisturbed, resumed) == [])
    // The run, two of the sweep, the coarse one and two differences.
    #expect(store.count == 6)
  }

  @Test func aRecordIsFollowed() throws {
    var input = ParticleCyclingStage.Input()
    // A coulomb of capacity, charged at C/2 for 1800 s and discharged for 900 s.
    input.record = ParticleCyclingStage.Input.Record(
      name: "cell", time: [0, 1800, 1800, 2700], current: [0.5 / 3600, 0.5 / 3600, -0.5 / 3600, -0.5 / 3600],
      capacity: 1)
    let parameters = sphere {
      $0.protocol.from = "cell"
      $0.sensitivities.enabled = false
    }
    let result = try ParticleCyclingStage.run(input, parameters, RunContext())
    let lithiation = try #require(result.value.course.numbers("Lithiation"))
    #expect(abs(try #require(lithiation.last) - (0.9 - 0.25 + 0.125)) < 1e-6)
  }

  // MARK: - A section with grains

  @Test func aSectionOfGrainsGivesMapsAndBoundaries() throws {
    let result = try ParticleCyclingStage.run(.init(), section(), RunContext(threads: 2))
    let fields = try #require(result.value.fields)
    #expect(Set(fields.regions).count == 8 && fields.boundaryCount > 20)
    #expect(fields.lithiation.allSatisfy { (0.3...1).contains($0) })
    #expect(fields.stress.allSatisfy { $0.isFinite })
    let identifiers = result.summary.figures.map(\.identifier)
    #expect(
      Set(["cycling-grains", "cycling-lithiation-map", "cycling-tension-map", "cycling-boundaries"]).isSubset(
        of: identifiers))
    for figure in result.summary.figures {
      for panel in figure.panels {
        #expect(!panel.x.label.isEmpty && !panel.y.label.isEmpty && !panel.marks.isEmpty, "\(figure.identifier)")
        for case .map(let map) in panel.marks {
          let filled = Double(map.values[0].count { !$0.isNaN }) / Double(map.values[0].count)
          // A disc in a square a little larger than it.
          #expect(abs(filled - .pi / 4 / (1.02 * 1.02)) < 0.01, "\(figure.identifier)")
          #expect(map.values.count == 1 || map.values.count == figure.frames?.values.count)
        }
      }
    }
  }

  @Test func theValueReadsBackEqualAndIsWrittenForParaView() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "cycling-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = try ParticleCyclingStage.run(.init(), section(), RunContext())
    let path = folder.appending(path: "value.nxs").path
    try StageDocument.write(result, parameters: "", to: path)
    let read = try StageDocument.value(ParticleCyclingResult.self, from: path)
    #expect(read.fields == result.value.fields)
    #expect(try StageDocument.summary(from: path).headlines == result.summary.headlines)
    let fields = try #require(result.value.fields)
    try fields.writeVTK(to: folder.appending(path: "particle.vtkhdf").path)
    try fields.writePVD(to: folder.appending(path: "particle.pvd").path)
    #expect(FileManager.default.fileExists(atPath: folder.appending(path: "particle.pvd").path))
  }

  @Test func anOutlineReplacesTheDisc() throws {
    let parameters = section {
      $0.grains = nil
      $0.mesh.outline = [[3, -3], [3, 3], [-3, 3], [-3, -3]]
    }
    #expect(problems(parameters) == [])
    let fields = try #require(try ParticleCyclingStage.run(.init(), parameters, RunContext()).value.fields)
    let area = fields.nodeWeights.reduce(0, +)
    #expect(abs(area - 36e-12) < 1e-18)
    #expect(problems(section { $0.mesh.outline = [[3, -3], [3, 3]] }).contains { $0.contains("no outline") })
  }

  /// A sphere of elements in space gives what the sphere along its radius gives.
  @Test func aMeshFileIsFollowedInSpace() throws {
    let octant = try ElementMesh.sphereOctant(radius: 5e-6, layers: 5)
    let path = FileManager.default.temporaryDirectory.appending(path: "octant-\(UUID().uuidString).msh").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(GmshMeshFile.write(octant)).write(to: URL(filePath: path))
    func capacity(_ parameters: Parameters) throws -> Double {
      let summary = try ParticleCyclingStage.run(.init(), parameters, RunContext()).summary
      return try #require(summary.headlines.first { $0.key == "cycling.charge_capacity" }).value
    }
    func settings(_ parameters: inout Parameters) {
      parameters.protocol.words = "charge at 0.5 C until 4.2 V"
      parameters.sensitivities.enabled = false
    }
    let meshed = sphere {
      settings(&$0)
      $0.shape = .mesh
      $0.mesh.file = FilePath(path)
    }
    #expect(problems(meshed) == [])
    let expected = try capacity(sphere(settings))
    #expect(abs(try capacity(meshed) / expected - 1) < 0.005)
  }

  /// A droplet that wets a part of the surface fills the particle from there.
  @Test func aWettedArcFeedsFromItsSide() throws {
    let parameters = section {
      $0.contact = ParticleCyclingStage.ContactSettings()
      $0.grains = nil
      // All of it passes a quarter of the surface.
      $0.protocol.words = "charge at 0.05 C until lithiation 0.8"
    }
    let result = try ParticleCyclingStage.run(.init(), parameters, RunContext())
    let fields = try #require(result.value.fields)
    let last = fields.values(.lithiation, state: fields.time.count - 1)
    func mean(_ isIn: (Double) -> Bool) -> Double {
      let own = last.indices.filter { isIn(fields.points[2 * $0]) }
      return own.reduce(0) { $0 + last[$1] } / Double(own.count)
    }
    // The charge takes lithium out on the right.
    #expect(mean { $0 > 3e-6 } < mean { $0 < -3e-6 } - 0.01)
  }
}
