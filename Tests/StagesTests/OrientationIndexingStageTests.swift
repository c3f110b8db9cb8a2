import ArrayMath
import Crystallography
import ElectronDiffraction
import Figures
import FileFormats
import Foundation
import Pipeline
import Quantities
import Synchronization
import Testing
import VirtualExperiment

@testable import Stages

/// From patterns of a few known crystals to their orientations.
@Suite struct OrientationIndexingStageTests {
  static let geometry: KikuchiGeometrySettings = {
    var settings = KikuchiGeometrySettings()
    settings.mode = .transmission
    settings.angle = 45 * .degree
    settings.angleIs = .foilTilt
    settings.patternCentre = [0.5, 0.3, 0.6]
    settings.patternCentreConvention = .bruker
    return settings
  }()

  static let masters = Result { () throws -> KikuchiMasters in
    var parameters = KikuchiMasterStage.Parameters()
    parameters.method = .kinematical
    parameters.size = 101
    parameters.leastSpacing = Length(0.8, .angstrom)
    let input = KikuchiMasterStage.Input(phases: [try OrientationPhase(named: "NMC811")], kiloelectronvolts: 20)
    return try KikuchiMasterStage.run(input, parameters, RunContext()).value
  }

  static let virtual = Result { () throws -> VirtualOrientation in
    var simulation = SimulatedOrientationSettings()
    (simulation.points, simulation.grains, simulation.pixels) = (8, 10, 60)
    let shape = FrameShape(rows: 60, columns: 60)
    let centre = try #require(geometry.statedCentre(shape: shape))
    return VirtualOrientation(
      phantom: simulation.phantom, master: try masters.get().phases[0].master,
      geometry: geometry.geometry(shape: shape, centre: centre), kiloelectronvolts: 20, signalToNoise: 4, seed: 1)
  }

  static func input(_ frames: any FrameSource, rows: Int = 8, columns: Int = 8) throws -> OrientationIndexingStage.Input
  {
    var input = OrientationIndexingStage.Input(
      frames: frames, grid: MapGrid(rows: rows, columns: columns, stepX: 40e-9, stepY: 40e-9),
      geometry: try virtual.get().simulator.geometry, masters: try masters.get(), source: "virtual")
    input.name = "tebsd"
    return input
  }

  static func run(
    _ input: OrientationIndexingStage.Input, _ context: RunContext = RunContext()
  ) throws -> StageResult<IndexedMap> {
    try OrientationIndexingStage.run(input, OrientationIndexingStage.Parameters(), context)
  }

  static let found = Result { try run(try input(try virtual.get().patterns())) }

  @Test func orientationsAreThoseOfTheCrystals() throws {
    let map = try Self.found.get().value.map
    let truth = try Self.virtual.get().section.map
    let group = RotationGroup(.trigonalHigh)
    var (inside, close, outside) = (0, 0, 0)
    for (point, isTrue) in zip(map.points, truth.points) {
      guard isTrue.status == .indexed else {
        if point.status == .indexed { outside += 1 }
        continue
      }
      inside += 1
      if point.status == .indexed, group.disorientation(point.orientation, isTrue.orientation) < 0.5 * .pi / 180 {
        close += 1
      }
    }
    #expect(inside >= 30 && close >= inside - 1, "\(close) of \(inside)")
    #expect(outside == 0)
    #expect(map.mapToSample == EulerFrame.edax1.fromMap)
  }

  /// Points inside the particle, and those of them whose orientation is the true one.
  private func agreement(_ map: OrientationMap) throws -> (inside: Int, close: Int) {
    let truth = try Self.virtual.get().section.map
    let group = RotationGroup(.trigonalHigh)
    let inside = truth.points.indices.filter { truth.points[$0].status == .indexed }
    let close = inside.filter {
      map.points[$0].status == .indexed
        && group.disorientation(map.points[$0].orientation, truth.points[$0].orientation) < 0.5 * .pi / 180
    }
    return (inside.count, close.count)
  }

