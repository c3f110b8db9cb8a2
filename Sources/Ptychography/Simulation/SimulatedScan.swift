public import ArrayMath

/// A scan that never took place, and all that is true of it.
public struct SimulatedScan: Sendable {
  /// The frames as a detector writes them: the axis at (rows/2, columns/2), faults included, the largest value of the
  /// type where a pixel exists in the file but not on the detector (unless another is stated).
  public let frames: DiffractionData.Counts
  /// The extent of a frame.
  public let window: FrameShape
  /// How the wave reached the detector.
  public let geometry: ScanGeometry
  /// The positions that a file would state, in metres.
  public let nominalPositions: [ScanPosition]
  /// Where the beam really was, in metres.
  public let truePositions: [ScanPosition]
  /// The true windows in ``object``.
  public let windows: [PixelPosition]
  /// The true transmission.
  public let object: ComplexImage
  /// The true illumination: modes by falling power, Σ |P|² in photons.
  public let probes: [ComplexImage]
  /// The pixels that are not to be trusted (`true`), in the frames' order.
  public let mask: Image<Bool>
  /// Counts a pixel and frame without the sample.
  public let background: Double

  /// The number of frames.
  public var count: Int { nominalPositions.count }

  /// The scan as a reader would return it.
  ///
  /// - Parameter includesMask: whether the file knows the detector's faults.
  public func scan(name: String = "simulated", includesMask: Bool = true) -> PtychographyScan {
    let source: any FrameSource =
      switch frames {
      case .narrow(let counts): MemoryFrames(counts, shape: window)
      case .wide(let counts): MemoryFrames(counts, shape: window)
      }
    return PtychographyScan(
      name: name, geometry: geometry, frames: source, positions: nominalPositions, mask: includesMask ? mask : nil,
      centre: (Double(window.rows / 2), Double(window.columns / 2)))
  }

  /// The patterns as the engines take them, with all faults masked.
  public var data: DiffractionData {
    let isCorner = geometry.propagation == .farField
    func prepared<Count: FixedWidthInteger & Sendable>(_ counts: [Count]) -> [Count] {
      var result: [Count] = []
      result.reserveCapacity(counts.count)
      for index in 0..<count {
        var frame = Array(counts[index * window.count..<(index + 1) * window.count])
        for i in frame.indices where mask.pixels[i] { frame[i] = .max }
        result +=
          isCorner
          ? Image(frame, shape: window).rolled(rows: -(window.rows / 2), columns: -(window.columns / 2)).pixels : frame
      }
      return result
    }
    switch frames {
    case .narrow(let counts):
      return DiffractionData(.narrow(prepared(counts)), window: window, count: count, geometry: geometry)
    case .wide(let counts):
      return DiffractionData(.wide(prepared(counts)), window: window, count: count, geometry: geometry)
    }
  }

  /// Object, probes and positions as they really are.
  public var truth: Reconstruction { Reconstruction(object: object, probes: probes, positions: windows) }
}
