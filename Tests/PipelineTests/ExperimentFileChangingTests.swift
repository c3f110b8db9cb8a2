import Pipeline
import Quantities
import Testing

/// Changing one setting by its key, as sweeps and differences do.
@Suite struct ExperimentFileChangingTests {
  private func demo() throws -> DemoExperiment {
    let document = ExperimentDocument(text: ExperimentFileDecodingTests.complete, file: "folder/experiment.yaml")
    return try #require(document.decode(DemoExperiment.self).0)
  }

  @Test func oneSettingChangesAndTheOthersStay() throws {
    let base = try demo()
    let changed = try base.changing("particle.transport.core", to: "3e-15 m2/s", directory: "folder")
    #expect(changed.particle.transport.core.si == 3e-15)
    #expect(base.particle.transport.core.si == 2e-15)
    var expected = base
    expected.particle.transport.core = Diffusivity(si: 3e-15)
    #expect(changed.canonicalText() == expected.canonicalText())
    #expect(changed.electrochemistry?.file.path == "folder/raw/cell.mpr")
  }

  @Test func aListAndAnAbsentSettingCanBeGiven() throws {
    let base = try demo()
    #expect(try base.changing("particle.times", to: "[1 s, 2 s]").particle.times.map(\.si) == [1, 2])
    #expect(try base.changing("electrochemistry.current", to: "30 pA").electrochemistry?.current?.si == 30e-12)
  }

  @Test func theTextOfASettingReadsBack() throws {
    let base = try demo()
    let text = try #require(base.settingText("electrochemistry.mass"))
    #expect(try base.changing("electrochemistry.mass", to: text).canonicalText() == base.canonicalText())
    #expect(base.settingText("electrochemistry.current") == nil)
    #expect(base.settingText("particle.absent") == nil)
  }

  @Test func whatCannotBeIsRefusedWithWords() throws {
    let base = try demo()
    func problem(_ key: String, _ text: String) -> String {
      do {
        _ = try base.changing(key, to: text)
        return "nothing"
      } catch { return error.description }
    }
    #expect(problem("particle.radios", "5 um").contains("did you mean `particle.radius`?"))
    #expect(problem("particle.radius", "5 mA").contains("expected a length"))
    #expect(problem("particle.radius", "2 m").contains("out of range"))
    #expect(problem("particle", "5 um").contains("`particle`"))
  }
}
