import Figures
import FileFormats
import Foundation
import ParticleMechanics
import Pipeline
import Quantities
import Stages
import Synchronization
import Testing

@Suite struct ParticleModelStageTests {
  func parameters(_ change: (inout ParticleModelStage.Parameters) -> Void = { _ in }) -> ParticleModelStage.Parameters {
    var parameters = ParticleModelStage.Parameters()
    parameters.outputTimes = [500, 1000, 10000].map { $0 * .second }
    change(&parameters)
    return parameters
  }

  /// Reference page "particle physics", section 5.6, convention A, the state at infinite time and at 1000 s.
  @Test func headlinesAreThoseOfTheReferenceTables() throws {
    let summary = try ParticleModelStage.run((), parameters(), RunContext(threads: 2)).summary
    func value(_ key: String) throws -> Double { try #require(summary.headlines.first { $0.key == key }).value }
    #expect(abs(try value("core-shell.charge.relaxed_surface_hoop_stress") - 3.808) < 1e-4)
    #expect(abs(try value("core-shell.charge.relaxed_centre_stress") + 1.945243) < 1e-4)
    #expect(abs(try value("core-shell.charge.largest_hoop_stress") - 5.894323) < 1e-3)
    #expect(abs(try value("core-shell.charge.extreme_centre_stress") + 2.269274) < 1e-3)
    #expect(abs(try value("random.charge.surface_displacement") + 254.456966) < 0.02)
    #expect(abs(try value("random.charge.mean_lithiation") - 0.20170364) < 1e-5)
    #expect(Set(summary.headlines.map(\.key)).count == summary.headlines.count)
    #expect(summary.headlines.allSatisfy { ($0.uncertainty ?? 0) > 0 })
  }

  @Test func figuresHaveAxesUnitsAndTheSameFrames() throws {
    let summary = try ParticleModelStage.run((), parameters(), RunContext(threads: 2)).summary
    #expect(summary.figures.count == 8)
    for figure in summary.figures {
      for panel in figure.panels {
        #expect(!panel.x.label.isEmpty && !panel.y.label.isEmpty && !panel.marks.isEmpty, "\(figure.identifier)")
        for case .line(let curve) in panel.marks {
          #expect(curve.y.allSatisfy { $0.count == curve.x.count && $0.allSatisfy(\.isFinite) }, "\(figure.identifier)")
          #expect(curve.y.count == 1 || curve.y.count == figure.frames?.values.count)
        }
        for case .map(let map) in panel.marks {
          #expect(map.values.count == figure.frames?.values.count)
          // A quarter disc fills π/4 of its square.
          let filled = Double(map.values[0].count { !$0.isNaN })
          let fraction = filled / Double(map.values[0].count)
          #expect(abs(fraction - Double.pi / 4) < 0.01)
        }
      }
    }
  }

  @Test func assumptionsAreTheSettingsThatAreNotGiven() throws {
    let all = try ParticleModelStage.run((), parameters(), RunContext(threads: 2)).summary.assumptions
    #expect(all.contains { $0.statement.contains("Young's modulus") })
    for assumption in all.dropFirst() {
      #expect(!assumption.source.isEmpty && !assumption.range.isEmpty && !assumption.effect.isEmpty)
    }
    let given = parameters {
      $0.youngsModulus = 140 * .gigapascal
      $0.expansion = .equalArea
    }
    let fewer = try ParticleModelStage.run((), given, RunContext(threads: 2)).summary.assumptions
    #expect(fewer.count == all.count - 2)
    #expect(!fewer.contains { $0.statement.contains("Young's modulus") })
  }

  @Test func threadsAndInterruptionsLeaveTheResultAsItIs() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "stage-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let short = parameters { $0.protocol = [.charge, .discharge] }
    func write(_ name: String, _ context: RunContext) throws -> String {
      let path = folder.appending(path: name).path
      try StageDocument.write(try ParticleModelStage.run((), short, context), parameters: "", to: path)
      return path
    }
    let undisturbed = try write("one.nxs", RunContext(threads: 1))
    let store = MemoryShards()
    for stopAfter in 1...5 {
      // Each attempt finishes one more item than the one before it.
      let asked = Mutex(0)
      let context = RunContext(
        threads: 2,
        progress: { done, _ in asked.withLock { $0 = done } },
        isCancelled: { asked.withLock { $0 } >= stopAfter }, shards: store)
      #expect(throws: Interrupted.self) { try ParticleModelStage.run((), short, context) }
    }
    let resumed = try write("two.nxs", RunContext(threads: 2, shards: store))
    #expect(try NeXusFile.differences(undisturbed, resumed) == [])
    #expect(store.count == 6)
  }

  @Test func theValueReadsBackEqual() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "value-\(UUID().uuidString).nxs").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let result = try ParticleModelStage.run((), parameters { $0.structures = [.allShell] }, RunContext())
    try StageDocument.write(result, parameters: "", to: path)
    let read = try StageDocument.value(ParticleModelResult.self, from: path)
    #expect(read.fields == result.value.fields && read.profiles == result.value.profiles)
    let summary = try StageDocument.summary(from: path)
    #expect(summary.headlines == result.summary.headlines && summary.tables == result.summary.tables)
    #expect(summary.assumptions == result.summary.assumptions && summary.methods == result.summary.methods)
    // A map has NaN outside the particle, so figures are compared by what they are encoded as.
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(summary.figures) == encoder.encode(result.summary.figures))
  }

  @Test func anAllShellParticleStatesItsCutOff() throws {
    let summary = try ParticleModelStage.run((), parameters { $0.structures = [.allShell] }, RunContext()).summary
    #expect(summary.warnings.contains { $0.contains("logarithmic singularity") })
    #expect(summary.figures.contains { $0.identifier == "hoop-stress-map" })
  }
}

/// Keeps shards in memory.
final class MemoryShards: ShardStore {
  private let items = Mutex<[String: [UInt8]]>([:])

  var count: Int { items.withLock { $0.count } }
  func read(_ name: String) -> [UInt8]? { items.withLock { $0[name] } }
  func write(_ name: String, _ bytes: [UInt8]) { items.withLock { $0[name] = bytes } }
}