  @Test func aDictionaryFindsThemToo() throws {
    var parameters = OrientationIndexingStage.Parameters()
    parameters.method = .dictionary
    parameters.dictionaryStep = 5 * .degree
    let input = try Self.input(try Self.virtual.get().patterns())
    let (inside, close) = try agreement(OrientationIndexingStage.run(input, parameters, RunContext()).value.map)
    #expect(inside >= 30 && close >= inside - 2, "\(close) of \(inside)")
  }

  /// Nine copies of each point side by side, under noise that hides most bands of one pattern alone.
  @Test(arguments: [
    OrientationIndexingStage.Parameters.Neighbours.gaussian, OrientationIndexingStage.Parameters.Neighbours.alike,
  ])
  func neighboursMakePatternsClearer(_ neighbours: OrientationIndexingStage.Parameters.Neighbours) throws {
    let virtual = try Self.virtual.get()
    let inside = virtual.section.map.points.indices.filter { virtual.section.map.points[$0].status == .indexed }
    let frames = virtual.patterns()
    var noisy: [Float] = []
    var truth: [Rotation] = []
    for index in inside.prefix(12) {
      let pattern = try frames.floats(frame: index)
      let spread = (pattern.map { $0 * $0 }.reduce(0, +) / Float(pattern.count)).squareRoot()
      let mean = pattern.reduce(0, +) / Float(pattern.count)
      let deviation = max((spread * spread - mean * mean).squareRoot(), 1e-6)
      for copy in 0..<9 {
        var generator = SeededGenerator(seed: UInt64(1 + index), item: copy)
        noisy += pattern.map { $0 + 6 * deviation * Float(generator.normal()) }
        truth.append(virtual.section.map.points[index].orientation)
      }
    }
    // Nine copies of a point are a block of three rows and three columns.
    let input = try Self.input(MemoryFrames(noisy, shape: frames.shape), rows: 36, columns: 3)
    func share(_ parameters: OrientationIndexingStage.Parameters) throws -> Int {
      let points = try OrientationIndexingStage.run(input, parameters, RunContext()).value.map.points
      let group = RotationGroup(.trigonalHigh)
      return zip(points, truth).count {
        $0.status == .indexed && group.disorientation($0.orientation, $1) < 1.5 * .pi / 180
      }
    }
    var parameters = OrientationIndexingStage.Parameters()
    let alone = try share(parameters)
    parameters.neighbours = neighbours
    let together = try share(parameters)
    #expect(together > alone + 10, "\(alone) alone, \(together) with neighbours")
  }

  /// A steep light of the screen hides the bands unless it is divided out.
  @Test func theStaticBackgroundIsDividedOut() throws {
    let frames = try Self.virtual.get().patterns()
    let light = (0..<3600).map { index -> Float in
      let column = Double(index % 60) - 12
      return Float(0.05 + exp(-column * column / 200))
    }
    var lit: [Float] = []
    for frame in 0..<frames.count {
      let pattern = try frames.floats(frame: frame)
      let least = pattern.min() ?? 0
      for index in pattern.indices { lit.append((pattern[index] - least + 1) * light[index]) }
    }
    var input = try Self.input(MemoryFrames(lit, shape: frames.shape))
    input.staticBackground = light
    let (inside, close) = try agreement(Self.run(input).value.map)
    #expect(close >= inside - 1, "\(close) of \(inside)")
    var parameters = OrientationIndexingStage.Parameters()
    parameters.staticBackground = false
    parameters.backgroundBlur = 0
    let bare = try agreement(OrientationIndexingStage.run(input, parameters, RunContext()).value.map)
    #expect(bare.close < close)
  }

