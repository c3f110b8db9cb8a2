import FileFormats
public import PowderDiffraction

/// The raw data of a charging cell's diffraction that never took place.
public struct VirtualFullCell: Sendable {
  public var plate: VirtualPlate
  public var clocks: VirtualClocks
  public var simulation: FullCellSimulation

  /// - Throws: `ForwardModelError` for what cannot be simulated.
  public init(plate: VirtualPlate, clocks: VirtualClocks, simulation: FullCellSimulation) throws {
    try simulation.check()
    self.plate = plate
    self.clocks = clocks
    self.simulation = simulation
  }

  /// Writes all frames, with the start of each exposure by the detector's clock.
  public func writeFrames(to path: String) throws {
    var metadata = FrameMetadata()
    metadata.exposureTime = simulation.exposure
    metadata.timestamps = (0..<simulation.frames).map { clocks.detectorStart + simulation.startTime(of: $0) }
    try NeXusFrameWriter.write(
      simulation.frames(detector: plate.detector, seed: plate.seed &+ 1), to: path, title: "virtual full cell",
      metadata: metadata)
  }

  /// What is true of every frame.
  public var truth: [FullCellSimulation.Truth] { (0..<simulation.frames).map(simulation.truth) }
}
