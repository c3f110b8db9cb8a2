import FileFormats
public import PowderDiffraction

/// The raw data of a line scan over a charging particle that never took place.
public struct VirtualLineScan: Sendable {
  public var plate: VirtualPlate
  public var clocks: VirtualClocks
  private let scan: PreparedLineScan

  /// - Throws: `ForwardModelError` for what cannot be simulated.
  public init(plate: VirtualPlate, clocks: VirtualClocks, simulation: LineScanSimulation) throws {
    self.plate = plate
    self.clocks = clocks
    scan = try simulation.prepared()
  }

  /// Writes all frames, with the start of each exposure by the detector's clock and where the stage stood.
  public func writeFrames(to path: String) throws {
    let schedule = scan.simulation.schedule
    var metadata = FrameMetadata()
    metadata.exposureTime = schedule.exposure
    metadata.timestamps = (0..<schedule.count).map { clocks.detectorStart + schedule.startTime(of: $0) }
    try NeXusFrameWriter.write(
      scan.frames(detector: plate.detector, seed: plate.seed &+ 1), to: path, title: "virtual line scan",
      metadata: metadata, stagePositions: (0..<schedule.count).map(schedule.stagePosition))
  }

  /// What is true of every exposure.
  ///
  /// - Throws: `ForwardModelError`.
  public func truth() throws -> [LineScanSimulation.Truth] {
    try (0..<scan.simulation.schedule.count).map { try scan.truth(of: $0) }
  }
}
