public import ArrayMath

/// The patterns as the engines take them: cropped, masked, and for the far field with the zero frequency at the corner.
///
/// Counts stay integers until the kernel takes their square root, in two bytes where they fit: a quarter of the memory
/// of single precision amplitudes, and less to read at each update. The largest value of the type marks a pixel that
/// was not measured, where the modelled wave stays as it is.
public struct DiffractionData: Sendable {
  /// The counts of all patterns, one pattern after the other, each in C order.
  public enum Counts: Sendable, Hashable {
    /// Below 65535; 65535 marks what was not measured.
    case narrow([UInt16])
    /// Below 2³² − 1, which marks what was not measured.
    case wide([UInt32])
  }

  /// The extent of a pattern, and of the probe.
  public let window: FrameShape
  /// The number of patterns.
  public let count: Int
  /// What was counted.
  public let counts: Counts
  /// How the wave reaches the detector.
  public let geometry: ScanGeometry

  /// The counts of a scan, corner-centred already where the propagation is to the far field.
  ///
  /// - Precondition: the counts fill `count` windows.
  public init(_ counts: Counts, window: FrameShape, count: Int, geometry: ScanGeometry) {
    let total =
      switch counts {
      case .narrow(let values): values.count
      case .wide(let values): values.count
      }
    precondition(total == window.count * count, "the counts fill whole patterns")
    self.counts = counts
    self.window = window
    self.count = count
    self.geometry = geometry
  }

  /// One pattern as numbers; NaN where it was not measured.
  public func pattern(_ index: Int) -> ScalarImage {
    let range = index * window.count..<(index + 1) * window.count
    let values: [Float] =
      switch counts {
      case .narrow(let counts): counts[range].map { $0 == .max ? .nan : Float($0) }
      case .wide(let counts): counts[range].map { $0 == .max ? .nan : Float($0) }
      }
    return ScalarImage(values, shape: window)
  }

  /// Σ I over the measured pixels of one pattern.
  public func total(_ index: Int) -> Double {
    let range = index * window.count..<(index + 1) * window.count
    switch counts {
    case .narrow(let counts): return Double(counts[range].reduce(UInt64(0)) { $1 == .max ? $0 : $0 + UInt64($1) })
    case .wide(let counts): return Double(counts[range].reduce(UInt64(0)) { $1 == .max ? $0 : $0 + UInt64($1) })
    }
  }
}
