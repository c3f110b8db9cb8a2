import Crystallography
import ElectronDiffraction
import Figures
import FileFormats
import Foundation
import Pipeline
import Quantities
import Testing

@testable import Stages

/// From the map of a made-up particle to its grains and their texture.
@Suite struct RadialTextureStageTests {
  static let phantom: TexturePhantom = {
    var phantom = TexturePhantom()
    phantom.size = 80
    phantom.step = 40e-9
    phantom.sectionRadius = 1.4e-6
    phantom.transitionRadius = 0.8e-6
    phantom.grainCount = 150
    phantom.orientationNoise = 0.003
    phantom.mapToSample = EulerFrame.edax1.fromMap
    return phantom
  }()

  static let section = phantom.make(seed: 1)

  static func input(_ map: OrientationMap) -> OrientationMapStage.Input {
    var input = OrientationMapStage.Input(map: map, source: "phantom", eulerFrame: "edax1")
    input.name = "particle"
    return input
  }

  static let grains = Result {
    try OrientationMapStage.run(input(section.map), OrientationMapStage.Parameters(), RunContext())
  }

  static func texture(
    _ grains: OrientationGrains, threads: Int = 1, _ change: (inout RadialTextureStage.Parameters) -> Void = { _ in }
  ) throws -> StageResult<RadialTextureTable> {
    var parameters = RadialTextureStage.Parameters()
    parameters.replicates = 300
    change(&parameters)
    var input = RadialTextureStage.Input(grains: grains, source: "phantom")
    input.name = "particle"
    return try RadialTextureStage.run(input, parameters, RunContext(threads: threads))
  }

  static let found = Result { try texture(grains.get().value) }

  @Test func grainsAreThoseOfTheParticle() throws {
    let result = try Self.grains.get()
    let found = result.value.grains.grains.count
    let made = Set(Self.section.labels.labels.filter { $0 >= 0 }).count
    // Two neighbours with nearly one orientation are one grain; slivers are given away.
    #expect(abs(found - made) <= made / 5, "\(found) of \(made)")
    #expect(result.summary.headlines.contains { $0.key == "particle.map.grains" && $0.value == Double(found) })
    #expect(result.summary.figures.count == 2)
  }

  @Test func theTextureIsThatOfTheParticle() throws {
    let result = try Self.found.get()
    let headlines = result.summary.headlines
    func value(_ key: String) throws -> HeadlineValue {
      try #require(headlines.first { $0.key == "particle.texture.\(key)" })
    }
    let radius = try value("transition_radius")
    let sigma = try #require(radius.uncertainty)
    #expect(abs(radius.value - 0.8) < 3 * sigma && sigma < 0.2, "\(radius.value) +- \(sigma)")
    let core = try value("core_order"), shell = try value("shell_order")
    #expect(abs(core.value) < 3 * (core.uncertainty ?? 0))
    let truth = WatsonDistribution(concentration: -12).orderParameter
    #expect(abs(shell.value - truth) < 3 * (shell.uncertainty ?? 0) + 0.03, "\(shell.value), \(truth)")
    #expect(try value("randomness").value < 0.01)
    let table = result.value.numbers
    #expect(abs((table["centre_x"] ?? 0) - Self.section.centre.x) < 60e-9)
    #expect(abs((table["centre_y"] ?? 0) - Self.section.centre.y) < 60e-9)
    #expect(result.value.distribution.csv.hasPrefix("Angle / deg,Multiples of Random / 1,"))
    #expect(headlines.allSatisfy { $0.uncertainty != nil || !$0.uncertaintyNote.isEmpty })
  }

  @Test func tensorsAreThoseOfTheAxes() throws {
    let grains = try Self.found.get().value.grains
    let x = try #require(grains.numbers("c Axis X"))
    let along = try #require(grains.numbers("Diffusivity XX"))
    for (axis, diffusivity) in zip(x, along) {
      #expect(abs(diffusivity - 1e-14 * (1 - axis * axis)) < 1e-20)
    }
    #expect(try #require(grains.numbers("Stiffness 66")).allSatisfy { $0 > 10 })
  }

