import ArrayMath
import Figures
import FileFormats
import Foundation
import Pipeline
import Ptychography
import Quantities
import Synchronization
import Testing
import VirtualExperiment

@testable import Stages

/// From simulated scans of a small particle to its phase images.
@Suite struct PtychographyStageTests {
  /// Everything at the sample eight times smaller than published, so that patterns have 64 x 64 pixels.
  static let settings: PtychographySettings = {
    var settings = PtychographySettings()
    settings.name = "particle"
    settings.energy = Energy(9.7, .kiloelectronVolt)
    settings.distance = Length(9.47, .metre)
    settings.pixel = Length(440, .micrometre)
    settings.preparation.window = [64, 64]
    settings.preparation.axes = .rowsYColumnsX
    var optics = ZonePlateParameters()
    optics.defocus = Length(1, .millimetre)
    settings.optics = optics
    settings.reconstruction.probe = .zonePlate
    settings.reconstruction.iterations = 30
    var simulation = SimulatedPtychographySettings()
    (simulation.projections, simulation.diameter) = (2, Length(1.2, .micrometre))
    simulation.phaseDiameter = Length(4.8, .micrometre)
    (simulation.field, simulation.step) = (Length(1.5, .micrometre), Length(0.15, .micrometre))
    simulation.photons = 1e5
    settings.simulation = simulation
    return settings
  }()

  static let virtual = Result { try settings.virtual(seed: 1) }

  static func input(_ virtual: VirtualPtychography) -> PtychographyStage.Input {
    var input = PtychographyStage.Input(
      scans: virtual.angles.indices.map { index in
        PtychographyStage.ScanSource(name: "projection-\(index)") { try virtual.scan(index) }
      })
    input.name = "particle"
    return input
  }

  static func run(
    _ change: (inout PtychographySettings) -> Void = { _ in }, _ context: RunContext = RunContext()
  ) throws -> StageResult<PhaseProjections> {
    var settings = settings
    change(&settings)
    return try PtychographyStage.run(input(virtual.get()), settings.parameters, context)
  }

  static let found = Result { try run { $0.phase.halves = .counts } }

  /// The part of the true object that a projection shows.
  private func truth(_ projection: PhaseProjection, _ index: Int) throws -> ComplexImage {
    let virtual = try Self.virtual.get()
    let object = virtual.object(index)
    let extent = try #require(projection.images).object.shape
    let row = Int((projection.facts.origin.y / virtual.pixel.height).rounded()) + object.rows / 2
    let column = Int((projection.facts.origin.x / virtual.pixel.width).rounded()) + object.columns / 2
    return object.cropped(rows: row..<row + extent.rows, columns: column..<column + extent.columns)
  }

  // MARK: - Answers

  @Test func phasesAreThoseOfTheParticle() throws {
    let value = try Self.found.get().value
    #expect(abs(value.pixel.width - 42.985e-9) < 0.01e-9)
    for (index, projection) in value.projections.enumerated() {
      let images = try #require(projection.images)
      let isTrue = try truth(projection, index)
      let weights = images.illumination.map { $0 >= 0.1 ? $0 : 0 }
      let alignment = try GaugeAlignment(of: images.object, to: isTrue, weights: weights)
      #expect(alignment.error < 0.15, "\(alignment.error)")
      let errors = projection.facts.errors
      #expect(errors.count == 30 && errors[29] < 0.3 * errors[0], "\(errors[0]) to \(errors[29])")
      #expect(projection.facts.angle == Double(index) * .pi / 2)
    }
  }

  @Test func answersNameTheirCriterionAndFiguresTheirAxes() throws {
    let summary = try Self.found.get().summary
    let pixel = try #require(summary.headlines.first { $0.key == "particle.ptychography.pixel" })
    #expect(abs(pixel.value - 42.985) < 0.01 && pixel.unit == "nm")
    #expect(summary.headlines.allSatisfy { $0.uncertainty != nil || !$0.uncertaintyNote.isEmpty })
    #expect(Set(summary.figures.map(\.identifier)).count == summary.figures.count)
    #expect(summary.figures.flatMap(\.panels).allSatisfy { !$0.x.label.isEmpty && !$0.y.label.isEmpty })
    for part in ["object", "probe", "error", "positions", "correlation", "quality"] {
      #expect(summary.figures.contains { $0.identifier == "particle-ptychography-\(part)" }, "\(part)")
    }
    #expect(summary.methods.contains("64 x 64 pixels at 9.7 keV"))
  }

