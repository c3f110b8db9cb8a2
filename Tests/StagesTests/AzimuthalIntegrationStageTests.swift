import ArrayMath
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Testing

@testable import Stages

/// The stage between frames and the technique: what settings do, threads, shards, and what is refused.
@Suite struct AzimuthalIntegrationStageTests {
  static let shape = FrameShape(rows: 64, columns: 80)
  static let geometry = DetectorGeometry(
    poni: PoniGeometry(distance: 0.1, poni1: 0.0064, poni2: 0.008),
    grid: DetectorGrid(shape: shape, pixelHeight: 200e-6, pixelWidth: 200e-6), wavelength: 0.65e-10)

  static func frames(_ count: Int) -> MemoryFrames<UInt16> {
    var generator = SeededGenerator(seed: 1)
    return MemoryFrames((0..<count * shape.count).map { _ in UInt16(generator.next() & 255) }, shape: shape)
  }

  func input(_ frames: any FrameSource) -> AzimuthalIntegrationStage.Input {
    AzimuthalIntegrationStage.Input(frames: frames, geometry: Self.geometry, geometrySource: "a test")
  }

  func parameters(_ set: (inout AzimuthalIntegrationStage.Parameters) -> Void = { _ in })
    -> AzimuthalIntegrationStage.Parameters
  {
    var parameters = AzimuthalIntegrationStage.Parameters()
    parameters.points = 50
    set(&parameters)
    return parameters
  }

  func run(
    _ frames: any FrameSource, _ parameters: AzimuthalIntegrationStage.Parameters, _ context: RunContext = RunContext()
  ) throws -> PatternTable { try AzimuthalIntegrationStage.run(input(frames), parameters, context).value }

  @Test func threadsChangeNothing() throws {
    let frames = Self.frames(70)
    let kinds: [(inout AzimuthalIntegrationStage.Parameters) -> Void] = [
      { _ in }, { $0.clip = 4 }, { $0.average = .median }, { $0.sectors = 8 },
      { ($0.errors, $0.gain, $0.readNoise) = (.variance, 3, 2) }, { $0.bands = [[2 * .degree, 4 * .degree]] },
    ]
    for set in kinds {
      let single = try run(frames, parameters(set), RunContext(threads: 1))
      let double = try run(frames, parameters(set), RunContext(threads: 2))
      #expect(Self.bits(single.series.intensities) == Self.bits(double.series.intensities))
      #expect(Self.bits(single.series.sigmas ?? []) == Self.bits(double.series.sigmas ?? []))
      #expect(single.series.frameCount == 70)
    }
  }

  private static func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

  @Test func interruptedWorkGoesOnFromItsShards() throws {
    let frames = Self.frames(70)
    let store = MemoryShards()
    let stopping = RunContext(isCancelled: { store.count > 0 }, shards: store)
    #expect(throws: Interrupted.self) { _ = try run(frames, parameters(), stopping) }
    #expect(store.count == 1)
    let resumed = try run(frames, parameters(), RunContext(shards: store))
    #expect(store.count == 3)
    #expect(try Self.bits(resumed.series.intensities) == Self.bits(run(frames, parameters()).series.intensities))
  }

  @Test func medianAndClippingStateWhatTheyKnow() throws {
    let frames = Self.frames(1)
    let median = try run(frames, parameters { $0.average = .median })
    #expect(median.series.sigmas == nil && median.series.neighbourCovariances == nil)
    let clipped = try run(frames, parameters { $0.clip = 5 })
    #expect(clipped.series.sigmas != nil && clipped.series.neighbourCovariances == nil)
    let mean = try run(frames, parameters())
    #expect(mean.series.sigmas != nil && mean.series.neighbourCovariances != nil)
    #expect(try run(frames, parameters { ($0.clip, $0.errors) = (5, .none) }).series.sigmas == nil)
    let summary = try AzimuthalIntegrationStage.run(input(frames), parameters { $0.clip = 5 }, RunContext()).summary
    #expect(summary.methods.contains("5 standard deviations"))
  }

  @Test func frameWithoutPixelsIsEmptyAndAllOfThemAreRefused() throws {
    let good = Self.frames(1).pixels
    let dead = [UInt16](repeating: .max, count: Self.shape.count)
    let table = try run(MemoryFrames(good + dead, shape: Self.shape), parameters())
    #expect(table.series.intensities[..<50].contains { !$0.isNaN })
    #expect(table.series.intensities[50...].allSatisfy { $0.isNaN })
    // Numbers of pixels are means over the frames.
    let alone = try run(MemoryFrames(good, shape: Self.shape), parameters())
    let counts = try #require(table.series.pixelCounts), whole = try #require(alone.series.pixelCounts)
    #expect(zip(counts, whole).allSatisfy { abs(2 * $0 - $1) < 1e-9 })
    #expect(throws: StageDocumentError.self) {
      _ = try run(MemoryFrames(dead, shape: Self.shape), parameters())
    }
  }

  @Test func settingsThatContradictAreRefused() {
    let wrong: [((inout AzimuthalIntegrationStage.Parameters) -> Void, String)] = [
      ({ $0.bands = [[4 * .degree]] }, "bands[0]"), ({ $0.bands = [[4 * .degree, 2 * .degree]] }, "bands[0]"),
      ({ ($0.clip, $0.average) = (5, .median) }, "clip"), ({ ($0.sectors, $0.clip) = (4, 5) }, "sectors"),
      ({ ($0.sectors, $0.average) = (4, .median) }, "sectors"), ({ ($0.clip, $0.errors) = (5, .variance) }, "clip"),
      ({ $0.readNoise = 3 }, "errors"), ({ $0.unit = .latticeSpacing }, "unit"),
      ({ $0.sensorMaterial = "Si" }, "sensor_material"),
    ]
    for (set, key) in wrong { #expect(parameters(set).validate().map(\.key) == [key]) }
    #expect(parameters().validate().isEmpty)
    #expect(
      parameters {
        $0.unit = .latticeSpacing; $0.bands = [[4 * .degree, 5 * .degree]]
      }.validate().isEmpty)
  }

  /// Against the textbook formulas, frame by frame.
  @Test func theVarianceOfAMeanDarkIsThatOfItsFrames() throws {
    let shape = FrameShape(rows: 2, columns: 3)
    var generator = SeededGenerator(seed: 2)
    let pixels = (0..<5 * 6).map { _ in Float(100 + 10 * generator.normal()) }
    let mean = try MeanImage(MemoryFrames(pixels, shape: shape))
    let variance = try #require(mean.variance(.variance, readNoise: 3))
    let counted = try #require(mean.variance(.poisson, readNoise: 3))
    for pixel in 0..<6 {
      let values = (0..<5).map { Double(pixels[$0 * 6 + pixel]) }
      let average = values.reduce(0, +) / 5
      let spread = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 4
      #expect(abs(Double(mean.values[pixel]) - average) < 1e-4)
      #expect(abs(Double(variance[pixel]) - spread / 5) < 1e-4 * spread)
      #expect(abs(Double(counted[pixel]) - average / 5) < 1e-4)
    }
    let single = try MeanImage(MemoryFrames([Float](repeating: 7, count: 6), shape: shape))
    #expect(single.variance(.variance, readNoise: 3) == [Float](repeating: 9, count: 6))
    #expect(single.variance(.azimuthal, readNoise: 3) == nil)
  }
}
