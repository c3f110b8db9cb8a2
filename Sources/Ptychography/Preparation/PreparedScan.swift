public import ArrayMath

/// A scan ready for the engines.
public struct PreparedScan: Sendable {
  /// The patterns: cropped, masked, corner-centred in the far field.
  public let data: DiffractionData
  /// The positions in the object's frame, in metres.
  public let positions: [ScanPosition]
  /// Where the windows lie in the object.
  public let layout: ScanLayout
  /// The pixels that are never used (`true`), in the order and extent of the file's frames: it can be given as the mask
  /// of the next scan.
  public let mask: Image<Bool>
  /// Where the beam's axis meets the detector, in the file's frames: row and column, half pixels possible.
  public let centre: PixelPosition
  /// Σ |P|² of the illumination: the brightest pattern's counts, with what gaps and masks hid added.
  public let photons: Double
  /// The extents of an object pixel, in metres.
  public let pixel: (height: Double, width: Double)
  /// What was done and assumed, one sentence each.
  public let notes: [String]
  /// What is doubtful.
  public let warnings: [ScanWarning]

  /// What a probe's width makes doubtful: the overlap of neighbours and the probe's window.
  ///
  /// - Parameter diameter: of the probe, in metres; ``ProbeExtent`` measures one.
  /// - Throws: ``PtychographyError`` where neighbours do not overlap at all.
  public func warnings(probeDiameter diameter: Double) throws -> [ScanWarning] {
    try Self.warnings(
      probeDiameter: diameter, positions: positions,
      extent: min(pixel.height * Double(data.window.rows), pixel.width * Double(data.window.columns)))
  }

  static func warnings(
    probeDiameter diameter: Double, positions: [ScanPosition], extent: Double
  ) throws -> [ScanWarning] {
    guard diameter.isFinite, diameter > 0 else {
      throw PtychographyError.invalid("the probe's diameter is \(diameter) m; it must be positive: is the probe dark?")
    }
    var warnings: [ScanWarning] = []
    if diameter > extent / 2 { warnings.append(.probeWiderThanHalfTheWindow(diameter: diameter, window: extent)) }
    let step = ScanRegularity(positions).step
    guard step < diameter else {
      throw PtychographyError.invalid(
        "neighbouring positions are \(micrometres(step)) apart and the probe is \(micrometres(diameter)) wide: they do not overlap, and ptychography needs overlap; check the positions' unit, the detector distance and the probe's defocus"
      )
    }
    if step > 0.6 * diameter {
      warnings.append(.smallOverlap(overlap: 1 - step / diameter, step: step, diameter: diameter))
    }
    return warnings
  }
}