  @Test func valuesAreReadBackAsTheyAre() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "phases-\(UUID().uuidString).nxs").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let found = try Self.found.get()
    try StageDocument.write(found, parameters: "", to: path)
    let read = try StageDocument.value(PhaseProjections.self, from: path)
    #expect(read.nexusChildren == found.value.nexusChildren)
    #expect(read.projections.map(\.facts) == found.value.projections.map(\.facts))
  }

  @Test func anotherProgramsFilesHoldTheSame() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var value = try Self.found.get().value
    let phases = folder.path + "/phase.tiff"
    try value.export(to: phases, scans: [], program: ("operando", "1"), settings: "")
    let stack = try FrameFile.open(path: phases).frames
    #expect(stack.count == 2 && stack.shape == value.shape)
    #expect(throws: StageDocumentError.self) {
      try value.export(to: folder.path + "/two.cxi", scans: [], program: ("operando", "1"), settings: "")
    }
    value.projections.removeLast()
    for kind in ["cxi", "h5"] {
      let path = folder.path + "/one." + kind
      try value.export(to: path, scans: [], program: ("operando", "1"), settings: "")
      let read = try PtychographyReconstructionFile.read(path)
      let stated = value.projections[0].facts.positions
      // A product may have an origin of its own; the distances between positions are the same.
      for (one, two) in zip(read.scanPositions, stated) {
        #expect(abs((one.y - read.scanPositions[0].y) - (two.y - stated[0].y)) < 1e-12)
        #expect(abs((one.x - read.scanPositions[0].x) - (two.x - stated[0].x)) < 1e-12)
      }
      #expect(read.reconstruction.probes.count == 1)
    }
  }

  // MARK: - Threads, kills and failures

  @Test func threadsAndInterruptionsDoNotMatter() throws {
    let one = try Self.run().value.nexusChildren
    #expect(try Self.run({ _ in }, RunContext(threads: 2)).value.nexusChildren == one)
    let kept = KeptScans()
    let passes = Atomic(0)
    #expect(throws: Interrupted.self) {
      try Self.run(
        { _ in },
        RunContext(
          isCancelled: { passes.add(1, ordering: .relaxed).newValue > 40 }, shards: kept))
    }
    #expect(kept.names == ["projection-0"])
    #expect(try Self.run({ _ in }, RunContext(threads: 2, shards: kept)).value.nexusChildren == one)
  }

  @Test func aFailedProjectionIsNamedAndTheRestIsKept() throws {
    let virtual = try Self.virtual.get()
    var input = Self.input(virtual)
    input.scans.insert(
      PtychographyStage.ScanSource(name: "torn") { throw StageDocumentError(path: "torn.cxi", problem: "is damaged") },
      at: 1)
    let result = try PtychographyStage.run(input, Self.settings.parameters, RunContext(threads: 2))
    #expect(result.value.projections.map { $0.images != nil } == [true, false, true])
    #expect(result.value.projections[1].facts.failure == "torn.cxi: is damaged")
    #expect(result.summary.warnings.contains { $0.contains("torn failed") })
    input.scans = [input.scans[1]]
    #expect(throws: StageDocumentError.self) {
      try PtychographyStage.run(input, Self.settings.parameters, RunContext())
    }
  }

  @Test(arguments: [WarmStartChoice.first, .neighbour]) func aWarmStartTakesFewerPasses(_ choice: WarmStartChoice)
    throws
  {
    let result = try Self.run {
      $0.reconstruction.warmStart = choice
      $0.reconstruction.warmIterations = 10
    }
    #expect(result.value.projections.map(\.facts.errors.count) == [30, 10])
    #expect(result.value.projections[1].facts.error < 0.5 * result.value.projections[1].facts.errors[0])
  }

  // MARK: - Found on the data

  @Test func axesAreFoundOnThePatterns() throws {
    var virtual = try Self.virtual.get()
    virtual.axes = AxisConvention(exchanged: true, rowsReversed: false, columnsReversed: true)
    var settings = Self.settings
    settings.preparation.axes = .auto
    var input = Self.input(virtual)
    input.scans.removeLast()
    let result = try PtychographyStage.run(input, settings.parameters, RunContext(threads: 2))
    #expect(result.value.projections[0].facts.axes == "+x-y", "\(result.summary.tables.last?.rows ?? [])")
    #expect(result.summary.tables.contains { $0.title == "How the positions' axes lie" && $0.rows.count == 8 })
  }

  @Test func aProbeOfTheMeanPatternFindsItsDefocus() throws {
    let result = try Self.run {
      $0.reconstruction.probe = .meanPattern
      $0.optics = nil
    }
    #expect(result.value.projections[0].facts.error < 0.3 * result.value.projections[0].facts.errors[0])
  }

  @Test func aPreviewIsAPictureAndAPage() throws {
    let last = Mutex<PtychographyPreview?>(nil)
    var input = Self.input(try Self.virtual.get())
    input.scans.removeLast()
    input.preview = { preview in last.withLock { $0 = preview() } }
    _ = try PtychographyStage.run(input, Self.settings.parameters, RunContext())
    let preview = try #require(last.withLock { $0 })
    #expect(preview.pass == 30 && preview.passes == 30 && preview.errors.count == 30)
    #expect(try preview.png().starts(with: [0x89, 0x50, 0x4E, 0x47]))
    let page = try preview.html(refresh: 2)
    #expect(page.contains("pass 30 of 30") && page.contains("http-equiv=\"refresh\" content=\"2\""))
  }

  // MARK: - Bad input

  /// What a run of one changed scan says.
  private func message(
    _ change: (inout PtychographySettings) -> Void = { _ in },
    scan: @escaping @Sendable (PtychographyScan) -> PtychographyScan
  ) throws -> String {
    let virtual = try Self.virtual.get()
    var settings = Self.settings
    change(&settings)
    let input = PtychographyStage.Input(
      scans: [PtychographyStage.ScanSource(name: "odd") { scan(try virtual.scan(0)) }])
    do {
      _ = try PtychographyStage.run(input, settings.parameters, RunContext())
      return ""
    } catch { return "\(error)" }
  }

  @Test func whatCannotBeReconstructedIsTold() throws {
    let few = try message { scan in
      var scan = scan
      scan.frames = MemoryFrames([UInt16](repeating: 1, count: 3 * 4096), shape: scan.frames.shape)
      scan.positions = Array(scan.positions.prefix(3))
      return scan
    }
    #expect(few.contains("3 positions are too few"), "\(few)")
    let dark = try message { scan in
      var scan = scan
      scan.frames = MemoryFrames([UInt16](repeating: 0, count: scan.positions.count * 4096), shape: scan.frames.shape)
      return scan
    }
    #expect(dark.contains("no pixel counts anything"), "\(dark)")
    let unequal = try message { scan in
      var scan = scan
      scan.positions.removeLast()
      return scan
    }
    #expect(unequal.contains("each frame needs its own"), "\(unequal)")
    let apart = try message { scan in
      var scan = scan
      scan.positions = scan.positions.map { ScanPosition(y: 20 * $0.y, x: 20 * $0.x) }
      return scan
    }
    #expect(apart.contains("they do not overlap"), "\(apart)")
    let far = try message { scan in
      var scan = scan
      scan.positions = scan.positions.map { ScanPosition(y: 1e6 * $0.y, x: 1e6 * $0.x) }
      return scan
    }
    #expect(far.contains("check the positions' unit"), "\(far)")
    let large = try message({ $0.preparation.window = [512, 512] }) { $0 }
    #expect(!large.isEmpty)
    let none = try message({ $0.reconstruction.probe = .file }) { $0 }
    #expect(none.contains("holds no probe"), "\(none)")
  }

  @Test func anImpossibleGeometryIsRefusedBeforeTheRun() {
    var settings = Self.settings
    settings.distance = Length(1, .millimetre)
    settings.pixel = Length(55, .micrometre)
    settings.preparation.window = [512, 512]
    #expect(settings.validate().contains { $0.key == "distance" && $0.message == "the geometry is impossible" })
    #expect(Self.settings.problems.isEmpty)
  }

  @Test func shardsOfAnotherKindAreRefused() throws {
    let shard = try ProjectionShard.encode(try Self.found.get().value.projections[0])
    #expect(try ProjectionShard.encode(ProjectionShard.decode(shard)) == shard)
    for length in [0, 7, 8, 100, shard.count - 1] {
      #expect(throws: StageDocumentError.self) { try ProjectionShard.decode(Array(shard.prefix(length))) }
    }
    #expect(throws: StageDocumentError.self) { try ProjectionShard.decode([UInt8](repeating: 255, count: 64)) }
  }
}

/// Keeps items in memory.
private final class KeptScans: ShardStore {
  private let items = Mutex([String: [UInt8]]())

  var names: [String] { items.withLock { $0.keys.sorted() } }
  func read(_ name: String) throws -> [UInt8]? { items.withLock { $0[name] } }
  func write(_ name: String, _ bytes: [UInt8]) throws { items.withLock { $0[name] = bytes } }
}