  @Test func patternCentreAndRatioAreFound() throws {
    var parameters = OrientationIndexingStage.Parameters()
    (parameters.patternCentre, parameters.axialRatio) = (.optimised, .optimised)
    var input = try Self.input(try Self.virtual.get().patterns())
    let truth = input.geometry.patternCentre
    input.geometry.patternCentre = PatternCentre(x: truth.x + 0.003, y: truth.y - 0.002, z: truth.z + 0.003)
    let found = try OrientationIndexingStage.run(input, parameters, RunContext()).value.calibration
    let cell = try Self.masters.get().phases[0].indexing.cell
    let expected = [
      "pattern_centre_x": truth.x, "pattern_centre_y": truth.y, "pattern_centre_z": truth.z,
      "axial_ratio": cell.c / cell.a,
    ]
    for (name, value) in expected {
      let (seen, sigma) = (try #require(found[name]), try #require(found[name + "_uncertainty"]))
      #expect(abs(seen - value) < 4 * sigma && sigma < 0.005, "\(name) \(seen) +- \(sigma), \(value) expected")
    }
  }

  /// Points of patterns with their own centre are indexed with it.
  @Test func eachPatternMayHaveItsCentre() throws {
    var input = try Self.input(try Self.virtual.get().patterns())
    let truth = input.geometry.patternCentre
    input.patternCentres = Array(repeating: truth, count: input.frames.count)
    input.geometry.patternCentre = PatternCentre(x: truth.x + 0.05, y: truth.y, z: truth.z - 0.05)
    let (inside, close) = try agreement(Self.run(input).value.map)
    #expect(close >= inside - 1, "\(close) of \(inside)")
  }

  @Test func answersHaveUncertaintiesAndFiguresTheirAxes() throws {
    let summary = try Self.found.get().summary
    #expect(summary.headlines.contains { $0.key == "tebsd.indexing.undecided" })
    #expect(summary.headlines.allSatisfy { $0.uncertainty != nil || !$0.uncertaintyNote.isEmpty })
    #expect(Set(summary.figures.map(\.identifier)).count == summary.figures.count && summary.figures.count == 3)
    #expect(summary.figures.flatMap(\.panels).allSatisfy { !$0.x.label.isEmpty && !$0.y.label.isEmpty })
  }

  @Test func valuesAreReadBackAsTheyAre() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "indexing-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (one, two) = (folder.path + "/map.nxs", folder.path + "/master.nxs")
    let found = try Self.found.get()
    try StageDocument.write(found, parameters: "", to: one)
    let read = try StageDocument.value(IndexedMap.self, from: one)
    #expect(read.nexusChildren == found.value.nexusChildren && read.example == found.value.example)
    // A map of `operando index` is one that `operando texture` takes.
    #expect(try OrientationMapStage.Input(file: one).map.points.count == found.value.map.points.count)
    let masters = try Self.masters.get()
    try StageDocument.write(
      StageResult(value: masters, summary: StageSummary(title: "masters")), parameters: "", to: two)
    #expect(try StageDocument.value(KikuchiMasters.self, from: two).nexusChildren == masters.nexusChildren)
  }

  @Test func aMapOfOtherProgramsIsTheSame() throws {
    let value = try Self.found.get().value
    for kind in ["ctf", "ang"] {
      let read = try OrientationMapFile.read(Array(value.text(kind).utf8), named: "map.\(kind)").map
      for (index, point) in read.points.enumerated() where point.status != .notIndexed {
        let angle = acos(min(abs((read.cAxis(at: index) * value.map.cAxis(at: index)).sum()), 1))
        #expect(angle < 1e-3, "\(kind) \(index)")
      }
      #expect(read.points.count { $0.status == .notIndexed } == value.map.points.count { $0.status == .notIndexed })
    }
  }

  @Test func blocksAndThreadsDoNotMatter() throws {
    let frames = try Self.virtual.get().patterns()
    let kept = KeptShards()
    let first = try Self.run(try Self.input(frames), RunContext(threads: 2, shards: kept))
    #expect(first.value.nexusChildren == (try Self.found.get()).value.nexusChildren)
    // Everything is kept: patterns are not looked at again.
    let again = try Self.run(try Self.input(frames), RunContext(isCancelled: { true }, shards: kept))
    #expect(again.value.nexusChildren == first.value.nexusChildren)
  }

