import ArrayMath
import Foundation
import PowderDiffraction
import Quantities

@testable import Stages

/// A line scan over a particle of few grains on the seed's plate with 4 x 4 pixels as one, whose spots are known.
struct SimulatedSpots {
  static let degree = Double.pi / 180
  static let positions = 3
  static let passes = 8
  static let epoch = 1.7e9

  static let geometry: DetectorGeometry = {
    let pixel = 124e-6
    let grid = DetectorGrid(shape: FrameShape(rows: 764, columns: 764), pixelHeight: pixel, pixelWidth: pixel)
    return DetectorGeometry(
      poni: PoniGeometry(distance: 131.67e-3, poni1: 381.3 * pixel, poni2: 382.4 * pixel), grid: grid,
      wavelength: SeedInstrument.wavelength)
  }()

  /// The lines 003 and 104 in the simulation's list.
  static let lines = [0: "003", 4: "104"]

  let frames: MemoryFrames<UInt16>
  /// One array an exposure: spots of 003 and 104.
  let truth: [[DiffractionSpot]]
  let times: [Double]

  static let made = Result { try SimulatedSpots() }

  init() throws {
    let schedule = ScanSchedule(
      firstPosition: 4e-6, step: 4e-6, positions: Self.positions, passes: Self.passes, passInterval: 1800)
    var grains = SeedInstrument.grains(seed: 1)
    grains.grains = 900
    let simulation = LineScanSimulation(
      profile: .constant(fwhm: 0.08 * Self.degree, mixing: 0.2), schedule: schedule,
      charge: ChargeRamp(duration: 14_400, final: 0.1), grains: grains, photons: 4e4)
    let scan = try simulation.prepared()
    let source = try scan.frames(detector: DetectorModel(geometry: Self.geometry), seed: 1)
    let shape = source.shape
    var pixels = [UInt16](repeating: 0, count: schedule.count * shape.count)
    try pixels.withUnsafeMutableBytes { bytes in
      for frame in 0..<schedule.count {
        let place = frame * shape.count * 2..<(frame + 1) * shape.count * 2
        try source.read(frame: frame, into: UnsafeMutableRawBufferPointer(rebasing: bytes[place]))
      }
    }
    frames = MemoryFrames(pixels, shape: shape)
    truth = try (0..<schedule.count).map { try scan.spots(of: $0).filter { Self.lines[$0.line] != nil } }
    times = (0..<schedule.count).map { Self.epoch + schedule.startTime(of: $0) }
  }

  static func input(_ frames: any FrameSource, times: [Double]? = nil, hasScan: Bool = false) throws
    -> DiffractionSpotsStage.Input
  {
    var opened = AzimuthalIntegrationStage.Input(frames: frames, geometry: geometry, geometrySource: "a test")
    (opened.times, opened.exposure) = (times, 20)
    var input = DiffractionSpotsStage.Input(
      frames: opened, integration: .init(), phase: try SamplePhase(named: "NMC811"))
    if hasScan {
      var scan = LineScanSettings()
      (scan.positions, scan.step, scan.first) = (positions, .init(si: 4e-6), .init(si: 4e-6))
      input.scan = scan
    }
    return input
  }

  func input() throws -> DiffractionSpotsStage.Input { try Self.input(frames, times: times, hasScan: true) }

  /// True spots of a ring that are bright, and far from all others that are not much weaker.
  func clear(_ frame: Int, _ label: String, photons: Double) -> [DiffractionSpot] {
    let own = truth[frame].filter { Self.lines[$0.line] == label }
    return own.enumerated().filter { index, spot in
      spot.photons > photons
        && !own.enumerated().contains {
          $0.offset != index && $0.element.photons > 0.01 * spot.photons
            && abs(remainder($0.element.azimuth - spot.azimuth, 2 * .pi)) < 3 * Self.degree
        }
    }.map(\.element)
  }

  /// Pixels of a uniform image of a mean.
  static func flat(_ mean: Double, frames: Int, seed: UInt64) -> MemoryFrames<UInt16> {
    var generator = SeededGenerator(seed: seed)
    let shape = geometry.grid.shape
    return MemoryFrames(
      (0..<frames * shape.count).map { _ in UInt16(max((mean + mean.squareRoot() * generator.normal()).rounded(), 0)) },
      shape: shape)
  }

  /// A mask over rings.
  static func mask(_ ranges: [ClosedRange<Double>]) -> PixelMask {
    let shape = geometry.grid.shape
    return PixelMask(
      (0..<shape.count).map { index in
        let angle = geometry.twoTheta(
          row: Double(index / shape.columns) + 0.5, column: Double(index % shape.columns) + 0.5)
        return ranges.contains { $0.contains(angle / degree) } ? 1 : 0
      }, shape: shape)
  }
}
