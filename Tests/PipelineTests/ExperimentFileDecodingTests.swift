import Pipeline
import Quantities
import Testing

@Suite struct ExperimentFileDecodingTests {
  static let complete = """
    title: a demonstration   # and a comment
    electrochemistry:
      file: raw/cell.mpr
      mass: 4.69 ng +- 0.23 ng
      c_rate: C/40
      duration: 15500 s
    material: { density: 2.20 g/cm3, contraction: -7.4 % }
    particle:
      radius: 5 um
      step: tanh
      times: [1 min, 1 h]
      transport:
        core: 2e-15 m2/s
    claims:
      state_of_charge: 10.3 %
      capacity: 28.3 mAh/g
    """

  @Test func readsWhatIsGivenAndFillsTheRest() throws {
    let document = ExperimentDocument(text: Self.complete, file: "folder/experiment.yaml")
    let (decoded, diagnostics) = document.decode(DemoExperiment.self)
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.description).joined(separator: "\n"))")
    let value = try #require(decoded)
    #expect(value.title == "a demonstration")
    #expect(value.electrochemistry?.file.path == "folder/raw/cell.mpr")
    #expect(value.electrochemistry?.mass == UncertainQuantity(4.69, 0.23, .nanogram))
    #expect(value.electrochemistry?.cRate?.value(in: .perHour) == 0.025)
    #expect(value.electrochemistry?.currentSign == .chargePositive)
    #expect(value.material.density.si == 2200)
    #expect(value.particle.radius.si == 5e-6)
    #expect(value.particle.step == .tanh)
    #expect(value.particle.times.map(\.si) == [60, 3600])
    #expect(value.particle.transport.core.si == 2e-15)
    #expect(value.particle.transport.radial.si == 1e-13)
    #expect(value.particle.elements == 40)
    #expect(value.claims["capacity"]?.text == "28.3 mAh/g")
    #expect(value.$title.isGiven && !value.particle.$elements.isGiven)
  }

  @Test func anAbsentOptionalSectionIsNil() throws {
    let (value, diagnostics) = ExperimentDocument(text: "title: x", file: "e.yaml").decode(DemoExperiment.self)
    #expect(diagnostics.isEmpty)
    #expect(try #require(value).electrochemistry == nil)
  }

  @Test func twoReadingsShareNothing() throws {
    let document = ExperimentDocument(text: "title: x", file: "e.yaml")
    let first = try #require(document.decode(DemoExperiment.self).0)
    var second = first
    second.particle.radius = Length(1, .micrometre)
    second.particle.transport.core = Diffusivity(1, .squareMetrePerSecond)
    #expect(first.particle.radius == Length(10, .micrometre))
    #expect(second.particle.radius == Length(1, .micrometre))
    #expect(first.particle.transport.core == Diffusivity(1e-14, .squareMetrePerSecond))
    #expect(first != second)
  }

  @Test func theResolvedFileReadsBackAsTheSame() throws {
    let text =
      Self.complete.replacing("  mass: 4.69 ng +- 0.23 ng\n", with: "") + """

        """
    for text in [text, Self.complete, "title: 'yes: [no'\nclaims: {}", Self.views] {
      let (decoded, diagnostics) = ExperimentDocument(text: text, file: "e.yaml").decode(DemoExperiment.self)
      let value = try #require(decoded, "\(diagnostics)")
      let resolved = value.resolvedYAML()
      let (again, problems) = ExperimentDocument(text: resolved, file: "e.yaml").decode(DemoExperiment.self)
      #expect(problems.isEmpty, "\(problems.map(\.description).joined(separator: "\n"))\n\(resolved)")
      #expect(again == value, "\(resolved)")
      #expect(again?.canonicalText() == value.canonicalText())
    }
  }

  static let views = """
    title: views
    electrochemistry:
      file: cell.mpr
      views:
        - { file: a.png, scale_bar: 5 um }
        - file: b.png
          tilt: 45 deg
          scale_bar: 5 um
    """

  @Test func laterChecksPointToTheLine() {
    let document = ExperimentDocument(text: Self.views, file: "e.yaml")
    let tilt = document.diagnostic(at: "electrochemistry.views[1].tilt", severity: .warning, message: "tilted")
    #expect(tilt.line == 7 && tilt.column == 13 && tilt.length == 6 && tilt.severity == .warning)
    // A default is not in the file: its section is pointed to.
    let other = document.diagnostic(at: "electrochemistry.current_sign", message: "sign")
    #expect(other.line == 2 && other.column == 1 && other.source == "electrochemistry:")
    #expect(document.diagnostic(at: "particle.radius", message: "radius").line == nil)
    #expect(document.contains("electrochemistry.file") && !document.contains("particle"))
  }

  @Test func aRequiredSectionIsAskedFor() {
    struct Outer: ExperimentDecodable { @Section("the measurement") var measurement: DemoElectrochemistry }
    let (value, diagnostics) = ExperimentDocument(text: "{}", file: "e.yaml").decode(Outer.self)
    #expect(value == nil)
    #expect(
      diagnostics.map(\.description) == [
        """
        e.yaml: error: the experiment has no `measurement`
              = expected a section `measurement:` with `file`: the measurement
        """
      ])
  }

  @Test func warningsOfValidationKeepTheValue() {
    struct Warned: ExperimentDecodable {
      @Setting("a number", default: 1) var number: Int
      func validate() -> [SettingProblem] { [SettingProblem(severity: .warning, at: "number", "odd")] }
    }
    let (value, diagnostics) = ExperimentDocument(text: "number: 3", file: "e.yaml").decode(Warned.self)
    #expect(value?.number == 3)
    #expect(diagnostics.count == 1 && diagnostics[0].line == 1 && diagnostics[0].column == 9)
  }

  @Test func theCanonicalTextDoesNotDependOnSpelling() throws {
    let texts = [
      "title: x\nelectrochemistry: { file: a.mpr, mass: 4.69 ng +- 0.23 ng }\nparticle:\n  radius: 10 um",
      "particle: {radius: 0.01 mm, elements: 40}\nelectrochemistry:\n  file: other.mpr\n  mass: 4.69(23)e-12 kg\ntitle: 'x'",
    ]
    let canonical = try texts.map {
      try #require(ExperimentDocument(text: $0, file: "e.yaml").decode(DemoExperiment.self).0).canonicalText()
    }
    #expect(canonical[0] == canonical[1])
    #expect(canonical[0].contains("particle.radius = 1.0000000000000001e-05\n"))
    #expect(!canonical[0].contains("a.mpr"))
    let keys = canonical[0].split(separator: "\n")
    #expect(keys == keys.sorted())
  }

  @Test func wordsThatOtherReadersTakeForSomethingElseStayTexts() throws {
    for word in ["no", "yes", "on", "12:30:45", "0x1F", "1_000", "003", "1e3", "2026-11-24", ".5"] {
      let (value, diagnostics) = ExperimentDocument(text: "title: \(word)", file: "e.yaml").decode(DemoExperiment.self)
      #expect(value?.title == word, "\(diagnostics)")
    }
  }
}