  // MARK: - Bad input

  @Test func patternsWithoutBandsAreNotIndexed() throws {
    let shape = FrameShape(rows: 60, columns: 60)
    let constant = [Float](repeating: 7, count: shape.count)
    let spoiled = [Float](repeating: .nan, count: shape.count)
    let infinite = [Float](repeating: .infinity, count: shape.count)
    let zero = [Float](repeating: 0, count: shape.count)
    let frames = MemoryFrames(constant + spoiled + infinite + zero, shape: shape)
    let result = try Self.run(try Self.input(frames, rows: 2, columns: 2))
    #expect(result.value.map.points.allSatisfy { $0.status == .notIndexed })
    #expect(result.value.example == nil)
    #expect(result.summary.warnings.contains { $0.contains("No pattern was indexed") })
    #expect(throws: Never.self) { try result.value.text("ctf") }
  }

  @Test func aMapOfOnePatternIsAMap() throws {
    let virtual = try Self.virtual.get()
    let middle = virtual.section.map.points.firstIndex { $0.status == .indexed } ?? 0
    let frames = MemoryFrames(try virtual.patterns().floats(frame: middle), shape: virtual.simulator.geometry.shape)
    let result = try Self.run(try Self.input(frames, rows: 1, columns: 1))
    #expect(result.value.map.points.count == 1 && result.value.map.points[0].status == .indexed)
  }

  @Test func filesOfAnotherKindAreRefused() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wrong-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = folder.path + "/patterns.h5"
    try Data("no patterns".utf8).write(to: URL(filePath: text))
    let masters = try Self.masters.get()
    for path in [text, folder.path + "/absent.h5"] {
      #expect(throws: (any Error).self) {
        try OrientationIndexingStage.Input(patterns: path, geometry: Self.geometry, masters: masters)
      }
    }
    #expect(throws: StageDocumentError.self) { try OrientationPhase(named: "LCO") }
    let frames = try Self.virtual.get().patterns()
    #expect(throws: StageDocumentError.self) { try Self.run(try Self.input(frames, rows: 3, columns: 3)) }
  }

  @Test func aWrittenFileIsReadWithItsGeometry() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "patterns-\(UUID().uuidString).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let virtual = try Self.virtual.get()
    try virtual.write(to: path)
    var settings = Self.geometry
    (settings.patternCentre, settings.patternCentreConvention) = (nil, nil)
    let input = try OrientationIndexingStage.Input(
      patterns: path, geometry: settings, masters: try Self.masters.get())
    #expect(input.geometry == virtual.simulator.geometry)
    #expect(input.grid.count == 64 && abs(input.grid.stepX - 40e-9) < 1e-15 && input.notes.isEmpty)
    #expect(try input.frames.floats(frame: 20) == virtual.patterns().floats(frame: 20))
  }

  @Test func theStatedEdgesAreThoseOfTheCell() throws {
    let phase = try OrientationPhase(named: "NMC811", a: 2.819e-10, c: 14.483e-10)
    #expect(phase.structure.cell.a == 2.819e-10 && phase.structure.cell.b == 2.819e-10)
    #expect(phase.structure.cell.c == 14.483e-10)
    // Metal is nearer to oxygen than lithium is.
    #expect(phase.structure.bondLengthWarnings().isEmpty)
  }
}

/// Items in memory.
private final class KeptShards: ShardStore {
  private let items = Mutex<[String: [UInt8]]>([:])
  func read(_ name: String) throws -> [UInt8]? { items.withLock { $0[name] } }
  func write(_ name: String, _ bytes: [UInt8]) throws { items.withLock { $0[name] = bytes } }
}
