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

  @Test func printsAll() throws {
    let (decoded, _) = ExperimentDocument(text: Self.views, file: "e.yaml").decode(DemoExperiment.self)
    let value = try #require(decoded)
    print(value.resolvedYAML())
    print(value.canonicalText())
    print(DemoExperiment.settingsHelp().map(\.description).joined(separator: "\n"))
    let bad =
      "titel: x\nelectrochemistry:\n  mass: 3 mA\nparticle:\n  radius: 10\n  step: tan\n  elements: 1\n  transport: 3\n  times: [1 m, 2 s, -1 s]\n"
    for d in ExperimentDocument(text: bad, file: "e.yaml").decode(DemoExperiment.self).1 { print(d) }
  }
}