  @Test func valuesAreReadBackAsTheyAre() throws {
    let texture = try Self.found.get()
    let grains = try Self.grains.get()
    let folder = FileManager.default.temporaryDirectory.appending(path: "texture-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (one, two) = (folder.path + "/texture.nxs", folder.path + "/map.nxs")
    try StageDocument.write(texture, parameters: "", to: one)
    try StageDocument.write(grains, parameters: "", to: two)
    #expect(try StageDocument.value(RadialTextureTable.self, from: one).nexusChildren == texture.value.nexusChildren)
    #expect(try StageDocument.value(OrientationGrains.self, from: two).nexusChildren == grains.value.nexusChildren)
    #expect(throws: StageDocumentError.self) { try StageDocument.value(RadialTextureTable.self, from: two) }
  }

  @Test func threadsDoNotMatter() throws {
    let grains = try Self.grains.get().value
    #expect(try Self.texture(grains, threads: 2).value.nexusChildren == Self.found.get().value.nexusChildren)
  }

  @Test func aStatedCentreIsTaken() throws {
    let centre = Self.section.centre
    let result = try Self.texture(Self.grains.get().value) {
      $0.centre = [Length(si: centre.x), Length(si: centre.y)]
      $0.centreUncertainty = Length(si: 30e-9)
    }
    #expect(result.value.numbers["centre_x"] == centre.x && result.value.numbers["centre_xx"] == 30e-9 * 30e-9)
  }

  @Test func aParticleRadiusGivesTheHeight() throws {
    let result = try Self.texture(Self.grains.get().value) {
      $0.particleRadius = UncertainQuantity(Length(si: 1.6e-6), standardUncertainty: Length(si: 0.05e-6))
    }
    let height = abs(result.value.numbers["section_height"] ?? 0)
    let radius = result.value.numbers["section_radius"] ?? 0
    #expect(abs(height * height - (1.6e-6 * 1.6e-6 - radius * radius)) < 1e-18)
    #expect(!result.summary.assumptions.contains { $0.statement.contains("through the particle's centre") })
  }

  // MARK: - Bad input

  private func map(_ rows: Int, _ columns: Int, _ status: IndexingStatus) -> OrientationMap {
    OrientationMap(
      grid: MapGrid(rows: rows, columns: columns, stepX: 1e-7, stepY: 1e-7),
      phases: [MapPhase(name: "NMC811", cell: nil, laueClass: .trigonalHigh)],
      points: (0..<rows * columns).map {
        MapPoint(
          x: Double($0 % max(columns, 1)) * 1e-7, y: Double($0 / max(columns, 1)) * 1e-7, phase: 0,
          orientation: .identity, status: status)
      }, mapToSample: .identity)
  }

  @Test(arguments: [
    (1, 1, IndexingStatus.indexed), (1, 1, .notIndexed), (20, 20, .notIndexed), (20, 20, .indexed), (1, 40, .indexed),
    (20, 20, .undecided), (0, 0, .indexed),
  ]) func mapsThatTellNothingAreRefusedInWords(rows: Int, columns: Int, status: IndexingStatus) throws {
    let grains = try OrientationMapStage.run(
      Self.input(map(rows, columns, status)), OrientationMapStage.Parameters(), RunContext())
    #expect(throws: StageDocumentError.self) { try Self.texture(grains.value) }
    #expect(throws: StageDocumentError.self) {
      try Self.texture(grains.value) { $0.centre = [Length(si: 0), Length(si: 0)] }
    }
  }

  @Test func aPhaseThatIsNotThereIsNamed() throws {
    let error = #expect(throws: StageDocumentError.self) {
      try Self.texture(Self.grains.get().value) { $0.phase = "LCO" }
    }
    #expect(error?.description.contains("NMC811") == true)
  }

  @Test func settingsThatContradictAreRefused() {
    var parameters = RadialTextureStage.Parameters()
    parameters.centre = [Length(si: 1e-6)]
    #expect(parameters.validate().map(\.key) == ["centre"])
    parameters.centre = nil
    parameters.centreUncertainty = Length(si: 1e-8)
    parameters.height = UncertainQuantity(Length(si: 1e-6))
    parameters.particleRadius = UncertainQuantity(Length(si: 1e-6))
    #expect(Set(parameters.validate().map(\.key)) == ["centre_uncertainty", "particle_radius"])
    #expect(RadialTextureStage.TensorSettings().validate().isEmpty)
  }
}
